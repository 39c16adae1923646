import { describe, expect, it } from "@jest/globals";
import { maskEmail, normalizeEmail } from "./email-address.js";

describe("an email address", () => {
  it("is trimmed, lower-cased and composed", () => {
    expect(normalizeEmail("  Maya@Client.Example ")).toBe("maya@client.example");
    expect(normalizeEmail("ma\u006e\u0303a@client.example")).toBe("maña@client.example");
  });
  it.each([
    "",
    "maya",
    "@client.example",
    "maya@",
    "maya@client",
    "a b@client.example",
    "maya@client.example\nBcc: x@y.example",
    "maya@@client.example",
    "<maya@client.example>",
    "maya@-client.example",
    `${"a".repeat(65)}@client.example`,
    "maya..x@client.example",
    "may\u0000a@client.example",
    "maya\u200b@client.example",
    // Invisible letters and marks, and half a surrogate pair.
    "maya\u3164@client.example",
    "maya\ufe0f@client.example",
    "maya@cli\u034fent.example",
    "maya@client\u115f.example",
    "maya\ud800@client.example",
    "maya@a.example@b.example",
    ".maya@client.example",
    "maya.@client.example",
    ";maya@client.example",
    "maya;@client.example",
    "may\\a@client.example",
    "maya@client..example",
    "maya@.client.example",
    "maya@client.example.",
    "maya@client-.example",
    "maya@client.-example",
    "maya@cli_ent.example",
    "maya@_client.example",
    "maya@client_.example",
    "maya@[127.0.0.1]",
  ])("is not %j", (text) => expect(normalizeEmail(text)).toBeNull());

  it.each([
    "m@c.example",
    "o'brien+tax=2026@client.example",
    "1.2@3com.example",
    "maya@my-firm.co.example",
    "maña@café.example",
    // A virama is a mark of its own, which composition does not remove.
    "maya@क्ष.example",
  ])("is %j, as it stands", (text) => expect(normalizeEmail(text)).toBe(text));

  it("may be exactly as long as mail allows (RFC 5321 4.5.3.1, RFC 1035 2.3.4)", () => {
    const local = "l".repeat(64);
    const label = "d".repeat(63);
    const last = "e".repeat(61);
    const longest = `${local}@${label}.${label}.${last}`;
    expect(longest).toHaveLength(254);
    expect(normalizeEmail(longest)).toBe(longest);
    expect(normalizeEmail(`${longest}e`)).toBeNull();
    expect(normalizeEmail(`l${local}@client.example`)).toBeNull();
    expect(normalizeEmail(`maya@d${label}.example`)).toBeNull();
  });
  it.each([
    ["maya@client.example", "m•••@c•••.example"],
    ["maya@mail.client.example", "m•••@m•••.client.example"],
    ["😀maya@😀client.example", "😀•••@😀•••.example"],
    ["maya@localhost", "m•••@l•••"],
    ["maya", "m•••@•••"],
    ["", "•••@•••"],
  ])("is recognized by its owner when masked, but by nobody else: %s", (email, masked) =>
    expect(maskEmail(email)).toBe(masked),
  );
});
