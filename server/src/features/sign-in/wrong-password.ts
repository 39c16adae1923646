import { MINUTE_MS } from "@gatehouse/shared";
import { about, findMembersByEmail, type Person } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import { FirmGone } from "../work/firm-gone.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { actorAs } from "./sign-in-actor.js";

/** Whose password somebody tried, as far as that is known. */
type Tried = Pick<Person, "firmId" | "email" | "accountId"> & Partial<Person>;

/**
 * Records a wrong password in the log of every firm whose door it would have opened. `lockedMs`: set if it was the last
 * one before a wait. `contactId`: a client without an account.
 */
export function recordWrongPassword(
  unit: UnitOfWork,
  people: readonly Tried[],
  context: RequestContext,
  lockedMs: number | null,
  contactId?: string,
): void {
  for (const person of people) {
    const { email } = person;
    const event = { ...about(person, actorAs(person, context.source)), contactId };
    unit.record({ type: "SIGN_IN_FAILED", ...event, data: { email, what: "password" } });
    if (lockedMs === null) continue;
    const minutes = Math.ceil(lockedMs / MINUTE_MS);
    unit.record({ type: "ACCOUNT_LOCKED", ...event, data: { email, minutes, what: "password" } });
  }
}

/** The same for a person in several teams, in a unit of its own. */
export async function recordWrongTeamPassword(
  work: Work,
  people: readonly Person[],
  context: RequestContext,
  lockedMs: number | null,
): Promise<void> {
  const record = (of: readonly Person[]) =>
    work.do((unit) => Promise.resolve(recordWrongPassword(unit, of, context, lockedMs)));
  await record(people).catch(async (error: unknown) => {
    if (!(error instanceof FirmGone)) throw error;
    // One of the firms was deleted meanwhile: the logs of the others must have it all the same.
    const left = await findMembersByEmail(work.reader, people[0]?.email ?? "");
    if (left.length === 0) throw error;
    await record(left);
  });
}
