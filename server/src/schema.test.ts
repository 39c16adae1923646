import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLNamedType,
} from "graphql";
import { NodeResolver } from "./features/node/node.resolver.js";
import { createSchema } from "./schema.js";

const read = (path: string) => buildSchema(readFileSync(join(__dirname, path), "utf8"));
/** The contract with integrators; names, arguments and nullability are fixed. */
const contract = read("testing/contract.graphql");
const byName = (one: GraphQLNamedType, other: GraphQLNamedType) => one.name.localeCompare(other.name);
const emitted = read("../schema.graphql");

describe("the schema", () => {
  it("can be built without a database or a port, and is the committed one", async () => {
    expect(printSchema(lexicographicSortSchema(await createSchema()))).toBe(
      printSchema(lexicographicSortSchema(emitted)),
    );
  });

  it("refuses to execute if a resolver is in no feature's module", async () => {
    await expect(createSchema([new NodeResolver({})])).rejects.toThrow(/in no feature's module: .*SignInResolver/);
  });

  it("breaks nothing in the contract", async () => {
    const changes = await diff(contract, emitted);
    const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
    expect(breaking.map(({ message }) => message)).toEqual([]);
  });

  it("has one interface that every payload implements, so that one fragment reads why it was refused", () => {
    const refusing = Object.values(emitted.getTypeMap()).filter(
      (type) => isObjectType(type) && type.getFields().userErrors,
    );
    const payload = emitted.getType("Payload");
    expect(refusing.length).toBeGreaterThan(20);
    expect(isInterfaceType(payload) && emitted.getPossibleTypes(payload).toSorted(byName)).toEqual(
      refusing.toSorted(byName),
    );
  });

  it("describes every type, field, argument and enum value for integrators", () => {
    const silent: string[] = [];
    const check = (name: string, thing: { description?: string | null }) =>
      void (thing.description || silent.push(name));
    for (const type of Object.values(emitted.getTypeMap())) {
      if (
        type.name.startsWith("__") ||
        ["String", "Int", "Boolean", "ID", "Float", "Query", "Mutation", "Subscription"].includes(type.name)
      )
        continue;
      check(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    }
    for (const type of Object.values(emitted.getTypeMap()).filter(isObjectType)) {
      if (type.name.startsWith("__")) continue;
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
    expect(silent).toEqual([]);
  });

  it("has no field that could show a stored secret", () => {
    const shownOnce = [
      "CreateWebhookEndpointPayload.signingSecret",
      "PendingTwoFactorEnrollment.secret",
      "RotateWebhookSecretPayload.signingSecret",
    ];
    // Of the log, which is published with it.
    const noSecrets = ["ReportCheckpoint.digest"];
    const fields = Object.values(emitted.getTypeMap())
      .filter(isObjectType)
      .filter((type) => type !== emitted.getMutationType())
      .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
    expect(fields.filter((field) => /secret|hash|digest|password$/i.test(field.split(".")[1] ?? ""))).toEqual(
      [...shownOnce, ...noSecrets].toSorted(),
    );
  });
});
