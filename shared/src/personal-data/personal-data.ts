import { auditEventTypesOf } from "../audit/audit-event-kinds.js";
import type { AuditEventType } from "../audit/audit-events.js";

/** What is kept about a client, and what becomes of it when the firm deletes the contact. */

/** "deleted", "erased" (the row stays, without what it says about the person), or why it stays. */
export type Fate = "deleted" | "erased" | { staysBecause: string };

export interface PersonalThing {
  /** In the firm's words. */
  title: string;
  /** If no other contact has the login, or there is none. */
  alone: Fate;
  /** If another contact has the login too. */
  shared: Fate;
}

const stays = (reason: string): Fate => ({ staysBecause: reason });
const inAnyCase = (title: string, fate: Fate): PersonalThing => ({ title, alone: fate, shared: fate });
const othersLogin = stays("Another contact has the login.");
const withLogin = (title: string, fate: Fate): PersonalThing => ({ title, alone: fate, shared: othersLogin });

/** Everything that may be kept about a client. A test judges every table of the server by it. */
export const personalThings = {
  CONTACT: inAnyCase("The contact", "deleted"),
  SEARCH_WORDS: inAnyCase("The words that find it", "deleted"),
  REQUESTS: inAnyCase("Requests and their items", "deleted"),
  LINKS: inAnyCase("Magic links, and the sessions that they opened", "deleted"),
  ROLL_OUT_RECIPIENTS: inAnyCase("Its part in a roll-out of two-factor authentication", "deleted"),
  /** Those of an address that another contact, login or colleague of the firm has belong to both. */
  MAILS: inAnyCase("Mails to its addresses, waiting and sent", "deleted"),
  MAILED_TOKENS: inAnyCase("Invitations and other mailed links", "deleted"),
  MAIL_REQUESTS: inAnyCase("Mails that were asked for at its addresses", "deleted"),

  /** Those that name clients; which of them, nobody has looked up. */
  REPORTS: inAnyCase("The firm's kept reports", "deleted"),

  LOGIN: withLogin("The login", "deleted"),
  PASSWORD: withLogin("The password's hash", "deleted"),
  FACTORS: withLogin("Authenticator, passkeys and recovery codes", "deleted"),
  SESSIONS: withLogin("Sessions, open and ended", "deleted"),
  SIGN_INS_UNDER_WAY: withLogin("Sign-ins that wait for their next step", "deleted"),
  DEVICES: withLogin("Trusted and known devices", "deleted"),

  EVENTS_ABOUT: inAnyCase("What events say about the contact", "erased"),
  EVENTS_OF_LOGIN: withLogin("What events say about the login, and about it as their actor", "erased"),
  EVENTS_OF_ADDRESS: inAnyCase("Failed sign-ins with its addresses, where no login has them", "erased"),
  EVENTS_ABOUT_OTHERS: inAnyCase(
    "What events say about other contacts",
    stays("It is about somebody else, even where this login opened their requests."),
  ),
  DELETION: inAnyCase(
    "The event of the deletion",
    stays("The firm must be able to show that it deleted the contact, who did it, and why. It names nobody but them."),
  ),
  NOTICE: withLogin(
    "The mail that notifies the client of the deletion",
    stays("It has to arrive. It is deleted at the age of the other mails."),
  ),
  UNLINKED_LOGINS: inAnyCase(
    "Logins that the contact had before",
    stays("A login without a contact may be anybody's. The firm deletes it from the overview."),
  ),
  ATTEMPTS: inAnyCase(
    "Counted attempts",
    stays("A digest that names nobody without the address, and is deleted after two days."),
  ),
  KEPT_ANSWERS: inAnyCase(
    "Answers that an Idempotency-Key repeats",
    stays("They are encrypted and filed by their caller, and are deleted after 24 hours."),
  ),
} as const satisfies Record<string, PersonalThing>;
export type PersonalThingName = keyof typeof personalThings;

/** A contact that is deleted. */
export interface DeletedPerson {
  contactId: string;
  /** Its login, if that goes too. */
  accountId: string | null;
  /** Its login, if another contact keeps it. */
  keptAccountId: string | null;
}
/** What decides about an event's facts. */
export interface EventOfPerson {
  type: AuditEventType;
  contactId: string | null;
  accountId: string | null;
  actorKind: string;
  actorId: string | null;
  data: object;
  /** Whether it names one of the person's addresses. */
  namesAddress: boolean;
  /** Whether another contact has the login that it is about. */
  isOthersLogin: boolean;
}

/** The events about a login itself. Where several contacts have it, they name the oldest one. */
export const loginEventTypes: readonly AuditEventType[] = (["SIGN_INS", "TWO_FACTOR", "ACCOUNTS"] as const).flatMap(
  auditEventTypesOf,
);
/** One that came by a link is about the contact's request. */
const isOfLogin = ({ type, data }: EventOfPerson): boolean => loginEventTypes.includes(type) && !("requestId" in data);

/**
 * Which facts of an event go with a person: what it says about its subject, and about its actor. An event about another
 * contact keeps what it says, since that is about somebody else; only the actor goes. The history of a login goes with the
 * login, whichever contact it names: while another contact has the login, it tells who opened that contact's requests, also
 * if this one left it long ago.
 */
export function erasedWith(
  { contactId, accountId, keptAccountId }: DeletedPerson,
  event: EventOfPerson,
): { subject: boolean; actor: boolean } {
  const isKept = event.isOthersLogin || (keptAccountId !== null && event.accountId === keptAccountId);
  const isOfKeptLogin = isKept && isOfLogin(event);
  const isAbout = event.contactId === contactId && !isOfKeptLogin;
  const isAboutLogin =
    accountId !== null && event.accountId === accountId && (event.contactId === null || isOfLogin(event));
  const isByLogin = accountId !== null && event.actorId === accountId;
  // Somebody typed the address where no login had it.
  const isByStranger =
    event.namesAddress && event.contactId === null && event.accountId === null && event.actorId === null;
  return {
    subject: (isAbout || isAboutLogin || isByStranger) && event.type !== "CONTACT_DELETED",
    actor: event.actorKind === "CLIENT" && (isAbout || isByLogin || isByStranger),
  };
}

/**
 * Which facts of an event are given to the person who asks for their data: what a deletion would erase, but nothing about a
 * login that is not theirs alone, and who did it and from where only if it was their login, or one of their addresses that
 * nobody else has. Whoever was reached by mistake, at a wrong address or with a wrong login, is somebody else.
 */
export function givenTo(
  person: DeletedPerson,
  addresses: readonly string[],
  event: EventOfPerson & { actorName: string | null },
): { subject: boolean; actor: boolean } {
  const { subject, actor } = erasedWith(person, event);
  const isOfOwn = event.accountId === null || event.accountId === person.accountId || !isOfLogin(event);
  const isByOwn =
    event.actorId === null
      ? event.actorName !== null && addresses.includes(event.actorName)
      : event.actorId === person.accountId;
  return { subject: subject && isOfOwn, actor: actor && isByOwn };
}
