import { describe, it } from "@jest/globals";
import { expectTheSame, later, reject, schemaOf, trouble, type Situation } from "../../../testing/both-executors.js";

// oxlint-disable unicorn/no-thenable -- objects with a `then` are what these tests are about.

/** A thenable that is not a promise, like a query builder's statement: its `then` yields another thenable. */
class Statement {
  constructor(private readonly rows: Promise<unknown>) {}
  then(kept?: (rows: unknown) => unknown, broken?: (reason: unknown) => unknown): Statement {
    return new Statement(this.rows.then(kept, broken));
  }
}
/** Yields its value synchronously, along with what is derived from it. */
const atOnce = (value: unknown): object => ({ then: (kept: (value: unknown) => unknown) => kept(value) });
const asFunction = (value: unknown): object => Object.assign(() => 0, { then: later(value).then.bind(later(value)) });

const sdl = `type Query { text: String must: String! list: [String] thing: Thing found: Found odd: Odd things: [Thing!] }
  type Thing { name: String other: Odd } union Found = Thing scalar Odd`;
const answering = (field: string, value: () => unknown) => schemaOf(sdl, { Query: { [field]: value } });

describe("a thenable is awaited, as in graphql-js", () => {
  it.each<[string, Situation]>([
    [
      "as a field",
      { schema: answering("text", () => new Statement(later("late"))), source: "{ text }", promised: true },
    ],
    [
      "as a field that is a property",
      { schema: schemaOf(sdl), root: { text: new Statement(later("late")) }, source: "{ text }", promised: true },
    ],
    [
      "as a field that fails",
      {
        schema: answering("text", () => new Statement(reject(trouble("late")))),
        source: "{ text }",
        errors: 1,
        promised: true,
      },
    ],
    [
      "as a non-null field that fails",
      {
        schema: answering("must", () => new Statement(reject(trouble("late")))),
        source: "{ must }",
        errors: 1,
        promised: true,
      },
    ],
    [
      "as items of a list",
      {
        schema: answering("list", () => [new Statement(later("a")), "b", new Statement(reject(trouble("late")))]),
        source: "{ list }",
        errors: 1,
        promised: true,
        data: { list: ["a", "b", null] },
      },
    ],
    [
      "as a function",
      {
        schema: answering("text", () => asFunction("late")),
        source: "{ text }",
        promised: true,
        data: { text: "late" },
      },
    ],
    [
      "as a function in a list",
      {
        schema: answering("list", () => [asFunction("late")]),
        source: "{ list }",
        promised: true,
        data: { list: ["late"] },
      },
    ],
    [
      "as an abstract type's object",
      {
        schema: schemaOf(sdl, {
          Query: { found: () => ({ name: "Maya" }) },
          Found: { resolveType: () => new Statement(later("Thing")) },
        }),
        source: "{ found { __typename ... on Thing { name } } }",
        promised: true,
        data: { found: { __typename: "Thing", name: "Maya" } },
      },
    ],
    [
      "as whether an object is of its type",
      {
        schema: schemaOf(sdl, {
          Query: { thing: () => ({ name: "Maya" }) },
          Thing: { isTypeOf: () => new Statement(later(true)) },
        }),
        source: "{ thing { name } }",
        promised: true,
        data: { thing: { name: "Maya" } },
      },
    ],
    [
      "as a scalar's serialized value",
      {
        schema: schemaOf(sdl, { Odd: { serialize: () => new Statement(later("written")) } }),
        root: { odd: 7 },
        source: "{ odd }",
        promised: true,
        data: { odd: "written" },
      },
    ],
  ])("%s", (_what, situation) => expectTheSame(situation));
});

describe("a thenable that resolves synchronously is not awaited, as in graphql-js", () => {
  it.each<[string, Situation]>([
    ["as a field", { schema: answering("text", () => atOnce("now")), source: "{ text }", data: { text: "now" } }],
    [
      "as items of a list",
      { schema: answering("list", () => [atOnce("a"), "b"]), source: "{ list }", data: { list: ["a", "b"] } },
    ],
    [
      "as an object with pending fields",
      {
        schema: answering("thing", () => atOnce({ name: later("Maya") })),
        source: "{ thing { name } }",
        promised: true,
        data: { thing: { name: "Maya" } },
      },
    ],
  ])("%s", (_what, situation) => expectTheSame(situation));
});

describe("a promise returned by a scalar's serialize, as in graphql-js", () => {
  const writing = (write: () => unknown) => schemaOf(sdl, { Odd: { serialize: write } });
  it.each<[string, Situation]>([
    [
      "is awaited",
      {
        schema: writing(() => later("written")),
        root: { odd: 7 },
        source: "{ odd }",
        promised: true,
        data: { odd: "written" },
      },
    ],
    [
      "fails only its field if it is rejected",
      {
        schema: writing(() => reject(trouble("cannot be written"))),
        root: { odd: 7, text: "text" },
        source: "{ text odd }",
        errors: 1,
        promised: true,
        data: { text: "text", odd: null },
      },
    ],
    [
      "fails the field at its own path, however deep",
      {
        schema: writing(() => reject(trouble("cannot be written"))),
        root: { things: [{ other: 1 }, { other: { deep: 2 } }] },
        source: "{ things { given: other } }",
        errors: 2,
        promised: true,
      },
    ],
  ])("%s", (_what, situation) => expectTheSame(situation));
});
