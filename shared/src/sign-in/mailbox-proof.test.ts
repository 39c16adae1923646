import { describe, expect, it } from "@jest/globals";
import { lifetimes } from "../limits/limits.js";
import { CLOCK_MARGIN_MS } from "../limits/clock-ahead.js";
import { askedToEnroll, doorOfAccountByLink, isWithinFlow, provesMailbox, signInDoors } from "./mailbox-proof.js";

describe("X7 the mailbox must be proven before an authenticator is set up", () => {
  it.each`
    who                                                         | isEnrolled | isMailboxProven | asked
    ${"a password alone"}                                       | ${false}   | ${false}        | ${"MAILED_CODE"}
    ${"the mailbox, in this flow"}                              | ${false}   | ${true}         | ${null}
    ${"an authenticator is active"}                             | ${true}    | ${false}        | ${"PRESENT_CODE"}
    ${"an authenticator is active, and the mailbox was proven"} | ${true}    | ${true}         | ${"PRESENT_CODE"}
  `("$who: $asked", ({ isEnrolled, isMailboxProven, asked }) => {
    expect(askedToEnroll({ isEnrolled: Boolean(isEnrolled), isMailboxProven: Boolean(isMailboxProven) })).toBe(asked);
  });

  it("is proven by every door that a mail leads to, but not by a password, nor by a device that read the mail long ago", () => {
    expect(signInDoors.filter(provesMailbox).toSorted()).toEqual([
      "ACCOUNT_BY_LINK",
      "ACCOUNT_CREATION",
      "MAGIC_LINK",
      "PASSWORD_RESET",
      "TEAM_BY_PASSWORD",
      "TEAM_INVITATION",
    ]);
    expect(signInDoors.filter((door) => !provesMailbox(door))).toEqual(["PASSWORD", "ACCOUNT_BY_DEVICE"]);
  });

  it("stays proven for ten minutes from the flow's first step, and no longer", () => {
    const flowBeganAt = 5000;
    const end = flowBeganAt + lifetimes.enrollmentToken;
    expect(lifetimes.enrollmentToken).toBe(10 * 60_000);
    expect([flowBeganAt, end - 1, end, end + 1].map((now) => isWithinFlow({ flowBeganAt, now }))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("is not proven by what a clock that was ahead has dated", () => {
    const now = 1_000_000_000;
    const began = [now + CLOCK_MARGIN_MS, now + CLOCK_MARGIN_MS + 1].map((flowBeganAt) =>
      isWithinFlow({ flowBeganAt, now }),
    );
    expect(began).toEqual([true, false]);
  });

  it("is proven by an account's creation with a magic link as long as the claim is a flow's first step", () => {
    const now = 1_000_000_000;
    const end = now - lifetimes.enrollmentToken;
    expect([now, end + 1, end, null].map((claimedAt) => doorOfAccountByLink({ claimedAt, now }))).toEqual([
      "ACCOUNT_BY_LINK",
      "ACCOUNT_BY_LINK",
      "ACCOUNT_BY_DEVICE",
      "ACCOUNT_BY_DEVICE",
    ]);
  });
});
