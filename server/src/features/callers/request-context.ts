import type { Audience, Language } from "@gatehouse/shared";
import type { RequestKind } from "../../platform/http/http-response.js";
import type { RequestLoaders } from "../../platform/graphql/loaders.js";
import type { SharedEvents } from "../../platform/websocket/shared-events.js";
import { actorOf, type Caller, type PortalCaller, type Source, type TeamCaller } from "./caller.js";
import type { Actor } from "../work/unit-of-work.js";

/** The right to run a key's request, until another request claims the key. */
export interface Claimed {
  kind: "CLAIMED";
  keyDigest: string;
  claimedUntil: number;
}
/** What an operation knows about its request. */
export interface RequestContext {
  caller: Caller;
  source: Source;
  requestId: string;
  /** The server's clock. */
  now(): number;
  /** The language in which the request wants its response; null: none is given, or none that we have. */
  language: Language | null;
  loaders: RequestLoaders;
  /** The request's Idempotency-Key, once it is claimed. */
  idempotencyClaim?: Claimed;
  /** A unit of work of this request's mutations has been committed, beside those that only count attempts. */
  hasCommitted?: boolean;
  /** The request carries an Origin, so it comes from a browser. Browsers may not receive their session as a token. */
  isBrowser: boolean;
  /** The answer is about one event, for everybody with the caller's rights (caller.ts `sharedCallerOf`). */
  isShared?: boolean;
  /** The cookies of devices that clients trust, at any firm. */
  trustedDeviceTokens: readonly string[];
  /** The cookies of devices on which somebody has signed in, to the dashboard and to a portal. */
  knownDeviceTokens: Readonly<Record<Audience, string | null>>;
  /** Tells the page in the response whose it is from now on, after a sign-in (caller.ts `viewerIdOf`). */
  nameViewer(viewer: string | null): void;
  /** Sets a cookie in the response, or clears it with null. */
  setCookie(name: CookieName, value: CookieValue | null): void;
  /** The same for a cookie of one firm's portal, which leaves those of other firms alone (shared/sign-in `FirmCookies`). */
  setFirmCookie(kind: FirmCookieKind, firmSlug: string, value: CookieValue | null): void;
  /** On a socket: the firm's events from a cursor on. */
  subscribeToEvents(given: object): Promise<SharedEvents<RequestContext>>;
  /** On a socket: closes it once the caller's permissions have changed. */
  closeSocket?(code: number, reason: string): void;
  /** Makes the response a 429 with Retry-After. */
  setRetryAfter(seconds: number): void;
  /** For metrics and traces: what the request asks for, the codes with which it is refused, and the operation's name. */
  noteOperation(kind: RequestKind, codes: readonly string[], name?: string): void;
}

export type CookieName = "team" | "known_team" | "known_portal";
/** A client's session, and a device that a client trusts. */
export type FirmCookieKind = "portal" | "device";
export interface CookieValue {
  token: string;
  maxAgeMs: number;
}
export const noKnownDevice = { TEAM: null, PORTAL: null } as const;
export const knownDeviceCookie = (audience: Audience): CookieName =>
  audience === "TEAM" ? "known_team" : "known_portal";
/** Keeps the caller's session in the browser; null: its cookie goes. */
export function setSessionCookie(
  context: Pick<RequestContext, "setCookie" | "setFirmCookie">,
  caller: TeamCaller | PortalCaller,
  value: CookieValue | null,
): void {
  if (caller.kind === "TEAM_MEMBER") context.setCookie("team", value);
  else context.setFirmCookie("portal", caller.firmSlug, value);
}

export const actorIn = (context: RequestContext): Actor => actorOf(context.caller, context.source);
