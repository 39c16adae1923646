import { findPerson } from "../people/person.js";
import { endAccess } from "../access-endings/end-access.js";
import { notify } from "../mail/security-notices.js";
import { passwordChanged } from "../mail/security-letters.js";
import type { StoredPassword } from "../passwords/password-hasher.js";
import { storePassword } from "../passwords/passwords.js";
import { systemActor, type UnitOfWork } from "../work/unit-of-work.js";
import type { TeamMember } from "../firm-staff/team-member.entity.js";

/**
 * Sets a colleague's password as chosen by the operator, ends everything that depends on the old one, and notifies the
 * colleague. Returns how many sessions ended.
 */
export async function replacePassword(unit: UnitOfWork, member: TeamMember, stored: StoredPassword): Promise<number> {
  const { id: ownerId, firmId, email } = member;
  await storePassword(unit, ownerId, stored);
  const ended = await endAccess(unit, { audience: "TEAM", ownerId, firmId, email }, "PASSWORD_RESET");
  unit.record({
    type: "PASSWORD_CHANGED",
    firmId,
    actor: systemActor,
    accountId: null,
    data: { email, by: "reset" },
  });
  const person = await findPerson(unit.manager, "TEAM", ownerId);
  if (person) await notify(unit, person, systemActor, passwordChanged);
  return ended;
}
