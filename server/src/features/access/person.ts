import type { EntityManager } from "typeorm";
import type { Audience, TeamRole } from "@gatehouse/shared";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { unauthenticated } from "../../platform/graphql/failures.js";
import type { PersonCaller } from "./caller.js";

/** Somebody with a password and perhaps a second factor: a team member or a client with an account. One kind of code serves both. */
export interface Person {
  audience: Audience;
  /** The team member's or the portal account's id. */
  ownerId: string;
  firmId: string;
  firmName: string;
  firmSlug: string;
  email: string;
  /** Set for team members. */
  role: TeamRole | null;
  /** Set for clients: their events are about the account. */
  accountId: string | null;
}

const MEMBERS = `
  SELECT 'TEAM' AS audience, m.id AS ownerId, m.firmId, f.name AS firmName, f.slug AS firmSlug, m.email, m.role, NULL AS accountId
  FROM team_members m JOIN firms f ON f.id = m.firmId WHERE m.disabledAt IS NULL AND `;
const CLIENTS = `
  SELECT 'PORTAL' AS audience, a.id AS ownerId, a.firmId, f.name AS firmName, f.slug AS firmSlug, a.email, NULL AS role, a.id AS accountId
  FROM portal_accounts a JOIN firms f ON f.id = a.firmId WHERE `;
const one = async (manager: EntityManager, sql: string, parameters: string[]): Promise<Person | null> =>
  (await rowsOf<Person>(manager, sql, parameters))[0] ?? null;

/** The team member who signs in with that (normalised) email; null when there is none, not yet or no more. */
export const findMemberByEmail = (manager: EntityManager, email: string): Promise<Person | null> =>
  one(manager, `${MEMBERS} m.signInEmail = ?`, [email]);

/** The account of the firm with that (normalised) email. */
export const findClientByEmail = (manager: EntityManager, firmId: string, email: string): Promise<Person | null> =>
  one(manager, `${CLIENTS} a.firmId = ? AND a.email = ?`, [firmId, email]);

/** The person as it is now; null when the account was deleted or the member disabled meanwhile. */
export const findPerson = (manager: EntityManager, audience: Audience, ownerId: string): Promise<Person | null> =>
  audience === "TEAM" ? one(manager, `${MEMBERS} m.id = ?`, [ownerId]) : one(manager, `${CLIENTS} a.id = ?`, [ownerId]);

/** The person behind a caller. Throws UNAUTHENTICATED for one who was removed since the request came: the session has ended with them. */
export async function personOf(manager: EntityManager, caller: PersonCaller): Promise<Person> {
  const person = await findPerson(
    manager,
    caller.kind === "TEAM_MEMBER" ? "TEAM" : "PORTAL",
    caller.kind === "TEAM_MEMBER" ? caller.memberId : caller.accountId,
  );
  if (!person) throw unauthenticated();
  return person;
}
