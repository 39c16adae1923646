import { describe, expect, it } from "@jest/globals";
import { asciiEmail, maskEmail, normalizeEmail } from "./email-address.js";

describe("an email address", () => {
  it("is trimmed, lower-cased and composed", () => {
    expect(normalizeEmail("  Maya@Client.Example ")).toBe("maya@client.example");
    // Marks that messengers, word processors and phones copy along.
    for (const mark of ["\u200b", "\ufeff", "\u00a0", "\u200f", "\u2060", "\u00ad", "\r\n", "\u2068\u2069"])
      expect(normalizeEmail(`${mark}maya@client.example${mark}`)).toBe("maya@client.example");
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
    "maya@127.0.0.1",
    "maya@1.2",
    "maya@１２７.0.0.1",
    "maya@client.0x7f",
    // What a URL has beside its domain, also in full width.
    "maya@client.example:25",
    "maya@client.example/x",
    "maya@cli%65nt.example",
    "maya@client.example／x",
    "maya@client.example？x",
    "maya@client.example＃x",
    "maya@cli\tent.example",
    // ASCII labels that stand for nothing, or for what has a shorter form.
    "maya@xn--a.example",
    "maya@xn--.example",
    "maya@xn--999999999.example",
    "maya@xn--client-.example",
    "maya@-bücher.example",
    "maya@bücher-.example",
    "maya@bü_cher.example",
    "maya@bücher.example.",
    "maya@bücher。",
    // A joiner where no script needs one.
    "maya@cli\u200cent.example",
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

  it.each([
    ["as Chromium's email field sends it", "info@xn--bcher-kva.example", "info@bücher.example"],
    ["in capitals", "INFO@BÜCHER.EXAMPLE", "info@bücher.example"],
    ["in capital ASCII", "info@XN--BCHER-KVA.EXAMPLE", "info@bücher.example"],
    ["as a Mac writes it", "jose\u0301@bu\u0308cher.example", "josé@bücher.example"],
    ["with ß, which is not ss", "info@xn--strae-oqa.example", "info@straße.example"],
    ["with a capital ß", "info@STRAẞE.example", "info@straße.example"],
    ["with ss", "info@strasse.example", "info@strasse.example"],
    ["Turkish, with a dotted capital", "info@İstanbul.example", "info@i\u0307stanbul.example"],
    ["Turkish, without a dot", "info@xn--nsan-kza.example", "info@ınsan.example"],
    ["Greek, with a final sigma", "info@xn--nxasmm1c.example", "info@βόλος.example"],
    ["Greek, in capitals", "info@ΒΌΛΟΣ.example", "info@βόλοσ.example"],
    ["Arabic", "info@xn--mgbh0fb.example", "info@مثال.example"],
    ["Hebrew", "info@xn--6dbbec0c.example", "info@דוגמה.example"],
    ["Japanese", "info@xn--r8jz45g.xn--zckzah", "info@例え.テスト"],
    ["Japanese, of three scripts and Latin", "info@日本のカフェabc.example", "info@日本のカフェabc.example"],
    ["with a full-width dot", "info@bücher。example", "info@bücher.example"],
    ["in full width", "info@ｂüｃｈｅｒ．ｅｘａｍｐｌｅ", "info@bücher.example"],
    ["with a soft hyphen", "info@bü\u00adcher.example", "info@bücher.example"],
    ["with a mark that draws nothing", "info@cli\u034fent.example", "info@client.example"],
    ["with a picture", "info@xn--i-7iq.example", "info@i❤.example"],
    ["with a picture and its selector", "info@i❤\ufe0f.example", "info@i❤.example"],
    ["with a joiner that Persian needs", "info@نامه\u200cای.example", "info@xn--mgba3gch31f060k.example"],
    ["mixed with Cyrillic", "info@аpple.example", "info@xn--pple-43d.example"],
    ["mixed with Greek", "info@gοοgle.example", "info@xn--ggle-0nda.example"],
    ["Cyrillic that looks Latin", "info@аррӏе.example", "info@xn--80ak6aa92e.example"],
    ["the same word in a domain of its script", "info@хор.рф", "info@хор.рф"],
    ["Cyrillic", "info@почта.example", "info@почта.example"],
    ["whose lower case composes", "J\u030c@client.example", "\u01f0@client.example"],
  ])("has one form, %s", (_how, text, form) => {
    expect(normalizeEmail(text)).toBe(form);
    expect(normalizeEmail(form)).toBe(form);
    expect(normalizeEmail(asciiEmail(form))).toBe(form);
  });

  it("goes to mail servers in the form of the DNS", () => {
    expect(asciiEmail("josé@bücher.example")).toBe("josé@xn--bcher-kva.example");
    expect(asciiEmail("info@straße.example")).toBe("info@xn--strae-oqa.example");
    expect(asciiEmail("info@client.example")).toBe("info@client.example");
  });

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
  it("is as long as its ASCII form, which the DNS has", () => {
    // 56 letters, 63 in ASCII.
    const label = `ü${"a".repeat(55)}`;
    const ascii = asciiEmail(`i@${label}.example`);
    expect(ascii.slice(2).indexOf(".")).toBe(63);
    expect(normalizeEmail(`i@${label}.example`)).toBe(`i@${label}.example`);
    expect(normalizeEmail(`i@${label}a.example`)).toBeNull();
    expect(normalizeEmail(`i@${Array.from({ length: 3 }, () => label).join(".")}.${"e".repeat(59)}`)).not.toBeNull();
    expect(normalizeEmail(`i@${Array.from({ length: 3 }, () => label).join(".")}.${"e".repeat(62)}`)).toBeNull();
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
