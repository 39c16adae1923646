import { describe, expect, it } from "@jest/globals";
import { buildSchema, getOperationAST, Kind, parse, type FieldNode } from "graphql";
import { unhandledRejections } from "../../../testing/both-executors.js";
import { planOperation } from "./planned-operation.js";

const schema = buildSchema(`
  type Query { people: [Named!] name: String numbers: [Int!] must: String! }
  interface Named { name: String friend: Named }
  type Person implements Named { name: String friend: Named }
  type Firm implements Named { name: String friend: Named }
`);
const person = (name: string) => ({ __typename: "Person", name, friend: { __typename: "Person", name: "Noah" } });
const firm = { __typename: "Firm", name: "Harbor" };

/** The planned operation, and how often the selections of its field `people` have been read so far. */
function countingReads(source: string) {
  const document = parse(source);
  const operation = getOperationAST(document);
  const people = operation?.selectionSet.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value === "people",
  );
  if (!operation || !people?.selectionSet) throw new Error("no people");
  const { selections } = people.selectionSet;
  let reads = 0;
  Object.defineProperty(people.selectionSet, "selections", {
    get() {
      reads++;
      return selections;
    },
  });
  return { run: planOperation(schema, document, operation), reads: () => reads };
}

describe("an operation that runs many times", () => {
  it("reads its document once per object type, however many objects and runs there are", () => {
    const { run, reads } = countingReads("{ people { name friend { name } } }");
    const atPlanning = reads();
    const root = { people: [person("Maya"), firm, person("Noah"), firm, person("Olive")] };
    for (let time = 0; time < 3; time++) run({}, {}, root);
    expect(reads() - atPlanning).toBe(2);
  });

  it("is planned again when @skip and @include select other fields; two plans are kept", () => {
    const { run, reads } = countingReads(
      "query ($x: Boolean, $y: Boolean, $other: Int) { people { name @include(if: $x) friend @skip(if: $y) { name } } }",
    );
    const ask = (x: boolean, y: boolean, other = 0) => {
      const before = reads();
      run({}, { x, y, other }, { people: [person("Maya")] });
      return reads() - before;
    };
    expect([ask(true, true), ask(true, true, 1), ask(true, false), ask(true, true), ask(true, false)]).toEqual([
      1, 0, 1, 0, 0,
    ]);
    // A third one evicts both.
    expect([ask(false, false), ask(true, true), ask(false, false), ask(true, true)]).toEqual([1, 1, 0, 0]);
    expect(ask(true, false)).toBe(1);
  });
});

it("each run has the arguments of its own variables, beside the shared literals", () => {
  const echo = buildSchema(
    "type Query { echo(a: Int, b: String!, c: Kind = ONE, d: Kind = TWO, e: [Int]): String } enum Kind { ONE TWO }",
  );
  const runs: object[] = [];
  const query = echo.getQueryType()?.getFields().echo;
  if (!query) throw new Error("no field");
  query.resolve = (_source, args: { e: number[] }) => {
    // A resolver may modify its arguments.
    args.e.push(9);
    runs.push(args);
    return "echo";
  };
  const document = parse("query ($a: Int, $b: String, $c: Kind) { echo(a: $a, b: $b, c: $c, d: ONE, e: [1]) }");
  const operation = getOperationAST(document);
  if (!operation) throw new Error("no operation");
  const run = planOperation(echo, document, operation);
  expect(run({}, { a: 1, b: "x", c: "TWO" })).toEqual({ data: { echo: "echo" } });
  expect(run({}, { b: "y" })).toEqual({ data: { echo: "echo" } });
  for (const wrong of [{}, { b: null }])
    expect(run({}, wrong)).toMatchObject({ data: { echo: null }, errors: [{ path: ["echo"] }] });
  expect(runs).toEqual([
    { a: 1, b: "x", c: "TWO", d: "ONE", e: [1, 9] },
    { b: "y", c: "ONE", d: "ONE", e: [1, 9] },
  ]);
});

describe("correct arguments are read without the document, which graphql-js walks in each run", () => {
  const written = buildSchema(`
    type Query { echo(a: Int, b: String!, c: Kind = ONE, d: [In!]): String }
    enum Kind { ONE TWO } input In { x: Int }
  `);
  /** How often a run reads the field's arguments in the document. */
  function argumentReads(source: string, variables: Record<string, unknown>): number {
    const document = parse(source);
    const operation = getOperationAST(document);
    const field = operation?.selectionSet.selections[0];
    if (!operation || field?.kind !== Kind.FIELD) throw new Error("no field");
    const run = planOperation(written, document, operation);
    run({}, variables);
    const { arguments: nodes } = field;
    let reads = 0;
    Object.defineProperty(field, "arguments", {
      get() {
        reads++;
        return nodes;
      },
    });
    run({}, variables);
    return reads;
  }

  it.each<[string, Record<string, unknown>, number]>([
    ["{ echo }", {}, 1],
    ['{ echo(b: "x") }', {}, 0],
    ['{ echo(a: 1, b: "x", c: TWO) }', {}, 0],
    ['{ echo(a: null, b: "x") }', {}, 0],
    ['{ echo(a: "x", b: "x") }', {}, 1],
    ["query ($b: String) { echo(b: $b) }", { b: "x" }, 0],
    ["query ($b: String) { echo(b: $b) }", { b: null }, 1],
    ["query ($b: String) { echo(b: $b) }", {}, 1],
    ["query ($a: Int, $b: String) { echo(a: $a, b: $b) }", { a: null, b: "x" }, 0],
    ["query ($a: Int, $b: String) { echo(a: $a, b: $b) }", { b: "x" }, 0],
    ['query ($c: Kind) { echo(b: "x", c: $c) }', {}, 0],
    ['{ echo(b: "x", d: []) }', {}, 1],
    ['{ echo(b: "x", d: { x: 1 }) }', {}, 1],
  ])("%s with %j", (source, variables, reads) => {
    expect(argumentReads(source, variables)).toBe(reads);
  });
});

describe("a list that fails while some of its items are pending", () => {
  const unhandled = unhandledRejections();
  it("leaves no unhandled rejection, which would end the server", async () => {
    const document = parse("{ numbers }");
    const operation = getOperationAST(document);
    if (!operation) throw new Error("no operation");
    const run = planOperation(schema, document, operation);
    const late = () => new Promise((_, broken) => setImmediate(() => broken(new Error("late"))));
    const before = unhandled.soFar();
    const answer = await run({}, {}, { numbers: [late(), 1, null] });
    expect(answer).toMatchObject({ data: { numbers: null }, errors: [{ path: ["numbers", 2] }] });
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect(unhandled.soFar()).toBe(before);
  });
});

it("a finished response gains no more errors, even if pending work fails later", async () => {
  const document = parse("{ must name }");
  const operation = getOperationAST(document);
  if (!operation) throw new Error("no operation");
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
    throw new Error(`after ${count}`);
  };
  const answer = await planOperation(schema, document, operation)(
    {},
    {},
    { must: () => turns(1), name: () => turns(3) },
  );
  for (let turn = 0; turn < 9; turn++) await new Promise(setImmediate);
  expect(answer).toMatchObject({ data: null, errors: [{ message: "after 1" }] });
});
