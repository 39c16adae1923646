import { describe, expect, it } from "@jest/globals";
import { planOffersMode, planOffersTwoFactor, type Plan } from "../plans/plans.js";
import { securityModeNames, type ModePolicy, type SecurityMode } from "../security-mode/security-mode.js";
import {
  mayDisableTwoFactor,
  mayEnroll,
  nextAccountStep,
  nextLinkStep,
  sessionMeetsPolicy,
  type Assurance,
  type SignInDoor,
} from "./sign-in-policy.js";

/*
 * Every sequence of calls, of any length, over the policy alone. The world around it is as hostile as possible: the caller knows the
 * password, reads the mailbox and has every token, and nothing that was opened is ever closed except by removing the authenticator. So
 * whatever holds here is the policy's own doing. The same over the real server: server/src/features/sign-in/sign-in-walk.api.test.ts
 */

/** Something that the caller holds: a session, or a waiting sign-in. `code`: a code from the active authenticator was entered for it. */
interface Session {
  assurance: Assurance;
  isSecondFactorProven: boolean;
  code: boolean;
}
type Waiting = "code" | "link code" | "mailbox" | "authenticator";

interface State {
  mode: SecurityMode;
  /** When an authenticator becomes required, in a mode that requires it. */
  requirement: "at once" | "announced";
  magicLinkRequiresTwoFactor: boolean;
  plan: Plan;
  hasAccount: boolean;
  isEnrolled: boolean;
  sessions: readonly Session[];
  waiting: readonly Waiting[];
}

const NOW = 1_000_000;
const policyOf = ({ mode, requirement, magicLinkRequiresTwoFactor }: State): ModePolicy => ({
  mode,
  magicLinkRequiresTwoFactor,
  enforcedFrom: requirement === "announced" ? NOW + 1 : null,
});
const keyOf = (state: State) => JSON.stringify(state);
const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const including = <T>(list: readonly T[], item: T): T[] =>
  list.some((one) => JSON.stringify(one) === JSON.stringify(item)) ? [...list] : [...list, item].toSorted(byText);
const without = <T>(list: readonly T[], item: T): T[] => list.filter((one) => one !== item);

const isUsable = (state: State, session: Session): boolean =>
  (session.assurance === "LINK" || state.hasAccount) &&
  sessionMeetsPolicy({
    assurance: session.assurance,
    isSecondFactorProven: session.isSecondFactorProven,
    policy: policyOf(state),
    now: NOW,
    hasAccount: state.hasAccount,
    isEnrolled: state.isEnrolled,
  });
const accountSessions = (state: State) =>
  state.sessions.filter((session) => session.assurance !== "LINK" && isUsable(state, session));

/** Enters through a door of the account: the policy says what comes next. */
function enter(state: State, door: Exclude<SignInDoor, "MAGIC_LINK">, code: boolean): State {
  const step = nextAccountStep({
    policy: policyOf(state),
    now: NOW,
    isEnrolled: state.isEnrolled,
    isSecondFactorProven: code,
    isDeviceTrusted: false,
  });
  switch (step.step) {
    case "REFUSE":
      return state;
    case "PROVE_SECOND_FACTOR":
      return { ...state, waiting: including(state.waiting, "code") };
    case "ENROLL":
      return { ...state, waiting: including(state.waiting, door === "PASSWORD" ? "mailbox" : "authenticator") };
    case "OPEN_SESSION": {
      const { assurance } = step;
      const session = { assurance, isSecondFactorProven: assurance === "TWO_FACTOR", code };
      return { ...state, sessions: including(state.sessions, session) };
    }
  }
}

function enterByLink(state: State, code: boolean): State {
  const { hasAccount, isEnrolled } = state;
  const facts = { policy: policyOf(state), now: NOW, hasAccount, isEnrolled, isSecondFactorProven: code };
  const { step } = nextLinkStep(facts);
  if (step === "PROVE_SECOND_FACTOR") return { ...state, waiting: including(state.waiting, "link code") };
  if (step !== "OPEN_SESSION") return state;
  const session: Session = { assurance: "LINK", isSecondFactorProven: code, code };
  return { ...state, sessions: including(state.sessions, session) };
}

