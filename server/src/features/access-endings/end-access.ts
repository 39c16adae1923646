import { endedBy, type EndingAct, type PendingThing } from "@gatehouse/shared";
import { changing } from "../../platform/database/dialect.js";
import type { Person } from "../access/person.js";
import { abandonFactors, forgetFactors } from "../second-factors/second-factor-methods.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { accountTokens, voidTokens, voidTokensOf } from "../mailed-tokens/mailed-tokens.js";

/** Whose access ends. */
export type Ended = Pick<Person, "audience" | "ownerId" | "firmId" | "email">;

/** Ends one kind of thing; answers how many sessions that were, if it is about sessions. */
type Ender = (unit: UnitOfWork, person: Ended, keptSessionId: string) => Promise<number | void>;

const deleteFrom =
  (table: string): Ender =>
  async (unit, { ownerId }) =>
    void (await unit.affected(`DELETE FROM ${table} WHERE ownerId = ?`, [ownerId]));

/** Asked for again at every use, so they end with the session or key that they came by. */
const withItsSession: Ender = async () => undefined;

/** The firm's: no act about a person ends it. */
const notThePersons: Ender = async () => undefined;

/**
 * In the order in which they end: first what is on its way to a session, then the sessions. So a step that finishes in parallel either
 * finds itself void, or has its session ended here.
 */
const enders: Readonly<Record<PendingThing, Ender>> = {
  SIGN_IN_CHALLENGES: async (unit, { ownerId }) =>
    void (await unit.affected("UPDATE sign_in_challenges SET spentAt = ? WHERE ownerId = ? AND spentAt IS NULL", [
      unit.now,
      ownerId,
    ])),
  FACTORS_UNDER_WAY: (unit, { ownerId }) => abandonFactors(unit, ownerId),
  ADDED_FACTORS: (unit, { ownerId }) => forgetFactors(unit, ownerId, "ADDED"),
  TRUSTED_DEVICES: deleteFrom("trusted_devices"),
  KNOWN_DEVICES: deleteFrom("known_devices"),
  PASSWORD_LINKS: (unit, { ownerId }) => voidTokensOf(unit, ownerId, ["PASSWORD_RESET", "TEAM_PASSWORD"]),
  EMAIL_CHANGE: (unit, { ownerId }) => voidTokensOf(unit, ownerId, ["EMAIL_CHANGE"]),
  NOT_ME_LINKS: (unit, { ownerId }) => voidTokensOf(unit, ownerId, ["NOT_ME"]),
  ACCOUNT_TOKENS: (unit, { firmId, email }) => voidTokens(unit, firmId, email, accountTokens),
  LINK_GRANTS: async (unit, { firmId, ownerId }) => {
    const claimed = await unit.rows<{ id: string }>(
      `SELECT l.id FROM contacts c JOIN client_requests r ON r.contactId = c.id JOIN magic_links l ON l.requestId = r.id
       WHERE c.firmId = ? AND c.portalAccountId = ? AND l.claimedAt IS NOT NULL AND l.revokedAt IS NULL${changing(unit.manager)}`,
      [firmId, ownerId],
    );
    for (const { id } of claimed)
      await unit.affected("UPDATE magic_links SET revokedAt = ? WHERE id = ? AND revokedAt IS NULL", [unit.now, id]);
  },
  SESSIONS: (unit, { ownerId }, keptSessionId) =>
    unit.affected(
      "UPDATE sessions SET revokedAt = ? WHERE ownerId = ? AND revokedAt IS NULL AND expiresAt > ? AND id <> ?",
      [unit.now, ownerId, unit.now, keptSessionId],
    ),
  // To the address, and to the requests of the account's contacts.
  LINK_SESSIONS: (unit, { firmId, email, ownerId }) =>
    unit.affected(
      `UPDATE sessions SET revokedAt = ? WHERE firmId = ? AND audience = 'PORTAL' AND assurance = 'LINK' AND revokedAt IS NULL
       AND (email = ? OR requestId IN (SELECT r.id FROM client_requests r JOIN contacts c ON c.id = r.contactId WHERE c.portalAccountId = ?))`,
      [unit.now, firmId, email, ownerId],
    ),
  SUBSCRIPTIONS: withItsSession,
  EXPORTS: withItsSession,
  // Kept by caller: see idempotency.ts.
  KEPT_ANSWERS: withItsSession,
  API_KEYS: notThePersons,
  WEBHOOKS: notThePersons,
};
const inOrder = Object.keys(enders) as PendingThing[];

/** A team member has none, though a client of the firm may have the same address. */
const ofClients: readonly PendingThing[] = ["LINK_SESSIONS", "LINK_GRANTS", "ACCOUNT_TOKENS"];

/**
 * Ends whatever the act ends (shared/access-endings), in the transaction of the act: the one place that does. `keptSessionId`: the session
 * that acts, where it stays. Answers how many sessions ended.
 */
export async function endAccess(
  unit: UnitOfWork,
  person: Ended,
  act: EndingAct,
  keptSessionId: string | null = null,
): Promise<number> {
  const ended = new Set(endedBy(act));
  let sessions = 0;
  for (const thing of inOrder)
    if (ended.has(thing) && (person.audience === "PORTAL" || !ofClients.includes(thing)))
      sessions += (await enders[thing](unit, person, keptSessionId ?? "")) ?? 0;
  return sessions;
}
