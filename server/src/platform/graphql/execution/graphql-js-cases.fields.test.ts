import { describe, it } from "@jest/globals";
import { GraphQLSchema } from "graphql";
import {
  expectTheSame,
  fail,
  later,
  refusal,
  reject,
  schemaOf,
  trouble,
  type Situation,
} from "../../../testing/both-executors.js";

/*
 * The situations of graphql-js' own executor tests (16.x: executor, resolve, schema, sync, mutations, directives),
 * rewritten.
 * Left out, since they do not apply to a planned operation:
 * - a missing schema, document or operation, several operations, choosing one by name: `planOperation` receives its
 * operation.
 * - variables that are not an object: the pipeline refuses them first.
 * - invalid documents (unknown fields, missing selections, fragments in circles, type definitions): never planned.
 * - custom `fieldResolver` and `typeResolver`, `executeSync`, `graphqlSync`: the server uses none of them.
 * - subscription streams, @defer and @stream: each event is executed as below, and 16.x has no incremental delivery.
 */
const fruits: Record<string, unknown> = {
  a: () => "Apple",
  b: () => "Banana",
  c: "Cherry",
  pic: (size: number) => `Picture of size ${size}`,
  late: () => later(fruits),
  deep: () => ({
    a: () => "Apricot",
    words: () => ["Bark", undefined, "Branch"],
    fruits: () => [fruits, null, later(fruits)],
  }),
};
const orchard = schemaOf(
  `type Query { a: String b: String c: String pic(size: Int): String late: Query deep: Deep }
   type Deep { a: String words: [String] fruits: [Query] }`,
  { Query: { pic: ({ pic }: { pic(size: number): string }, { size }: { size: number }) => pic(size) } },
);
const nested = schemaOf(
  `type Query { a: String b: String deep: Query maybe: Query must: Query! throws: String! rejects: String! list: [Query] numbers: [[Int!]]! }`,
  {
    Query: {
      a: () => "Apple",
      b: () => "Banana",
      deep: () => ({}),
      maybe: () => ({}),
      must: () => ({}),
      throws: fail(trouble("catch me")),
      rejects: () => reject(trouble("catch me later")),
    },
  },
);

