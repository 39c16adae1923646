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
  ])("is not %j", (text) => expect(normalizeEmail(text)).toBeNull());
  it("is recognised by its owner when masked, and by nobody else", () =>
    expect(maskEmail("maya@client.example")).toBe("m•••@c•••.example"));
});
