import { describe, it } from "@jest/globals";
import { GraphQLEnumType } from "graphql";
import { inspect } from "node:util";
import { expectTheSame, schemaOf, trouble } from "../../../testing/both-executors.js";

// graphql-js' own tests of variables, arguments and @oneOf, rewritten; what is left out is listed in
// graphql-js-cases.fields.test.ts. Arguments that are missing or have a wrong literal, undeclared variables and
// non-input types are left out too: such documents are invalid.

const fields = {
  anEnum: "Kind",
  mustEnum: "Kind!",
  object: "In",
  text: "String",
  mustText: "String!",
  withDefault: 'String = "Hello"',
  mustWithDefault: 'String! = "Hello"',
  nested: "Nested",
  nestedWithDefault: 'Nested = { na: { c: "c" }, nb: "nb" }',
  list: "[String]",
  mustList: "[String]!",
  listMust: "[String!]",
  mustListMust: "[String!]!",
  odd: "Odd",
  number: "Int",
  ratio: "Float",
  id: "ID",
  isOn: "Boolean",
};
type Told = (source: unknown, args: Record<string, unknown>) => string;
const tellInput: Told = (_source, args) => ("input" in args ? inspect(args.input, { depth: 5 }) : "no input");
const schema = schemaOf(
  `type Query { ${Object.entries(fields)
    .map(([name, type]) => `${name}(input: ${type}): String`)
    .join(" ")} }
   input In { a: String b: [String] c: String! d: Odd e: Int = 5 } input Nested { na: In! nb: String! } scalar Odd
   enum Kind { NULL NAN FALSE CUSTOM DEFAULT }`,
  {
    Query: Object.fromEntries(Object.keys(fields).map((name) => [name, tellInput])),
    Odd: {
      parseValue: (value: unknown) => {
        if (value !== "written") throw trouble("not odd");
        return "read";
      },
      parseLiteral: (node: { value?: string }) => (node.value === "written" ? "read" : undefined),
    },
  },
);
/** Enum values that JSON cannot express. */
const inner: Record<string, unknown> = { NULL: null, NAN: Number.NaN, FALSE: false, CUSTOM: "custom value" };
const kind = schema.getType("Kind");
if (kind instanceof GraphQLEnumType)
  for (const value of kind.getValues()) if (value.name in inner) value.value = inner[value.name];

const one = (field: keyof typeof fields, type: string) => `query ($input: ${type}) { ${field}(input: $input) }`;

describe("literals, as in graphql-js' tests", () => {
  it.each([
    '{ object(input: { a: "foo", b: ["bar"], c: "baz" }) }',
    '{ object(input: { a: "foo", b: "bar", c: "baz" }) }',
    '{ object(input: { a: null, b: null, c: "C", d: null, e: null }) }',
    '{ object(input: { b: ["A", null, "C"], c: "C" }) }',
    '{ object(input: { c: "foo", d: "written" }) }',
    '{ odd(input: "written") text(input: null) text2: text text3: text(input: "a") mustText(input: "a") }',
    "{ a: anEnum(input: NULL) b: anEnum(input: NAN) c: anEnum(input: FALSE) d: anEnum(input: CUSTOM) e: anEnum(input: DEFAULT) }",
    "{ mustEnum(input: NULL) }",
    "{ withDefault mustWithDefault nestedWithDefault a: withDefault(input: null) }",
    '{ list(input: "A") a: list(input: []) b: mustList(input: [null]) c: listMust(input: null) d: mustListMust(input: ["A"]) }',
    '{ text(input: """block "text" """) number(input: 2147483647) ratio(input: 1) id(input: 7) isOn(input: false) }',
  ])("%s", (source) => expectTheSame({ schema, source }));
});

