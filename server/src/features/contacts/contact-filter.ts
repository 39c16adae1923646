import type { ContactFilter } from "./contact.inputs.js";

/** A filter, but for its search, as conditions on contacts `c` and their second factor's state `t`. */
export function filterOf(filter: ContactFilter, now: number): { conditions: string[]; parameters: unknown[] } {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const add = (condition: string, ...values: unknown[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (filter.states)
    add(
      filter.states.length === 0 ? "1 = 0" : `c.accessState IN (${filter.states.map(() => "?").join(", ")})`,
      ...filter.states,
    );
  if (filter.twoFactorEnrolled != null)
    add(`c.portalAccountId IS NOT NULL AND t.enrolledAt IS ${filter.twoFactorEnrolled ? "NOT NULL" : "NULL"}`);
  if (filter.lockedOut === true) add("t.lockedUntil > ?", now);
  if (filter.lockedOut === false) add("(t.lockedUntil IS NULL OR t.lockedUntil <= ?)", now);
  return { conditions, parameters };
}
