import type { EntityManager } from "typeorm";
import type { Audience, TeamRole } from "@gatehouse/shared";
import { Firm } from "../firms/firm.entity.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
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

const inTeam = (member: TeamMember, firm: Firm): Person => ({
  audience: "TEAM",
  ownerId: member.id,
  firmId: firm.id,
  firmName: firm.name,
  firmSlug: firm.slug,
  email: member.email,
  role: member.role,
  accountId: null,
});
const inPortal = (account: PortalAccount, firm: Firm): Person => ({
  audience: "PORTAL",
  ownerId: account.id,
  firmId: firm.id,
  firmName: firm.name,
  firmSlug: firm.slug,
  email: account.email,
  role: null,
  accountId: account.id,
});

/** The team member with that (normalised) email; null when there is none, or no more. */
export async function findMemberByEmail(manager: EntityManager, email: string): Promise<Person | null> {
  const member = await manager.findOneBy(TeamMember, { email });
  if (!member || member.disabledAt !== null) return null;
  return inTeam(member, await manager.findOneByOrFail(Firm, { id: member.firmId }));
}

/** The account of the firm with that (normalised) email. */
export async function findClientByEmail(manager: EntityManager, firm: Firm, email: string): Promise<Person | null> {
  const account = await manager.findOneBy(PortalAccount, { firmId: firm.id, email });
  return account && inPortal(account, firm);
}

/** The person as it is now; null when the account was deleted or the member disabled meanwhile. */
export async function findPerson(manager: EntityManager, audience: Audience, ownerId: string): Promise<Person | null> {
  if (audience === "TEAM") {
    const member = await manager.findOneBy(TeamMember, { id: ownerId });
    return member && member.disabledAt === null
      ? inTeam(member, await manager.findOneByOrFail(Firm, { id: member.firmId }))
      : null;
  }
  const account = await manager.findOneBy(PortalAccount, { id: ownerId });
  return account && inPortal(account, await manager.findOneByOrFail(Firm, { id: account.firmId }));
}

/** The person behind a caller who has just been authenticated. */
export async function personOf(manager: EntityManager, caller: PersonCaller): Promise<Person> {
  const person = await findPerson(
    manager,
    caller.kind === "TEAM_MEMBER" ? "TEAM" : "PORTAL",
    caller.kind === "TEAM_MEMBER" ? caller.memberId : caller.accountId,
  );
  if (!person) throw new Error("the caller's account is gone");
  return person;
}
