import { describe, expect, it } from "@jest/globals";
import { idKinds, isId, kindOfId, newId, type IdKind } from "./ids.js";

const kinds = Object.keys(idKinds) as IdKind[];
const now = 1_700_000_000_000;

describe("an id", () => {
  it("names its kind, and belongs to no other kind", () => {
    for (const kind of kinds) {
      const id = newId(kind, now);
      expect(kindOfId(id)).toBe(kind);
      expect(kinds.filter((other) => isId(other, id))).toEqual([kind]);
    }
  });

  it("is the kind, the time in ten digits and fifteen random digits", () => {
    expect(newId("firm", 0)).toMatch(/^frm_0000000000[0-9a-hjkmnp-tv-z]{15}$/);
    expect(newId("mail", 32)).toMatch(/^mail_0000000010[0-9a-hjkmnp-tv-z]{15}$/);
    expect(newId("contact", now)).toMatch(/^con_01hf7yat00[0-9a-hjkmnp-tv-z]{15}$/);
    const many = Array.from({ length: 1000 }, () => newId("session", now));
    expect(new Set(many).size).toBe(1000);
    expect(new Set(many.map((id) => id.slice(-15)).join("")).size).toBe(32);
  });

  it("sorts by its creation time", () => {
    const moments = [0, 1, 31, 32, 1023, 1024, now - 1, now, now + 1, 2 * now];
    const ids = moments.map((at) => newId("contact", at));
    expect(ids.toSorted()).toEqual(ids);
  });

  it.each([
    ["nothing", ""],
    ["the prefix alone", "con_"],
    ["one character too few", `con_${"0".repeat(24)}`],
    ["one too many", `con_${"0".repeat(26)}`],
    ["two in one", `con_con_${"0".repeat(25)}`],
    ["something before it", `xcon_${"0".repeat(25)}`],
    ["something behind it", `con_${"0".repeat(25)}\n`],
    ["capital letters", `con_${"A".repeat(25)}`],
    ["a letter that no id contains", `con_${"0".repeat(24)}u`],
    ["SQL", `con_${"0".repeat(20)}' OR1`],
    ["an unknown prefix", `xyz_${"0".repeat(25)}`],
  ])("is not %s", (_what, text) => {
    expect(isId("contact", text)).toBe(false);
    expect(kindOfId(text)).toBeNull();
  });
});
