import type { ApiScope, Assurance, TeamRole } from "@gatehouse/shared";
import type { Writer } from "../../platform/database/writer-slots.js";
import { forbidden, unauthenticated } from "../../platform/graphql/failures.js";
import { sourceKey } from "../../platform/http/source-address.js";
import type { Actor } from "../work/unit-of-work.js";

/** Where a request comes from. */
export interface Source {
  /** The client's address: the socket's, or X-Forwarded-For's if a trusted proxy wrote it. */
  ipAddress: string | null;
  userAgent: string | null;
}

interface SessionOfCaller {
  sessionId: string;
  /** When the person last proved their identity in full, by sign-in or stepUp; 0: never. */
  authenticatedAt: number;
}

export interface Anonymous {
  kind: "ANONYMOUS";
  /** What was sent that opens nothing; left out if nothing was sent. */
  sent?: UselessCredential;
}
/** A session's cookie, a key or token, or a header that contains neither. */
type UselessCredential = keyof typeof uselessCredentials;
const uselessCredentials = {
  COOKIE: "Your session has ended. Sign in again.",
  TOKEN: "The API key or session token is not valid: it is unknown, expired or revoked.",
  HEADER: "The Authorization header has no key or token: write `Bearer`, one space, and the key.",
} as const;

export interface TeamCaller extends SessionOfCaller {
  kind: "TEAM_MEMBER";
  firmId: string;
  memberId: string;
  name: string;
  email: string;
  role: TeamRole;
}
export interface KeyCaller {
  kind: "API_KEY";
  firmId: string;
  keyId: string;
  name: string;
  scopes: readonly ApiScope[];
}
export interface PortalCaller extends SessionOfCaller {
  kind: "CLIENT";
  firmId: string;
  /** In the portal's address. */
  firmSlug: string;
  email: string;
  assurance: Assurance;
  /** Null for assurance LINK. */
  accountId: string | null;
  /** The only request that assurance LINK reaches. */
  requestId: string | null;
}

/** Who is calling, determined afresh for every operation (and every event on a socket). */
export type Caller = Anonymous | TeamCaller | KeyCaller | PortalCaller;
/** A caller on the firm's side. */
export type FirmCaller = TeamCaller | KeyCaller;
/** A caller with credentials of their own. */
export type PersonCaller = TeamCaller | (PortalCaller & { accountId: string });

export const anonymous: Anonymous = { kind: "ANONYMOUS" };

/** Why somebody anonymous is refused: only the sender learns what is wrong with what they sent. */
export const notSignedIn = ({ sent }: Anonymous): Error =>
  unauthenticated(
    sent === undefined
      ? "Sign in first. A program sends an API key as `Authorization: Bearer` and the key."
      : uselessCredentials[sent],
  );

export function asFirmCaller(caller: Caller): FirmCaller {
  if (caller.kind === "TEAM_MEMBER" || caller.kind === "API_KEY") return caller;
  throw caller.kind === "ANONYMOUS" ? notSignedIn(caller) : forbidden("a team member or an API key");
}
/** The session or key that a caller of the firm uses. */
export const credentialIdOf = (caller: FirmCaller): string =>
  caller.kind === "API_KEY" ? caller.keyId : caller.sessionId;

/** Everything that decides what a caller of the firm may see. */
const rights = ["kind", "firmId", "role", "scopes"];
/** Equal for callers with the same rights. */
export const rightsOf = (caller: FirmCaller): string => JSON.stringify(caller, rights);
/**
 * A stand-in for callers with the same rights, who share one answer: reading its identity throws, so that no answer can
 * depend on it.
 */
export const sharedCallerOf = <C extends FirmCaller>(caller: C): C =>
  new Proxy(caller, {
    get: (_, key) => {
      if (typeof key === "string" && rights.includes(key)) return caller[key as keyof C];
      throw new Error(`${String(key)} identifies the caller, but this answer is shared by several`);
    },
  });

export function asTeamCaller(caller: Caller): TeamCaller {
  if (caller.kind === "TEAM_MEMBER") return caller;
  throw caller.kind === "ANONYMOUS" ? notSignedIn(caller) : forbidden("a team member");
}
export function asPortalCaller(caller: Caller): PortalCaller {
  if (caller.kind === "CLIENT") return caller;
  throw caller.kind === "ANONYMOUS" ? notSignedIn(caller) : forbidden("a client's session");
}
/** A team member, or a client with an account: somebody who has a password and may have an authenticator. */
export function asPerson(caller: Caller): PersonCaller {
  if (caller.kind === "TEAM_MEMBER") return caller;
  if (caller.kind === "CLIENT" && caller.accountId !== null) return { ...caller, accountId: caller.accountId };
  throw caller.kind === "ANONYMOUS" ? notSignedIn(caller) : forbidden("a session of an account");
}
export const ownerIdOf = (person: PersonCaller): string =>
  person.kind === "TEAM_MEMBER" ? person.memberId : person.accountId;

/**
 * Whose pages this caller's session opens (shared/sign-in `isAnothersPage`): the member, the account, or the session
 * itself if it was opened by a magic link alone. Null for anonymous callers and programs.
 */
export function viewerIdOf(caller: Caller): string | null {
  switch (caller.kind) {
    case "TEAM_MEMBER":
      return caller.memberId;
    case "CLIENT":
      return caller.accountId ?? caller.sessionId;
    default:
      return null;
  }
}

/** The caller as the actor of events. */
export function actorOf(caller: Caller, source: Source): Actor {
  const from = { ipAddress: source.ipAddress, userAgent: source.userAgent };
  switch (caller.kind) {
    case "TEAM_MEMBER":
      return { kind: "TEAM_MEMBER", id: caller.memberId, name: caller.name, ...from };
    case "API_KEY":
      return { kind: "API_KEY", id: caller.keyId, name: caller.name, ...from };
    case "CLIENT":
      return { kind: "CLIENT", id: caller.accountId, name: caller.email, ...from };
    case "ANONYMOUS":
      return { kind: "CLIENT", id: null, name: "Somebody", ...from };
  }
}

/** The caller as a writer: a person with all their sessions, a key, or a stranger by where they come from. */
export const writerOf = (caller: Caller, { ipAddress }: Source): Writer =>
  caller.kind === "ANONYMOUS"
    ? { tenant: null, caller: sourceKey(ipAddress) }
    : { tenant: caller.firmId, caller: caller.kind === "API_KEY" ? caller.keyId : viewerIdOf(caller) };
