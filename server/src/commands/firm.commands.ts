import { IsNull, Not } from "typeorm";
import {
  changesBetween,
  isFirmSlug,
  lengths,
  normalizeEmail,
  normalizeName,
  plans,
  usableTimeZone,
  type Plan,
  type TeamRole,
} from "@gatehouse/shared";
import { isUniqueViolation } from "../platform/database/dialect.js";
import { computed, select, sql, table, type Column, type Sql } from "../platform/database/sql.js";
import { Contact } from "../features/contacts/contact.entity.js";
import { changePlan } from "../features/firm-staff/change-plan.js";
import { insertMember } from "../features/firm-staff/insert-member.js";
import { memberFacts } from "../features/firm-staff/member-facts.js";
import { replacePassword } from "../features/team-passwords/replace-password.js";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { Firm } from "../features/firms/firm.entity.js";
import { findMembersByEmail } from "../features/people/person.js";
import { isBeingDeleted } from "./firm-deletion.js";
import { disableFirm, enableFirm } from "../features/firms/disabled-firms.js";
import { policyFacts } from "../features/security-mode/policy-facts.js";
import { SecurityPolicy } from "../features/security-mode/security-policy.entity.js";
import { insertFirm } from "../features/firms/insert-firm.js";
import { loadPolicy, type FirmPolicy } from "../features/firms/security-policy.reader.js";
import { operatorsShare } from "../features/passwords/hash-share.js";
import type { PasswordHasher } from "../features/passwords/password-hasher.js";
import { mustBeGoodPassword } from "../features/passwords/passwords.js";
import { systemActor, type UnitOfWork, type Work } from "../features/work/unit-of-work.js";
import { CommandError } from "./command-error.js";

export const teamRoles: readonly TeamRole[] = ["OWNER", "ADMIN", "STAFF"];
export const planNames = Object.keys(plans) as Plan[];

function cleanName(text: string, option: string): string {
  const name = normalizeName(text);
  if (name === null) throw new CommandError(`${option} must be 1 to ${lengths.name} characters, without line breaks.`);
  return name;
}
function cleanEmail(text: string, option: string): string {
  const email = normalizeEmail(text);
  if (email === null) throw new CommandError(`${option} is not a valid email address.`);
  return email;
}
function cleanSlug(slug: string): string {
  if (!isFirmSlug(slug))
    throw new CommandError("--slug must be 1 to 63 lower-case letters, digits and dashes, as in an address.");
  return slug;
}
const taken = (what: string) => (error: unknown) => {
  throw isUniqueViolation(error) ? new CommandError(`${what} is already taken.`) : error;
};

/** Says with what the firm begins. */
function recordFirm(unit: UnitOfWork, { id: firmId, slug, name }: Firm, policy: FirmPolicy): void {
  const { plan, clientLanguage } = policy;
  const facts = { name, slug, plan, clientLanguage, timeZone: usableTimeZone(policy.timeZone), ...policyFacts(policy) };
  unit.record({
    type: "FIRM_CREATED",
    firmId,
    actor: systemActor,
    changes: changesBetween({}, facts),
    data: { name, version: policy.version },
  });
}

/** The operator lets a colleague in without an invitation. */
function recordMember(unit: UnitOfWork, member: TeamMember): void {
  unit.record({
    type: "TEAM_MEMBER_JOINED",
    firmId: member.firmId,
    teamMemberId: member.id,
    actor: systemActor,
    changes: changesBetween({}, memberFacts(member)),
    data: { email: member.email },
  });
}

/** The commands on firms and their teams. Each throws CommandError for what its user can fix. */
export class FirmCommands {
  constructor(
    private readonly work: Work,
    private readonly hasher: PasswordHasher,
  ) {}

  /** Creates a firm and its owner, both or neither. */
  async create(given: {
    slug: string;
    name: string;
    plan: Plan;
    ownerName: string;
    ownerEmail: string;
    ownerPassword: string;
  }): Promise<{ firm: Firm; owner: TeamMember }> {
    const slug = cleanSlug(given.slug);
    const name = cleanName(given.name, "--name");
    const ownerName = cleanName(given.ownerName, "--owner-name");
    const email = cleanEmail(given.ownerEmail, "--owner-email");
    mustBeGoodPassword(given.ownerPassword, { email, firmName: name }, ["password"]);
    const stored = await this.hasher.hash(given.ownerPassword, operatorsShare);
    return this.work.do(async (unit) => {
      const firm = await insertFirm(unit, { slug, name, plan: given.plan }).catch(taken(`The slug ${slug}`));
      recordFirm(unit, firm, await loadPolicy(unit.manager, firm.id));
      const owner = await insertMember(unit, { firmId: firm.id, name: ownerName, email, role: "OWNER" }, stored).catch(
        taken(`The email ${email}`),
      );
      recordMember(unit, owner);
      return { firm, owner };
    });
  }

