import { expect, it } from "@jest/globals";
import { parseCookies } from "./cookies.js";

const named = (header: string) => Object.fromEntries(parseCookies(header));

it("reads the pairs as browsers write them, the first of two equal names", () => {
  expect(named("a=1; b=2;c=3;\td=4; a=5; e")).toEqual({ a: "1", b: "2", c: "3", d: "4" });
  expect(named("a==; b=")).toEqual({ a: "=", b: "" });
});

// Node reads header bytes as Latin-1, and Chromium stores and sends such a name from any sibling domain.
it.each(["\u00a0", "\u00a0 \u00a0", " \u00a0", "\u0085", "\u00ef\u00bb\u00bf"])(
  "a name of another domain is no name with the prefix __Host-: %j before it",
  (blank) => {
    const name = "__Host-gatehouse_team";
    expect(parseCookies(`${blank}${name}=planted; ${name}=mine`).get(name)).toBe("mine");
    expect(parseCookies(`${blank}${name}=planted`).has(name)).toBe(false);
  },
);
