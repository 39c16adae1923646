/**
 * When an act requires a fresh proof of the person (a sign-in or stepUp at most ten minutes ago, see full-proof.ts). ALWAYS: asked
 * before anything else about the act is checked. SOMETIMES: the use case asks, once it knows what the act amounts to.
 */
export type FreshProofNeed = "ALWAYS" | "SOMETIMES";

export interface DangerousAct {
  needs: FreshProofNeed;
  /** What a stolen session could do with it. */
  why: string;
}

const goesWithTheAccount = "takes over or removes someone's account";
const notifiesEveryone = "changes when which clients may sign in, and mails every client";
const changesTheTeam = "changes who is on the team, and in which role";
const changesOwnFactors = "changes how the person proves their identity";

/**
 * The mutations that require one, by name (OWASP ASVS 7.5.1, 7.5.3). The server's `@Allow` reads this table. It applies to people only: an
 * API key proves itself with every request and has the scope for the act.
 */
export const dangerousActs = {
  createApiKey: { needs: "ALWAYS", why: "a key outlives the session" },
  createWebhookEndpoint: { needs: "ALWAYS", why: "a receiver of every event outlives the session" },
  rotateWebhookSecret: { needs: "ALWAYS", why: "reveals the secret that signs every later event" },
  updateSecurityPolicy: { needs: "SOMETIMES", why: "if it loosens the policy" },

  startRollOut: { needs: "ALWAYS", why: notifiesEveryone },
  pauseRollOut: { needs: "ALWAYS", why: "keeps clients from learning what will be required of them" },
  resumeRollOut: { needs: "ALWAYS", why: notifiesEveryone },
  undoRollOut: { needs: "ALWAYS", why: notifiesEveryone },
  inviteContacts: { needs: "SOMETIMES", why: "if it mails more than one contact, with a text of the sender's choice" },

  resetTwoFactor: { needs: "ALWAYS", why: goesWithTheAccount },
  changeLoginEmail: { needs: "ALWAYS", why: goesWithTheAccount },
  deletePortalAccount: { needs: "ALWAYS", why: goesWithTheAccount },
  deleteUnlinkedPortalAccount: { needs: "ALWAYS", why: goesWithTheAccount },

  deleteContact: { needs: "ALWAYS", why: "removes everything that is kept about somebody, and cannot be undone" },

  exportContactData: { needs: "ALWAYS", why: "gives away everything that is kept about somebody, in one file" },

  setSignInEventDays: { needs: "ALWAYS", why: "erases who signed in and from where, also the thief's own traces" },

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
  beginTwoFactorEnrollment: {
    needs: "SOMETIMES",
    why: "for a signed-in person: it changes how they prove their identity",
  },
  changePassword: {
    needs: "SOMETIMES",
    why: "for a person with an authenticator: the password is only one of their factors",
  },
} as const satisfies Record<string, DangerousAct>;

const takesAway = "removes access, which must be quick when it matters";
const ofTheList = "the firm's list of contacts";
const oneMail = "one mail to one client, with a limit per hour";

/** Everything else that a person may do, and why an hour-old session is enough for it. */
export const harmlessActs = {
  stepUp: "is the proof",
  chooseLanguage: "only the language of the pages",
  setRequestItemDone: "the client's own list, and the same click undoes it",
  revokeSession: takesAway,
  revokeTrustedDevice: takesAway,
  signOutEverywhere: takesAway,

  createContact: ofTheList,
  updateContact: ofTheList,
  upsertContacts: ofTheList,
  sendClientRequest: oneMail,
  resendClientRequest: oneMail,
  sendPasswordReset: "mails only the client, who then chooses a password; a second factor is still required",
  unlockPortalAccount: "ends a wait; password and code are still required",
  revokePortalSessions: takesAway,
  revokeUnlinkedPortalSessions: takesAway,

  revokeApiKey: takesAway,
  deleteWebhookEndpoint: takesAway,
  replayWebhookEvents: "sends to a receiver that was added with a fresh proof",
  setClientLanguage: "only the language of the pages and mails",
  setCheckpointMail: "only whether colleagues get a mail; the checkpoints are signed in any case",
  requestReport: "a file of the same data needs no fresh proof either, and both are events",
  setReportSchedule: "mails only figures, and only to colleagues who may see the reports themselves",
  setTimeZone: "only which day a moment is shown on and counted in; no deadline moves",
  updateBranding: "only the look of the pages and mails, not their text or links",
} as const satisfies Record<string, string>;

/** Whether the need of a mutation was decided: exactly one of the tables must list it. */
export const isJudgedAct = (mutation: string): boolean =>
  Object.hasOwn(dangerousActs, mutation) !== Object.hasOwn(harmlessActs, mutation);
/** Whether an invitation goes to several contacts, which requires a fresh proof. */
export const isMassInvitation = (contactIds: readonly string[]): boolean => new Set(contactIds).size > 1;

/** Whether a person needs a fresh proof for a mutation, whatever its input. */
export const alwaysNeedsFreshProof = (mutation: string): boolean => {
  const acts: Readonly<Record<string, DangerousAct>> = dangerousActs;
  return Object.hasOwn(acts, mutation) && acts[mutation]?.needs === "ALWAYS";
};
