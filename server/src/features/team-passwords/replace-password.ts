import { findPerson } from "../people/person.js";
import { setPassword } from "../access-endings/set-password.js";
import type { StoredPassword } from "../passwords/password-hasher.js";
import { systemActor, type UnitOfWork } from "../work/unit-of-work.js";

/**
 * Sets a colleague's password as chosen by the operator, ends everything that depends on the old one, and notifies the
 * colleague. Returns how many sessions ended.
 */
export async function replacePassword(unit: UnitOfWork, memberId: string, stored: StoredPassword): Promise<number> {
  const person = await findPerson(unit.manager, "TEAM", memberId);
  if (!person) return 0;
  const { ended } = await setPassword(unit, person, stored, {
    act: "PASSWORD_RESET",
    actor: () => systemActor,
    isOwn: false,
    renew: () => Promise.resolve(null),
  });
  return ended;
}
