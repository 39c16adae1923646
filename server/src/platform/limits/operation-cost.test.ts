import { describe, expect, it } from "@jest/globals";
import { buildSchema, parse, type OperationDefinitionNode } from "graphql";
import { operationCost } from "./operation-cost.js";

const schema = buildSchema(`
  type Query {
    me: Thing plain: String things(first: Int, last: Int, year: Int): Page tags: [Tag!]! node: Node any: Any
    count(first: Int): Int labelled(by: String): Page
  }
  type Mutation { rename: String change: Thing }
  type Page { nodes: [Thing!]! edges: [Edge!]! totalCount: Int info: Tag }
  type Edge { node: Thing! cursor: String }
  interface Node { id: ID tags: [Tag!] }
  union Any = Thing | Tag
  type Thing implements Node { id: ID name: String me: Thing tags: [Tag!] things(first: Int, last: Int): Page }
  type Tag { name: String me: Thing }
`);

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === "OperationDefinition",
  );
  if (!operation) throw new Error("no operation");
  return operationCost(schema, document, operation, variables);
}

describe("the most that an operation may cost", () => {
  it.each([
    ["scalars are free, and the least is one", "{ plain }", 1],
    ["an object", "{ me { name } }", 1],
    ["an object in an object", "{ me { me { me { name } } } }", 3],
    ["the name of a type", "{ __typename me { __typename } }", 1],
    ["introspection of the schema", "{ __schema { types { name } } }", 1],
    ["two objects", "{ me { name } other: me { name } }", 2],
    ["a list without pages counts as ten", "{ tags { name } }", 10],
    ["within a list, for each of its parents", "{ tags { me { name } } }", 20],
    ["a page and the things on it", "{ things(first: 3) { nodes { name } } }", 4],
    ["from its end", "{ things(last: 3) { nodes { name } } }", 4],
    ["the larger of the two", "{ things(first: 3, last: 7) { nodes { name } } }", 8],
    ["with no size given, fifty", "{ things { nodes { name } } }", 51],
    ["with nothing on it", "{ things(first: 0) { nodes { name } } }", 1],
    ["with a negative size", "{ things(first: -5) { nodes { name } } }", 1],
    ["a number that is not a page's size", "{ things(first: 3, year: 2026) { nodes { name } } }", 4],
    ["a list that is not a page, whatever its other arguments", '{ labelled(by: "me") { nodes { name } } }', 11],
    ["fields beside the items, once per page", "{ things(first: 3) { totalCount info { name } } }", 2],
    ["through edges, edge and thing", "{ things(first: 3) { edges { cursor node { name } } } }", 7],
    ["both ways", "{ things(first: 3) { nodes { name } edges { node { name } } } }", 10],
    ["lists further down are ten again", "{ things(first: 3) { nodes { tags { name } } } }", 34],
    ["pages in pages", "{ things(first: 3) { nodes { things(first: 2) { nodes { name } } } } }", 13],
    ["a number given to a page of scalars", "{ count(first: 100) }", 1],
    ["a mutation", "mutation { rename }", 10],
    ["a mutation's result", "mutation { change { name } }", 10],
    ["two mutations, and more of their results", "mutation { rename change { me { name } } }", 21],
    ["a fragment at its spread", "{ me { ...F } } fragment F on Thing { me { name } }", 2],
    ["a fragment at each of its spreads", "{ ...F ...F } fragment F on Query { me { name } }", 2],
    ["a fragment on a page", "{ things(first: 3) { ...F } } fragment F on Page { nodes { name } }", 4],
    [
      "the same fragment on pages of two sizes",
      "{ a: things(first: 3) { ...F } b: things(first: 5) { ...F } } fragment F on Page { nodes { name } }",
      10,
    ],
    ["a fragment that does not exist", "{ me { ...G } }", 1],
    ["a fragment that spreads itself, once", "{ me { ...F } } fragment F on Thing { me { ...F } }", 2],
    ["a fragment on one kind of many", "{ node { ... on Thing { me { name } } } }", 2],
    ["the same by its name", "{ node { ...F } } fragment F on Thing { me { me { name } } }", 3],
    ["a fragment on no kind", "{ me { ... { me { name } } } }", 2],
    ["a list of an interface", "{ node { tags { name } } }", 11],
    ["one of a union", "{ any { ... on Tag { me { name } } ... on Thing { tags { name } } } }", 12],
    ["a field of a union, which has none", "{ any { nonsense { nonsense } } }", 2],
    ["a field that does not exist", "{ me { nonsense { nonsense } } }", 2],
  ])("%s", (_what, query, expected) => expect(cost(query)).toBe(expected));

  it("counts a variable that gives a page's size, or its default", () => {
    const query = "query ($n: Int = 3) { things(first: $n) { nodes { name } } }";
    expect([cost(query), cost(query, { n: 20 }), cost(query, { n: "20" })]).toEqual([4, 21, 4]);
    expect(cost("query ($n: Int) { things(first: $n) { nodes { name } } }")).toBe(51);
    expect(cost("{ things(first: 2.5) { nodes { name } } }")).toBe(3.5);
    expect(cost('{ things(first: "9") { nodes { name } } }')).toBe(51);
  });

  it("counts null as a page of the default size, whatever the variable's default", () => {
    const document = parse("query ($n: Int = 0) { things(first: $n) { nodes { name } } }");
    const [operation] = document.definitions as [OperationDefinitionNode];
    const of = (variables: Record<string, unknown>) => operationCost(schema, document, operation, variables);
    expect([of({}), of({ n: null }), of({})]).toEqual([1, 51, 1]);
  });

  it("is computed afresh for other sizes of the same operation", () => {
    const document = parse(
      "query ($n: Int, $m: Int) { a: things(first: $n) { nodes { name } } b: things(first: $m) { nodes { name } } }",
    );
    const [operation] = document.definitions as [OperationDefinitionNode];
    const of = (n: number, m: number) => operationCost(schema, document, operation, { n, m });
    expect([of(1, 11), of(11, 1), of(1, 11), of(2, 2)]).toEqual([14, 14, 14, 6]);
    for (let n = 0; n < 250; n++) expect(of(n, 1)).toBe(n + 3);
    expect(of(1, 11)).toBe(14);
  });

  it("does not depend on how a value is written", () => {
    const document = parse("query ($n: Int = 3) { things(first: $n) { nodes { name } } }");
    const [operation] = document.definitions as [OperationDefinitionNode];
    const of = (n: unknown) => operationCost(schema, document, operation, { n });
    // A string is not a size: if it is counted first, it must not stand for the number that is written like it.
    expect([of("40"), of(40), of("null"), of(null), of(""), of(null)]).toEqual([4, 41, 4, 51, 4, 51]);
  });

  it("ends in a number, however deeply pages are nested", () => {
    const deep = `{ ${"things(first: 100) { nodes { ".repeat(12)} name ${"} }".repeat(12)} }`;
    expect(cost(deep)).toBe(1e9);
    expect(cost(`{ a: me { ${deep.slice(1, -1)} } b: me { ${deep.slice(1, -1)} } }`)).toBe(1e9);
  });
});
