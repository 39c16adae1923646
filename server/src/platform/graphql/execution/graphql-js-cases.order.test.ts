import { describe, expect, it } from "@jest/globals";
import { execute, getOperationAST, parse } from "graphql";
import {
  expectTheSame,
  fail,
  flat,
  later,
  observed,
  planned,
  schemaOf,
  trouble,
  type Situation,
} from "../../../testing/both-executors.js";

// graphql-js' own tests of resolve, sync, mutations and directives, rewritten; what is left out is listed in
// graphql-js-cases.fields.test.ts.

class Adder {
  constructor(private readonly number: number) {}
  test = observed(
    "Adder.test",
    (args: { by: number }, context: { more: number }) => this.number + args.by + context.more,
  );
}
const withSecret = {
  secret: "value",
  test(this: { secret: string }) {
    return this.secret;
  },
};
describe("resolvers, as in graphql-js' tests", () => {
  const plain = schemaOf("type Query { test: String length: Int deep: Query }");
  const outcome = schemaOf("type Query { test(aStr: String, aInt: Int): String }", {
    Query: { test: (source, args) => JSON.stringify([source, args]) },
  });
  it.each<[string, Situation]>([
    ["read properties by default", { schema: plain, source: "{ test }", root: { test: "value" } }],
    [
      "call methods on their object by default",
      { schema: plain, source: "{ test }", root: withSecret, data: { test: "value" } },
    ],
    [
      "pass arguments and context by default",
      {
        schema: schemaOf("type Query { test(by: Int): Int }"),
        source: "{ test(by: 80) }",
        freshRoot: () => new Adder(700),
        context: { more: 9 },
        data: { test: 789 },
      },
    ],
    [
      "find a property of a function by default",
      { schema: plain, source: "{ test }", root: Object.assign(() => 0, { test: "here" }) },
    ],
    ["find nothing on undefined by default", { schema: plain, source: "{ test }", root: undefined }],
    ...["{ test }", "{ deep { test } }"].map((source): [string, Situation] => [
      `find nothing on null by default: ${source}`,
      { schema: plain, source, root: null },
    ]),
    ["find nothing on a string by default", { schema: plain, source: "{ test }", root: "text" }],
    ["find no length of a string by default", { schema: plain, source: "{ length }", root: "text" }],
    ["are called without a source", { schema: outcome, source: "{ test }" }],
    ["are called with a source", { schema: outcome, source: "{ test }", root: "Source!" }],
    ["are called with an argument", { schema: outcome, source: '{ test(aStr: "String!") }', root: "Source!" }],
    ["are called with both", { schema: outcome, source: '{ test(aInt: -123, aStr: "String!") }', root: "Source!" }],
  ])("%s", (_name, situation) => expectTheSame(situation));
});

describe("answers synchronously if everything is available, as in graphql-js' tests", () => {
  const schema = schemaOf("type Query { now: String soon: String } type Mutation { now: String soon: String }", {
    Query: { now: (root) => root, soon: (root) => later(root) },
    Mutation: { now: (root) => root, soon: (root) => later(root) },
  });
  it.each<[string, boolean]>([
    ["query { now }", false],
    ["query { now soon }", true],
    ["mutation { now }", false],
    ["mutation { now again: now }", false],
    ["mutation { now soon again: now }", true],
    ["{ __typename }", false],
    ["{ __schema { types { name fields { name } } } }", false],
  ])("%s: promised %s", (source, promised) => expectTheSame({ schema, source, root: "root", promised }));

  it("as `data` alone", () => {
    const document = parse("{ now }");
    const operation = getOperationAST(document);
    if (!operation) throw new Error("no operation");
    expect(planned(schema, document, operation)({}, {}, "root")).toEqual({ data: { now: "root" } });
  });
});

