import { forUpdateSql } from "../../platform/database/dialect.js";
import { placeholders, select, sql, table, type Sql } from "../../platform/database/sql.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { Session } from "./session.entity.js";

const sessions = table(Session);
const SESSIONS = select({ id: sessions.id });

/**
 * Ends the sessions that meet the condition and have not ended. Returns their ids, which the act's event lists: whoever
 * reads only the log must be able to tell which sessions are open.
 */
export async function endSessions(unit: UnitOfWork, condition: Sql, parameters: unknown[]): Promise<string[]> {
  const found = await unit.rows(
    SESSIONS.from`${sessions} WHERE ${condition} AND ${sessions.revokedAt} IS NULL${forUpdateSql(unit.manager)}`,
    parameters,
  );
  const ids = found.map(({ id }) => id);
  if (ids.length > 0)
    await unit.affected(
      sql`UPDATE ${sessions} SET ${sessions.revokedAt} = ? WHERE ${sessions.id} IN (${placeholders(ids.length)})`,
      [unit.now, ...ids],
    );
  return ids;
}

/** For an event's data: nothing if none ended. */
export const listedIfAny = (endedSessionIds: readonly string[]): { endedSessionIds?: readonly string[] } =>
  endedSessionIds.length > 0 ? { endedSessionIds } : {};
