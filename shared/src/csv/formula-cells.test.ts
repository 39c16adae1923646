import { describe, expect, it } from "@jest/globals";
import { withFormulaGuard, withoutFormulaGuard } from "./formula-cells.js";

/** A generator with a fixed seed (mulberry32): the same cells at every run, so that a failure can be reproduced. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const ALPHABET = [
  ..."=+-@＝＋－＠'';;,,|\t\r\n\"\" a1é\u00A0\u0000\uFEFF\u200B\u00AD\u3164\u2800\uFE0F\u{E0041}",
  "😀",
];
/** How programs split a line, each at its own separator, and what they may skip at the start of a cell. */
const SPLITS = [/[,\r\n]/, /[;\r\n]/, /[\t\r\n]/, /[|\r\n]/, /[,;|\t\r\n]/];
const isFormula = (cell: string) =>
  /^[\s"\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*[=+\-@＝＋－＠]/u.test(cell);

describe("X15, X35 a cell of a file", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["Harbor;=1+1", "Harbor;'=1+1"],
    ["Harbor; =1+1", "Harbor;' =1+1"],
    ['a;"=1+1"', `a;'"=1+1"`],
    ["a,+1|-2\t@3\n＝4", "a,'+1|'-2\t'@3\n'＝4"],
    ["\t=1", "'\t'=1"],
    ["\nmore", "'\nmore"],
    ["'=1", "''=1"],
    ["O'Brien; 'Ann' - 5 = 6", "O'Brien; 'Ann' - 5 = 6"],
    ["", ""],
    ...["\u200B", "\u200E", "\u2060", "\u00AD", "\u3164", "\u2800", "\uFE0F", "\uFFF9", "\u{E0001}", "\u{E0041}"].map(
      (hidden): [string, string] => [`a;${hidden}${hidden}=1+1`, `a;'${hidden}${hidden}=1+1`],
    ),
  ])("%j is written as %j, and read back", (cell, written) => {
    expect([withFormulaGuard(cell), withoutFormulaGuard(written)]).toEqual([written, cell]);
  });

  it.each(["=1+1", "Harbor;=1+1", "\t=1", "\nmore"])(
    "of another program's, %j, loses nothing when it is read",
    (cell) => expect(withoutFormulaGuard(cell)).toBe(cell),
  );

  it("is not a formula to any program, and is read back unchanged, whatever it contains", () => {
    const random = randomFrom(15);
    const wrong: unknown[] = [];
    for (let n = 0; n < 50_000; n++) {
      const length = Math.floor(random() * 12);
      const cell = Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join("");
      const guarded = withFormulaGuard(cell);
      const inFile = `"a","${guarded.replaceAll('"', '""')}","b"`;
      const isSafe = SPLITS.every((split) => ![...inFile.split(split), ...guarded.split(split)].some(isFormula));
      if (!isSafe || withoutFormulaGuard(guarded) !== cell) wrong.push(cell);
    }
    expect(wrong).toEqual([]);
  });
});