describe("basic execution, as in graphql-js' tests", () => {
  it.each<[string, Situation]>([
    [
      "properties, methods, promises, lists, aliases and fragments",
      {
        schema: orchard,
        source: `query ($size: Int) { a b x: c ...F ... on Query { pic(size: $size) late { a } } deep { a words fruits { a c } } }
          fragment F on Query { d: a e: b }`,
        root: fruits,
        variables: { size: 100 },
        promised: true,
      },
    ],
    [
      "fragments that meet in the same field",
      {
        schema: nested,
        source: `{ a ...One ...Two } fragment One on Query { b deep { b deeper: deep { b } } }
          fragment Two on Query { a deep { a deeper: deep { a } } }`,
        data: { a: "Apple", b: "Banana", deep: { b: "Banana", deeper: { b: "Banana", a: "Apple" }, a: "Apple" } },
      },
    ],
    [
      "the same fragment twice",
      { schema: nested, source: "{ ...F deep { ...F ...F } ...F } fragment F on Query { a b }" },
    ],
    [
      "a resolver's info about its field",
      {
        schema: schemaOf("type Query { test(by: Int = 3): String other: String }", {
          Query: { test: () => "outcome" },
        }),
        source: `query ($yes: Boolean = true) { result: test ...F @skip(if: false) named: __typename @include(if: $yes) }
          fragment F on Query { result: test other }`,
        variables: { yes: true, unknown: 1 },
        context: { caller: "Maya" },
        root: { other: "value" },
      },
    ],
    [
      "the path below lists of abstract types",
      {
        schema: schemaOf("type Query { test: [Found!]! } union Found = Thing type Thing { test: String }", {
          Found: { resolveType: () => "Thing" },
          Thing: { test: () => "here" },
        }),
        source: "{ l1: test { ... on Thing { l2: test } } }",
        root: { test: [{}, {}] },
      },
    ],
    [
      "the root value as the source of its fields",
      {
        schema: schemaOf("type Query { a: String }", { Query: { a: (root) => String(root) } }),
        source: "query Example { a }",
        root: 7,
      },
    ],
    [
      "arguments as they are written, and none that are not",
      {
        schema: schemaOf("type Query { b(n: Int, s: String, x: Boolean, y: Boolean): String }", {
          Query: { b: (_source, args) => JSON.stringify(args) },
        }),
        source: '{ b(y: false, s: "foo", n: 0) }',
        data: { b: '{"n":0,"s":"foo","y":false}' },
      },
    ],
    [
      "keys in the document's order, whichever value is late",
      {
        schema: schemaOf("type Query { a: String b: String c: String d: String e: String }"),
        source: "{ e a d b c }",
        root: { a: () => "a", b: () => later("b"), c: () => "c", d: () => later(later("d")), e: () => later("e") },
        promised: true,
        data: { e: "e", a: "a", d: "d", b: "b", c: "c" },
      },
    ],
    ["a query without a name", { schema: nested, source: "{ a }" }],
    [
      "a subscription's event",
      {
        schema: schemaOf(
          "type Query { a: String } type Subscription { event: Event } type Event { a: String n: Int }",
          {
            Event: { n: () => later(1) },
          },
        ),
        source: "subscription S { event { n a } }",
        root: { event: { a: "event" } },
        promised: true,
      },
    ],
    [
      "a schema without queries",
      { schema: new GraphQLSchema({ assumeValid: true }), source: "query Q { __typename }", errors: 1, data: null },
    ],
    [
      "a schema without mutations",
      { schema: new GraphQLSchema({ assumeValid: true }), source: "mutation M { __typename }", errors: 1, data: null },
    ],
    [
      "an object whose type claims otherwise",
      {
        schema: schemaOf("type Query { specials: [Special] } type Special { value: String }", {
          Special: { isTypeOf: (value: { special: boolean }) => value.special },
        }),
        source: "{ specials { value } }",
        root: {
          specials: [
            { special: true, value: "foo" },
            { special: false, value: "bar" },
          ],
        },
        errors: 1,
      },
    ],
    [
      "an object whose type claims otherwise later",
      {
        schema: schemaOf("type Query { specials: [Special] } type Special { value: String }", {
          Special: { isTypeOf: (value: { special: boolean }) => later(value.special) },
        }),
        source: "{ specials { value } }",
        root: {
          specials: [
            { special: true, value: "foo" },
            { special: false, value: "bar" },
          ],
        },
        errors: 1,
        promised: true,
      },
    ],
    ...[undefined, null].map((nothing): [string, Situation] => [
      `a scalar that writes ${String(nothing)}`,
      {
        schema: schemaOf("type Query { odd: Odd } scalar Odd", { Odd: { serialize: () => nothing } }),
        source: "{ odd }",
        root: { odd: "VALUE" },
        errors: 1,
      },
    ]),
    [
      "properties of another kind than their scalar",
      {
        schema: schemaOf(
          "type Query { a: String b: String c: ID d: Boolean e: Boolean f: Boolean g: Int h: Float i: String deep: Query }",
        ),
        source: "{ a b c d e f g h deep { i deep { d } } }",
        root: { a: true, b: 7, c: 7, d: 1, e: 0, f: "yes", g: "7", h: true, deep: { i: [], deep: { d: "no" } } },
        errors: 3,
        data: {
          a: "true",
          b: "7",
          c: "7",
          d: true,
          e: false,
          f: null,
          g: 7,
          h: 1,
          deep: { i: null, deep: { d: null } },
        },
      },
    ],
    [
      "a blog",
      {
        schema: schemaOf(
          `type Query { article(id: ID): Article feed: [Article] }
           type Article { id: String! isPublished: Boolean author: Author title: String body: String keywords: [String] }
           type Author { id: String name: String pic(width: Int, height: Int): Image recentArticle: Article }
           type Image { url: String width: Int height: Int }`,
          {
            Query: { article: (_source, { id }: { id: string }) => article(id), feed: () => [1, 2, 3].map(article) },
            Author: {
              pic: ({ pic }: Author, { width, height }: { width: number; height: number }) => pic(width, height),
            },
          },
        ),
        source: `{ feed { id title } article(id: "1") { ...F author { id name pic(width: 640, height: 480) { url width height }
          recentArticle { ...F keywords } } } } fragment F on Article { id isPublished title body }`,
      },
    ],
  ])("%s", (_name, situation) => expectTheSame(situation));
});

