import { describe, expect, it } from "@jest/globals";
import { canonicalJson } from "./canonical-json.js";

describe("canonical JSON", () => {
  it("is what RFC 8785 3.2.2 shows", () => {
    const value = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    ) as unknown;
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts names by their UTF-16 code units, as RFC 8785 3.2.3 shows", () => {
    const value = JSON.parse(
      String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
    ) as unknown;
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7);
    expect([...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  it("keeps names of every object's own, and lists in their order", () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"b":1,"a":[2,1]},"constructor":0}'))).toBe(
      '{"__proto__":{"a":[2,1],"b":1},"constructor":0}',
    );
  });

  it.each([
    ["undefined", undefined],
    ["NaN", NaN],
    ["a lone surrogate", "\ud800"],
    ["a function", () => 1],
  ])("refuses %s, alone and within an object", (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(/form/);
    expect(() => canonicalJson({ value })).toThrow(/form/);
  });
});
