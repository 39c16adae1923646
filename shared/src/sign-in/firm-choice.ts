/**
 * What somebody must give, beside the present password, to change it. It opens every team that they are in, and changing it ends their
 * sessions in each: a session in a team without a second factor must not do that to one with.
 */
export function askedForNewPassword(given: {
  isEnrolledHere: boolean;
  isEnrolledInAnotherTeam: boolean;
}): "NOTHING" | "FRESH_PROOF" | "ANOTHER_TEAMS_PROOF" {
  if (given.isEnrolledHere) return "FRESH_PROOF";
  return given.isEnrolledInAnotherTeam ? "ANOTHER_TEAMS_PROOF" : "NOTHING";
}

/** A team that somebody may sign in to. */
export interface TeamToEnter {
  firmSlug: string;
}

export type AfterPassword<T> =
  { step: "ENTER"; person: T } | { step: "CHOOSE_FIRM"; people: readonly T[] } | { step: "REFUSE" };

/**
 * What the right password leads to, for somebody who has joined these teams: into the only one, or to the question which. `wishedSlug`: the
 * firm that was named at sign-in, if one was; one that they have not joined is refused like a wrong password, whether or not it exists.
 */
export function afterPassword<T extends TeamToEnter>(
  people: readonly T[],
  wishedSlug: string | null,
): AfterPassword<T> {
  const open = wishedSlug === null ? people : people.filter(({ firmSlug }) => firmSlug === wishedSlug);
  const [person] = open;
  if (!person) return { step: "REFUSE" };
  return open.length === 1 ? { step: "ENTER", person } : { step: "CHOOSE_FIRM", people: open };
}
