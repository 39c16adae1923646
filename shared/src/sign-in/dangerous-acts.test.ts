import { describe, expect, it } from "@jest/globals";
import { alwaysNeedsFreshProof, dangerousActs, harmlessActs, isJudgedAct, isMassInvitation } from "./dangerous-acts.js";

/** Written by hand: what an hour-old session is always refused, and what it is refused in some cases. */
const always =
  "createApiKey createWebhookEndpoint rotateWebhookSecret startRollOut pauseRollOut resumeRollOut undoRollOut \
resetTwoFactor changeLoginEmail deletePortalAccount deleteUnlinkedPortalAccount deleteContact exportContactData setSignInEventDays inviteTeamMember sendTeamPasswordLink changeTeamMember removeTeamMember \
resetTeamMemberTwoFactor beginPasskeyRegistration addPasskey removePasskey regenerateRecoveryCodes disableTwoFactor".split(
    " ",
  );
const sometimes = ["updateSecurityPolicy", "inviteContacts", "beginTwoFactorEnrollment", "changePassword"];

describe("X17 what needs a fresh proof", () => {
  it("is whatever lets someone in, takes over an account, mails many people, or outlives the session", () => {
    expect(Object.keys(dangerousActs).toSorted()).toEqual([...always, ...sometimes].toSorted());
    expect(always.filter((name) => !alwaysNeedsFreshProof(name))).toEqual([]);
    expect([...sometimes, ...Object.keys(harmlessActs)].filter(alwaysNeedsFreshProof)).toEqual([]);
  });

  it("is decided for every mutation, in exactly one of the two tables, and for nothing else", () => {
    const all = [...Object.keys(dangerousActs), ...Object.keys(harmlessActs)];
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((name) => !isJudgedAct(name))).toEqual([]);
    for (const name of ["mailEverybody", "constructor", "__proto__", "toString"]) {
      expect(isJudgedAct(name)).toBe(false);
      expect(alwaysNeedsFreshProof(name)).toBe(false);
    }
  });

  it("is decided with a reason that a reader of the table can judge", () => {
    const reasons = [...Object.values(dangerousActs).map(({ why }) => why), ...Object.values(harmlessActs)];
    expect(reasons.filter((reason) => reason.split(" ").length < 3)).toEqual([]);
  });

  it("includes an invitation to more than one contact", () => {
    expect([[], ["a"], ["a", "a"], ["a", "b"]].map(isMassInvitation)).toEqual([false, false, false, true]);
  });
});
