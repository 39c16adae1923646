import {
  lengths,
  normalizeEmail,
  normalizeName,
  planOffersMode,
  plans,
  type Plan,
  type TeamRole,
} from "@gatehouse/shared";
import { newId } from "../platform/crypto/ids.js";
import { isUniqueViolation } from "../platform/database/dialect.js";
import { systemActor, type UnitOfWork, type Work } from "../features/work/unit-of-work.js";
import { findPerson } from "../features/access/person.js";
import { endAccess } from "../features/access-endings/end-access.js";
import { AuditCounter } from "../features/audit/audit-event.entity.js";
import { PortalCounts } from "../features/contacts/contact.entity.js";
import { Firm } from "../features/firms/firm.entity.js";
import { createState } from "../features/two-factor/second-factor.service.js";
import { mailAdmins } from "../features/firm-staff/mail-admins.js";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { notify } from "../features/mail/security-notices.js";
import { passwordChanged } from "../features/mail/security-letters.js";
import { planDowngraded } from "../features/mail/team-letters.js";
import { operatorsShare } from "../features/passwords/hash-share.js";
import type { PasswordHasher, StoredPassword } from "../features/passwords/password-hasher.js";
import { mustBeGoodPassword, storePassword } from "../features/passwords/password.service.js";
import { loadPolicy } from "../features/firms/security-policy.reader.js";
import { SecurityPolicy } from "../features/security-mode/security-policy.entity.js";
import { CommandError } from "./command-error.js";

export interface NewFirm {
  slug: string;
  name: string;
  plan: Plan;
}
export interface NewMember {
  firmId: string;
  name: string;
  /** Normalised. */
  email: string;
  role: TeamRole;
}

export const teamRoles: readonly TeamRole[] = ["OWNER", "ADMIN", "STAFF"];
export const planNames = Object.keys(plans) as Plan[];

/** A firm with what every firm has: its policy (magic link and login), its event counter and its counts. */
export async function insertFirm({ manager, now }: UnitOfWork, given: NewFirm): Promise<Firm> {
  const firm = manager.create(Firm, { ...given, id: newId("firm", now), clientLanguage: null, createdAt: now });
  await manager.insert(Firm, firm);
  await manager.insert(SecurityPolicy, {
    firmId: firm.id,
    mode: "MAGIC_LINK_AND_LOGIN",
    enforcedFrom: null,
    magicLinkRequiresTwoFactor: true,
    trustedDeviceDays: 0,
    teamRequiresTwoFactor: false,
    version: 1,
    updatedAt: now,
    updatedBy: null,
  });
  await manager.insert(AuditCounter, { firmId: firm.id, lastSeq: 0 });
  await manager.insert(PortalCounts, {
    firmId: firm.id,
    withoutEmail: 0,
    notInvited: 0,
    invited: 0,
    withAccount: 0,
    twoFactorEnrolled: 0,
  });
  return firm;
}

export async function insertMember(unit: UnitOfWork, given: NewMember, password: StoredPassword): Promise<TeamMember> {
  const { manager, now } = unit;
  const member = manager.create(TeamMember, {
    ...given,
    id: newId("teamMember", now),
    createdAt: now,
    joinedAt: now,
    signInEmail: given.email,
    lastSignInAt: null,
    disabledAt: null,
  });
  await manager.insert(TeamMember, member);
  await createState(unit, { ownerId: member.id, firmId: member.firmId });
  await storePassword(unit, member.id, password);
  return member;
}

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
  if (!/^[a-z0-9-]{1,63}$/.test(slug) || slug.startsWith("-") || slug.endsWith("-"))
    throw new CommandError("--slug must be 1 to 63 lower-case letters, digits and dashes, as in an address.");
  return slug;
}
const taken = (what: string) => (error: unknown) => {
  throw isUniqueViolation(error) ? new CommandError(`${what} is taken already.`) : error;
};

