import { methodsProven } from "@gatehouse/shared";
import { notify } from "../mail/security-notices.js";
import { passwordChanged } from "../mail/security-letters.js";
import type { StoredPassword } from "../passwords/password-hasher.js";
import { storePassword } from "../passwords/passwords.js";
import { about, findMembersOf, type Person } from "../people/person.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import type { ContinuedSession } from "../sessions/sessions.service.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { endAccess } from "./end-access.js";

/** How a password was replaced, and by whom. */
interface Replacing<R> {
  act: "PASSWORD_CHANGED" | "PASSWORD_RESET";
  /** The actor in the log of that person's firm: none of another firm may be named there. */
  actor: (person: Person) => Actor;
  /** Whether a person has done it, who proved something by it; otherwise the operator has. */
  isOwn: boolean;
  /** The acting session, if it stays. */
  keptSessionId?: string;
  /** Continues it, once everything else has ended; null: there is none. */
  renew: () => Promise<R>;
}

/**
 * Replaces a person's password, ends everything that depends on the old one in every firm in which it signs in, and
 * notifies the person. Each firm's log has the event. Returns the people it was for, how many sessions ended, and how the
 * acting session continues.
 */
export async function setPassword<R extends { continued: ContinuedSession } | null>(
  unit: UnitOfWork,
  person: Person,
  stored: StoredPassword,
  { act, actor, isOwn, keptSessionId, renew }: Replacing<R>,
): Promise<{ people: Person[]; ended: number; renewed: R }> {
  await storePassword(unit, person.credentialId, stored);
  // Also of a team that was joined with the old password since this transaction began, or by a server whose clock is ahead.
  const people = person.audience === "TEAM" ? await findMembersOf(unit.manager, person.credentialId) : [person];
  const isChange = act === "PASSWORD_CHANGED";
  const ended = new Map<string, string[]>();
  for (const each of people)
    ended.set(each.ownerId, await endAccess(unit, each, act, { actor: actor(each), keptSessionId }));
  const renewed = await renew();
  for (const each of people) {
    unit.record({
      type: "PASSWORD_CHANGED",
      ...about(each, actor(each)),
      ...(isOwn && {
        methods: methodsProven({ act: isChange ? "PASSWORD_CHANGE" : "PASSWORD_RESET", second: "NONE" }),
      }),
      data: {
        email: each.email,
        by: isChange ? "change" : "reset",
        ...(each.ownerId === person.ownerId && renewed?.continued),
        ...listedIfAny(ended.get(each.ownerId) ?? []),
      },
    });
    await notify(unit, each, actor(each), passwordChanged);
  }
  return { people, ended: [...ended.values()].flat().length, renewed };
}