describe("variables, as in graphql-js' tests", () => {
  const In = one("object", "In");
  const text = one("text", "String");
  const withFallback = 'query ($input: String = "Default") { text(input: $input) }';
  it.each<[string, Record<string, unknown>, number]>([
    [In, { input: { a: "foo", b: ["bar"], c: "baz" } }, 0],
    [In, { input: { a: "foo", b: "bar", c: "baz" } }, 0],
    [In, { input: { c: "foo", d: "written" } }, 0],
    [In, { input: { c: "foo", d: "wrong" } }, 1],
    [In, { input: { c: "foo", a: undefined, e: null } }, 0],
    [In, {}, 0],
    [In, { input: null }, 0],
    [In, { input: { a: "foo", b: "bar", c: null } }, 1],
    [In, { input: "foo bar" }, 1],
    [In, { input: ["foo"] }, 1],
    [In, { input: { a: "foo", b: "bar" } }, 1],
    [In, { input: { a: "foo", b: "bar", c: "baz", extra: "dog" } }, 1],
    [In, { input: { a: 1, b: [2, "x", {}], c: [], e: 1.5 } }, 5],
    [one("nested", "Nested"), { input: { na: { a: "foo" } } }, 2],
    [one("nested", "Nested"), { input: { na: { c: "foo" }, nb: "b" } }, 0],
    ['query ($input: In = { a: "foo", b: ["bar"], c: "baz" }) { object(input: $input) }', {}, 0],
    ['query ($c: String!) { object(input: { c: $c, b: [$c, "x"] }) }', { c: "from a variable" }, 0],
    ['query ($a: String) { object(input: { c: "c", a: $a }) list(input: [$a]) }', {}, 0],
    [text, {}, 0],
    [text, { input: null }, 0],
    [text, { input: undefined }, 0],
    [text, { input: "a", unknown: "is not requested" }, 0],
    [text, { input: 7 }, 1],
    [withFallback, {}, 0],
    [withFallback, { input: "Variable" }, 0],
    [withFallback, { input: null }, 0],
    ["query ($input: String = null) { text(input: $input) }", {}, 0],
    ['query ($input: String! = "default") { text(input: $input) mustText(input: $input) }', {}, 0],
    ['query ($input: String = "default") { mustText(input: $input) }', {}, 0],
    ['query ($input: String = "default") { mustText(input: $input) }', { input: null }, 1],
    [one("mustText", "String!"), {}, 1],
    [one("mustText", "String!"), { input: null }, 1],
    [one("mustText", "String!"), { input: "a" }, 0],
    [one("mustText", "String!"), { input: [1, 2, 3] }, 1],
    [one("anEnum", "Kind"), { input: "NULL" }, 0],
    [one("anEnum", "Kind"), { input: "NOTHING" }, 1],
    [one("anEnum", "Kind"), { input: 1 }, 1],
    [one("odd", "Odd"), { input: "written" }, 0],
    [one("odd", "Odd"), { input: "wrong" }, 1],
    [one("number", "Int"), { input: 2 ** 31 }, 1],
    [one("number", "Int"), { input: "1" }, 1],
    [one("ratio", "Float"), { input: 1 }, 0],
    [one("id", "ID"), { input: 7 }, 0],
    [one("isOn", "Boolean"), { input: "true" }, 1],
    [one("withDefault", "String"), {}, 0],
    [one("withDefault", "String"), { input: null }, 0],
    [one("mustWithDefault", "String"), {}, 0],
    [one("mustWithDefault", "String"), { input: null }, 1],
    [
      "query ($a: Int!, $b: Int!, $c: String!) { number(input: $a) b: number(input: $b) text(input: $c) }",
      { b: "x" },
      3,
    ],
  ])("%s %j", (source, variables, errors) => expectTheSame({ schema, source, variables, errors }));
});

describe("lists of variables, as in graphql-js' tests", () => {
  const types: [keyof typeof fields, string][] = [
    ["list", "[String]"],
    ["mustList", "[String]!"],
    ["listMust", "[String!]"],
    ["mustListMust", "[String!]!"],
  ];
  const values: [unknown, errors: (type: string) => number][] = [
    [null, (type) => (type.endsWith("!") ? 1 : 0)],
    [["A"], () => 0],
    ["A", () => 0],
    [["A", null, "B"], (type) => (type.includes("!]") ? 1 : 0)],
    [[], () => 0],
    [[1, 2], () => 2],
    // At most 50 errors are reported.
    [Array.from({ length: 60 }, (_, n) => n), () => 51],
  ];
  it.each(
    types.flatMap(([field, type]) => values.map(([input, errors]) => [type, input, field, errors(type)] as const)),
  )("%s %j", (type, input, field, errors) =>
    expectTheSame({ schema, source: one(field, type), variables: { input }, errors }),
  );
});

describe("@oneOf, as in graphql-js' tests", () => {
  const oneOf = schemaOf(
    "type Query { test(input: In!): Out } input In @oneOf { a: String b: Int } type Out { a: String b: Int }",
    { Query: { test: (_source, { input }: { input: object }) => input } },
  );
  const asked = "query ($input: In!) { test(input: $input) { a b } }";
  it.each<[string, Record<string, unknown>, number]>([
    ['query ($input: In! = { a: "abc" }) { test(input: $input) { a b } }', {}, 0],
    ["query ($b: Int!) { test(input: { b: $b }) { a b } }", { b: 1 }, 0],
    [asked, { input: { a: "abc" } }, 0],
    [asked, { input: { a: "abc", b: undefined } }, 0],
    [asked, { input: { a: "abc", b: 123 } }, 1],
    [asked, { input: { a: "abc", b: null } }, 1],
    [asked, { input: { a: null } }, 1],
    [asked, { input: {} }, 1],
    [asked, { input: { a: 7 } }, 1],
  ])("%s %j", (source, variables, errors) => expectTheSame({ schema: oneOf, source, variables, errors }));
});
