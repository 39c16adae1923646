import type { EntityManager } from "typeorm";
import type { Audience, TeamRole } from "@gatehouse/shared";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { computed, select, sql, table, type Select } from "../../platform/database/sql.js";
import { unauthenticated } from "../../platform/graphql/failures.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
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
  firmId: string;
  firmName: string;
  firmSlug: string;
  email: string;
  /** Set for team members. */
  role: TeamRole | null;
  /** Set for clients: their events refer to the account. */
  accountId: string | null;
}

/**
 * What every event about a person contains: whose log it is in, who did it, and the account if the person is a client.
 */
export const about = ({ firmId, accountId }: Pick<Person, "firmId" | "accountId">, actor: Actor) => ({
  firmId,
  accountId,
  actor,
});

const m = table(TeamMember, "m");
const a = table(PortalAccount, "a");
const f = table(Firm, "f");
const MEMBERS = select({
  audience: computed<"TEAM">(sql`'TEAM'`),
  ownerId: m.id,
  firmId: m.firmId,
  firmName: f.name,
  firmSlug: f.slug,
  email: m.email,
  role: m.role,
  accountId: computed<null>(sql`NULL`),
}).from`${m} JOIN ${f} ON ${f.id} = ${m.firmId} WHERE ${m.disabledAt} IS NULL AND `;
const MEMBER_BY_EMAIL = MEMBERS.plus`${m.signInEmail} = ?`;
const MEMBER_BY_ID = MEMBERS.plus`${m.id} = ?`;
const CLIENTS = select({
  audience: computed<"PORTAL">(sql`'PORTAL'`),
  ownerId: a.id,
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
 * The team member who signs in with that (normalized) email; null if there is none, because they have not joined or
 * were removed.
 */
export const findMemberByEmail = (manager: EntityManager, email: string): Promise<Person | null> =>
  one(manager, MEMBER_BY_EMAIL, [email]);

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
