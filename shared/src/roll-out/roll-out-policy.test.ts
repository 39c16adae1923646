import { describe, expect, it } from "@jest/globals";
import { portalAccessState } from "../contacts/portal-access-policy.js";
import { textIsPlain } from "../names/name.js";
import {
  concernedGroups,
  dayAt,
  isRollOutOpen,
  isTimeZone,
  nextRollOutStep,
  proposedRollOutMessage,
  readRollOutPlan,
  rollOutGroupNames,
  rollOutGroups,
  rollOutLimits,
  rollOutMode,
  rollOutStateUnder,
  waitBetweenMails,
  type RollOutFacts,
  type RollOutPlan,
  type RollOutStep,
} from "./roll-out-policy.js";

const day = 24 * 3_600_000;
const start = 1_000 * day;

describe("whom a roll-out concerns", () => {
  const people = [
    { hasAccount: true, isEnrolled: true, hasEmail: true, isInvited: true, group: "ENROLLED" },
    { hasAccount: true, isEnrolled: false, hasEmail: true, isInvited: true, group: "TO_ENROLL" },
    { hasAccount: true, isEnrolled: false, hasEmail: false, isInvited: false, group: "TO_ENROLL" },
    { hasAccount: false, isEnrolled: false, hasEmail: true, isInvited: true, group: "INVITED" },
    { hasAccount: false, isEnrolled: false, hasEmail: true, isInvited: false, group: "NOT_INVITED" },
    { hasAccount: false, isEnrolled: false, hasEmail: false, isInvited: true, group: "NO_EMAIL" },
  ];
  it.each(people)("each contact is in exactly one group: $group", ({ group, isEnrolled, ...contact }) => {
    const isIn = (name: (typeof rollOutGroupNames)[number]) => {
      const { states, ...rest } = rollOutGroups[name].filter;
      const wanted = "twoFactorEnrolled" in rest ? rest.twoFactorEnrolled : null;
      return (
        (states as readonly string[]).includes(portalAccessState(contact)) && (wanted === null || wanted === isEnrolled)
      );
    };
    expect(rollOutGroupNames.filter(isIn)).toEqual([group]);
  });

  it("is never whoever has 2FA or no address; contacts without an account only where they are to be invited", () => {
    expect(concernedGroups({ invitesContacts: true })).toEqual(["TO_ENROLL", "INVITED", "NOT_INVITED"]);
    expect(concernedGroups({ invitesContacts: false })).toEqual(["TO_ENROLL"]);
  });
});