  async list(): Promise<{ firm: Firm; members: number; contacts: number; isDisabled: boolean }[]> {
    const firms = await this.work.reader.find(Firm, { order: { slug: "ASC" } });
    const count = async (from: Sql & { readonly firmId: Column<string> }) => {
      const counted = select({ firmId: from.firmId, n: computed(sql`COUNT(*)`, Number) });
      const rows = await this.work.unpreparedRows(counted.from`${from} GROUP BY ${from.firmId}`, []);
      return new Map(rows.map(({ firmId, n }) => [firmId, n]));
    };
    const [members, contacts] = await Promise.all([count(table(TeamMember)), count(table(Contact))]);
    const disabled = await this.work.reader.findBy(SecurityPolicy, { firmDisabledAt: Not(IsNull()) });
    return firms.map((firm) => ({
      firm,
      members: members.get(firm.id) ?? 0,
      contacts: contacts.get(firm.id) ?? 0,
      isDisabled: disabled.some(({ firmId }) => firmId === firm.id),
    }));
  }

  /** Changes a firm's plan. `keepsMode`: the new plan does not include the security mode, which stays in force. */
  async setPlan(slug: string, plan: Plan): Promise<{ firm: Firm; from: Plan; keepsMode: boolean }> {
    return this.work.do(async (unit) => {
      const firm = await this.firmBySlug(unit, slug);
      const { keepsMode } = await changePlan(unit, firm, plan);
      return { firm: { ...firm, plan }, from: firm.plan, keepsMode };
    });
  }

  /** Lets nobody of the firm in. `isNew`: false if that was so before. */
  async disable(slug: string): Promise<{ firm: Firm; isNew: boolean }> {
    return this.work.do(async (unit) => {
      const firm = await this.firmBySlug(unit, slug);
      return { firm, isNew: await disableFirm(unit, firm.id) };
    });
  }

  /** Lets everyone in again. `isNew`: false if that was so before. */
  async enable(slug: string): Promise<{ firm: Firm; isNew: boolean }> {
    return this.work.do(async (unit) => {
      const firm = await this.firmBySlug(unit, slug);
      const enabled = { firm, isNew: await enableFirm(unit, firm.id) };
      if (await isBeingDeleted(unit, firm.id))
        throw new CommandError(`The deletion of ${slug} has begun, and much of it is gone: run "firm delete" again.`);
      return enabled;
    });
  }

  async addMember(given: {
    slug: string;
    name: string;
    email: string;
    role: TeamRole;
    password: string;
  }): Promise<{ firm: Firm; member: TeamMember }> {
    const name = cleanName(given.name, "--name");
    const email = cleanEmail(given.email, "--email");
    const firm = await this.work.do((unit) => this.firmBySlug(unit, given.slug));
    mustBeGoodPassword(given.password, { email, firmName: firm.name }, ["password"]);
    const stored = await this.hasher.hash(given.password, operatorsShare);
    const member = await this.work
      .do(async (unit) => {
        const inserted = await insertMember(unit, { firmId: firm.id, name, email, role: given.role }, stored);
        recordMember(unit, inserted);
        return inserted;
      })
      .catch(taken(`The email ${email}`));
    return { firm, member };
  }

  /** Sets a new password for whoever signs in with that email, in all their teams, and ends their sessions. Returns how many. */
  async resetMemberPassword(given: { email: string; password: string }): Promise<{ email: string; ended: number }> {
    const email = cleanEmail(given.email, "--email");
    const [person] = await findMembersByEmail(this.work.reader, email);
    if (!person) throw new CommandError(`There is no team member with the email ${email}.`);
    mustBeGoodPassword(given.password, person, ["password"]);
    const stored = await this.hasher.hash(given.password, operatorsShare);
    const ended = await this.work.do((unit) => replacePassword(unit, person.ownerId, stored));
    return { email, ended };
  }

  private async firmBySlug({ manager }: UnitOfWork, slug: string): Promise<Firm> {
    const firm = await manager.findOneBy(Firm, { slug });
    if (!firm) throw new CommandError(`There is no firm with the slug ${slug}.`);
    return firm;
  }
}
