import { describe, expect, it } from "@jest/globals";
import { contactDataFileName } from "./contact-data.js";

describe("the name of a client's file", () => {
  it.each([
    ["Maya Fields", "maya-fields-2026-11-30.html"],
    ["  Zéphyrine  O’Neill, LL.B. ", "zephyrine-o-neill-ll-b-2026-11-30.html"],
    ["李小龙", "contact-2026-11-30.html"],
    ['../../etc/passwd"; x=<script>', "etc-passwd-x-script-2026-11-30.html"],
    ["a\r\nSet-Cookie: b", "a-set-cookie-b-2026-11-30.html"],
    ["x".repeat(200), `${"x".repeat(60)}-2026-11-30.html`],
  ])("of %j is %s", (name, file) => expect(contactDataFileName(name, "2026-11-30", "html")).toBe(file));
});
