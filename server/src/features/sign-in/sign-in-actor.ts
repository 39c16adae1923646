import { actorOf, anonymous, type Source } from "../callers/caller.js";
import type { Person } from "../people/person.js";
import type { Actor } from "../work/unit-of-work.js";

/** The person as the actor of a sign-in's events. */
export const actorAs = (person: Pick<Person, "email" | "accountId"> & Partial<Person>, source: Source): Actor => ({
  ...actorOf(anonymous, source),
  kind: person.accountId === null && person.audience === "TEAM" ? "TEAM_MEMBER" : "CLIENT",
  id: person.ownerId ?? null,
  name: person.email,
});
