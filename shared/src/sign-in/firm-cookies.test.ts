import { describe, expect, it } from "@jest/globals";
import { counts } from "../limits/limits.js";
import { changed, changesWith, changesWithout, isOfFirm, tokensFor, type FirmCookies } from "./firm-cookies.js";

const cookies = (own: Record<string, string>, shared: string | null): FirmCookies => ({
  own: new Map(Object.entries(own)),
  shared,
});
const nothing = cookies({}, null);

describe("X69 which of a browser's portal cookies may count for a page", () => {
  it.each<[what: string, firm: string | null, browser: FirmCookies, tokens: string[]]>([
    ["a browser without cookies", "harbor", nothing, []],
    ["its own firm's", "harbor", cookies({ harbor: "h" }, "h"), ["h"]],
    [
      "its own firm's, though another was signed in to later",
      "harbor",
      cookies({ harbor: "h", solo: "s" }, "s"),
      ["h"],
    ],
    ["never another firm's", "harbor", cookies({ solo: "s" }, "s"), []],
    ["never another firm's, with more firms", "mill", cookies({ harbor: "h", solo: "s" }, "h"), []],
    ["its own firm's, after another firm's sign-out", "harbor", cookies({ harbor: "h" }, null), ["h"]],
    ["the one of before the update, whose firm is still unknown", "harbor", cookies({}, "old"), ["old"]],
    ["the same beside another firm's", "harbor", cookies({ solo: "s" }, "old"), ["old"]],
    [
      "the one that an older server has renewed, before the one that it ended",
      "harbor",
      cookies({ harbor: "h" }, "new"),
      ["new", "h"],
    ],
    ["an address in other letters, as some databases take it", "Harbor", cookies({ harbor: "h" }, "h"), ["h"]],
    ["no name", "", cookies({ harbor: "h" }, "h"), []],
    ["a name that no firm can have", "harbor, solo", cookies({ harbor: "h" }, "h"), []],
    ["a name of JavaScript's own", "__proto__", cookies({ harbor: "h" }, "h"), []],
    ["a page of before the update: the last one", null, cookies({ harbor: "h", solo: "s" }, "s"), ["s"]],
    ["a page of before the update, and none is the last", null, cookies({ harbor: "h" }, null), []],
  ])("%s", (_what, firm, browser, tokens) => expect(tokensFor(firm, browser)).toEqual(tokens));

  it.each<[page: string | null, session: string | null, counts: boolean]>([
    ["harbor", "harbor", true],
    ["HARBOR", "harbor", true],
    ["harbor", "solo", false],
    ["harbor", null, false],
    ["", "harbor", false],
    [null, "harbor", true],
    [null, null, true],
  ])("a page of %s and a session of %s: %s", (page, session, isCounted) =>
    expect(isOfFirm(page, session)).toBe(isCounted),
  );
});

describe("what a browser keeps", () => {
  const after = (browser: FirmCookies, changes: ReturnType<typeof changesWith>) => {
    const { own, shared } = changed(browser, changes);
    return [Object.fromEntries(own), shared];
  };

  it("a session for each firm, and the last one for older pages", () => {
    const first = changed(nothing, changesWith("harbor", "h", nothing));
    expect(after(first, changesWith("solo", "s", first))).toEqual([{ harbor: "h", solo: "s" }, "s"]);
  });

  it.each<[what: string, firm: string, browser: FirmCookies, left: unknown[]]>([
    ["the last one", "solo", cookies({ harbor: "h", solo: "s" }, "s"), [{ harbor: "h" }, null]],
    ["another one", "harbor", cookies({ harbor: "h", solo: "s" }, "s"), [{ solo: "s" }, "s"]],
    ["beside one of before the update", "harbor", cookies({ harbor: "h" }, "old"), [{}, "old"]],
    ["one that is not there", "harbor", cookies({ solo: "s" }, null), [{ solo: "s" }, null]],
  ])("ends one firm's and no other's: %s", (_what, firm, browser, left) =>
    expect(after(browser, changesWithout(firm, browser))).toEqual(left),
  );

  it("a limited number: the oldest go, and never the one that is new", () => {
    const firms = Array.from({ length: counts.firmsPerBrowser + 3 }, (_, n) => `firm-${n}`);
    const full = cookies(Object.fromEntries(firms.map((slug) => [slug, `t-${slug}`])), null);
    for (const slug of ["new", "firm-0"]) {
      const { own } = changed(full, changesWith(slug, "t", full));
      expect([own.size, own.get(slug)]).toEqual([counts.firmsPerBrowser, "t"]);
      expect([...own.keys()].filter((kept) => kept !== slug)).toEqual(firms.slice(1 - counts.firmsPerBrowser));
    }
    const few = cookies({ "firm-1": "1" }, null);
    expect(changesWith("new", "t", few).filter(({ token }) => token === null)).toEqual([]);
  });
});
