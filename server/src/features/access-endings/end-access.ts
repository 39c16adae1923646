import { endedBy, type EndingAct, type PendingThing } from "@gatehouse/shared";
import { forUpdateSql } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import type { Person } from "../people/person.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { abandonFactors, forgetFactors } from "../second-factors/second-factor-methods.js";
import { KnownDevice } from "../devices/known-device.entity.js";
import { endSessions } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import { endTrust } from "../devices/trusted-devices.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { revokeLink } from "./end-link.js";
import { accountTokens, voidTokens, voidTokensOf } from "../mailed-tokens/mailed-tokens.js";

/** The person whose access ends. */
export type EndedPerson = Pick<Person, "audience" | "ownerId" | "credentialId" | "firmId" | "email">;

/** Who ends it. */
export interface EndedBy {
  actor: Actor;
  /** The contact for which the firm acts; by default the account's oldest. */
  contactId?: string | null;
  /** The acting session, if it stays. */
  keptSessionId?: string | null;
}
interface Ending extends EndedBy {
  act: EndingAct;
}

/** Ends things of one kind. Returns the ids of the sessions that ended, if it ends sessions. */
type EndFunction = (unit: UnitOfWork, person: EndedPerson, ending: Ending) => Promise<string[] | void>;

const deleteFrom = (entity: new () => { ownerId: string }): EndFunction => {
  const owned = table(entity);
  const statement = sql`DELETE FROM ${owned} WHERE ${owned.ownerId} = ?`;
  return async (unit, { ownerId }) => void (await unit.affected(statement, [ownerId]));
};

const challenges = table(SignInChallenge);
const SPEND_CHALLENGES = sql`UPDATE ${challenges} SET ${challenges.spentAt} = ? WHERE ${challenges.ownerId} = ? AND ${challenges.spentAt} IS NULL`;
const SPEND_CHOICES = sql`${SPEND_CHALLENGES} AND ${challenges.step} = 'FIRM_CHOICE'`;
const c = table(Contact, "c");
const r = table(ClientRequest, "r");
const l = table(MagicLink, "l");
const CLAIMED_LINKS = select({ id: l.id })
  .from`${c} JOIN ${r} ON ${r.contactId} = ${c.id} JOIN ${l} ON ${l.requestId} = ${r.id}
  WHERE ${c.firmId} = ? AND ${c.portalAccountId} = ? AND ${l.claimedAt} IS NOT NULL AND ${l.revokedAt} IS NULL`;
const sessionRows = table(Session);
const OWN_SESSIONS = sql`${sessionRows.ownerId} = ? AND ${sessionRows.expiresAt} > ? AND ${sessionRows.id} <> ?`;
const LINK_SESSIONS = sql`${sessionRows.firmId} = ? AND ${sessionRows.audience} = 'PORTAL' AND ${sessionRows.assurance} = 'LINK' AND ${sessionRows.expiresAt} > ?
  AND (${sessionRows.email} = ? OR ${sessionRows.requestId} IN (SELECT ${r.id} FROM ${r} JOIN ${c} ON ${c.id} = ${r.contactId} WHERE ${c.portalAccountId} = ?))`;

/** Checked again at every use, so they end with the session or key that they came by. */
const endsWithSession: EndFunction = async () => undefined;

/** Belongs to the firm: no act about a person ends it. */
const belongsToFirm: EndFunction = async () => undefined;

/**
 * In the order in which things end: first whatever may still lead to a session, then the sessions. So a step that
 * finishes concurrently either finds itself void, or has its session ended here.
 */
const endFunctions: Readonly<Record<PendingThing, EndFunction>> = {
  SIGN_IN_CHALLENGES: async (unit, { audience, ownerId, credentialId }) => {
    await unit.affected(SPEND_CHALLENGES, [unit.now, ownerId]);
    // The choice of a firm is the person's, whichever firm it would have been.
    if (audience === "TEAM") await unit.affected(SPEND_CHOICES, [unit.now, credentialId]);
  },
  FACTORS_UNDER_WAY: (unit, { ownerId }) => abandonFactors(unit, ownerId),
  ADDED_FACTORS: (unit, { ownerId }) => forgetFactors(unit, ownerId, "ADDED"),
  TRUSTED_DEVICES: (unit, person, { act, actor, contactId }) => endTrust(unit, person, { why: act, actor, contactId }),
  KNOWN_DEVICES: deleteFrom(KnownDevice),
  PASSWORD_LINKS: (unit, { ownerId }) => voidTokensOf(unit, ownerId, ["PASSWORD_RESET", "TEAM_PASSWORD"]),
  EMAIL_CHANGE: (unit, { ownerId }) => voidTokensOf(unit, ownerId, ["EMAIL_CHANGE"]),
  NOT_ME_LINKS: (unit, { ownerId }) => voidTokensOf(unit, ownerId, ["NOT_ME"]),
  ACCOUNT_TOKENS: (unit, { firmId, email }) => voidTokens(unit, firmId, email, accountTokens),
  LINK_GRANTS: async (unit, { firmId, ownerId }) => {
    const claimed = await unit.rows(CLAIMED_LINKS.plus`${forUpdateSql(unit.manager)}`, [firmId, ownerId]);
    for (const { id } of claimed) await revokeLink(unit, id);
  },
  SESSIONS: (unit, { ownerId }, { keptSessionId }) =>
    endSessions(unit, OWN_SESSIONS, [ownerId, unit.now, keptSessionId ?? ""]),
  // Those to the address, and to the requests of the account's contacts.
  LINK_SESSIONS: (unit, { firmId, email, ownerId }) =>
    endSessions(unit, LINK_SESSIONS, [firmId, unit.now, email, ownerId]),
  SUBSCRIPTIONS: endsWithSession,
  EXPORTS: endsWithSession,
  // Stored by caller: see idempotency.ts.
  KEPT_ANSWERS: endsWithSession,
  API_KEYS: belongsToFirm,
  WEBHOOKS: belongsToFirm,
};
const thingsInOrder = Object.keys(endFunctions) as PendingThing[];

/** Team members have none of these, even if a client of the firm has the same address. */
const ofClients: readonly PendingThing[] = ["TRUSTED_DEVICES", "LINK_SESSIONS", "LINK_GRANTS", "ACCOUNT_TOKENS"];

/**
 * Ends everything that the act ends (shared/access-endings), in the transaction of the act; nothing else does. Returns
 * the ids of the sessions that ended, which the act's event lists.
 */
export async function endAccess(unit: UnitOfWork, person: EndedPerson, act: EndingAct, by: EndedBy): Promise<string[]> {
  const ended = new Set(endedBy(act));
  const sessionIds: string[] = [];
  for (const thing of thingsInOrder)
    if (ended.has(thing) && (person.audience === "PORTAL" || !ofClients.includes(thing)))
      sessionIds.push(...((await endFunctions[thing](unit, person, { ...by, act })) ?? []));
  return sessionIds;
}
