import type { TeamRole } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { StoredPassword } from "../passwords/password-hasher.js";
import { storePassword } from "../passwords/passwords.js";
import { createState } from "../two-factor/second-factor.service.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { identityOf, insertIdentity } from "../people/team-identities.js";
import { TeamMember } from "./team-member.entity.js";

export interface NewMember {
  firmId: string;
  name: string;
  /** Normalized. */
  email: string;
  role: TeamRole;
}

/**
 * A colleague who can sign in at once, without an invitation. The password is that of somebody who signs in to no team
 * yet; others keep theirs.
 */
export async function insertMember(unit: UnitOfWork, given: NewMember, password: StoredPassword): Promise<TeamMember> {
  const { manager, now } = unit;
  const id = newId("teamMember", now);
  const known = await identityOf(unit, given.email);
  const member = manager.create(TeamMember, {
    ...given,
    id,
    createdAt: now,
    joinedAt: now,
    identityId: known ?? id,
    signInEmail: known === null ? given.email : null,
    lastSignInAt: null,
    disabledAt: null,
  });
  await manager.insert(TeamMember, member);
  await createState(unit, { ownerId: member.id, firmId: member.firmId });
  if (known === null) {
    await insertIdentity(unit, member);
    await storePassword(unit, member.id, password);
  }
  return member;
}
