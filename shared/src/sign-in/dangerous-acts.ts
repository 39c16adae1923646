/**
 * When a person needs a fresh proof for an act (a sign-in or stepUp of at most ten minutes ago, see full-proof.ts). ALWAYS: asked
 * before anything of the act is looked at. SOMETIMES: the use case asks, once it knows what the act comes to.
 */
export type FreshProofNeed = "ALWAYS" | "SOMETIMES";

export interface DangerousAct {
  needs: FreshProofNeed;
  /** What a stolen session could do with it. */
  why: string;
}

const goesWithTheAccount = "takes over or takes away somebody's account";
const toldToEverybody = "changes who may get in from when, and mails every client";
const changesTheTeam = "changes who is in the team, and as what";
const changesOwnFactors = "changes what proves the person";

/**
 * The mutations that need one, by name (OWASP ASVS 7.5.1, 7.5.3). The server's `@Allow` reads this table. An API key proves itself
 * with every request and has the scope for the act, so this is about people.
 */
export const dangerousActs = {
  createApiKey: { needs: "ALWAYS", why: "a key outlives the session" },
  createWebhookEndpoint: { needs: "ALWAYS", why: "a receiver of every event outlives the session" },
  rotateWebhookSecret: { needs: "ALWAYS", why: "shows what every later event is signed with" },
  updateSecurityPolicy: { needs: "SOMETIMES", why: "where it loosens the policy" },

  startRollOut: { needs: "ALWAYS", why: toldToEverybody },
  pauseRollOut: { needs: "ALWAYS", why: "keeps clients from hearing what will be asked of them" },
  resumeRollOut: { needs: "ALWAYS", why: toldToEverybody },
  undoRollOut: { needs: "ALWAYS", why: toldToEverybody },
  inviteContacts: { needs: "SOMETIMES", why: "where it mails more than one contact, with words of the sender's" },

  resetTwoFactor: { needs: "ALWAYS", why: goesWithTheAccount },
  changeLoginEmail: { needs: "ALWAYS", why: goesWithTheAccount },
  deletePortalAccount: { needs: "ALWAYS", why: goesWithTheAccount },
  deleteUnlinkedPortalAccount: { needs: "ALWAYS", why: goesWithTheAccount },

  inviteTeamMember: { needs: "ALWAYS", why: changesTheTeam },
  sendTeamPasswordLink: { needs: "ALWAYS", why: changesTheTeam },
  changeTeamMember: { needs: "ALWAYS", why: changesTheTeam },
  removeTeamMember: { needs: "ALWAYS", why: changesTheTeam },
  resetTeamMemberTwoFactor: { needs: "ALWAYS", why: changesTheTeam },

  beginPasskeyRegistration: { needs: "ALWAYS", why: changesOwnFactors },
  addPasskey: { needs: "ALWAYS", why: changesOwnFactors },
  removePasskey: { needs: "ALWAYS", why: changesOwnFactors },
  regenerateRecoveryCodes: { needs: "ALWAYS", why: changesOwnFactors },
  disableTwoFactor: { needs: "ALWAYS", why: changesOwnFactors },
  beginTwoFactorEnrollment: { needs: "SOMETIMES", why: "of somebody signed in: it changes what proves the person" },
  changePassword: {
    needs: "SOMETIMES",
    why: "of somebody with an authenticator: the password alone is not all that proves them",
  },
} as const satisfies Record<string, DangerousAct>;

const takesAway = "takes access away, which must be quick when it counts";
const ofTheList = "the firm's list of contacts";
const oneMail = "one mail to one client, so many an hour at most";

/** Everything else that a person may do, and why a session of an hour ago may. */
export const harmlessActs = {
  stepUp: "is the proof",
  chooseLanguage: "the words of the pages",
  setRequestItemDone: "the client's own list, undone by the same click",
  revokeSession: takesAway,

  createContact: ofTheList,
  updateContact: ofTheList,
  upsertContacts: ofTheList,
  sendClientRequest: oneMail,
  resendClientRequest: oneMail,
  sendPasswordReset: "mails the client alone, who then chooses; a second factor is still asked",
  unlockPortalAccount: "ends a wait: password and code are still asked",
  revokePortalSessions: takesAway,
  revokeUnlinkedPortalSessions: takesAway,

  revokeApiKey: takesAway,
  deleteWebhookEndpoint: takesAway,
  replayWebhookEvents: "to a receiver that a fresh proof has let in",
  setClientLanguage: "the words of the pages and mails",
  updateBranding: "how the pages and mails look: no word and no link of theirs",
} as const satisfies Record<string, string>;

/** Whether somebody has decided what a mutation needs: exactly one of the tables has it. */
export const isJudgedAct = (mutation: string): boolean =>
  Object.hasOwn(dangerousActs, mutation) !== Object.hasOwn(harmlessActs, mutation);
/** Whether an invitation is one of many: then it needs a fresh proof. */
export const isMassInvitation = (contactIds: readonly string[]): boolean => new Set(contactIds).size > 1;

/** Whether a mutation is refused to a person without a fresh proof, whatever its input says. */
export const alwaysNeedsFreshProof = (mutation: string): boolean => {
  const acts: Readonly<Record<string, DangerousAct>> = dangerousActs;
  return Object.hasOwn(acts, mutation) && acts[mutation]?.needs === "ALWAYS";
};