class Holder {
  theNumber = 6;
}
const numbers = schemaOf(
  `type Query { holder: Holder } type Holder { theNumber: Int late: Int }
   type Mutation { now(to: Int): Holder soon(to: Int): Holder fails(to: Int): Holder failsLater(to: Int): Holder must(to: Int): Holder! }`,
  {
    Holder: {
      late: async ({ theNumber }: Holder) => {
        await new Promise(setImmediate);
        return theNumber;
      },
    },
    Mutation: {
      now: (holder: Holder, { to }: { to: number }) => Object.assign(holder, { theNumber: to }),
      soon: async (holder: Holder, { to }: { to: number }) => {
        await new Promise(setImmediate);
        return Object.assign(holder, { theNumber: to });
      },
      fails: fail(trouble("cannot change")),
      failsLater: async () => {
        await new Promise(setImmediate);
        throw trouble("cannot change later");
      },
      must: () => null,
    },
  },
);
describe("mutations run one after another, as in graphql-js' tests", () => {
  const change = (key: string, name: string, to: number) => `${key}: ${name}(to: ${to}) { theNumber }`;
  it.each<[string, Situation]>([
    [
      "both synchronous and promised ones",
      {
        schema: numbers,
        source: `mutation { ${change("a", "now", 1)} ${change("b", "soon", 2)} ${change("c", "now", 3)} ${change("d", "soon", 4)} ${change("e", "now", 5)} }`,
        data: {
          a: { theNumber: 1 },
          b: { theNumber: 2 },
          c: { theNumber: 3 },
          d: { theNumber: 4 },
          e: { theNumber: 5 },
        },
      },
    ],
    [
      "even if some fail",
      {
        schema: numbers,
        source: `mutation { ${change("a", "now", 1)} ${change("b", "soon", 2)} ${change("c", "fails", 3)} ${change("d", "soon", 4)} ${change("e", "failsLater", 5)} ${change("f", "now", 6)} }`,
        errors: 2,
      },
    ],
    [
      "with their selections, before the next one",
      {
        schema: numbers,
        source: "mutation { a: now(to: 1) { late theNumber } b: now(to: 2) { late } }",
        data: { a: { late: 1, theNumber: 1 }, b: { late: 2 } },
      },
    ],
    [
      "within a fragment",
      {
        schema: numbers,
        source: `mutation { ...F ${change("b", "now", 2)} } fragment F on Mutation { ${change("a", "soon", 1)} }`,
      },
    ],
    [
      "until a non-null one fails, after which none is started",
      {
        schema: numbers,
        source: `mutation { ${change("a", "soon", 1)} ${change("b", "must", 2)} ${change("c", "now", 3)} }`,
        errors: 1,
        data: null,
      },
    ],
  ])("%s", (_name, situation) => expectTheSame({ freshRoot: () => new Holder(), promised: true, ...situation }));
});

describe("@skip and @include, as in graphql-js' tests", () => {
  const schema = schemaOf("type Query { a: String b: String }");
  const directives = ["@include(if: true)", "@include(if: false)", "@skip(if: true)", "@skip(if: false)"];
  const both = ["true", "false"].flatMap((include) =>
    ["true", "false"].map((skip) => `@include(if: ${include}) @skip(if: ${skip})`),
  );
  const sources = [...directives, ...both].flatMap((directive) => [
    `{ a b ${directive} }`,
    `{ a ...F ${directive} } fragment F on Query { b }`,
    `{ a ... on Query ${directive} { b } }`,
    `{ a ... ${directive} { b } }`,
    `{ a ...F } fragment F on Query { b ${directive} }`,
    `{ b ${directive} ...F } fragment F on Query { a }`,
  ]);
  it.each(sources)("%s", (source) => expectTheSame({ schema, source, root: { a: "a", b: "b" } }));

  it.each<[string, Record<string, unknown>, number]>([
    ["query ($x: Boolean!) { a b @include(if: $x) }", { x: true }, 0],
    ["query ($x: Boolean!) { a b @skip(if: $x) }", { x: true }, 0],
    ["query ($x: Boolean = true) { a b @skip(if: $x) }", {}, 0],
    ["query ($x: Boolean = true) { a b @skip(if: $x) }", { x: null }, 1],
    ["query ($x: Boolean!) { a b @skip(if: $x) }", { x: "yes" }, 1],
    [
      "query ($x: Boolean!, $y: Boolean!) { a @skip(if: $x) @include(if: $y) b @include(if: $x) }",
      { x: false, y: true },
      0,
    ],
  ])("%s %j", (source, variables, errors) =>
    expectTheSame({ schema, source, variables, root: { a: "a", b: "b" }, errors }),
  );

  it("are decided afresh for each run of one plan, whatever earlier runs selected", async () => {
    const document = parse(
      "query ($x: Boolean = true, $y: Boolean) { a @skip(if: $x) ...F @include(if: $y) } fragment F on Query { b c: a @include(if: $x) }",
    );
    const operation = getOperationAST(document);
    if (!operation) throw new Error("no operation");
    const plan = planned(schema, document, operation);
    const root = { a: "a", b: "b" };
    const given = [true, false, null, undefined];
    const pairs = given.flatMap((x) =>
      given.map((y) => ({ ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) })),
    );
    // More combinations than plans are kept, each one again after all the others.
    for (const variables of [...pairs, ...pairs.toReversed(), ...pairs]) {
      const theirs = await execute({ schema, document, variableValues: variables, rootValue: root });
      expect({ variables, ...flat(await plan(undefined, variables, root)) }).toEqual({ variables, ...flat(theirs) });
    }
  });
});
