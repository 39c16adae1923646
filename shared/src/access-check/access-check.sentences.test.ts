import { describe, expect, it } from "@jest/globals";
import {
  accessFindingCodes,
  accessFindingTitle,
  accessFindings,
  type AccessFindingCode,
  type AccessFindingWeight,
  type AccessRemedy,
} from "./access-check.js";
import type { AccessFacts } from "./access-facts.js";

const minute = 60_000;
const now = 1_000 * 24 * 3_600_000;
const login = { mode: "MAGIC_LINK_AND_LOGIN", enforcedFrom: null, magicLinkRequiresTwoFactor: true } as const;
const twoFactor = { ...login, mode: "MAGIC_LINK_AND_LOGIN_2FA" } as const;
const linksOnly = { ...login, mode: "MAGIC_LINK_ONLY" } as const;
const account = {
  email: "maya@client.example",
  isEnrolled: false,
  recoveryCodesRemaining: 0,
  secondFactorLockedUntil: null,
  passwordWaitUntil: null,
};
const enrolled = { ...account, isEnrolled: true, recoveryCodesRemaining: 9 };
const request = { id: "req_1", title: "Tax return", link: "UNCLAIMED", declinedAt: null } as const;
const mail = { recipient: "maya@client.example", at: now, sentAt: null, failure: "550 no such user", isGivenUp: true };
const nothing: AccessFacts = {
  now,
  policy: login,
  email: "maya@client.example",
  invitation: null,
  account,
  failures: [],
  request: null,
  mail: null,
};
const wrong = (what: "password" | "second factor", count: number) => [{ what, count, lastAt: now - 5 * minute }];
const found = (facts: Partial<AccessFacts>, code: AccessFindingCode) =>
  accessFindings({ ...nothing, ...facts }).find((finding) => finding.code === code);
const codes = (facts: Partial<AccessFacts>) => accessFindings({ ...nothing, ...facts }).map(({ code }) => code);

