import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
} from "graphql";
import Papa from "papaparse";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

const schema = buildSchema(readFileSync(join(__dirname, "../../../schema.graphql"), "utf8"));
const ID = "con_01m625dgsrfdref8yrhtsvjgg";

/**
 * What attackers write where text belongs (I01), and what numbers, other spellings and lengths turn an id into (I02).
 */
const hostile: unknown[] = [
  "' OR '1'='1",
  '" OR ""="',
  "1 OR 1=1",
  "x'; DROP TABLE contacts; -- ",
  "') UNION SELECT 1,2,3 -- ",
  "\\' OR SLEEP(5) -- ",
  "%' AND 1=1 -- ",
  "%",
  "_",
  "\\",
  "\u0000",
  "a\u0000b",
  "-1",
  "0",
  "1e3",
  "9223372036854775808",
  "01",
  " 1",
  `${ID} `,
  ID.toUpperCase(),
  ID.slice(0, -1),
  `${ID}'`,
  "12abc",
  "550E8400-E29B-41D4-A716-446655440000",
  "😀",
  "\uD800",
  "ÿ".repeat(300),
  "x".repeat(10_000),
  "__proto__",
  "constructor",
  "$where",
  "../../etc/passwd",
  "{{7*7}}",
  "${7*7}",
];
/** What a program may send instead of text: the schema refuses it. */
const mistyped: unknown[] = [{ $ne: null }, ["a", "b"], { toString: "x" }, true];

/** Some value of the type. */
function someValue(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return someValue(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type))
    return { Int: 1, Boolean: true, DateTime: "2026-01-31T09:30:00.000Z", ID }[type.name] ?? "text";
  const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
  return Object.fromEntries(required.map((field) => [field.name, someValue(field.type)]));
}
/** A value of the type, with `text` at that path. */
function valueWith(type: GraphQLInputType, path: readonly string[], text: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return text;
  if (isNonNullType(type)) return valueWith(type.ofType, path, text);
  if (isListType(type)) return [valueWith(type.ofType, rest, text)];
  const field = isInputObjectType(type) ? type.getFields()[step] : undefined;
  if (!field) throw new Error(`no such place: ${step}`);
  return { ...(someValue(type) as object), [step]: valueWith(field.type, rest, text) };
}
/** Every path in the argument's type that takes text or an id. */
function textPlaces(type: GraphQLInputType): string[][] {
  if (isNonNullType(type)) return textPlaces(type.ofType);
  if (isListType(type)) return textPlaces(type.ofType).map((path) => ["0", ...path]);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).flatMap((field) =>
      textPlaces(field.type).map((path) => [field.name, ...path]),
    );
  return ["String", "ID", "DateTime"].includes(type.toString()) ? [[]] : [];
}

const fieldsOf = (kind: "Query" | "Mutation") =>
  Object.values(((type) => (isObjectType(type) ? type.getFields() : {}))(schema.getType(kind)));
const selectionOf = (field: GraphQLField<unknown, unknown>) => {
  const type = getNamedType(field.type);
  return isObjectType(type) && type.getFields().userErrors ? "{ userErrors { code } }" : "{ __typename }";
};
const refusals = ["BAD_USER_INPUT", "NOT_FOUND", "FORBIDDEN"];
const places = (["Query", "Mutation"] as const).flatMap((kind) =>
  fieldsOf(kind).flatMap((field) =>
    field.args.flatMap((argument) => textPlaces(argument.type).map((path) => ({ kind, field, argument, path }))),
  ),
);

