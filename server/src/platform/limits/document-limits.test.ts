import { describe, expect, it } from "@jest/globals";
import { buildSchema, GraphQLError, parse, validate } from "graphql";
import { asLimitError, documentLimits, documentRules, overLimit, withoutHints } from "./document-limits.js";

const schema = buildSchema(`
  directive @tag repeatable on QUERY | FIELD | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT | VARIABLE_DEFINITION
  type Query { me: Thing name: String signIn: Int }
  type Thing { me: Thing name: String signIn: Int verify: Int }
`);
const limits = { ...documentLimits, depth: 3, aliases: 2, directives: 2 };
const refused = (query: string) =>
  validate(schema, parse(query), documentRules({ limits, onePerDocument: ["signIn", "verify"] })).map(
    ({ message, extensions }) => [extensions["limit"], extensions["bound"], message],
  );
const DEPTH = ["depth", 3, "The document is too complex: at most 3 levels of fields."];
const ALIASES = ["aliases", 2, "The document is too complex: at most 2 aliases."];
const DIRECTIVES = ["directives", 2, "The document is too complex: at most 2 directives."];
const ONE = ["onePerDocument", 1, "The document is too complex: one field per document that proves who you are."];

describe("a document within its limits", () => {
  it.each([
    ["at the depth limit", "{ me { me { name } } }"],
    ["at the depth limit through fragments", "{ ...A } fragment A on Query { me { ... on Thing { me { name } } } }"],
    ["introspection, however deep", "{ __schema { types { fields { type { ofType { name } } } } } }"],
    ["at the alias limit", "{ a: name b: name }"],
    ["at the directive limit", "query Q @tag { name @tag }"],
    ["in two operations, each at its limits", "query A { a: name b: name } query B { c: name d: name }"],
    ["with one field that proves who somebody is", "{ signIn }"],
    ["with a fragment that does not exist", "{ ...G }"],
    ["with a fragment that spreads itself", "{ me { ...F } } fragment F on Thing { me { ...F } }"],
    ["with an unused fragment", "{ name } fragment F on Thing { a: name b: name c: name }"],
  ])("passes: %s", (_what, query) => expect(refused(query)).toEqual([]));
});

describe("a document past a limit is refused by the limit's name", () => {
  it.each<[string, unknown[][], string]>([
    ["a level too deep", [DEPTH], "{ me { me { me { name } } } }"],
    ["a level too deep beside a shallow one", [DEPTH], "{ me { me { me { name } } } name }"],
    ["too deep within an inline fragment", [DEPTH], "{ me { ... { me { me { name } } } } }"],
    [
      "too deep within a fragment within a fragment",
      [DEPTH],
      "{ me { ...A } } fragment A on Thing { me { ...B } } fragment B on Thing { me { name } }",
    ],
    ["one alias too many", [ALIASES], "{ a: name b: name c: name }"],
    ["one alias too many further down", [ALIASES], "{ a: me { b: me { c: name } } }"],
    [
      "aliases in a fragment, at each of its spreads",
      [ALIASES],
      "{ me { ...A me { ...A } } } fragment A on Thing { a: name b: name }",
    ],
    ["one directive too many on a field", [DIRECTIVES], "{ name @tag @tag @tag }"],
    ["on an operation", [DIRECTIVES], "query Q @tag @tag @tag { name }"],
    ["on its variables", [DIRECTIVES], "query Q($a: Int @tag @tag, $b: Int @tag) { name }"],
    [
      "on spreads and inline fragments",
      [DIRECTIVES],
      "{ ... @tag { name } ... @tag { ...A @tag } } fragment A on Query { name }",
    ],
    ["on a fragment, at each of its spreads", [DIRECTIVES], "{ ...A ...A } fragment A on Query @tag @tag { name }"],
    ["in places of every kind", [DIRECTIVES], "query Q($a: Int @tag) @tag { name @tag }"],
    ["two fields that prove who somebody is", [ONE], "{ a: signIn signIn }"],
    ["one of each", [ONE], "{ signIn me { verify } }"],
    ["in a fragment, at each of its spreads", [ONE], "{ me { ...A me { ...A } } } fragment A on Thing { verify }"],
    ["in two operations", [ONE], "query A { signIn } query B { signIn }"],
    ["several at once", [DEPTH, ALIASES], "{ a: me { b: me { c: me { name } } } }"],
  ])("%s", (_what, expected, query) => expect(refused(query)).toEqual(expected));

  it("with a status and code that clients can rely on", () =>
    expect(overLimit("depth", 8, "at most 8 levels of fields").extensions).toEqual({
      code: "QUERY_TOO_COMPLEX",
      limit: "depth",
      bound: 8,
      http: { status: 400 },
    }));

  it("within the limits that the product promises, unless others are given", () => {
    const nested = (depth: number) => `${"{ me ".repeat(depth - 1)}{ name }${" }".repeat(depth - 1)}`;
    const usual = (query: string) => validate(schema, parse(query), documentRules({ onePerDocument: [] }));
    expect(documentLimits).toEqual(expect.objectContaining({ depth: 8, aliases: 10, directives: 20, tokens: 1000 }));
    expect(usual(nested(8))).toEqual([]);
    expect(usual(nested(9))).toHaveLength(1);
  });

  it("even where nested fragments would make it endless work", () => {
    const doubling = Array.from(
      { length: 40 },
      (_, n) => `fragment F${n} on Thing { ...F${n + 1} me { ...F${n + 1} } }`,
    );
    const query = `{ me { ...F0 } } ${doubling.join(" ")} fragment F40 on Thing { a: name }`;
    expect(refused(query).map(([limit]) => limit)).toEqual(["depth", "aliases"]);
  });
});

describe("an error of the parser", () => {
  it.each(["Document contains more than 1000 tokens. Parsing aborted.", "Document contains more that 1000 tokens."])(
    "an error about too many tokens is a limit's: %s",
    (message) => {
      const error = asLimitError(new GraphQLError(`Syntax Error: ${message}`));
      expect(error.message).toBe("The document is too complex: at most 1000 tokens.");
      expect(error.extensions).toMatchObject({ limit: "tokens", bound: 1000 });
    },
  );

  it.each([
    "Syntax Error: Unexpected Name.",
    "More: Syntax Error: Document contains more than 1000 tokens.",
    "Syntax Error: Document contains more than many tokens",
  ])("of another kind is unchanged: %s", (message) => {
    const error = new GraphQLError(message);
    expect(asLimitError(error)).toBe(error);
  });
});

it.each([
  [
    'Cannot query field "thingz" on type "Query". Did you mean "things"?',
    'Cannot query field "thingz" on type "Query".',
  ],
  ['Unknown type "A".\nDid you mean "B"\nor "C"?', 'Unknown type "A".\n'],
  ["Expected Int.", "Expected Int."],
  ["Did you mean ", "Did you mean "],
])("an error reveals nothing of the schema that was not requested: %j", (message, said) =>
  expect(withoutHints(message)).toBe(said),
);
