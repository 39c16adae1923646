import { changesBetween } from "@gatehouse/shared";
import { forUpdateSql } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { ApiKey } from "../api-keys/api-key.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { Session } from "../sessions/session.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import { momentFact } from "../work/moment-fact.js";
import { systemActor, type UnitOfWork } from "../work/unit-of-work.js";
import { loadPolicy } from "./security-policy.reader.js";

const sessions = table(Session);
const END_SESSIONS = sql`UPDATE ${sessions} SET ${sessions.revokedAt} = ? WHERE ${sessions.firmId} = ? AND ${sessions.revokedAt} IS NULL`;
const keys = table(ApiKey);
const KEYS = select({ id: keys.id })
  .from`${keys} WHERE ${keys.firmId} = ? AND ${keys.revokedAt} IS NULL ORDER BY ${keys.id}`;
const challenges = table(SignInChallenge);
const END_CHALLENGES = sql`DELETE FROM ${challenges} WHERE ${challenges.firmId} = ?`;
const mails = table(OutboxMail);
const DROP_MAILS = sql`UPDATE ${mails} SET ${mails.encryptedContent} = NULL, ${mails.nextAttemptAt} = ?, ${mails.lastFailure} = ?
  WHERE ${mails.firmId} = ? AND ${mails.sentAt} IS NULL AND ${mails.encryptedContent} IS NOT NULL`;
const NEVER = Number.MAX_SAFE_INTEGER;

const disabledSince = (from: number | null, to: number | null) =>
  changesBetween({ disabledAt: momentFact(from) }, { disabledAt: momentFact(to) });

/**
 * Nobody of the firm gets in from this commit on, neither team nor clients nor keys. Sessions and sign-ins under way end,
 * and waiting mails are dropped: their links would lead nowhere. Keys and webhooks pause. False if it was disabled before.
 */
export async function disableFirm(unit: UnitOfWork, firmId: string): Promise<boolean> {
  const { manager, now } = unit;
  // In the order in which acts lock: each of them finishes before this one, or finds its session or key ended.
  await unit.affected(END_SESSIONS, [now, firmId]);
  await unit.unpreparedRows(KEYS.plus`${forUpdateSql(manager)}`, [firmId]);
  const { firmDisabledAt } = await loadPolicy(manager, firmId, { lock: "update" });
  if (firmDisabledAt !== null) return false;
  await manager.update(SecurityPolicy, { firmId }, { firmDisabledAt: now });
  // Those that were opened before the policy was locked.
  await unit.affected(END_SESSIONS, [now, firmId]);
  await unit.affected(END_CHALLENGES, [firmId]);
  await unit.affected(DROP_MAILS, [NEVER, "the firm was disabled", firmId]);
  const changes = disabledSince(null, now);
  unit.record({ type: "FIRM_DISABLED", firmId, actor: systemActor, changes, data: {} });
  return true;
}

/** Everybody may sign in again, keys work, and webhooks continue where they were. False if it was not disabled. */
export async function enableFirm(unit: UnitOfWork, firmId: string): Promise<boolean> {
  const { firmDisabledAt } = await loadPolicy(unit.manager, firmId, { lock: "update" });
  if (firmDisabledAt === null) return false;
  await unit.manager.update(SecurityPolicy, { firmId }, { firmDisabledAt: null });
  const changes = disabledSince(firmDisabledAt, null);
  unit.record({ type: "FIRM_ENABLED", firmId, actor: systemActor, changes, data: {} });
  return true;
}
