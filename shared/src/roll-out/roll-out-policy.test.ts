import { describe, expect, it } from "@jest/globals";
import { portalAccessState } from "../contacts/portal-access-policy.js";
import { textIsPlain } from "../names/name.js";
import {
  concernedGroups,
  dayAt,
  isRollOutOpen,
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

describe("who gets mails from a roll-out", () => {
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

  it("is never a contact with 2FA or without an address; contacts without an account only if they are to be invited", () => {
    expect(concernedGroups({ invitesContacts: true })).toEqual(["TO_ENROLL", "INVITED", "NOT_INVITED"]);
    expect(concernedGroups({ invitesContacts: false })).toEqual(["TO_ENROLL"]);
  });
});

describe("the next mail to a client", () => {
  const fresh: RollOutFacts = {
    now: start - 20 * day,
    enforcedFrom: start,
    timeZone: "UTC",
    remindDaysBefore: [7, 1],
    isCalledOff: false,
    hasAccount: true,
    hadAccount: true,
    isEnrolled: false,
    hasAddress: true,
    mailedAt: null,
    invitedAt: null,
  };
  const notified = { ...fresh, mailedAt: start - 20 * day };
  const invited = { hasAccount: false, hadAccount: false };
  const mail = (which: "INVITATION" | "ANNOUNCEMENT" | "REMINDER" | "CALLED_OFF") => ({ kind: "MAIL", mail: which });
  const stop = (because: string) => ({ kind: "STOP", because });
  const cases: [string, Partial<RollOutFacts> & typeof fresh, object][] = [
    ["the client was not notified yet", fresh, mail("ANNOUNCEMENT")],
    ["there is no account yet", { ...fresh, ...invited }, mail("INVITATION")],
    ["notified, the first reminder is ahead", notified, { kind: "LOOK_AGAIN", at: start - 7 * day }],
    ["the first reminder is due", { ...notified, now: start - 7 * day }, mail("REMINDER")],
    [
      "the reminder of a client without an account",
      { ...notified, ...invited, now: start - 7 * day },
      mail("INVITATION"),
    ],
    ["a pause ended after the first reminder was due", { ...notified, now: start - 5 * day }, mail("REMINDER")],
    [
      "reminded, the second one is ahead",
      { ...notified, mailedAt: start - 7 * day, now: start - 7 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    [
      "notified a day before the first reminder, which is skipped",
      { ...notified, mailedAt: start - 8 * day, now: start - 7 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    [
      "notified two days before the start",
      { ...notified, mailedAt: start - 2 * day, now: start - day },
      stop("ALL_SAID"),
    ],
    [
      "invited by hand yesterday, so the reminder is skipped",
      { ...notified, ...invited, now: start - day, invitedAt: start - 2 * day },
      stop("ALL_SAID"),
    ],
    [
      "reminders that are out of order",
      { ...notified, remindDaysBefore: [1, 7] },
      { kind: "LOOK_AGAIN", at: start - 7 * day },
    ],
    [
      "notified exactly three days before the first reminder, which comes",
      { ...notified, mailedAt: start - 10 * day, now: start - 7 * day },
      mail("REMINDER"),
    ],
    [
      "notified a moment too late for the first reminder, which is skipped",
      { ...notified, mailedAt: start - 10 * day + 1, now: start - 7 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    [
      "notified at the very moment of the first reminder, long ago",
      { ...notified, mailedAt: start - 7 * day, now: start - 3 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    [
      "notified after the first reminder, long ago",
      { ...notified, mailedAt: start - 7 * day + 1, now: start - 3 * day },
      { kind: "LOOK_AGAIN", at: start - day },
    ],
    ["every reminder was sent", { ...notified, mailedAt: start - day, now: start - day }, stop("ALL_SAID")],
    ["the start has passed", { ...notified, now: start }, stop("ALL_SAID")],
    ["the client was not notified in time", { ...fresh, now: start + day }, mail("ANNOUNCEMENT")],
    ["no reminders are wanted", { ...notified, remindDaysBefore: [] }, stop("ALL_SAID")],
    ["2FA is set up", { ...fresh, isEnrolled: true }, stop("ENROLLED")],
    ["2FA is set up before a reminder", { ...notified, isEnrolled: true, now: start - 7 * day }, stop("ENROLLED")],
    ["the firm deleted the account", { ...notified, hasAccount: false, now: start - 7 * day }, stop("NO_ACCOUNT")],
    ["the address was removed", { ...fresh, ...invited, hasAddress: false }, stop("NO_ADDRESS")],
    ["it is called off", { ...notified, isCalledOff: true }, mail("CALLED_OFF")],
    ["it is called off and the client was never notified", { ...fresh, isCalledOff: true }, stop("ALL_SAID")],
    ["it is called off and the client has 2FA", { ...notified, isCalledOff: true, isEnrolled: true }, stop("ENROLLED")],
  ];
  it.each(cases)("%s", (_, facts, step) => expect(nextRollOutStep(facts)).toEqual(step));

  it("comes at least three days after the last one, whatever reminders are chosen and however long the roll-out is paused", () => {
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

describe("a reminder", () => {
  it("goes out on its day of the calendar, although clocks go forward before the start", () => {
    const facts: RollOutFacts = {
      now: Date.parse("2026-03-01T12:00:00Z"),
      // Midnight in New York, a week after clocks went forward.
      enforcedFrom: Date.parse("2026-03-15T04:00:00Z"),
      timeZone: "America/New_York",
      remindDaysBefore: [7],
      isCalledOff: false,
      hasAccount: true,
      hadAccount: true,
      isEnrolled: false,
      hasAddress: true,
      mailedAt: Date.parse("2026-02-20T12:00:00Z"),
      invitedAt: null,
    };
    const midnight = Date.parse("2026-03-08T05:00:00Z");
    expect(nextRollOutStep(facts)).toEqual({ kind: "LOOK_AGAIN", at: midnight });
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
  it("is cleaned: each reminder once, earliest first", () => {
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
  ])("may reach its limits: %#", (change) => expect(readRollOutPlan({ ...good, ...change }, now).fault).toBeNull());
  it.each([
    [{ enforcedFrom: now }, "Choose a day in the future, at most a year away."],
    [{ message: " " }, "Tell your clients in a few words what will change."],
    [{ message: "🦊".repeat(2001) }, "Use at most 2000 characters."],
    [{ message: "Dear client,\u202e moc.live" }, textIsPlain],
    [{ remindDaysBefore: [4, 3, 2, 1] }, "Choose up to 3 reminders, 1 to 60 days before the start."],
    [{ remindDaysBefore: [61, 1] }, "Choose up to 3 reminders, 1 to 60 days before the start."],
    [{ remindDaysBefore: [7, 0] }, "Choose up to 3 reminders, 1 to 60 days before the start."],
    [{ mailsPerMinute: 61 }, "Choose 1 to 60 mails per minute."],
  ])("says how to fix what is wrong: %#", (change, message) =>
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
  ])("names the field that is wrong: %s", (field, change) => {
    expect(readRollOutPlan({ ...good, ...change }, now).fault?.field).toBe(field);
  });
  it("spreads its mails over the minute", () => {
    expect([1, 7, 60].map((mailsPerMinute) => waitBetweenMails({ mailsPerMinute }))).toEqual([60_000, 8572, 1000]);
  });
  it("leads to the mode that requires two-factor authentication", () => {
    expect(rollOutMode).toBe("MAGIC_LINK_AND_LOGIN_2FA");
    expect(rollOutStateUnder("RUNNING", { mode: rollOutMode })).toBe("RUNNING");
  });
  it.each([
    ["RUNNING", true],
    ["PAUSED", true],
    ["FINISHED", false],
    ["UNDONE", false],
  ] as const)("that is %s may still send mails: %s", (state, isOpen) => expect(isRollOutOpen(state)).toBe(isOpen));
  it("counts as undone once the firm has chosen another mode", () => {
    expect(rollOutStateUnder("RUNNING", { mode: "MAGIC_LINK_AND_LOGIN_2FA" })).toBe("RUNNING");
    expect(rollOutStateUnder("FINISHED", { mode: "MAGIC_LINK_AND_LOGIN" })).toBe("UNDONE");
  });
});

it("states the day in the firm's time zone", () => {
  const midnightInParis = Date.parse("2026-11-30T23:00:00Z");
  expect(dayAt(midnightInParis, "Europe/Paris")).toBe("1 December 2026");
  expect(dayAt(midnightInParis, "UTC")).toBe("30 November 2026");
});

it("suggests a message that a firm can send as it is", () =>
  expect(proposedRollOutMessage("Harbor & Pine", "1 December 2026")).toBe(
    [
      "Harbor & Pine is adding a second step to signing in: besides your password, you will need a code from your phone. It keeps your tax documents safe even if someone else learns your password.",
      "Please set it up before 1 December 2026. It takes about two minutes: you need your phone and a free authenticator app, such as Google Authenticator or Microsoft Authenticator.",
      "If you need help, please call us. We will never ask you for a code or your password.",
    ].join("\n\n"),
  ));