describeOnDatabases("whatever is written into an input", (database) => {
  let world: World;
  let owner: string;
  let client: string;
  const logged: string[] = [];
  beforeAll(async () => {
    world = await World.start(
      database.url(),
      {},
      { log: createLog("warn", { write: (line) => void logged.push(line) }) },
    );
    const firm = await world.firm();
    owner = await world.ownerToken(firm);
    client = (await world.client(firm, owner)).created.result.sessionToken;
  });
  afterAll(() => world.stop());

  it("I01 and I02 is treated as text or refused by name; nothing fails internally, and no other row is found", async () => {
    expect(places.length).toBeGreaterThan(70);
    const shown: string[] = [];
    for (const { kind, field, argument, path } of places) {
      const where = `${field.name}(${[argument.name, ...path].join(".")})`;
      const required = field.args.filter((other) => other !== argument && isNonNullType(other.type));
      const query = `${kind === "Query" ? "query" : "mutation"}(${[argument, ...required].map(({ name, type }) => `$${name}: ${type.toString()}`).join(", ")}) {
        ${field.name}(${[argument, ...required].map(({ name }) => `${name}: $${name}`).join(", ")}) ${selectionOf(field)} }`;
      const others = Object.fromEntries(required.map(({ name, type }) => [name, someValue(type)]));
      // A few of the list for each path, in turn: every text meets every kind of path, and the whole stays quick.
      const turn = places.findIndex((place) => place.field === field && place.path === path);
      const some = hostile.filter((_, at) => (at + turn) % 4 === 0);
      await Promise.all(
        [...some, ...mistyped.slice(turn % 2, (turn % 2) + 2)].map(async (text) => {
          const variables = { ...others, [argument.name]: valueWith(argument.type, path, text) };
          const token = /setRequestItemDone/.test(where) ? client : owner;
          const { data, errors } = await world.ask(query, variables, token);
          const codes = errors?.map(({ extensions }) => extensions.code) ?? [];
          const isRefusedByType = data == null && codes.includes("BAD_USER_INPUT");
          // A person may have one hash waiting: of their passwords that arrive at once, some are asked to retry.
          const expected = /^(stepUp|changePassword)\(/.test(where) ? [...refusals, "RATE_LIMITED"] : refusals;
          if (codes.some((code) => !expected.includes(code)))
            shown.push(`${where} ${JSON.stringify(text).slice(0, 60)}: ${codes.join()}`);
          if (typeof text !== "string" && !isRefusedByType) shown.push(`${where} takes ${JSON.stringify(text)}`);
          const answer: unknown = data?.[field.name];
          if (["contact", "node", "portal", "magicLink", "mailedToken"].includes(field.name) && answer)
            shown.push(`${where} ${JSON.stringify(text).slice(0, 60)} finds something`);
        }),
      );
    }
    expect(shown).toEqual([]);
    expect(logged.filter((line) => line.includes("an operation failed"))).toEqual([]);
  }, 240_000);

  it("I03 a name is stored whole, whatever its characters, and breaks no mail, log or export", async () => {
    const names = [
      "Zoë 😀 👩‍👩‍👧",
      "abc\u202Edef",
      `\u00E1${"\u0301".repeat(149)}`,
      '<img src=x onerror="alert(1)">',
      "=cmd|' /C calc'!A0",
      "Line\r\nBcc: everybody@evil.example",
      "{{constructor}} ${7*7} %s %d",
    ];
    const refused: string[][] = [];
    for (const name of names) {
      const email = `names-${names.indexOf(name)}@client.example`;
      const created = await world.mutate(
        "createContact",
        "ContactInput",
        "contact { id name }",
        { name, email },
        owner,
      );
      if (created.userErrors.length > 0) {
        // Whatever would break a line is refused, never altered.
        refused.push([name, created.userErrors[0].code]);
        continue;
      }
      expect(created.contact.name).toBe(name);
      const { data } = await world.ask(
        "query($id: ID!) { contact(id: $id) { name } }",
        { id: created.contact.id },
        owner,
      );
      expect(data.contact.name).toBe(name);
      const sent = await world.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { title }",
        { contactId: created.contact.id, title: name, items: [name] },
        owner,
      );
      expect(sent.userErrors).toEqual([]);
      const mail = (await world.mail(email, /Request from/)) as Awaited<ReturnType<World["mail"]>> & { html: string };
      expect(mail.to).toBe(email);
      expect(mail.subject).not.toMatch(/[\r\n]/);
      expect(mail.text).toContain(name);
      expect(mail.html).not.toContain("<img");
    }
    const nul = await world.mutate("createContact", "ContactInput", "contact { name }", { name: "a\u0000b" }, owner);
    expect(nul.userErrors[0].code).toBe("INVALID_INPUT");
    expect(refused).toEqual([
      ["abc\u202Edef", "INVALID_INPUT"],
      ["Line\r\nBcc: everybody@evil.example", "INVALID_INPUT"],
    ]);
    // An imported file is exported again: none of its cells is a formula.
    const imported = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "＝1", '=HYPERLINK("http://evil.example";"x")'];
    const { results } = await world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "results { contact { name } userErrors { code } }",
      {
        contacts: imported.map((name, n) => ({
          name,
          externalId: `=import ${n}`,
          organization: name,
          email: `import-${n}@client.example`,
        })),
      },
      owner,
    );
    expect(results.map(({ contact }: { contact: { name: string } }) => contact.name)).toEqual(imported);
    const file = await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${owner}` } });
    const cells = Papa.parse<string[]>((await file.text()).replace("\uFEFF", "")).data.flat();
    expect(cells).toContain(`'${imported[0]}`);
    expect(cells.filter((cell) => /^[=+\-@＝]/.test(cell))).toEqual([]);
    for (const line of logged) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it("Z08 a page is never longer than requested and never longer than 100, and SQL wildcards match only themselves", async () => {
    // A firm without the earlier names.
    owner = await world.ownerToken(await world.firm());
    for (const size of [0, -1, 101, 10_000])
      expect(
        (await world.ask(`{ contacts(first: ${size}) { nodes { id } } }`, {}, owner)).errors?.[0]?.extensions.code,
      ).toMatch(/BAD_USER_INPUT|QUERY_TOO_COMPLEX/);
    const contacts = Array.from({ length: 250 }, (_, n) => ({
      name: `Row ${String(n).padStart(3, "0")}`,
      externalId: `row-${n}`,
    }));
    await world.mutate("upsertContacts", "UpsertContactsInput", "results { contact { id } }", { contacts }, owner);
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const {
        data,
      }: { data: { contacts: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } } =
        await world.ask(
          'query($after: String) { contacts(first: 100, after: $after, filter: { search: "row" }) { nodes { name } pageInfo { hasNextPage endCursor } } }',
          { after },
          owner,
        );
      expect(data.contacts.nodes.length).toBeLessThanOrEqual(100);
      seen.push(...data.contacts.nodes.map(({ name }) => name));
      ({ hasNextPage: more, endCursor: after } = data.contacts.pageInfo);
    }
    expect(seen).toEqual(contacts.map(({ name }) => name));
    for (const search of ["%", "_", "R%w", "R_w", "\\", "Row%"]) {
      const { data } = await world.ask(
        "query($search: String) { contacts(filter: { search: $search }) { totalCount } }",
        { search },
        owner,
      );
      expect([search, data.contacts.totalCount]).toEqual([search, 0]);
    }
  });
});