interface Author {
  pic(width: number, height: number): object;
}
function article(id: number | string): object {
  return {
    id,
    isPublished: true,
    title: `My Article ${id}`,
    body: "This is a post",
    keywords: ["foo", 1, true, null],
    author: () => ({
      id: 123,
      name: "Jo",
      pic: (width: number, height: number) => ({ url: "cdn://123", width: `${width}`, height: `${height}` }),
      recentArticle: () => article(1),
    }),
  };
}

const failing = {
  sync: () => "sync",
  syncError: fail(trouble("sync")),
  syncText: fail("a text"),
  syncNothing: fail(undefined),
  syncObject: fail({ not: "an error" }),
  syncReturned: () => trouble("returned"),
  syncRefused: fail(refusal("refused", { code: "FORBIDDEN", http: { status: 403 } })),
  syncList: () => ["zero", trouble("one"), "two", trouble("three")],
  late: () => later("late"),
  lateError: () => reject(trouble("late")),
  lateText: () => reject("a late text"),
  lateNothing: () => reject(undefined),
  lateReturned: () => later(trouble("returned late")),
  lateRefused: () => reject(refusal("refused late", { code: "LATE" })),
  lateExtended: () => later(Object.assign(trouble("extended"), { extensions: { foo: "bar" } })),
  lateList: () => later(["zero", reject(trouble("one late")), later(trouble("two late"))]),
};
const failingSchema = schemaOf(
  `type Query { ${Object.keys(failing)
    .map((name) => `${name}: ${name.endsWith("List") ? "[String]" : "String"}`)
    .join(" ")} }`,
);

describe("errors, as in graphql-js' tests", () => {
  it.each<[string, Situation]>([
    [
      "null for what fails, whether thrown, returned or rejected, whatever the value",
      {
        schema: failingSchema,
        source: `{\n${Object.keys(failing).join("\n  ")}\n}`,
        root: failing,
        errors: 16,
        promised: true,
      },
    ],
    ...Object.keys(failing)
      .filter((name) => name.startsWith("sync"))
      .map((name): [string, Situation] => [
        `alone and at once: ${name}`,
        {
          schema: failingSchema,
          source: `{ ${name} }`,
          root: failing,
          errors: name === "sync" ? 0 : name === "syncList" ? 2 : 1,
        },
      ]),
    [
      "of a list that is refused as a whole",
      {
        schema: schemaOf("type Query { foods: [Food] } type Food { name: String }", {
          Query: { foods: () => reject(trouble("no foods")) },
        }),
        source: "query { foods { name } }",
        errors: 1,
        promised: true,
      },
    ],
    [
      "with the whole path below non-null fields",
      {
        schema: nested,
        source: "{ maybe { aliased: maybe { must { another: must { throws } } } } }",
        errors: 1,
        data: { maybe: { aliased: null } },
      },
    ],
    [
      "of every field that has the same key",
      { schema: nested, source: "{ maybe { throws } maybe { throws b } }", errors: 1 },
    ],
    [
      "that are thrown while others are pending: these are awaited, and no rejection is left unhandled",
      {
        schema: nested,
        source:
          "{ maybe { rejects throws } other: maybe { throws rejects } third: maybe { must { rejects } rejects } }",
        errors: 3,
        promised: true,
      },
    ],
    [
      "in lists of lists",
      { schema: nested, source: "{ numbers }", root: { numbers: [[1, null], [2], null] }, errors: 1 },
    ],
    ["of a list that is not one", { schema: nested, source: "{ list { a } }", root: { list: "Singular" }, errors: 1 }],
  ])("%s", (_name, situation) => expectTheSame(situation));
});