describe("what the firm reads when it asks why a client can't get in", () => {
  it.each<[AccessFindingCode, Partial<AccessFacts>, AccessFindingWeight, AccessRemedy | null, string]>([
    [
      "NO_EMAIL",
      { email: null, account: null },
      "BLOCKS",
      "ADD_EMAIL",
      "There is no email address, so neither requests nor invitations can be sent.",
    ],
    [
      "MAIL_REFUSED",
      { mail },
      "BLOCKS",
      "ADD_EMAIL",
      "The last mail to maya@client.example could not be delivered and will not be tried again: 550 no such user",
    ],
    [
      "MAIL_REFUSED",
      { mail: { ...mail, isGivenUp: false, failure: "421 later" } },
      "HINDERS",
      null,
      "The last mail to maya@client.example has not been accepted yet and will be tried again: 421 later",
    ],
    [
      "SECOND_FACTOR_LOCKED",
      { account: { ...enrolled, secondFactorLockedUntil: now + 15 * minute } },
      "BLOCKS",
      "UNLOCK",
      "Locked after too many wrong codes; unlocks in 15 minutes. Unlock it sooner if you are sure that it was the client who tried.",
    ],
    [
      "PASSWORD_WAIT",
      { account: { ...account, passwordWaitUntil: now + 30_000 } },
      "HINDERS",
      "UNLOCK",
      "Too many wrong passwords; the client can try again in 30 seconds. Links in emails still work.",
    ],
    [
      "LOGIN_IS_OFF",
      { policy: linksOnly },
      "HINDERS",
      "CHANGE_SECURITY",
      'The firm uses "Magic link only", so clients cannot sign in with a password; the account is inactive until that changes. The client gets in with the link in a request\'s email.',
    ],
    [
      "LOGIN_IS_OFF",
      { policy: linksOnly, account: null },
      "HINDERS",
      "CHANGE_SECURITY",
      'The firm uses "Magic link only", so clients cannot sign in with a password. The client gets in with the link in a request\'s email.',
    ],
    [
      "WRONG_CODES",
      { account: enrolled, failures: wrong("second factor", 1) },
      "HINDERS",
      "RESET_TWO_FACTOR",
      "A wrong code was entered once, most recently 5 minutes ago. Often the phone's clock is off (set it to automatic), or the authenticator app shows another account. If the phone is lost, a recovery code or a reset helps.",
    ],
    [
      "WRONG_PASSWORDS",
      { failures: wrong("password", 3) },
      "HINDERS",
      "SEND_PASSWORD_RESET",
      "A wrong password was entered 3 times, most recently 5 minutes ago.",
    ],
    [
      "WRONG_PASSWORDS",
      { account: null, failures: wrong("password", 2) },
      "HINDERS",
      "INVITE",
      "Someone tried to sign in as maya@client.example twice, most recently 5 minutes ago, but there is no account yet.",
    ],
    [
      "WRONG_PASSWORDS",
      { account: null, email: null, failures: wrong("password", 1) },
      "HINDERS",
      "INVITE",
      "Someone tried to sign in as this client once, most recently 5 minutes ago, but there is no account yet.",
    ],
    [
      "NO_RECOVERY_CODES",
      { account: { ...enrolled, recoveryCodesRemaining: 0 } },
      "TELLS",
      null,
      "No recovery codes are left: without the phone, only a reset helps.",
    ],
    [
      "LINK_DECLINED",
      { request: { ...request, link: "CLAIMED", declinedAt: now - 5 * minute } },
      "HINDERS",
      "RESEND_REQUEST",
      'The link to "Tax return" works only on the device that opened it first; another device was turned away 5 minutes ago. The client can get a new one with "Send access link" on that page, or you can send it again here.',
    ],
    [
      "LINK_DEAD",
      { request: { ...request, link: "EXPIRED" } },
      "HINDERS",
      "RESEND_REQUEST",
      'The link to "Tax return" has expired.',
    ],
    [
      "LINK_DEAD",
      { request: { ...request, link: "REVOKED" } },
      "HINDERS",
      "RESEND_REQUEST",
      'The link to "Tax return" was revoked.',
    ],
    [
      "LINK_NEEDS_ACCOUNT",
      { policy: twoFactor, account: null, request },
      "TELLS",
      null,
      "Before the link opens the request, the client has to create an account and set up two-factor authentication.",
    ],
    [
      "LINK_NEEDS_ACCOUNT",
      { policy: twoFactor, request },
      "TELLS",
      null,
      "Before the link opens the request, the client has to sign in with the password and set up two-factor authentication.",
    ],
    [
      "MUST_ENROLL",
      { policy: twoFactor },
      "TELLS",
      null,
      "At the next sign-in, the client sets up two-factor authentication: we email a code to maya@client.example, then show the QR code for the authenticator app.",
    ],
    [
      "ENROLLMENT_ANNOUNCED",
      { policy: { ...twoFactor, enforcedFrom: now + 3 * 24 * 60 * minute } },
      "TELLS",
      null,
      "Two-factor authentication will be required in 3 days; until then the password is enough.",
    ],
    [
      "INVITATION_EXPIRED",
      { account: null, invitation: { sentAt: 0, isUsable: false } },
      "HINDERS",
      "INVITE",
      "The invitation has expired or was replaced.",
    ],
    [
      "INVITATION_OPEN",
      { account: null, invitation: { sentAt: now - 5 * minute, isUsable: true } },
      "TELLS",
      "INVITE",
      "Invited 5 minutes ago; the client has not created an account yet.",
    ],
    [
      "NOT_INVITED",
      { account: null },
      "TELLS",
      "INVITE",
      "There is no account yet, and this client has not been invited.",
    ],
    [
      "OTHER_LOGIN_EMAIL",
      { email: "office@client.example" },
      "TELLS",
      null,
      "Signs in as maya@client.example, while requests go to office@client.example.",
    ],
  ])("%s, with its weight and remedy", (code, facts, weight, remedy, message) =>
    expect(found(facts, code)).toEqual({ code, weight, remedy, message }),
  );

  it("each reason has a title", () =>
    expect(accessFindingCodes.map((code) => [code, accessFindingTitle(code)])).toEqual([
      ["NO_EMAIL", "No email address"],
      ["MAIL_REFUSED", "Mail is not getting through"],
      ["SECOND_FACTOR_LOCKED", "Locked after wrong codes"],
      ["PASSWORD_WAIT", "Waiting after wrong passwords"],
      ["LOGIN_IS_OFF", "Password sign-in is off"],
      ["WRONG_CODES", "Wrong codes"],
      ["WRONG_PASSWORDS", "Wrong passwords"],
      ["NO_RECOVERY_CODES", "No recovery codes left"],
      ["LINK_DECLINED", "Link opened on another device"],
      ["LINK_DEAD", "The link no longer works"],
      ["LINK_NEEDS_ACCOUNT", "The link needs another step first"],
      ["MUST_ENROLL", "Two-factor setup comes next"],
      ["ENROLLMENT_ANNOUNCED", "Two-factor authentication is announced"],
      ["INVITATION_EXPIRED", "The invitation has expired"],
      ["INVITATION_OPEN", "Invited, no account yet"],
      ["NOT_INVITED", "Not invited"],
      ["OTHER_LOGIN_EMAIL", "Signs in with another address"],
    ]));
});

