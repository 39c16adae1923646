import { describe, expect, it } from "@jest/globals";
import { lostAtOnce } from "./lost-at-once.js";
import type { ModePolicy, SecurityMode } from "./security-mode.js";

const now = Date.parse("2026-12-01T00:00:00Z");
const policy = (mode: SecurityMode, enforcedFrom: number | null = null): ModePolicy => ({
  mode,
  enforcedFrom,
  magicLinkRequiresTwoFactor: true,
});
const login = policy("MAGIC_LINK_AND_LOGIN");
const links = policy("MAGIC_LINK_ONLY");
const required = policy("MAGIC_LINK_AND_LOGIN_2FA");
const started = policy("MAGIC_LINK_AND_LOGIN_2FA", now);
const later = policy("MAGIC_LINK_AND_LOGIN_2FA", now + 1);
const some = { accounts: 9, accountsToEnroll: 5, sessionsToEnd: 3 };
const nobody = { accounts: 0, accountsToEnroll: 0, sessionsToEnd: 0 };

describe("what clients lose in the moment that a policy is saved", () => {
  it.each([
    ["2FA at once: the accounts without it", login, required, some, "TWO_FACTOR 5 3"],
    ["2FA at once, from links only", links, required, some, "TWO_FACTOR 5 3"],
    ["2FA that was announced, at once instead", later, required, some, "TWO_FACTOR 5 3"],
    ["2FA from this very moment", login, started, some, "TWO_FACTOR 5 3"],
    [
      "2FA at once, all set up: sessions without the code",
      login,
      required,
      { ...some, accountsToEnroll: 0 },
      "SESSIONS 3 3",
    ],
    ["links ask for the code from now on", required, required, { ...some, sessionsToEnd: 2 }, "SESSIONS 2 2"],
    ["passwords off: every account", login, links, some, "PASSWORDS 9 3"],
    ["passwords off, with no account but a session", required, links, { ...nobody, sessionsToEnd: 1 }, "PASSWORDS 0 1"],
  ])("%s", (_what, before, after, impact, expected) => {
    expect(Object.values(lostAtOnce(before, after, impact, now) ?? {}).join(" ")).toBe(expected);
  });

  it.each([
    ["2FA from a later day", login, later, some],
    ["2FA later instead of now", required, later, some],
    ["2FA at once where nobody has an account", login, required, nobody],
    ["passwords on again", links, login, { ...some, accountsToEnroll: 0, sessionsToEnd: 0 }],
    ["passwords off where they are off", links, links, some],
    ["passwords off where nobody has an account", login, links, nobody],
    ["another setting while 2FA is required", started, started, { ...some, sessionsToEnd: 0 }],
  ])("nothing: %s", (_what, before, after, impact) => {
    expect(lostAtOnce(before, after, impact, now)).toBeNull();
  });
});