/** Removes the authenticator, and with it the sessions that it proved and every waiting sign-in. */
const withoutFactor = (state: State): State => ({ ...state, isEnrolled: false, sessions: [], waiting: [] });
const mayEnrollIn = (state: State): boolean =>
  mayEnroll({ policy: policyOf(state), planOffersTwoFactor: planOffersTwoFactor(state.plan) });

/** Every call, as a function from a state to the next; null if there is nothing to call it with. */
const calls: Record<string, (state: State) => State | null> = {
  "sign in with the password": (state) => (state.hasAccount ? enter(state, "PASSWORD", false) : null),
  "create the account": (state) => {
    if (state.hasAccount) return null;
    const created = { ...state, hasAccount: true };
    const entered = enter(created, "ACCOUNT_CREATION", false);
    return entered === created ? state : entered;
  },
  "reset the password": (state) => (state.hasAccount ? enter(state, "PASSWORD_RESET", false) : null),
  "claim the link": (state) => enterByLink(state, false),
  "type the code or a recovery code": (state) =>
    state.isEnrolled && state.waiting.includes("code")
      ? enter({ ...state, waiting: without(state.waiting, "code") }, "PASSWORD", true)
      : null,
  "type the code for the link": (state) =>
    state.isEnrolled && state.waiting.includes("link code")
      ? enterByLink({ ...state, waiting: without(state.waiting, "link code") }, true)
      : null,
  "type the mailed code": (state) =>
    state.waiting.includes("mailbox")
      ? { ...state, waiting: including(without(state.waiting, "mailbox"), "authenticator") }
      : null,
  "set up an authenticator during the sign-in": (state) =>
    state.waiting.includes("authenticator") && !state.isEnrolled && mayEnrollIn(state)
      ? enter({ ...state, isEnrolled: true, waiting: without(state.waiting, "authenticator") }, "PASSWORD", true)
      : null,
  "set up an authenticator in a session": (state) => {
    const [session] = accountSessions(state);
    if (!session || state.isEnrolled || !mayEnrollIn(state)) return null;
    const proven: Session = { assurance: "TWO_FACTOR", isSecondFactorProven: true, code: true };
    return { ...state, isEnrolled: true, sessions: including(without(state.sessions, session), proven) };
  },
  "switch 2FA off": (state) => {
    if (!state.isEnrolled || accountSessions(state).length === 0) return null;
    if (!mayDisableTwoFactor({ policy: policyOf(state), now: NOW })) return null;
    const left: Session = { assurance: "PASSWORD", isSecondFactorProven: false, code: false };
    return { ...withoutFactor(state), sessions: [left] };
  },
  "the firm resets 2FA": (state) => (state.isEnrolled ? withoutFactor(state) : null),
  "the firm deletes the account": (state) => (state.hasAccount ? { ...withoutFactor(state), hasAccount: false } : null),
  "the announced day arrives": (state) =>
    state.requirement === "announced" ? { ...state, requirement: "at once" } : null,
  "the plan goes to TEAM": (state) => ({ ...state, plan: "TEAM" }),
  "the plan goes to BUSINESS": (state) => ({ ...state, plan: "BUSINESS" }),
  ...Object.fromEntries(
    securityModeNames.flatMap((mode) =>
      (["at once", "announced"] as const).flatMap((requirement) =>
        [true, false].map((magicLinkRequiresTwoFactor) => [
          `the firm sets ${mode} ${requirement} ${magicLinkRequiresTwoFactor ? "" : "(links without)"}`,
          (state: State): State | null =>
            mode === state.mode || planOffersMode(state.plan, mode)
              ? { ...state, mode, requirement, magicLinkRequiresTwoFactor }
              : null,
        ]),
      ),
    ),
  ),
};

