/**
 * What ends somebody's access, and what it takes with it: whatever a thief may have begun must not outlive the act that ends the thief.
 * The server obeys this table wherever such an act is done.
 */

/** The acts, of clients and team members alike. */
export const endingActs = [
  /** A new password by a mailed link. */
  "PASSWORD_RESET",
  /** A new password from within a session, which stays. */
  "PASSWORD_CHANGED",
  /** "This wasn't me", from a mail. */
  "NOT_ME",
  /** A new authenticator in force; the session that set it up stays. */
  "TWO_FACTOR_SET_UP",
  /** Switched off by its owner, whose session stays. */
  "TWO_FACTOR_DISABLED",
  /** Taken away by the firm. */
  "TWO_FACTOR_RESET",
  /** By the firm. */
  "SIGNED_OUT_EVERYWHERE",
  /** The new address has confirmed. */
  "LOGIN_EMAIL_CHANGED",
  /** A client's account deleted, a team member removed. */
  "PERSON_REMOVED",
  /** The firm's mode has no logins any more: every account sleeps. */
  "LOGINS_SWITCHED_OFF",
  /** A team member's role is another one. */
  "ROLE_CHANGED",
] as const;
export type EndingAct = (typeof endingActs)[number];

/** "ends", or why it may go on. */
export type Ending = "ends" | { staysBecause: string };

const stays = (reason: string): Ending => ({ staysBecause: reason });
const ends: Ending = "ends";

const roleIsReadAnew = stays("A role is read anew at every use, so nothing keeps the rights of the old one.");
const clientsAlone = stays("Team members have none.");
const asleep = stays("An account sleeps with what it has while the mode lets nobody use it, and wakes with it.");
const linkNeedsNoPassword = stays("A link's session came from the mailbox; the password never opened it.");
const ownFactor = stays("It opens nothing without the password; its owner was mailed of it and can remove it.");
const ownersBrake = stays("It is the owner's brake, in the owner's mailbox: no act of a thief may take it away.");
const ownMailbox = stays("It leads to the account's own mailbox, where another one can be asked for at any time.");
const noneWaits = stays("An address with an account is given none, and its older ones died as the account was made.");
const sameCaller = stays(
  "An answer is repeated to the same caller alone, who must still be let in; none with a session or a secret is ever kept.",
);
const emailOfFirm = stays(
  "The firm began it and told both addresses; a new factor makes the account no easier to take.",
);

const ofTheFirm = stays(
  "It is the firm's, not the colleague's who made it: integrations go on. Whoever removes a colleague is told to look at it.",
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

/** What may be open or under way, and what each act does to it. One that is forgotten does not compile. */
export const accessEndings = {
  /** Every session but the one that acts. */
  SESSIONS: withSession,
  /** Sockets with what they listen to: closed as soon as their session or key is no longer let in. */
  SUBSCRIPTIONS: withSession,
  /** A file of the audit log that is still being read: it breaks off as soon as its session or key is no longer let in. */
  EXPORTS: withSession,
  /** A sign-in that waits for its code, or for an authenticator to be set up; a session that sets one up, and has proven the mailbox or is asked to. */
  SIGN_IN_CHALLENGES: withSession,
  /** What a second factor was shown or asked, and has not answered: an authenticator not yet confirmed, a passkey's challenge. */
  FACTORS_UNDER_WAY: { ...withSession, LOGINS_SWITCHED_OFF: asleep },
  /** Devices that skip the code. */
  TRUSTED_DEVICES: { ...withSession, LOGINS_SWITCHED_OFF: asleep, ROLE_CHANGED: clientsAlone },
  /** Browsers whose password tries are counted by themselves. */
  KNOWN_DEVICES: { ...withSession, LOGINS_SWITCHED_OFF: asleep },
  /** Sessions that reach one request. */
  LINK_SESSIONS: {
    ...withSession,
    PASSWORD_RESET: linkNeedsNoPassword,
    PASSWORD_CHANGED: linkNeedsNoPassword,
    TWO_FACTOR_DISABLED: linkNeedsNoPassword,
    LOGINS_SWITCHED_OFF: stays("Links are what the mode is made of."),
    ROLE_CHANGED: clientsAlone,
  },
  /** That a device which claimed a link may claim it again. */
  LINK_GRANTS: {
    ...withSession,
    PASSWORD_RESET: linkNeedsNoPassword,
    PASSWORD_CHANGED: linkNeedsNoPassword,
    TWO_FACTOR_SET_UP: stays("Who claims the link again is asked the new code."),
    TWO_FACTOR_DISABLED: linkNeedsNoPassword,
    LOGINS_SWITCHED_OFF: stays("Links are what the mode is made of."),
    ROLE_CHANGED: clientsAlone,
  },
  /** Second factors in force beside the authenticator, such as passkeys. */
  ADDED_FACTORS: {
    ...withSession,
    PASSWORD_RESET: ownFactor,
    PASSWORD_CHANGED: ownFactor,
    TWO_FACTOR_SET_UP: ownFactor,
    SIGNED_OUT_EVERYWHERE: ownFactor,
    LOGIN_EMAIL_CHANGED: ownFactor,
    LOGINS_SWITCHED_OFF: asleep,
  },
  /** Mailed links to choose a new password, a client's or a team member's. */
  PASSWORD_LINKS: {
    ...withSession,
    TWO_FACTOR_SET_UP: ownMailbox,
    TWO_FACTOR_DISABLED: ownMailbox,
    SIGNED_OUT_EVERYWHERE: ownMailbox,
    LOGINS_SWITCHED_OFF: asleep,
  },
  /** A change of the login email that waits for the new address to confirm. */
  EMAIL_CHANGE: {
    ...withSession,
    TWO_FACTOR_SET_UP: emailOfFirm,
    LOGINS_SWITCHED_OFF: asleep,
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
    LOGINS_SWITCHED_OFF: asleep,
    ROLE_CHANGED: ownersBrake,
  },
  /** The right to create an account with the address: invitations, confirmations, claimed links. */
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
    LOGINS_SWITCHED_OFF: asleep,
    ROLE_CHANGED: clientsAlone,
  },
  /** Answers that an Idempotency-Key repeats. */
  KEPT_ANSWERS: byEveryAct(sameCaller),
  /** Keys that a colleague has made. */
  API_KEYS: byEveryAct(ofTheFirm),
  /** Webhooks that a colleague has added. */
  WEBHOOKS: byEveryAct(ofTheFirm),
} as const satisfies Record<string, Readonly<Record<EndingAct, Ending>>>;

export type PendingThing = keyof typeof accessEndings;
export const pendingThings = Object.keys(accessEndings) as PendingThing[];

/** What an act takes with it. */
export const endedBy = (act: EndingAct): PendingThing[] =>
  pendingThings.filter((thing) => accessEndings[thing][act] === "ends");
