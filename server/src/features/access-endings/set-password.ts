import { notify } from "../mail/security-notices.js";
import { passwordChanged } from "../mail/security-letters.js";
import type { StoredPassword } from "../passwords/password-hasher.js";
import { storePassword } from "../passwords/passwords.js";
import { about, findMembersOf, type Person } from "../people/person.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { endAccess } from "./end-access.js";

/** How a password was replaced, and by whom. */
interface Replacing {
  act: "PASSWORD_CHANGED" | "PASSWORD_RESET";
  /** The actor in the log of that person's firm: none of another firm may be named there. */
  actor: (person: Person) => Actor;
  /** The acting session, if it stays. */
  keptSessionId?: string;
}

/**
 * Replaces a person's password, ends everything that depends on the old one in every firm in which it signs in, and
 * notifies the person. Each firm's log has the event. Returns the people it was for, and how many sessions ended.
 */
export async function setPassword(
  unit: UnitOfWork,
  person: Person,
  stored: StoredPassword,
  { act, actor, keptSessionId }: Replacing,
): Promise<{ people: Person[]; ended: number }> {
  await storePassword(unit, person.credentialId, stored);
  // Also of a team that was joined with the old password since this transaction began, or by a server whose clock is ahead.
  const people = person.audience === "TEAM" ? await findMembersOf(unit.manager, person.credentialId) : [person];
  const by = act === "PASSWORD_CHANGED" ? "change" : "reset";
  let ended = 0;
  for (const each of people) {
    ended += await endAccess(unit, each, act, keptSessionId);
    unit.record({ type: "PASSWORD_CHANGED", ...about(each, actor(each)), data: { email: each.email, by } });
    await notify(unit, each, actor(each), passwordChanged);
  }
  return { people, ended };
}