describe("a reason that does not apply", () => {
  it.each<[string, Partial<AccessFacts>, AccessFindingCode[]]>([
    ["an account whose contact no longer has an address", { email: null }, []],
    ["a waiting mail that was not refused", { mail: { ...mail, failure: null } }, []],
    ["a wait that ends now", { account: { ...account, passwordWaitUntil: now } }, []],
    ["a password that was never wrong", { failures: wrong("password", 0) }, []],
    ["a code that was never wrong", { account: enrolled, failures: wrong("second factor", 0) }, []],
    ["no recovery codes without an authenticator", { account: { ...account, recoveryCodesRemaining: 0 } }, []],
    [
      "recovery codes where passwords are off",
      { policy: linksOnly, account: { ...enrolled, recoveryCodesRemaining: 0 } },
      ["LOGIN_IS_OFF"],
    ],
    [
      "wrong codes where passwords are off",
      { policy: linksOnly, account: enrolled, failures: wrong("second factor", 2) },
      ["LOGIN_IS_OFF"],
    ],
    [
      "an invitation where passwords are off",
      { policy: linksOnly, account: null, invitation: { sentAt: now, isUsable: true } },
      ["LOGIN_IS_OFF"],
    ],
    [
      "an old invitation where passwords are off",
      { policy: linksOnly, account: null, invitation: { sentAt: now, isUsable: false } },
      ["LOGIN_IS_OFF"],
    ],
    ["no invitation where passwords are off", { policy: linksOnly, account: null }, ["LOGIN_IS_OFF"]],
    ["an old invitation of a client who has the account", { invitation: { sentAt: 0, isUsable: false } }, []],
    ["an open invitation of a client who has the account", { invitation: { sentAt: now, isUsable: true } }, []],
    ["no invitation without an address", { email: null, account: null }, ["NO_EMAIL"]],
    ["a link that was opened by its own device", { request: { ...request, link: "CLAIMED", declinedAt: null } }, []],
    [
      "a device that was turned away before a new link was sent",
      { request: { ...request, link: "UNCLAIMED", declinedAt: now } },
      [],
    ],
    ["a link that opens", { request }, []],
    ["a link that asks for the code", { policy: twoFactor, account: enrolled, request }, []],
    [
      "a link that was claimed before the mode changed",
      { policy: twoFactor, account: null, request: { ...request, link: "CLAIMED" } },
      ["NOT_INVITED"],
    ],
    [
      "an announced day for a client who has it",
      { policy: { ...twoFactor, enforcedFrom: now + minute }, account: enrolled },
      [],
    ],
    [
      "an announced day for a contact without an account",
      { policy: { ...twoFactor, enforcedFrom: now + minute }, account: null },
      ["NOT_INVITED"],
    ],
    ["setting up without an account", { policy: twoFactor, account: null }, ["NOT_INVITED"]],
  ])("%s", (_what, facts, expected) => expect(codes(facts)).toEqual(expected));

  it("lists what blocks before what hinders, and that before what comes next", () =>
    expect(
      accessFindings({
        ...nothing,
        policy: twoFactor,
        email: "office@client.example",
        account: { ...account, secondFactorLockedUntil: now + minute, passwordWaitUntil: now + minute },
        failures: wrong("password", 2),
        mail,
      }).map(({ weight, code }) => [weight, code]),
    ).toEqual([
      ["BLOCKS", "MAIL_REFUSED"],
      ["BLOCKS", "SECOND_FACTOR_LOCKED"],
      ["HINDERS", "PASSWORD_WAIT"],
      ["HINDERS", "WRONG_PASSWORDS"],
      ["TELLS", "MUST_ENROLL"],
      ["TELLS", "OTHER_LOGIN_EMAIL"],
    ]));

  it("orders reasons by weight, whatever they concern: an expired invitation comes before what a link requires", () => {
    const invitation = { sentAt: 0, isUsable: false };
    expect(codes({ policy: twoFactor, account: null, request, invitation })).toEqual([
      "INVITATION_EXPIRED",
      "LINK_NEEDS_ACCOUNT",
    ]);
    expect(
      codes({
        account: { ...enrolled, recoveryCodesRemaining: 0 },
        request: { ...request, link: "CLAIMED", declinedAt: now },
      }),
    ).toEqual(["LINK_DECLINED", "NO_RECOVERY_CODES"]);
  });
});
