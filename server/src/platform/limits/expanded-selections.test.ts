import { describe, expect, it } from "@jest/globals";
import { parse, type OperationDefinitionNode } from "graphql";
import { expandedSelections } from "./expanded-selections.js";

describe("what a document expands to", () => {
  it.each<[string, string, number]>([
    ["a field", "{ a }", 1],
    ["fields within a field, and beside it", "{ a { b c } d }", 4],
    ["the same field again", "{ a a: a }", 2],
    ["an inline fragment and its content", "{ ... on Query { a } ... { a } }", 4],
    ["a spread and what it stands for", "{ ...F } fragment F on Query { a b }", 3],
    ["a fragment at each of its spreads", "{ ...F a { ...F } } fragment F on Query { a b }", 7],
    ["a fragment within a fragment", "{ ...F } fragment F on Query { a ...G } fragment G on Query { a b }", 5],
    ["in whichever order they come", "fragment G on Query { a b } fragment F on Query { a ...G } { ...F }", 5],
    ["a fragment that does not exist", "{ ...G a }", 2],
    ["a missing fragment with an inherited name", "{ ...toString a }", 2],
    ["all its operations together", "query A { a b } mutation B { a } subscription C { a { b } }", 5],
    ["an unused fragment, if it alone is more", "{ a } fragment F on Query { a b c }", 3],
    ["the operations, if they are more", "{ a b c } fragment F on Query { a b }", 3],
    [
      "the largest of the fragments",
      "fragment F on Query { a b } fragment G on Query { a ...F } fragment H on Query { a }",
      4,
    ],
    ["nothing but a type", "type Query { a: Int }", 0],
    ["a fragment that spreads itself", "{ ...F } fragment F on Query { a ...F }", Infinity],
    ["an unused one", "{ a } fragment F on Query { a { ...F } }", Infinity],
    ["two in a circle", "{ ...F } fragment F on Query { ...G } fragment G on Query { ... { ...F } }", Infinity],
  ])("is %s", (_what, query, expected) => expect(expandedSelections(parse(query))).toBe(expected));

  it("is counted for one of its operations alone", () => {
    const document = parse(
      "query A { a ...F } query B { ...G } query C { a } fragment F on Query { a b } fragment G on Query { ...G }",
    );
    const operations = document.definitions.slice(0, 3) as OperationDefinitionNode[];
    expect(operations.map((operation) => expandedSelections(document, operation))).toEqual([4, Infinity, 1]);
  });

  it("is counted at once, even when the number exceeds any count of steps", () => {
    const doubling = Array.from({ length: 90 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
    // Each fragment is two spreads and twice the next one: the last one's single field makes 3 × 2^90 - 2 of them.
    const document = parse(`{ ...F0 } ${doubling.join(" ")} fragment F90 on Query { a }`);
    expect(expandedSelections(document)).toBe(3 * 2 ** 90 - 1);
  });
});