describe("the next mail to a client", () => {
  const fresh: RollOutFacts = {
    now: start - 20 * day,
    enforcedFrom: start,
    remindDaysBefore: [7, 1],
    isCalledOff: false,
    hasAccount: true,
    hadAccount: true,
    isEnrolled: false,
    hasAddress: true,
    mailedAt: null,
    invitedAt: null,
  };
  const told = { ...fresh, mailedAt: start - 20 * day };
  const invited = { hasAccount: false, hadAccount: false };
  const mail = (which: "INVITATION" | "ANNOUNCEMENT" | "REMINDER" | "CALLED_OFF") => ({ kind: "MAIL", mail: which });
  const stop = (because: string) => ({ kind: "STOP", because });
  const cases: [string, Partial<RollOutFacts> & typeof fresh, object][] = [
    ["nobody told the client yet", fresh, mail("ANNOUNCEMENT")],
    ["there is no account yet", { ...fresh, ...invited }, mail("INVITATION")],
    ["told, the first reminder is ahead", told, { kind: "LOOK_AGAIN", at: start - 7 * day }],
    ["the first reminder is due", { ...told, now: start - 7 * day }, mail("REMINDER")],
    ["the reminder of one without an account", { ...told, ...invited, now: start - 7 * day }, mail("INVITATION")],
    ["a pause ended after the first reminder was due", { ...told, now: start - 5 * day }, mail("REMINDER")],
    [
      "reminded, the second one is ahead",
      { ...told, mailedAt: start - 7 * day, now: start - 7 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    [
      "told a day before the first reminder, which is left out",
      { ...told, mailedAt: start - 8 * day, now: start - 7 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    ["told two days before the start", { ...told, mailedAt: start - 2 * day, now: start - day }, stop("ALL_SAID")],
    [
      "invited by hand yesterday, so the reminder is left out",
      { ...told, ...invited, now: start - day, invitedAt: start - 2 * day },
      stop("ALL_SAID"),
    ],
    [
      "reminders that are out of order",
      { ...told, remindDaysBefore: [1, 7] },
      { kind: "LOOK_AGAIN", at: start - 7 * day },
    ],
    [
      "told exactly three days before the first reminder, which comes",
      { ...told, mailedAt: start - 10 * day, now: start - 7 * day },
      mail("REMINDER"),
    ],
    [
      "told a moment too late for the first reminder, which is left out",
      { ...told, mailedAt: start - 10 * day + 1, now: start - 7 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    [
      "told at the very moment of the first reminder, long ago",
      { ...told, mailedAt: start - 7 * day, now: start - 3 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    [
      "told after the first reminder, long ago",
      { ...told, mailedAt: start - 7 * day + 1, now: start - 3 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    ["every reminder was sent", { ...told, mailedAt: start - day, now: start - day }, stop("ALL_SAID")],
    ["the start has passed", { ...told, now: start }, stop("ALL_SAID")],
    ["nobody told the client in time", { ...fresh, now: start + day }, mail("ANNOUNCEMENT")],
    ["no reminders are wanted", { ...told, remindDaysBefore: [] }, stop("ALL_SAID")],
    ["2FA is set up", { ...fresh, isEnrolled: true }, stop("ENROLLED")],
    ["2FA is set up before a reminder", { ...told, isEnrolled: true, now: start - 7 * day }, stop("ENROLLED")],
    ["the firm deleted the account", { ...told, hasAccount: false, now: start - 7 * day }, stop("NO_ACCOUNT")],
    ["the address was taken out", { ...fresh, ...invited, hasAddress: false }, stop("NO_ADDRESS")],
    ["it is called off", { ...told, isCalledOff: true }, mail("CALLED_OFF")],
    ["it is called off and nobody told the client", { ...fresh, isCalledOff: true }, stop("ALL_SAID")],
    ["it is called off and the client has 2FA", { ...told, isCalledOff: true, isEnrolled: true }, stop("ENROLLED")],
  ];
  it.each(cases)("%s", (_, facts, step) => expect(nextRollOutStep(facts)).toEqual(step));

  it("comes three days after the last one at the soonest, whatever reminders are chosen and however long it is paused", () => {
    for (const remindDaysBefore of [[7, 1], [60, 59, 58], [3, 2, 1], [9, 6, 3], []])
      for (const pause of [0, 0.5, 4, 9]) {
        const sent: number[] = [];
        let now = start - 30 * day;
        for (let looks = 0; looks < 50; looks++) {
          const step: RollOutStep = nextRollOutStep({ ...fresh, now, remindDaysBefore, mailedAt: sent.at(-1) ?? null });
          if (step.kind === "STOP") break;
          if (step.kind === "MAIL") sent.push(now);
          else now = step.at + pause * day;
        }
        const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? 0));
        expect(gaps.every((gap) => gap >= rollOutLimits.betweenMails)).toBe(true);
        expect(sent.length).toBeLessThanOrEqual(1 + remindDaysBefore.length);
        expect(sent.slice(1).every((at) => at < start)).toBe(true);
      }
  });
});

describe("a plan", () => {
  const now = start - 30 * day;
  const good: RollOutPlan = {
    enforcedFrom: start,
    message: " Hello ",
    invitesContacts: true,
    remindDaysBefore: [1, 7, 1],
    mailsPerMinute: 20,
  };
  it("is cleaned: reminders once each, the earliest first", () => {
    expect(readRollOutPlan(good, now)).toEqual({
      plan: { ...good, message: "Hello", remindDaysBefore: [7, 1] },
      fault: null,
    });
  });
  it.each([
    { enforcedFrom: now + 1 },
    { enforcedFrom: now + 365 * day },
    { message: "🦊".repeat(2000) },
    { message: "Dear client,\n\nfrom May on\t…" },
    { remindDaysBefore: [60, 2, 1] },
    { remindDaysBefore: [] },
    { mailsPerMinute: 1 },
    { mailsPerMinute: 60 },
  ])("may go as far as its bounds: %#", (change) =>
    expect(readRollOutPlan({ ...good, ...change }, now).fault).toBeNull(),
  );
  it.each([
    [{ enforcedFrom: now }, "Choose a day in the future, at most a year away."],
    [{ message: " " }, "Tell your clients in a few words what is to come."],
    [{ message: "🦊".repeat(2001) }, "Use at most 2000 characters."],
    [{ message: "Dear client,\u202e moc.live" }, textIsPlain],
    [{ remindDaysBefore: [4, 3, 2, 1] }, "Choose up to 3 reminders, 1 to 60 days before the start."],
    [{ remindDaysBefore: [61, 1] }, "Choose up to 3 reminders, 1 to 60 days before the start."],
    [{ remindDaysBefore: [7, 0] }, "Choose up to 3 reminders, 1 to 60 days before the start."],
    [{ mailsPerMinute: 61 }, "Choose 1 to 60 mails a minute."],
  ])("says what to do about what is wrong with it: %#", (change, message) =>
    expect(readRollOutPlan({ ...good, ...change }, now).fault?.message).toBe(message),
  );
  it.each([
    ["enforcedFrom", { enforcedFrom: now }],
    ["enforcedFrom", { enforcedFrom: now + 366 * day }],
    ["enforcedFrom", { enforcedFrom: Number.NaN }],
    ["message", { message: "  " }],
    ["message", { message: "x".repeat(2001) }],
    ["message", { message: "Dear client\u0007" }],
    ["remindDaysBefore", { remindDaysBefore: [1, 2, 3, 4] }],
    ["remindDaysBefore", { remindDaysBefore: [0] }],
    ["remindDaysBefore", { remindDaysBefore: [1.5] }],
    ["mailsPerMinute", { mailsPerMinute: 0 }],
    ["mailsPerMinute", { mailsPerMinute: 61 }],
  ])("names what is wrong with it: %s", (field, change) => {
    expect(readRollOutPlan({ ...good, ...change }, now).fault?.field).toBe(field);
  });
  it("spreads its mails over the minute", () => {
    expect([1, 7, 60].map((mailsPerMinute) => waitBetweenMails({ mailsPerMinute }))).toEqual([60_000, 8572, 1000]);
  });
  it("leads to the mode that demands two-factor authentication", () => {
    expect(rollOutMode).toBe("MAGIC_LINK_AND_LOGIN_2FA");
    expect(rollOutStateUnder("RUNNING", { mode: rollOutMode })).toBe("RUNNING");
  });
  it.each([
    ["RUNNING", true],
    ["PAUSED", true],
    ["FINISHED", false],
    ["UNDONE", false],
  ] as const)("that is %s may still send mails: %s", (state, isOpen) => expect(isRollOutOpen(state)).toBe(isOpen));
  it("counts as undone once the firm left the mode elsewhere", () => {
    expect(rollOutStateUnder("RUNNING", { mode: "MAGIC_LINK_AND_LOGIN_2FA" })).toBe("RUNNING");
    expect(rollOutStateUnder("FINISHED", { mode: "MAGIC_LINK_AND_LOGIN" })).toBe("UNDONE");
  });
});

it("says the day as it is where the firm is", () => {
  const midnightInParis = Date.parse("2026-11-30T23:00:00Z");
  expect(dayAt(midnightInParis, "Europe/Paris")).toBe("1 December 2026");
  expect(dayAt(midnightInParis, "UTC")).toBe("30 November 2026");
  expect(["Europe/Paris", "America/Toronto", "UTC", "", "Mars/Base", "x".repeat(100)].map(isTimeZone)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

it("proposes words that a firm can send as they are", () =>
  expect(proposedRollOutMessage("Harbor & Pine", "1 December 2026")).toBe(
    [
      "Harbor & Pine adds a second step to signing in: a code from your phone beside your password. It keeps your tax papers safe, even if somebody else learns your password.",
      "Please set it up before 1 December 2026. It takes about two minutes: you need your phone and a free authenticator app, such as Google Authenticator or Microsoft Authenticator.",
      "If you need help, call us. We will never ask you for a code or your password.",
    ].join("\n\n"),
  ));
