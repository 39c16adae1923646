import type { EntityManager } from "typeorm";
import type { Audience, TeamRole } from "@gatehouse/shared";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { computed, select, sql, table, type Select } from "../../platform/database/sql.js";
import { unauthenticated } from "../../platform/graphql/failures.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { TeamIdentity } from "./team-identity.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import type { PersonCaller } from "../callers/caller.js";
import type { Actor } from "../work/unit-of-work.js";

/**
 * A person with a password and perhaps a second factor: a team member or a client with an account. The same code serves
 * both.
 */
export interface Person {
  audience: Audience;
  /** The team member's or the portal account's id. */
  ownerId: string;
  /** Whose password it is: the team identity's id, which several memberships share, or the portal account's. */
  credentialId: string;
  firmId: string;
  firmName: string;
  firmSlug: string;
  email: string;
  /** Set for team members. */
  role: TeamRole | null;
  /** Set for clients: their events refer to the account. */
  accountId: string | null;
}

/** What every event about a person contains: whose log it is in, who did it, and the account or the team member. */
export const about = (
  { firmId, accountId, audience, ownerId }: Pick<Person, "firmId" | "accountId"> & Partial<Person>,
  actor: Actor,
) => ({
  firmId,
  accountId,
  teamMemberId: audience === "TEAM" ? ownerId : undefined,
  actor,
});

const m = table(TeamMember, "m");
const a = table(PortalAccount, "a");
const f = table(Firm, "f");
const i = table(TeamIdentity, "i");
/** Somebody who joined through a server of the version before has no identity, and the password is their own. */
const CREDENTIAL_OF_MEMBER = sql`COALESCE(${m.identityId}, ${m.id})`;
const MEMBERS = select({
  audience: computed<"TEAM">(sql`'TEAM'`),
  ownerId: m.id,
  credentialId: computed<string>(CREDENTIAL_OF_MEMBER),
  firmId: m.firmId,
  firmName: f.name,
  firmSlug: f.slug,
  email: m.email,
  role: m.role,
  accountId: computed<null>(sql`NULL`),
}).from`${m} JOIN ${f} ON ${f.id} = ${m.firmId} WHERE ${m.disabledAt} IS NULL AND `;
const BY_FIRM = sql`ORDER BY ${m.identityId} IS NULL, ${f.name}, ${m.id}`;
const MEMBERS_BY_EMAIL = MEMBERS.plus`(${m.identityId} = (SELECT ${i.id} FROM ${i} WHERE ${i.email} = ?)
  OR ${m.signInEmail} = ?) ${BY_FIRM}`;
const MEMBERS_BY_CREDENTIAL = MEMBERS.plus`(${m.identityId} = ? OR (${m.id} = ? AND ${m.identityId} IS NULL))
  AND ${m.joinedAt} <= ? ${BY_FIRM}`;
const MEMBER_BY_ID = MEMBERS.plus`${m.id} = ?`;
const CLIENTS = select({
  audience: computed<"PORTAL">(sql`'PORTAL'`),
  ownerId: a.id,
  credentialId: a.id,
  firmId: a.firmId,
  firmName: f.name,
  firmSlug: f.slug,
  email: a.email,
  role: computed<null>(sql`NULL`),
  accountId: a.id,
}).from`${a} JOIN ${f} ON ${f.id} = ${a.firmId} WHERE `;
const CLIENT_BY_EMAIL = CLIENTS.plus`${a.firmId} = ? AND ${a.email} = ?`;
const CLIENT_BY_ID = CLIENTS.plus`${a.id} = ?`;
const one = async (manager: EntityManager, statement: Select<Person>, parameters: string[]): Promise<Person | null> =>
  (await rowsOf(manager, statement, parameters))[0] ?? null;

/**
 * The memberships of the person who signs in to the dashboard with that (normalized) email, by the firms' names: those
 * that they have joined and were not removed from. They share one password.
 */
export async function findMembersByEmail(manager: EntityManager, email: string): Promise<Person[]> {
  const members = await rowsOf(manager, MEMBERS_BY_EMAIL, [email, email]);
  return members.filter(({ credentialId }) => credentialId === members[0]?.credentialId);
}

/** The memberships that share a password, by the firms' names. `until`: only those that were joined by then. */
export const findMembersOf = (
  manager: EntityManager,
  credentialId: string,
  until = Number.MAX_SAFE_INTEGER,
): Promise<Person[]> => rowsOf(manager, MEMBERS_BY_CREDENTIAL, [credentialId, credentialId, until]);

/** The firm's account with that (normalized) email. */
export const findClientByEmail = (manager: EntityManager, firmId: string, email: string): Promise<Person | null> =>
  one(manager, CLIENT_BY_EMAIL, [firmId, email]);

/** The person's current state; null if the account was deleted or the member removed meanwhile. */
export const findPerson = (manager: EntityManager, audience: Audience, ownerId: string): Promise<Person | null> =>
  one(manager, audience === "TEAM" ? MEMBER_BY_ID : CLIENT_BY_ID, [ownerId]);

/**
 * The person behind a caller. Throws UNAUTHENTICATED if they were removed since the request arrived: the session has
 * ended with them.
 */
export async function personOf(manager: EntityManager, caller: PersonCaller): Promise<Person> {
  const person = await findPerson(
    manager,
    caller.kind === "TEAM_MEMBER" ? "TEAM" : "PORTAL",
    caller.kind === "TEAM_MEMBER" ? caller.memberId : caller.accountId,
  );
  if (!person) throw unauthenticated();
  return person;
}