/** What a mode allows, in the test's own words: returns what is wrong with a state, if anything. */
function violation(state: State): string | null {
  const isRequired = state.mode === "MAGIC_LINK_AND_LOGIN_2FA" && state.requirement === "at once";
  for (const session of state.sessions) {
    if (!isUsable(state, session)) continue;
    const isAccountWide = session.assurance !== "LINK";
    if (isAccountWide && state.mode === "MAGIC_LINK_ONLY")
      return "an account-wide session where links alone are allowed";
    if (isAccountWide && (state.isEnrolled || isRequired) && !session.code)
      return "an account-wide session without the code";
    if (!isAccountWide && state.mode !== "MAGIC_LINK_ONLY" && !session.code) {
      if (state.isEnrolled) return "an enrolled client's link without the code";
      if (isRequired && state.magicLinkRequiresTwoFactor)
        return "a link without the code that the firm requires of links";
    }
  }
  return null;
}

const DEPTH_COUNTED = 12;

describe("every sequence of calls over mode, plan, account, enrollment and door", () => {
  it("yields no account-wide session without the code while the account is enrolled or the firm requires it", () => {
    const start: State = {
      mode: "MAGIC_LINK_AND_LOGIN",
      requirement: "at once",
      magicLinkRequiresTwoFactor: true,
      plan: "BUSINESS",
      hasAccount: false,
      isEnrolled: false,
      sessions: [],
      waiting: [],
    };
    // How each state was first reached, so that a violation is reported with the steps that lead to it.
    const cameBy = new Map<string, [from: string, call: string] | null>([[keyOf(start), null]]);
    const edges = new Map<string, string[]>();
    const opened = new Set<string>();
    const storyOf = (key: string): string[] => {
      const before = cameBy.get(key);
      return before ? [...storyOf(before[0]), before[1]] : [];
    };
    const queue = [start];
    for (let state = queue.shift(); state; state = queue.shift()) {
      const key = keyOf(state);
      const broken = violation(state);
      if (broken) throw new Error(`${broken}:\n  ${storyOf(key).join("\n  ")}\n  ${key}`);
      for (const session of state.sessions)
        if (isUsable(state, session)) opened.add(`${state.mode} ${session.assurance}`);
      const next: string[] = [];
      for (const [call, make] of Object.entries(calls)) {
        const made = make(state);
        if (made === null) continue;
        const madeKey = keyOf(made);
        next.push(madeKey);
        if (cameBy.has(madeKey)) continue;
        cameBy.set(madeKey, [key, call]);
        queue.push(made);
      }
      edges.set(key, next);
    }
    // Each way in must be open where it should be: a policy that refuses everything would pass the rest.
    expect([...opened].toSorted()).toEqual([
      "MAGIC_LINK_AND_LOGIN LINK",
      "MAGIC_LINK_AND_LOGIN PASSWORD",
      "MAGIC_LINK_AND_LOGIN TWO_FACTOR",
      "MAGIC_LINK_AND_LOGIN_2FA LINK",
      "MAGIC_LINK_AND_LOGIN_2FA PASSWORD",
      "MAGIC_LINK_AND_LOGIN_2FA TWO_FACTOR",
      "MAGIC_LINK_ONLY LINK",
    ]);

    // The number of sequences of exactly that many calls: the paths through the states.
    let sequences = new Map<string, bigint>([[keyOf(start), 1n]]);
    for (let length = 0; length < DEPTH_COUNTED; length++) {
      const longer = new Map<string, bigint>();
      for (const [key, count] of sequences)
        for (const next of edges.get(key) ?? []) longer.set(next, (longer.get(next) ?? 0n) + count);
      sequences = longer;
    }
    const total = [...sequences.values()].reduce((sum, count) => sum + count, 0n);
    const transitions = [...edges.values()].reduce((sum, next) => sum + next.length, 0);
    console.info(
      `walked ${cameBy.size} states and ${transitions} calls between them: all sequences, of ${DEPTH_COUNTED} calls alone ${total}`,
    );
    expect(cameBy.size).toBeGreaterThan(1000);
    expect(total).toBeGreaterThan(1_000_000n);
  });
});
