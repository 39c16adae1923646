import { describe, expect, it } from "@jest/globals";
import { auditEventTypesOf } from "./audit-event-kinds.js";
import { auditEventTypes } from "./audit-events.js";
import { isSignInEvent, signInEventTypes, signInJudgements } from "./sign-in-events.js";

describe("the events that may lose who signed in, and from where", () => {
  it("are those of getting in, trying to, proving oneself and leaving, and no others", () => {
    expect(signInEventTypes.toSorted()).toEqual([
      "ACCOUNT_LOCKED",
      "MAGIC_LINK_CLAIMED",
      "MAGIC_LINK_DECLINED",
      "REAUTHENTICATION_FAILED",
      "REAUTHENTICATION_SUCCEEDED",
      "RECOVERY_CODE_USED",
      "SIGNED_OUT",
      "SIGN_IN_FAILED",
      "SIGN_IN_SUCCEEDED",
    ]);
  });

  it.each(auditEventTypes)("judge %s, with a reason if it keeps what it says", (type) => {
    const judged = signInJudgements[type];
    expect(isSignInEvent(type)).toBe(judged === "SIGN_IN");
    expect(judged === "SIGN_IN" ? "A reason is needed only to keep." : judged.keepsFactsBecause).toMatch(
      /^[A-Z].{20,}\.$/,
    );
  });

  it("X90 leave out whatever the firm's own people did, and what the log says about itself", () => {
    const kept = (["TEAM", "SETTINGS", "CONTACTS", "LOG", "OVERSIGHT"] as const).flatMap(auditEventTypesOf);
    expect(kept.filter(isSignInEvent)).toEqual([]);
    for (const type of ["SESSIONS_VIEWED", "ACT_REFUSED", "ACCOUNT_UNLOCKED", "SIGN_IN_RETENTION_CHANGED"])
      expect(isSignInEvent(type)).toBe(false);
  });
});
