import type { TeamRole } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { StoredPassword } from "../passwords/password-hasher.js";
import { storePassword } from "../passwords/passwords.js";
import { createState } from "../two-factor/second-factor.service.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { TeamMember } from "./team-member.entity.js";

export interface NewMember {
  firmId: string;
  name: string;
  /** Normalized. */
  email: string;
  role: TeamRole;
}

/** A colleague who can sign in at once, without an invitation. */
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
