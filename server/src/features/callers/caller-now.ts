import { forceIndexSql, forUpdateSql, forShareSql } from "../../platform/database/dialect.js";
import { indexOf, select, table } from "../../platform/database/sql.js";
import { unauthenticated } from "../../platform/graphql/failures.js";
import { ApiKey } from "../api-keys/api-key.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { Session } from "../sessions/session.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { Caller } from "./caller.js";

const sessions = table(Session);
const s = table(Session, "s");
const m = table(TeamMember, "m");
const k = table(ApiKey, "k");
const times = { authenticatedAt: s.authenticatedAt, expiresAt: s.expiresAt };
const MEMBER = select({ ...times, role: m.role }).from`${s} JOIN ${m} ON ${m.id} = ${s.ownerId}
  WHERE ${s.id} = ? AND ${s.revokedAt} IS NULL AND ${m.disabledAt} IS NULL`;
const CLIENT = select(times).from`${s} WHERE ${s.id} = ? AND ${s.revokedAt} IS NULL`;
const KEY = select({ expiresAt: k.expiresAt }).from`${k} WHERE ${k.id} = ? AND ${k.revokedAt} IS NULL`;
const policies = table(SecurityPolicy);
const FIRM_OF_KEY = select({ firmDisabledAt: policies.firmDisabledAt }).from`${policies} WHERE ${policies.firmId} = ?`;
const SESSION = select({ id: sessions.id });
const OWNER_INDEX = indexOf(Session, ["ownerId"]);

/**
 * The caller's current state, which holds until the commit: anything that ends the session or key, or changes the role,
 * either waits for this transaction or has already happened. Throws UNAUTHENTICATED if the session or key has ended
 * since the request arrived. It must be the first statement of a unit of work, so that everybody locks the session or
 * key before anything else. A key's lock is shared, since its requests run concurrently.
 */
export async function lockCaller(unit: UnitOfWork, caller: Caller): Promise<Caller> {
  const { manager, now } = unit;
  if (caller.kind === "ANONYMOUS") return caller;
  if (caller.kind === "API_KEY") {
    const [key] = await unit.rows(KEY.plus`${forShareSql(manager)}`, [caller.keyId]);
    if (!key || (key.expiresAt !== null && key.expiresAt <= now)) throw unauthenticated();
    // Read under the key's lock, for which disabling the firm waits.
    const [firm] = await unit.rows(FIRM_OF_KEY, [caller.firmId]);
    if (firm?.firmDisabledAt !== null) throw unauthenticated();
    return caller;
  }
  if (caller.kind === "TEAM_MEMBER") {
    const [member] = await unit.rows(MEMBER.plus`${forUpdateSql(manager)}`, [caller.sessionId]);
    if (!member || member.expiresAt <= now) throw unauthenticated();
    return { ...caller, authenticatedAt: member.authenticatedAt, role: member.role };
  }
  const [client] = await unit.rows(CLIENT.plus`${forUpdateSql(manager)}`, [caller.sessionId]);
  if (!client || client.expiresAt <= now) throw unauthenticated();
  return { ...caller, authenticatedAt: client.authenticatedAt };
}

/**
 * Locks the sessions of the people whom an act affects until the commit, before anything else of theirs: whatever they
 * have in progress finishes before it, or finds itself ended or changed.
 */
export async function lockSessionsOf(
  unit: UnitOfWork,
  { firmId, ownerId }: { firmId: string; ownerId: string },
): Promise<void> {
  const { manager } = unit;
  await unit.rows(
    SESSION.from`${sessions} ${forceIndexSql(manager, OWNER_INDEX)} WHERE ${sessions.ownerId} = ? AND ${sessions.firmId} = ? AND ${sessions.revokedAt} IS NULL
      ORDER BY ${sessions.id}${forUpdateSql(manager)}`,
    [ownerId, firmId],
  );
}
