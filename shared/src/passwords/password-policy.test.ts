import { describe, expect, it } from "@jest/globals";
import { refusalsInEnglish } from "../failures/refusals.en.js";
import { passwordFault } from "./password-policy.js";

const context = { email: "maya.lindqvist@client.example", firmName: "Harbor & Pine Accounting" };
const isCommon = (password: string) => password === "correcthorsebatterystaple";
const faultOf = (password: string) => passwordFault(password, context, isCommon)?.(refusalsInEnglish) ?? null;

describe("a new password", () => {
  it.each([
    "harbor-demo-owner",
    "a sentence of plain words",
    "🦊🐻🐼🦁🐯🐸🐵🐔🐧🐦🐤🦆🦅🦉🦇",
    "tr0ub4dor&3 and more",
    "密码密码很长很长一二三四五六七八九",
  ])("may be %s", (password) => expect(faultOf(password)).toBeNull());

  it.each([
    ["shorter than fifteen characters", "fourteen chars", /at least 15/],
    ["longer than 128", "ab1 ".repeat(33), /at most 128/],
    ["on the list of common ones", "CorrectHorseBatteryStaple", /common/],
    ["the firm's name", "HarborPineAccounting", /firm's name/],
    ["the firm's name with digits", "Harbor&PineAccounting2026!", /firm's name/],
    ["the product's name", "gatehouse-gatehouse-1", /name/],
    ["the email", "maya.lindqvist@client.example", /email/],
    ["the email's local part with digits", "maya.lindqvist123456", /email/],
    ["one thing repeated", "abcdefabcdefabcdef", /repeats/],
    ["one character", "aaaaaaaaaaaaaaaaaa", /repeats/],
    ["a sequence", "abcdefghijklmnopq", /sequence/],
    ["digits in a row", "1234567890123456789", /sequence/],
    ["half a surrogate pair", "fifteen chars \ud800 here", /invalid character/],
  ])("may not be %s", (_what, password, fault) => expect(faultOf(password)).toMatch(fault));

  it("is measured in Unicode characters, not in bytes", () => {
    expect(faultOf("é".repeat(3) + "àèìòùâêîôûäë")).toBeNull();
    expect(faultOf("🦊".repeat(7) + "🐻🐼🦁🐯🐸🐵🐔")).toMatch(/at least 15/);
  });

  it("has at least fifteen and at most 128 characters, exactly", () => {
    const long = "correct horse ".repeat(10);
    expect(faultOf("fifteen letters")).toBeNull();
    expect(faultOf("fourteen chars")).toBe("Use at least 15 characters; this has 14.");
    expect(faultOf(long.slice(0, 128))).toBeNull();
    expect(faultOf(long.slice(0, 129))).toBe("Use at most 128 characters; this has 129.");
  });

  it.each([
    ["four characters, well mixed", "abcd dcba bdac".replaceAll(" ", "") + "cabd", /repeats the same few/],
    ["four characters in both cases", "AbCdDcBabDaCcAbd", /repeats the same few/],
    ["names in capitals that differ from lower case", "GATEHOUSE HARBOR", /made of/],
    ["letters backwards", "zyxwvutsrqponmlk", /sequence/],
    ["letters in a row, in both cases", "AbCdEfGhIjKlMnOp", /sequence/],
    ["digits backwards, past zero", "9876543210987654", /sequence/],
    ["digits in a row, past nine", "6789012345678901", /sequence/],
    ["the same five letters three times", "horsehorsehorse", /repeats itself/],
    ["the product's name in capitals", "GATEHOUSE-2026-!!", /made of/],
    ["names and three letters", "gatehouse harbor abc", /made of/],
  ])("may not be %s", (_what, password, fault) => expect(faultOf(password)).toMatch(fault));

  it.each([
    ["five characters, well mixed", "abcde edcba bdace"],
    ["a sequence that breaks off", "abcdefghijklmnoq"],
    ["a repetition that breaks off", "horsehorsehorst"],
    ["digits alone, in no order", "731904628157390"],
    ["names and four letters", "gatehouse harbor abcd"],
  ])("may be %s", (_what, password) => expect(faultOf(password)).toBeNull());

  it("is compared with the firm's and the client's own names, however they are written", () => {
    const made = (password: string, of: { email?: string; firmName?: string }) =>
      passwordFault(password, { email: "jo.wu@ab-cd.example", firmName: "Fox", ...of }, isCommon) !== null;
    // The whole address, even if its parts are too short to count.
    expect(made("jo.wu@ab-cd.example", {})).toBe(true);
    expect(made("jo.wu@ab-cd.example", { email: "JO.WU@AB-CD.EXAMPLE" })).toBe(true);
    // The whole local part.
    expect(made("jo.wu.li.1357.2468", { email: "jo.wu.li@client.example" })).toBe(true);
    // A longer name is removed before a shorter one within it.
    expect(made("annabellesworth1", { firmName: "Ann Annabellesworth" })).toBe(true);
    expect(made("annabellesworth1", { firmName: "Annabellesworth Ann" })).toBe(true);
    // Words of three letters count; words of two are contained in too much.
    expect(made("foxdenfoxden 2026", { firmName: "Fox & Den" })).toBe(true);
    expect(made("liwu liwu liwu li!", { firmName: "Li Wu" })).toBe(false);
    expect(made("Müller 1234567!", { firmName: "MÜLLER" })).toBe(true);
  });
});
