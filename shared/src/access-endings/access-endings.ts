/**
 * The acts that end someone's access, and what ends with them. Nothing that a thief may have started may outlive the act that locks
 * the thief out. The server applies this table wherever such an act is done.
 */

/** The acts, of clients and team members alike. */
export const endingActs = [
  /** A new password, chosen through a mailed link. */
  "PASSWORD_RESET",
  /** A new password, chosen in a session; that session stays. */
  "PASSWORD_CHANGED",
  /** "This wasn't me", clicked in a mail. */
  "NOT_ME",
  /** A new authenticator took effect; the session that set it up stays. */
  "TWO_FACTOR_SET_UP",
  /** Switched off by its owner, whose session stays. */
  "TWO_FACTOR_DISABLED",
  /** Removed by the firm. */
  "TWO_FACTOR_RESET",
  /** Done by the firm, or by its owner, whose session stays. */
  "SIGNED_OUT_EVERYWHERE",
  /** The new address was confirmed. */
  "LOGIN_EMAIL_CHANGED",
  /** A client's account was deleted, or a team member removed. */
  "PERSON_REMOVED",
  /** The firm's mode no longer has logins: every account is inactive. */
  "LOGINS_SWITCHED_OFF",
  /** A team member got another role. */
  "ROLE_CHANGED",
] as const;
export type EndingAct = (typeof endingActs)[number];

/** "ends", or why it may stay. */
export type Ending = "ends" | { staysBecause: string };

const stays = (reason: string): Ending => ({ staysBecause: reason });
const ends: Ending = "ends";

const roleIsReadAnew = stays("The role is read again at every use, so nothing keeps the old role's rights.");
const clientsAlone = stays("Team members do not have any.");
const accountIsInactive = stays(
  "While the mode has no logins, an inactive account keeps what it has, and can use it again when logins return.",
);
const linkNeedsNoPassword = stays("A link's session was opened from the mailbox; the password played no part.");
const ownFactor = stays("It opens nothing without the password; its owner was notified by mail and can remove it.");
const ownersBrake = stays(
  "It is the owner's emergency brake, in the owner's mailbox: nothing that a thief does may disable it.",
);
const ownMailbox = stays("It was sent to the account's own mailbox, and its owner can request another at any time.");
const noneWaits = stays("An address with an account gets none, and older ones ended when the account was created.");
const sameCaller = stays(
  "An answer is repeated only to the same caller, who must still have access; answers with a session or a secret are never kept.",
);
const emailOfFirm = stays(
  "The firm started it and notified both addresses; a new factor does not make the account easier to steal.",
);

const ofTheFirm = stays(
  "It belongs to the firm, not to the colleague who created it, so integrations keep working. An administrator who removes a colleague is reminded to review it.",
);

const byEveryAct = (ending: Ending) =>
  Object.fromEntries(endingActs.map((act) => [act, ending])) as Record<EndingAct, Ending>;

const withSession = {
  PASSWORD_RESET: ends,
  PASSWORD_CHANGED: ends,
  NOT_ME: ends,
  TWO_FACTOR_SET_UP: ends,
  TWO_FACTOR_DISABLED: ends,
  TWO_FACTOR_RESET: ends,
  SIGNED_OUT_EVERYWHERE: ends,
  LOGIN_EMAIL_CHANGED: ends,
  PERSON_REMOVED: ends,
  LOGINS_SWITCHED_OFF: ends,
  ROLE_CHANGED: roleIsReadAnew,
} as const satisfies Record<EndingAct, Ending>;

