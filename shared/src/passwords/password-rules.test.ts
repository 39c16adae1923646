import { describe, expect, it } from "@jest/globals";
import { refusalsInEnglish } from "../failures/refusals.en.js";
import { passwordFault } from "./password-rules.js";

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
    ["short of fifteen", "fourteen chars", /at least 15/],
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
    ["half a character", "fifteen chars \ud800 here", /not whole/],
  ])("may not be %s", (_what, password, fault) => expect(faultOf(password)).toMatch(fault));

  it("is counted in characters as people see them in Unicode, not in bytes", () => {
    expect(faultOf("é".repeat(3) + "àèìòùâêîôûäë")).toBeNull();
    expect(faultOf("🦊".repeat(7) + "🐻🐼🦁🐯🐸🐵🐔")).toMatch(/at least 15/);
  });
});
