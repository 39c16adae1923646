import { IsNull } from "typeorm";
import { affectedRows, forUpdate } from "../../platform/database/dialect.js";
import { sql, table } from "../../platform/database/sql.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { findMembersByEmail } from "./person.js";
import { TeamIdentity } from "./team-identity.entity.js";

/** The transaction, and its time. */
type Within = Pick<UnitOfWork, "manager" | "now">;

const members = table(TeamMember);
const ADOPT = sql`UPDATE ${members} SET ${members.identityId} = ?
  WHERE ${members.signInEmail} = ? AND ${members.identityId} IS NULL AND ${members.disabledAt} IS NULL`;
const JOIN = sql`UPDATE ${members} SET ${members.joinedAt} = ?, ${members.identityId} = ?, ${members.signInEmail} = ?
  WHERE ${members.id} = ? AND ${members.joinedAt} IS NULL AND ${members.disabledAt} IS NULL`;

/** The identity of whoever signs in with that (normalized) email; null: nobody does. */
export async function identityOf(unit: Within, email: string): Promise<string | null> {
  const [person] = await findMembersByEmail(unit.manager, email);
  if (!person) return null;
  const id = person.credentialId;
  // Joined through a server of the version before.
  if (!(await unit.manager.existsBy(TeamIdentity, { id }))) await insertIdentity(unit, { id, email });
  await affectedRows(unit.manager, ADOPT, [id, email]);
  return id;
}

/**
 * Makes an identity for a member whose email nobody signs in with. Fails with a unique violation if somebody does by
 * now: of two who join at the same moment, one makes it.
 */
export async function insertIdentity(unit: Within, { id, email }: { id: string; email: string }): Promise<void> {
  const { manager, now } = unit;
  const left = await manager.findOne(TeamIdentity, { where: { email }, ...forUpdate(manager) });
  // A server of the version before removed its last member.
  if (left && !(await manager.existsBy(TeamMember, { identityId: left.id, disabledAt: IsNull() })))
    await deleteIdentity(unit, left.id);
  await manager.insert(TeamIdentity, { id, email, createdAt: now });
}

/** Makes an invited member join as that person; returns how many did: none if the invitation was accepted or withdrawn. */
export const joinAs = (unit: Within, member: { id: string; email: string }, identityId: string): Promise<number> =>
  // Servers of the version before know the membership whose id the password has.
  affectedRows(unit.manager, JOIN, [unit.now, identityId, identityId === member.id ? member.email : null, member.id]);

/** The member is that person no longer. If it was their last membership, the identity and its password are deleted. */
export async function leaveIdentity(unit: Within, member: TeamMember): Promise<void> {
  const { manager } = unit;
  const { id, identityId, signInEmail } = member;
  const ownerId = identityId ?? id;
  // Somebody who joins another team as this person at this moment waits, or is counted.
  await manager.findOne(PasswordCredential, { where: { ownerId }, ...forUpdate(manager) });
  await manager.update(TeamMember, { id }, { identityId: null, signInEmail: null });
  const order = { id: "ASC" } as const;
  const heir =
    identityId === null
      ? null
      : await manager.findOne(TeamMember, { where: { identityId, disabledAt: IsNull() }, order });
  if (!heir) await deleteIdentity(unit, ownerId);
  else if (signInEmail !== null) await manager.update(TeamMember, { id: heir.id }, { signInEmail });
}

async function deleteIdentity({ manager }: Within, id: string): Promise<void> {
  await manager.delete(PasswordCredential, { ownerId: id });
  await manager.delete(TeamIdentity, { id });
}
