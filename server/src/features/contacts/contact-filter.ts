import { NOTHING, placeholders, sql, table, type Sql } from "../../platform/database/sql.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { Contact } from "./contact.entity.js";
import type { ContactFilter } from "./contact.inputs.js";

const c = table(Contact, "c");
const t = table(TwoFactorState, "t");
const ENROLLED = sql`${c.portalAccountId} IS NOT NULL AND ${t.enrolledAt} IS NOT NULL`;
const NOT_ENROLLED = sql`${c.portalAccountId} IS NOT NULL AND ${t.enrolledAt} IS NULL`;
const LOCKED_OUT = sql`${t.lockedUntil} > ?`;
const NOT_LOCKED_OUT = sql`(${t.lockedUntil} IS NULL OR ${t.lockedUntil} <= ?)`;
const aboutSecondFactor: ReadonlySet<Sql> = new Set([ENROLLED, NOT_ENROLLED, LOCKED_OUT, NOT_LOCKED_OUT]);
const SECOND_FACTOR = sql`LEFT JOIN ${t} ON ${t.ownerId} = ${c.portalAccountId}`;

/** A filter without its search, as conditions on contacts `c` and their second factor's state `t`. */
export function filterOf(filter: ContactFilter, now: number): { conditions: Sql[]; parameters: unknown[] } {
  const conditions: Sql[] = [];
  const parameters: unknown[] = [];
  const add = (condition: Sql, ...values: unknown[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (filter.states)
    add(
      filter.states.length === 0 ? sql`1 = 0` : sql`${c.accessState} IN (${placeholders(filter.states.length)})`,
      ...filter.states,
    );
  if (filter.twoFactorEnrolled != null) add(filter.twoFactorEnrolled ? ENROLLED : NOT_ENROLLED);
  if (filter.lockedOut === true) add(LOCKED_OUT, now);
  if (filter.lockedOut === false) add(NOT_LOCKED_OUT, now);
  return { conditions, parameters };
}

/** The joins on contacts `c` that these conditions need. */
export const joinedFor = (conditions: readonly Sql[]): Sql =>
  conditions.some((condition) => aboutSecondFactor.has(condition)) ? SECOND_FACTOR : NOTHING;
