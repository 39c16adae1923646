import { describe, expect, it } from "@jest/globals";
import { buildSchema, execute, getOperationAST, GraphQLError, parse, validate, type GraphQLSchema } from "graphql";
import { planned } from "../../../testing/both-executors.js";

const schema: GraphQLSchema = buildSchema(`
  type Query { person(name: String = "Maya", born: Int): Person people: [Person!]! maybe: [Person] search: [Found!]! broken: Person! }
  type Mutation { first: Int second: Int }
  type Person implements Named { name: String! friend: Person friends(first: Int!): [Person!]! secret: String late: String must: String! }
  type Firm implements Named { name: String! plan: Plan }
  interface Named { name: String! }
  type Pet { name: String! friend: Pet }
  union Found = Person | Firm | Pet
  enum Plan { TEAM BUSINESS }
  input Range { from: Int! to: Int = 9 }
  extend type Query { range(range: Range!): String list(ids: [ID!]!): [ID!] }
`);
const order: string[] = [];
const refuse = () => {
  throw new GraphQLError("Sign in first.", { extensions: { code: "UNAUTHENTICATED", http: { status: 401 } } });
};
function resolve(type: string, field: string, resolver: (source: never, args: never) => unknown): void {
  const found = schema.getType(type) as unknown as { getFields(): Record<string, { resolve?: unknown }> };
  const definition = found.getFields()[field];
  if (definition) definition.resolve = resolver;
}
const person = (name: string): object => ({ __typename: "Person", name });
resolve("Query", "person", (_source, { name }: { name: string }) => person(name));
resolve("Query", "people", async () => [person("Maya"), person("Noah")]);
resolve("Query", "maybe", () => [person("Maya"), null, Promise.resolve(person("Noah"))]);
resolve("Query", "search", () => [
  person("Maya"),
  { __typename: "Firm", name: "Harbor", plan: "BUSINESS" },
  { __typename: "Pet", name: "Rex" },
]);
resolve("Query", "broken", refuse);
resolve("Query", "range", (_source, args) => JSON.stringify(args));
resolve("Query", "list", (_source, { ids }: { ids: string[] }) => ids);
resolve("Mutation", "first", async () => {
  await new Promise((done) => setTimeout(done, 5));
  return order.push("first");
});
resolve("Mutation", "second", () => order.push("second"));
resolve("Person", "friend", ({ name }: { name: string }) => person(`${name}'s friend`));
resolve("Person", "friends", async ({ name }: { name: string }, { first }: { first: number }) =>
  Array.from({ length: first }, (_, n) => person(`${name} ${n}`)),
);
resolve("Person", "secret", refuse);
resolve("Person", "late", async () => refuse());
resolve("Person", "must", ({ name }: { name: string }) => (name === "Noah" ? null : name));

const F = "fragment F on Person { name friend { name } }";
describe("a planned operation answers as graphql-js does", () => {
  it.each<[string, Record<string, unknown>?]>([
    ["{ person { name } }"],
    ["query($name: String) { person(name: $name) { name } }", {}],
    ["query($name: String) { person(name: $name) { name } }", { name: null }],
    [`query($x: Boolean!) { a: person { ...F @include(if: $x) __typename } b: person { ...F } } ${F}`, { x: false }],
    [`query($x: Boolean!) { a: person { ...F } b: person { ...F @include(if: $x) __typename } } ${F}`, { x: false }],
    [`query($x: Boolean!) { person { ...F @skip(if: $x) name @include(if: $x) } } ${F}`, { x: true }],
    [
      `query($x: Boolean!) { person { ...F @skip(if: $x) ... @include(if: $x) { friend { friend { name } } } } } ${F}`,
      { x: true },
    ],
    ["{ people { n: name friends(first: 2) { name friend { name } } } }"],
    ["{ maybe { name } }"],
    ["{ search { __typename ... on Named { name } ... on Firm { plan } ... on Person { friend { name } } } }"],
    [
      "{ search { ... on Firm { name } ... on Named { a: name } ...F } } fragment F on Person { b: name friend { name } }",
    ],
    ["{ person { name secret friend { secret } } }"],
    ["{ people { name late } person { friends(first: 2) { late } } }"],
    ["{ people { must } person { name } }"],
    ["{ person { friend { must } } broken { name } }"],
    ["{ person { friend { friends(first: 1) { secret must } } } }"],
    ["query($r: Range!) { range(range: $r) }", { r: { from: 1 } }],
    ["query($r: Range!) { range(range: $r) }", { r: { from: "x", to: 1, more: 2 } }],
    ["query($r: Range!) { range(range: $r) }", {}],
    ["query($from: Int!) { range(range: { from: $from }) }", { from: 1.5 }],
    ["query($ids: [ID!]!) { list(ids: $ids) }", { ids: "one" }],
    ["query($ids: [ID!]!) { list(ids: $ids) }", { ids: [1, "two"] }],
    ["query($ids: [ID!]!) { list(ids: $ids) }", { ids: [null] }],
    ["query($n: Int!) { person { friends(first: $n) { name } } }", { n: 0 }],
    ["query($n: Int!) { person { friends(first: $n) { name } } }", { n: 2 ** 40 }],
    ["mutation { first second again: first }"],
    ['{ __schema { queryType { name } } __type(name: "Person") { fields { name type { kind ofType { name } } } } }'],
  ])("%s %j", async (source, variables = {}) => {
    const document = parse(source);
    expect(validate(schema, document)).toEqual([]);
    const operation = getOperationAST(document);
    if (!operation) throw new Error("no operation");
    order.length = 0;
    const expected = await execute({ schema, document: parse(source), variableValues: variables, contextValue: {} });
    const expectedOrder = order.splice(0);
    const outcome = await planned(schema, document, operation)({}, variables);
    const flat = ({ data, errors }: typeof outcome) =>
      JSON.stringify({
        data,
        errors: errors
          ?.map((error) => error.toJSON())
          .map(({ extensions, ...error }) => ({
            ...error,
            // Apollo's code for wrong variables.
            ...(extensions && extensions.code !== "BAD_USER_INPUT" ? { extensions } : {}),
          })),
      });
    expect(flat(outcome)).toBe(flat(expected));
    expect(order).toEqual(expectedOrder);
  });
});

describe("a document that was not validated", () => {
  it.each([
    "{ nonsense person { name nonsense } }",
    "{ person { name ...G } ...G }",
    "{ person { name ... on Nonsense { name } } ... on Person { name } }",
    '{ person { __schema { queryType { name } } __type(name: "Person") { name } name } }',
  ])("is answered without what the schema lacks, as by graphql-js: %s", async (source) => {
    const document = parse(source);
    expect(validate(schema, document)).not.toEqual([]);
    const operation = getOperationAST(document);
    if (!operation) throw new Error("no operation");
    const expected = await execute({ schema, document, contextValue: {} });
    expect(JSON.stringify(await planned(schema, document, operation)({}, {}))).toBe(JSON.stringify(expected));
  });
});
