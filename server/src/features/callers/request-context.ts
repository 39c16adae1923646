import type { Audience, Language } from "@gatehouse/shared";
import type { RequestLoaders } from "../../platform/graphql/loaders.js";
import type { SharedEvents } from "../../platform/websocket/shared-events.js";
import { actorOf, type Caller, type Source } from "./caller.js";
import type { Actor } from "../work/unit-of-work.js";

/** The right to run the request of a key, until somebody else claims it. */
export interface Claimed {
  kind: "CLAIMED";
  keyDigest: string;
  claimedUntil: number;
}
/** What one operation knows of its request. */
export interface RequestContext {
  caller: Caller;
  source: Source;
  requestId: string;
  /** The server's clock. */
  now(): number;
  /** That the request asks to be answered in; null: it does not say, or none of ours. */
  language: Language | null;
  loaders: RequestLoaders;
  /** The request's Idempotency-Key, claimed. */
  idempotencyClaim?: Claimed;
  /** The request carries an Origin: a browser. Tokens are then refused as a session's transport. */
  isBrowser: boolean;
  /** The cookie of a device that was trusted, if any. */
  trustedDeviceToken: string | null;
  /** The cookies of a device that somebody has signed in with, to the dashboard and to a portal. */
  knownDeviceTokens: Readonly<Record<Audience, string | null>>;
  /** Tells the page whose it is from the answer on, when somebody has signed in by it (caller.ts `viewerIdOf`). */
  nameViewer(viewer: string | null): void;
  /** Sets or (null) clears a cookie with the answer. */
  setCookie(name: CookieName, value: { token: string; maxAgeMs: number } | null): void;
  /** On a socket: the firm's events from a cursor on. */
  subscribeToEvents(given: object): Promise<SharedEvents<RequestContext>>;
  /** On a socket: ends it, once what it may do has changed. */
  closeSocket?(code: number, reason: string): void;
  /** Answers 429 with Retry-After. */
  setRetryAfter(seconds: number): void;
}

export type CookieName = "team" | "portal" | "device" | "known_team" | "known_portal";
export const noKnownDevice = { TEAM: null, PORTAL: null } as const;
export const knownDeviceCookie = (audience: Audience): CookieName =>
  audience === "TEAM" ? "known_team" : "known_portal";
export const sessionCookie = (audience: Audience): CookieName => (audience === "TEAM" ? "team" : "portal");

export const actorIn = (context: RequestContext): Actor => actorOf(context.caller, context.source);