/** The commands on firms and their team. Each throws CommandError for what its user can put right. */
export class FirmCommands {
  constructor(
    private readonly work: Work,
    private readonly hasher: PasswordHasher,
  ) {}

  /** Makes a firm and its owner, together or not at all. */
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
      const owner = await insertMember(unit, { firmId: firm.id, name: ownerName, email, role: "OWNER" }, stored).catch(
        taken(`The email ${email}`),
      );
      return { firm, owner };
    });
  }

  async list(): Promise<{ firm: Firm; members: number; contacts: number }[]> {
    const firms = await this.work.reader.find(Firm, { order: { slug: "ASC" } });
    const count = async (table: "team_members" | "contacts") => {
      const rows = (await this.work.reader.query(`SELECT firmId, COUNT(*) AS n FROM ${table} GROUP BY firmId`)) as {
        firmId: string;
        n: number;
      }[];
      return new Map(rows.map(({ firmId, n }) => [firmId, Number(n)]));
    };
    const [members, contacts] = await Promise.all([count("team_members"), count("contacts")]);
    return firms.map((firm) => ({ firm, members: members.get(firm.id) ?? 0, contacts: contacts.get(firm.id) ?? 0 }));
  }

  /**
   * Changes a firm's plan. Where the new one does not offer the mode in force, the mode stays in force and the firm's owners and
   * administrators are told.
   */
  async setPlan(slug: string, plan: Plan): Promise<{ firm: Firm; from: Plan; keepsMode: boolean }> {
    return this.work.do(async (unit) => {
      const firm = await this.firmBySlug(unit, slug);
      const policy = await loadPolicy(unit.manager, firm.id, { lock: "update" });
      const from = firm.plan;
      const keepsMode = !planOffersMode(plan, policy.mode);
      if (from === plan) return { firm, from, keepsMode };
      await unit.manager.update(Firm, { id: firm.id }, { plan });
      unit.record({ type: "PLAN_CHANGED", firmId: firm.id, actor: systemActor, data: { from, to: plan } });
      if (keepsMode) {
        const content = planDowngraded({ firmName: firm.name, from, to: plan, mode: policy.mode });
        await mailAdmins(unit, firm.id, content);
      }
      return { firm: { ...firm, plan }, from, keepsMode };
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
      .do((unit) => insertMember(unit, { firmId: firm.id, name, email, role: given.role }, stored))
      .catch(taken(`The email ${email}`));
    return { firm, member };
  }

  /** A new password for a member of a team; ends the member's sessions. Answers how many. */
  async resetMemberPassword(given: {
    email: string;
    password: string;
  }): Promise<{ member: TeamMember; ended: number }> {
    const email = cleanEmail(given.email, "--email");
    const member = await this.work.reader.findOneBy(TeamMember, { signInEmail: email });
    if (!member) throw new CommandError(`There is no team member with the email ${email}.`);
    const firm = await this.work.reader.findOneByOrFail(Firm, { id: member.firmId });
    mustBeGoodPassword(given.password, { email, firmName: firm.name }, ["password"]);
    const stored = await this.hasher.hash(given.password, operatorsShare);
    return this.work.do(async (unit) => {
      await storePassword(unit, member.id, stored);
      const { id: ownerId, firmId } = member;
      const ended = await endAccess(unit, { audience: "TEAM", ownerId, firmId, email }, "PASSWORD_RESET");
      unit.record({
        type: "PASSWORD_CHANGED",
        firmId: firm.id,
        actor: systemActor,
        accountId: null,
        data: { email, by: "reset" },
      });
      const person = await findPerson(unit.manager, "TEAM", member.id);
      if (person) await notify(unit, person, systemActor, passwordChanged);
      return { member, ended };
    });
  }

  private async firmBySlug({ manager }: UnitOfWork, slug: string): Promise<Firm> {
    const firm = await manager.findOneBy(Firm, { slug });
    if (!firm) throw new CommandError(`There is no firm with the slug ${slug}.`);
    return firm;
  }
}
