import { readdirSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { refusalWords } from "@gatehouse/shared";
import type { ClientLetter } from "../work/mail-to-send.js";
import { letterHtml } from "./letter.js";
import { mailWords } from "./mail-words.js";
import * as account from "./account-letters.js";
import * as requests from "./request-letters.js";
import * as rollOut from "./roll-out-letters.js";
import * as security from "./security-letters.js";
import * as team from "./team-letters.js";

const templates = { ...account, ...requests, ...rollOut, ...security, ...team };
const LINK = "https://portal.example/portal/oak/confirm#token=gmc_x";
const given = {
  firmName: "Zyx",
  contactName: "Qorvik",
  link: LINK,
  notMeLink: LINK,
  expiresInHours: 168,
  expiresInMinutes: 15,
  minutes: 45,
  audience: "PORTAL" as const,
  occurredAt: Date.parse("2026-12-01T16:05:00Z"),
  source: { ipAddress: "203.0.113.7", userAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36" },
  invitedBy: "Wexlund",
  writtenBy: "Wexlund",
  message: "Jyvask",
  title: "Vrindal",
  items: ["Uxmal"],
  dueOn: "2026-12-01",
  startDay: () => "2027-01-31",
  twoFactorFrom: () => "2027-01-31",
  isReminder: false,
  code: "123456",
  name: "Brythe",
  newEmail: "new@client.example",
  remaining: 2,
  days: 14,
  what: "password" as const,
};
/** Every letter to a client; letters that differ by case, in each case. */
const letters: Record<string, ClientLetter> = {
  accountConfirmation: templates.accountConfirmation(given),
  invite: templates.invite(given),
  twoFactorAnnouncement: templates.twoFactorAnnouncement(given),
  reminder: templates.twoFactorAnnouncement({ ...given, isReminder: true }),
  twoFactorCalledOff: templates.twoFactorCalledOff(given),
  contactRedirected: templates.contactRedirected({ ...given, isNewAddress: true }),
  contactGoesElsewhere: templates.contactRedirected({ ...given, isNewAddress: false }),
  contactOpensElsewhere: templates.contactOpensElsewhere(given),
  passwordResetByClient: templates.passwordResetByClient(given),
  passwordResetByFirm: templates.passwordResetByFirm(given),
  confirmLoginEmail: templates.confirmLoginEmail(given),
  clientRequest: templates.clientRequest(given),
  accessLink: templates.accessLink(given),
  enrollmentCode: templates.enrollmentCode(given),
  accountCreatedByLink: templates.accountCreatedByLink(given),
  twoFactorEnrolled: templates.twoFactorEnrolled(given),
  twoFactorDisabled: templates.twoFactorDisabled(given),
  twoFactorReset: templates.twoFactorReset(given),
  recoveryCodeUsed: templates.recoveryCodeUsed(given),
  passkeyAdded: templates.passkeyAdded(given),
  passkeyRemoved: templates.passkeyRemoved(given),
  recoveryCodesRegenerated: templates.recoveryCodesRegenerated(given),
  passwordChanged: templates.passwordChanged(given),
  loginEmailChangeRequested: templates.loginEmailChangeRequested(given),
  loginEmailChanged: templates.loginEmailChanged(given),
  deviceTrusted: templates.deviceTrusted(given),
  newDeviceSignIn: templates.newDeviceSignIn(given),
  wrongPasswords: templates.accountLocked(given),
  wrongCodes: templates.accountLocked({ ...given, what: "second factor" }),
  accountDeleted: templates.accountDeleted(given),
  passwordStopped: templates.passwordStopped(given),
};
const forTheTeam = [
  "teamPasswordForgotten",
  "teamPasswordForgotten",
  "teamInvitation",
  "teamPasswordReset",
  "suspicionReported",
  "logCheckpoint",
  "monthlyReports",
  "planDowngraded",
  "signInRetentionChanged",
];

/** Names, numbers and links that were inserted, however they are worded. */
const said = (text: string) =>
  [...new Set(text.match(/Zyx|Qorvik|Wexlund|Jyvask|Vrindal|Uxmal|Brythe|Chrome|Windows|https:\S+|\d+/g))].toSorted();
const english = /\b(?:the|your|you|and|with|was|this|sign|password|link|email)\b/i;

describe("mails to clients", () => {
  it("are all checked here", () => {
    const known = ["twoFactorAnnouncement", "accountLocked", ...Object.keys(letters), ...forTheTeam];
    expect(Object.keys(templates).filter((name) => !known.includes(name))).toEqual([]);
    expect(readdirSync(__dirname).filter((name) => name.endsWith("-letters.ts"))).toHaveLength(5);
  });

  it.each(Object.keys(letters))("say the same in French as in English: %s", (name) => {
    const [en, fr] = (["EN", "FR"] as const).map((language) => letters[name]?.(language));
    const numbers = (text = "") => said(text).filter((word) => word !== "1" && word !== "05" && word !== "16");
    expect(numbers(fr?.text)).toEqual(numbers(en?.text));
    expect(fr?.text.split("\n\n").length).toBe(en?.text.split("\n\n").length);
    expect(fr?.text.replaceAll(/https:\S+|Windows|new@\S+/g, "")).not.toMatch(english);
    expect(fr?.subject).not.toMatch(english);
    expect(fr && letterHtml(fr.letter, null)).toContain('<html lang="fr-CA">');
  });

  it("to the team are in English, whatever the language of the mailbox", () => {
    for (const write of [templates.twoFactorEnrolled, templates.enrollmentCode, templates.passwordChanged]) {
      const letter = write({ ...given, audience: "TEAM" });
      expect(letter("FR")).toEqual(letter("EN"));
    }
  });
});

/** Every text of a catalog; its functions get numbers that can be recognized. */
const textsOf = (words: unknown, path = ""): [path: string, text: string][] => {
  if (typeof words === "string") return [[path, words]];
  if (typeof words === "function")
    return [[path, (words as (...given: unknown[]) => string)(...[3_600_000 * 41, 43, 47].slice(0, words.length))]];
  return Object.entries(words as object).flatMap(([name, inner]) => textsOf(inner, `${path}.${name}`));
};

describe("sentences in French", () => {
  const french = [...textsOf(mailWords.FR), ...textsOf(refusalWords.FR)];
  it("have a no-break space before a colon and inside guillemets, and none before ; ? !", () => {
    const wrong = french.filter(([, text]) => /(?<!\u00A0):|[«](?!\u00A0)|(?<!\u00A0)»|\s[;?!]|'|"/.test(text));
    expect(wrong).toEqual([]);
  });
  it("name the same numbers as the English refusals", () => {
    const numbers = (words: unknown) => textsOf(words).map(([path, text]) => [path, text.match(/\d+/g)]);
    expect(numbers(refusalWords.FR)).toEqual(numbers(refusalWords.EN));
  });
});
