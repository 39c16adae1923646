import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "@jest/globals";
import { isFromElsewhere } from "./same-site.js";

const OWN = "https://portal.example";
const asked = (headers: Record<string, string>) =>
  isFromElsewhere({ headers } as unknown as IncomingMessage, (origin) => origin === OWN);

describe("a request made by a page of another site", () => {
  it.each([
    ["another origin", { origin: "https://evil.example" }],
    ["a look-alike", { origin: "https://portal.example.evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["no origin, but the browser's own verdict", { "sec-fetch-site": "cross-site" }],
    ["another host of the same site", { "sec-fetch-site": "same-site" }],
    ["our origin, but the browser says otherwise", { origin: OWN, "sec-fetch-site": "cross-site" }],
    [
      "another origin, but the browser says same-origin",
      { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    ],
  ])("is recognized: %s", (_what, headers) => expect(asked(headers)).toBe(true));

  it.each([
    ["our own page", { origin: OWN, "sec-fetch-site": "same-origin" }],
    ["our own page in an old browser", { origin: OWN }],
    ["an address that was typed", { "sec-fetch-site": "none" }],
    ["a program, which says nothing", {}],
  ])("is not assumed: %s", (_what, headers) => expect(asked(headers)).toBe(false));
});