/** Everything that may be open or in progress, and what each act does to it. A missing entry does not compile. */
export const accessEndings = {
  /** Every session except the one that acts. */
  SESSIONS: withSession,
  /** Sockets and their subscriptions: closed as soon as their session or key loses access. */
  SUBSCRIPTIONS: withSession,
  /** A download of the audit log in progress: it breaks off as soon as its session or key loses access. */
  EXPORTS: withSession,
  /** A sign-in waiting for its code or for an authenticator to be set up; in a session, the proof of the mailbox on the way to an authenticator. */
  SIGN_IN_CHALLENGES: withSession,
  /** Second factors in progress: an authenticator that is not confirmed yet, a passkey challenge that is not answered yet. */
  FACTORS_UNDER_WAY: { ...withSession, LOGINS_SWITCHED_OFF: accountIsInactive },
  /** Devices that skip the code. */
  TRUSTED_DEVICES: { ...withSession, LOGINS_SWITCHED_OFF: accountIsInactive, ROLE_CHANGED: clientsAlone },
  /** Browsers whose password attempts are counted separately. */
  KNOWN_DEVICES: { ...withSession, LOGINS_SWITCHED_OFF: accountIsInactive },
  /** Sessions that reach one request. */
  LINK_SESSIONS: {
    ...withSession,
    PASSWORD_RESET: linkNeedsNoPassword,
    PASSWORD_CHANGED: linkNeedsNoPassword,
    TWO_FACTOR_DISABLED: linkNeedsNoPassword,
    LOGINS_SWITCHED_OFF: stays("Links are what the mode is made of."),
    ROLE_CHANGED: clientsAlone,
  },
  /** The right of the device that claimed a link to claim it again. */
  LINK_GRANTS: {
    ...withSession,
    PASSWORD_RESET: linkNeedsNoPassword,
    PASSWORD_CHANGED: linkNeedsNoPassword,
    TWO_FACTOR_SET_UP: stays("Anyone who claims the link again is asked for the new code."),
    TWO_FACTOR_DISABLED: linkNeedsNoPassword,
    LOGINS_SWITCHED_OFF: stays("Links are what the mode is made of."),
    ROLE_CHANGED: clientsAlone,
  },
  /** Second factors in addition to the authenticator, such as passkeys. */
  ADDED_FACTORS: {
    ...withSession,
    PASSWORD_RESET: ownFactor,
    PASSWORD_CHANGED: ownFactor,
    TWO_FACTOR_SET_UP: ownFactor,
    SIGNED_OUT_EVERYWHERE: ownFactor,
    LOGIN_EMAIL_CHANGED: ownFactor,
    LOGINS_SWITCHED_OFF: accountIsInactive,
  },
  /** Mailed links to choose a new password, of clients and team members alike. */
  PASSWORD_LINKS: {
    ...withSession,
    TWO_FACTOR_SET_UP: ownMailbox,
    TWO_FACTOR_DISABLED: ownMailbox,
    SIGNED_OUT_EVERYWHERE: ownMailbox,
    LOGINS_SWITCHED_OFF: accountIsInactive,
  },
  /** A change of the login email that is waiting to be confirmed from the new address. */
  EMAIL_CHANGE: {
    ...withSession,
    TWO_FACTOR_SET_UP: emailOfFirm,
    LOGINS_SWITCHED_OFF: accountIsInactive,
    ROLE_CHANGED: clientsAlone,
  },
  /** "This wasn't me" in mails about a change. */
  NOT_ME_LINKS: {
    PASSWORD_RESET: ownersBrake,
    PASSWORD_CHANGED: ownersBrake,
    NOT_ME: ends,
    TWO_FACTOR_SET_UP: ownersBrake,
    TWO_FACTOR_DISABLED: ownersBrake,
    TWO_FACTOR_RESET: ownersBrake,
    SIGNED_OUT_EVERYWHERE: ownersBrake,
    LOGIN_EMAIL_CHANGED: ownersBrake,
    PERSON_REMOVED: ends,
    LOGINS_SWITCHED_OFF: accountIsInactive,
    ROLE_CHANGED: ownersBrake,
  },
  /** What lets someone create an account with the address: invitations, confirmations, claimed links. */
  ACCOUNT_TOKENS: {
    PASSWORD_RESET: noneWaits,
    PASSWORD_CHANGED: noneWaits,
    NOT_ME: noneWaits,
    TWO_FACTOR_SET_UP: noneWaits,
    TWO_FACTOR_DISABLED: noneWaits,
    TWO_FACTOR_RESET: noneWaits,
    SIGNED_OUT_EVERYWHERE: noneWaits,
    LOGIN_EMAIL_CHANGED: ends,
    PERSON_REMOVED: ends,
    LOGINS_SWITCHED_OFF: accountIsInactive,
    ROLE_CHANGED: clientsAlone,
  },
  /** Answers that an Idempotency-Key repeats. */
  KEPT_ANSWERS: byEveryAct(sameCaller),
  /** Keys that a colleague created. */
  API_KEYS: byEveryAct(ofTheFirm),
  /** Webhooks that a colleague added. */
  WEBHOOKS: byEveryAct(ofTheFirm),
} as const satisfies Record<string, Readonly<Record<EndingAct, Ending>>>;

export type PendingThing = keyof typeof accessEndings;
export const pendingThings = Object.keys(accessEndings) as PendingThing[];

/** What ends with an act. */
export const endedBy = (act: EndingAct): PendingThing[] =>
  pendingThings.filter((thing) => accessEndings[thing][act] === "ends");
