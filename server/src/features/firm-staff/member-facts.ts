import type { ChangeValue } from "@gatehouse/shared";
import { momentFact } from "../work/moment-fact.js";
import type { TeamMember } from "./team-member.entity.js";

/** A colleague's fields in the log, as the API names and shows them. */
export const memberFacts = ({
  name,
  email,
  role,
  joinedAt,
}: Pick<TeamMember, "name" | "email" | "role" | "joinedAt">): Record<string, ChangeValue> => ({
  name,
  email,
  role,
  joinedAt: momentFact(joinedAt),
});
