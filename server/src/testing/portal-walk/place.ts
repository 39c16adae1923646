import { digestOf } from "../../platform/crypto/tokens.js";
import type { Snapshot } from "../snapshots.js";
import type { Data } from "../world.js";

/** A session that somebody has. `code`: the authenticator (its secret) whose code was typed for it. */
export interface HeldSession {
  token: string;
  id: string;
  code: string | null;
  /** The mailbox was proven in its flow. */
  isMailRead: boolean;
}

/** Everything that a client has obtained, or a thief with the client's password and mailbox. */
interface Held {
  password: string;
  invite?: string;
  confirmation?: string;
  /** From AccountRequired. */
  linkConfirmation?: string;
  reset?: string;
  challenge?: string;
  linkChallenge?: string;
  enrollment?: { token: string; needsMailedCode: boolean };
  /** A secret that was shown and not confirmed yet, with the token of its sign-in or session. */
  pending?: { secret: string; enrollmentToken: string | null; sessionToken: string | null };
  recoveryCodes: string[];
  sessions: HeldSession[];
}

/** The state of things according to the responses: recorded by the walk, not queried from the product. */
export interface Truth {
  mode: string;
  enforcedFrom: number | null;
  magicLinkRequiresTwoFactor: boolean;
  plan: "TEAM" | "BUSINESS";
  hasAccount: boolean;
  /** The secret of the current authenticator. */
  authenticator: string | null;
}

/** A state of the whole world: the database, the time, what the client has and what is true. */
export interface Place {
  database: Snapshot;
  at: number;
  held: Held;
  truth: Truth;
  /** The calls that led here. */
  story: readonly string[];
}

/** The devices on which the client claims the link. */
export const DEVICES = ["a device of the client's", "another device of the client's"] as const;

/** Records what a sign-in call returned. */
export function arrive({ held }: Place, result: Data, code: string | null = null, isMailRead = false): void {
  switch (result?.__typename) {
    case "SignedIn":
      held.sessions = [{ token: result.sessionToken, id: result.session.id, code, isMailRead }, ...held.sessions].slice(
        0,
        3,
      );
      break;
    case "TwoFactorRequired":
      held.challenge = result.challengeToken;
      break;
    case "TwoFactorEnrollmentRequired":
      held.enrollment = { token: result.enrollmentToken, needsMailedCode: result.emailCodeRequired };
      break;
    case "AccountRequired":
      held.linkConfirmation = result.confirmationToken;
  }
}

/** The same place without any tokens: nobody is signed in or signing in. */
export function emptyHanded({ held: { password, recoveryCodes }, ...place }: Place): Place {
  return { ...place, held: { password, recoveryCodes, sessions: [] } };
}

/** Two places with the same text differ in nothing that decides what comes next, except in how much time is left. */
export function textOf({ database, at, held, truth }: Place): string {
  const rows = (table: string): Data[] => (database.get(table) ?? []) as Data[];
  const byToken = (table: string, token: string | undefined): Data =>
    token === undefined ? undefined : rows(table).find(({ tokenDigest }) => tokenDigest === digestOf(token));
  const isLive = (row: Data) => row !== undefined && row.spentAt === null && Number(row.expiresAt) > at;
  const challenge = (token: string | undefined) => {
    const row = byToken("sign_in_challenges", token);
    const version = rows("password_credentials").find(({ ownerId }) => ownerId === row?.ownerId)?.version;
    return isLive(row) && row.credentialVersion === version && [row.door, Number(row.isMailboxProven)];
  };
  const sessionChallenge = (sessionId: string) => {
    const row = rows("sign_in_challenges").find((found) => found.sessionId === sessionId && isLive(found));
    const version = rows("password_credentials").find(({ ownerId }) => ownerId === row?.ownerId)?.version;
    return isLive(row) && row.credentialVersion === version && Number(row.isMailboxProven);
  };
  const pending = rows("pending_totp_enrollments").find(({ expiresAt }) => Number(expiresAt) > at);
  const sessions = held.sessions.map(({ token, code }) => {
    const row = byToken("sessions", token);
    const isCodes = code === truth.authenticator;
    return [row.assurance, Number(row.isSecondFactorProven), row.revokedAt === null, isCodes, sessionChallenge(row.id)];
  });
  return JSON.stringify([
    truth.mode,
    truth.enforcedFrom === null ? null : truth.enforcedFrom > at,
    truth.magicLinkRequiresTwoFactor,
    truth.plan,
    truth.hasAccount,
    truth.authenticator !== null,
    rows("magic_links").map((row) => [row.claimedAt !== null, row.revokedAt !== null]),
    rows("magic_links").map(({ deviceKeyDigest }) => DEVICES.findIndex((key) => digestOf(key) === deviceKeyDigest)),
    [held.invite, held.confirmation, held.linkConfirmation, held.reset].map((token) =>
      isLive(byToken("mailed_tokens", token)),
    ),
    [held.challenge, held.linkChallenge, held.enrollment?.token].map(challenge),
    pending !== undefined && held.pending !== undefined && [held.pending.enrollmentToken !== null],
    held.recoveryCodes.length > 0,
    sessions.toSorted(),
  ]);
}
