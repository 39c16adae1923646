import { afterAll, beforeAll } from "@jest/globals";
import { SqliteDatabase } from "../platform/database/sqlite-driver.js";
import type { TestDatabase } from "./databases.js";
import { onStatement } from "./statements.js";

/** What lists, searches and reports show or depend on (Work.readList), except for the log itself. */
const LISTED: Readonly<Record<string, { columns: readonly string[]; where?: string }>> = {
  contacts: {
    columns: [
      "externalId",
      "name",
      "nameKey",
      "organization",
      "email",
      "language",
      "portalAccountId",
      "accessState",
      "invitedAt",
      "signedInAt",
    ],
  },
  portal_accounts: { columns: ["email", "lastSignInAt", "unlinkedAt"] },
  two_factor_states: {
    columns: ["enrolledAt", "recoveryCodesRemaining", "lockedUntil"],
    // The team's are in no list.
    where: "EXISTS (SELECT 1 FROM portal_accounts p WHERE p.id = ROW.ownerId)",
  },
  security_policies: { columns: ["mode", "enforcedFrom"] },
  portal_counts: {
    columns: ["withoutEmail", "notInvited", "invited", "withAccount", "twoFactorEnrolled"],
  },
  search_words: { columns: ["word", "nameKey", "contactId"] },
};
/** A firm begins with these rows. */
const FROM_THE_START = new Set(["security_policies", "portal_counts"]);

function triggers(): string[] {
  const note = (table: string, kind: string, row: "NEW" | "OLD", where: string) =>
    `CREATE TRIGGER unheard_${table}_${kind} AFTER ${kind} ON ${table} WHEN ${where.replaceAll("ROW.", `${row}.`)}
     BEGIN INSERT INTO unheard_changes (firmId, what) VALUES (${row}.firmId, '${kind} ${table}'); END`;
  return Object.entries(LISTED).flatMap(([table, { columns, where = "1" }]) => [
    note(
      table,
      "UPDATE",
      "NEW",
      `(${columns.map((column) => `NEW.${column} IS NOT OLD.${column}`).join(" OR ")}) AND ${where}`,
    ),
    ...(FROM_THE_START.has(table) ? [] : [note(table, "INSERT", "NEW", where), note(table, "DELETE", "OLD", where)]),
  ]);
}

/**
 * Watches for commits that change what lists show without an event of the firm in the same commit: a replica could not
 * tell that it lacks them. Call it before the other hooks of a `describeOnDatabases`, and `found` in a test at its end: it stops watching.
 * It looks on SQLite only: writers run one at a time there, and each sends a statement before it commits, so that
 * nothing is missed. What differs between databases is not which rows are written.
 */
export function watchListedChanges(database: TestDatabase): { found(): string[] } {
  const found = new Set<string>();
  if (database.isServer) return { found: () => [] };
  let look: () => void = () => undefined;
  let stop: () => void = () => undefined;
  let isWatching = true;
  beforeAll(async () => {
    // Creates the tables.
    await (await database.open()).destroy();
    const watched = new SqliteDatabase(database.url().replace(/^sqlite:/, ""));
    watched.exec("CREATE TABLE unheard_changes (firmId TEXT NOT NULL, what TEXT NOT NULL)");
    for (const trigger of triggers()) watched.exec(trigger);
    watched.exec(
      `CREATE TRIGGER heard_changes AFTER UPDATE OF lastSeq ON audit_counters WHEN NEW.lastSeq > OLD.lastSeq
       BEGIN DELETE FROM unheard_changes WHERE firmId = NEW.firmId; END`,
    );
    const committed = watched.prepare("SELECT DISTINCT what FROM unheard_changes");
    let isLooking = false;
    look = () => {
      // Its own statement is heard as well.
      if (isLooking) return;
      isLooking = true;
      for (const { what } of committed.all() as { what: string }[]) found.add(what);
      isLooking = false;
    };
    const unheard = onStatement(look);
    stop = () => {
      if (!isWatching) return;
      isWatching = false;
      look();
      unheard();
      const made = watched.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() as { name: string }[];
      for (const { name } of made) watched.exec(`DROP TRIGGER ${name}`);
      watched.close();
    };
  });
  afterAll(() => stop());
  return {
    found: () => {
      stop();
      return [...found].toSorted();
    },
  };
}
