import type { TeamRole } from "@gatehouse/shared";
import { byIndex, changing, sharing } from "../../platform/database/dialect.js";
import { unauthenticated } from "../../platform/graphql/failures.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { Caller } from "./caller.js";

interface SessionNow {
  authenticatedAt: number;
  expiresAt: number;
  role: TeamRole | null;
}

const MEMBER = `
  SELECT s.authenticatedAt, s.expiresAt, m.role FROM sessions s JOIN team_members m ON m.id = s.ownerId
  WHERE s.id = ? AND s.revokedAt IS NULL AND m.disabledAt IS NULL`;
const CLIENT =
  "SELECT s.authenticatedAt, s.expiresAt, NULL AS role FROM sessions s WHERE s.id = ? AND s.revokedAt IS NULL";
const KEY = "SELECT k.expiresAt FROM api_keys k WHERE k.id = ? AND k.revokedAt IS NULL";

/**
 * The caller as of now, who stays so until the commit: whatever ends the session or key, or changes the role, waits for it, or was before
 * it. Throws UNAUTHENTICATED for one that has ended since the request came. The first statement of a unit of work, so that everybody
 * takes the lock of the session or key before any other; a key's is shared, as its requests run side by side.
 */
export async function holdCaller(unit: UnitOfWork, caller: Caller): Promise<Caller> {
  const { manager, now } = unit;
  if (caller.kind === "ANONYMOUS") return caller;
  if (caller.kind === "API_KEY") {
    const [key] = await unit.rows<{ expiresAt: number | null }>(KEY + sharing(manager), [caller.keyId]);
    if (!key || (key.expiresAt !== null && Number(key.expiresAt) <= now)) throw unauthenticated();
    return caller;
  }
  const sql = caller.kind === "TEAM_MEMBER" ? MEMBER : CLIENT;
  const [session] = await unit.rows<SessionNow>(sql + changing(manager), [caller.sessionId]);
  if (!session || Number(session.expiresAt) <= now) throw unauthenticated();
  const authenticatedAt = Number(session.authenticatedAt);
  return caller.kind === "TEAM_MEMBER"
    ? { ...caller, authenticatedAt, role: session.role ?? caller.role }
    : { ...caller, authenticatedAt };
}

/**
 * Holds the sessions of whom an act is about until the commit, before anything else of theirs: what they have under way is done before it,
 * or finds itself ended or changed.
 */
export async function holdSessionsOf(
  unit: UnitOfWork,
  { firmId, ownerId }: { firmId: string; ownerId: string },
): Promise<void> {
  const { manager } = unit;
  await unit.rows(
    `SELECT id FROM sessions ${byIndex(manager, "ix_sessions_owner")} WHERE ownerId = ? AND firmId = ? AND revokedAt IS NULL ORDER BY id${changing(manager)}`,
    [ownerId, firmId],
  );
}
