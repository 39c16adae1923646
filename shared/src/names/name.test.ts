import { describe, expect, it } from "@jest/globals";
import { normalizeName } from "./name.js";

describe("a name", () => {
  it.each([
    ["  Maya Lindqvist\t", "Maya Lindqvist"],
    ["Zoe\u0308", "Zoë"],
    ["李", "李"],
    ["O'Brien & Söhne (Ltd.)", "O'Brien & Söhne (Ltd.)"],
    ["x".repeat(200), "x".repeat(200)],
    [` ${"x".repeat(200)} `, "x".repeat(200)],
  ])("%j is kept as %j", (typed, name) => expect(normalizeName(typed)).toBe(name));

  it.each(["", "   ", "x".repeat(201), "Maya\nBcc: everybody", "Maya\u0000", "\u0007Maya", "May\u0085a"])(
    "is not %j",
    (typed) => expect(normalizeName(typed)).toBeNull(),
  );
});
