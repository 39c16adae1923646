import { describe, expect, it } from "@jest/globals";
import { getMetadataArgsStorage } from "typeorm";
import { entities } from "../../entities.js";
import { personalTables } from "../../testing/personal-tables.js";

/** Columns that lead to a person, or hold something of one. */
const PERSONAL =
  /^(contactId|accountId|ownerId|portalAccountId|keptAccountId|email|recipient|sentTo|mailedTo|ipAddress|userAgent)$/;

describe("X77 what is kept about a client", () => {
  const storage = getMetadataArgsStorage();
  const tables = entities.map((entity) => ({
    name: storage.tables.find(({ target }) => target === entity)?.name ?? "",
    columns: storage.filterColumns(entity).map(({ propertyName }) => propertyName),
  }));

  it("is decided for every table, and for nothing else", () =>
    expect(Object.keys(personalTables).toSorted()).toEqual(tables.map(({ name }) => name).toSorted()));

  it("is a thing that a deletion decides about, in every table that leads to a person", () => {
    const leading = tables.filter(({ columns }) => columns.some((column) => PERSONAL.test(column)));
    const undecided = leading.filter(({ name }) => typeof personalTables[name] !== "string").map(({ name }) => name);
    expect(undecided).toEqual(["team_identities", "team_members", "team_mail_requests", "person_erasures"]);
  });
});
