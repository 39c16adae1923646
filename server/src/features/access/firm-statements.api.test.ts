import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { firmTables, plainSql, unheldTables } from "../../testing/firm-statements.js";
import { sourceStatements } from "../../testing/source-statements.js";
import { onStatement } from "../../testing/statements.js";
// Whole days of two firms that do the same: together they send nearly every statement in the product.
import "./matrix.api.test.js";
import "./tenants.api.test.js";
import "../access-check/access-check.api.test.js";
import "../audit/a-day.api.test.js";
import "../branding/branding.api.test.js";
import "../firm-staff/team.api.test.js";
import "../reports/kept-reports.api.test.js";
import "../report-schedule/report-schedule.api.test.js";
import "../portal-stats/portal-trend.api.test.js";
import "../passkeys/passkeys.api.test.js";
import "../magic-links/magic-links.api.test.js";
import "../contacts/portal-counts.api.test.js";
import "../retention/sweep.test.js";
import "../roll-out/roll-out.api.test.js";
import "../sign-in/mailbox-proof.api.test.js";
import "../contacts/contact-search.test.js";

const OWNER =
  "an owner is one person of one firm, known from a session, a challenge or a row that was read under its firm";
const ROW =
  "the id of one row, known from a row that was read under its firm; the table of ids in matrix.api.test.ts shows that none comes from a caller";
const TOKEN = "256 random bits, stored as a digest, identify one row; its owner is read from it";
/** Keys other than the firm by which a firm's rows may be found, and why. */
const allowedKeys = {
  "api_keys.id": ROW,
  "api_keys.prefix": "the lookup of a key before its digest is compared; unique over all firms",
  "client_requests.contactId": ROW,
  "client_requests.id": ROW,
  "contacts.id": ROW,
  "contacts.portalAccountId": OWNER,
  "firms.slug": "the portal's address, which is public",
  "logos.digest": "a logo's address, which is public: the digest of its content",
  "magic_links.id": ROW,
  "magic_links.requestId": ROW,
  "magic_links.tokenDigest": TOKEN,
  "mailed_tokens.accountId": OWNER,
  "mailed_tokens.id": ROW,
  "mailed_tokens.tokenDigest": TOKEN,
  "outbox_mails.id": "rows that the sender has just read, of any firm",
  "passkeys.credentialDigest": "a credential's own id, unique over all firms: none is registered twice",
  "passkeys.id": ROW,
  "passkeys.ownerId": OWNER,
  "portal_accounts.id": OWNER,
  "portal_mail_requests.id": "rows that the sender has just read, of any firm",
  "roll_outs.id": ROW,
  "sessions.id": "known from the caller's own session, or from rows read by their owner",
  "sessions.ownerId": OWNER,
  "sessions.requestId": ROW,
  "sessions.tokenDigest": TOKEN,
  "sign_in_challenges.id": ROW,
  "sign_in_challenges.ownerId": OWNER,
  "sign_in_challenges.tokenDigest": TOKEN,
  "team_members.identityId":
    "a team's sign-in names no firm: the memberships of one person, known from a proven address, a password's row or a membership",
  "team_members.signInEmail": "the same for somebody who joined through a server of the version before",
  "team_members.id": OWNER,
  "two_factor_states.ownerId": OWNER,
  "webhook_endpoints.id": ROW,
} as const;

/** Statements that cover all firms at once, and why. */
const acrossFirms: [statement: RegExp, why: string][] = [
  [
    /^SELECT o\.id, .* FROM outbox_mails o .*WHERE o\.sentAt IS NULL AND o\.nextAttemptAt <= \?/,
    "the sender takes mails that are due",
  ],
  [
    /^SELECT id, firmId, recipient, encryptedContent, createdAt FROM outbox_mails/,
    "the mailbox of a developer's machine; production has none",
  ],
  [/^SELECT SUBSTR\(encrypted\w+, 4, .* GROUP BY/, "counts which of the server's keys are in use"],
  [
    /^SELECT .* FROM portal_mail_requests PortalMailRequest ORDER BY .*LIMIT 100$/,
    "the worker takes requests for mail",
  ],
  [
    /^SELECT c\.firmId, .* FROM audit_counters c JOIN firms f .* WHERE f\.mailsCheckpoints = \? /,
    "the worker takes firms whose checkpoint is due by mail",
  ],
  [
    /^SELECT c\.firmId FROM audit_counters c JOIN firms f .* WHERE c\.lastSeq > c\.checkpointSeq /,
    "the worker takes firms whose checkpoint is due",
  ],
  [
    /^SELECT firmId FROM audit_counters WHERE chainedSeq < lastSeq$/,
    "the worker seals what servers of the version before wrote",
  ],
  [/^SELECT firmId, contactId FROM person_erasures WHERE dueAt <= \?/, "the worker takes what is due"],
  [/^SELECT r\.id, r\.firmId FROM reports r .*WHERE r\.status IN /, "the worker takes reports that are due"],
  [
    /^SELECT s\.firmId, .* FROM report_schedules s .* WHERE s\.(askedMonth < \?|mailedMonth < s\.askedMonth) /,
    "the worker takes firms whose month has begun, or whose reports are ready",
  ],
  [/^SELECT o\.id, o\.firmId FROM roll_outs o .*WHERE o\.nextMailAt <= \?/, "the worker takes what is due"],
  [
    /^SELECT w\.id, w\.attempts FROM webhook_endpoints w .*WHERE w\.disabledAt IS NULL AND p\.firmDisabledAt IS NULL AND w\.nextAttemptAt <= \?/,
    "the worker takes what is due",
  ],
  [
    /^INSERT INTO (portal_counts|contact_words|search_words|two_factor_states|team_identities) .*SELECT /,
    "a migration fills a table of all firms",
  ],
  [
    /^UPDATE team_members SET (signInEmail = email|joinedAt = COALESCE|identityId = id)/,
    "a migration fills columns of all firms",
  ],
  [
    /^UPDATE portal_accounts SET unlinkedAt = \? WHERE unlinkedAt IS NULL AND NOT/,
    "a migration fills a column of all firms",
  ],
  [
    /^SELECT f\.slug AS firm, (\w)\.email FROM (portal_accounts|team_members) \1 JOIN firms f .* WHERE \(\1\.email LIKE /,
    "finds logins whose address has another spelling, for the operator's log",
  ],
  [/^SELECT \w+ AS k FROM \w+ WHERE /, "the sweep finds expired rows"],
  [/^DELETE FROM \w+ WHERE \w+ IN \([?, ]+\) AND \(/, "the sweep deletes what it has just read"],
];
/** What only the tests themselves send. */
const ofTheTests = [
  /^SELECT \* FROM \w+( ORDER BY firmId, word, nameKey, contactId)?$/,
  /^SELECT createdAt FROM outbox_mails WHERE recipient IN/,
  /^UPDATE outbox_mails SET attempts = 1, lastFailure = '' WHERE recipient IN/,
  /^SELECT id FROM portal_accounts WHERE email = \?$/,
  /^SELECT id FROM reports WHERE id = \?$/,
  /^UPDATE team_members SET disabledAt = \? WHERE email = \?$/,
  / FROM search_words t0, search_words t1, /,
];
/** Places in the source whose statements none of the days above sends, and where else they run. */
const elsewhere: [place: RegExp, where: string][] = [
  [
    /^features\/retention\/old-events\.ts: /,
    "deletes old events of each firm, in old-events.api.test.ts: no caller reaches it",
  ],
  [/^features\/work\/list-reads\.ts: /, "asked where there are read replicas, in read-replicas.api.test.ts"],
  [/^features\/firms\/disabled-firms\.ts: /, "what the operator does with one firm, in disabled-firms.api.test.ts"],
  [
    /^features\/people\/team-identities\.ts: UPDATE team_members SET identityId = \? WHERE signInEmail = \?/,
    "one person's membership that a server of the version before made, in team-addresses.api.test.ts",
  ],
  [
    /^features\/audit-chain\/audit-chain\.ts: /,
    "seals each firm's events of a server of the version before, in tampered-log.api.test.ts",
  ],
  [
    /^features\/checkpoint-mail\/checkpoint-mails\.service\.ts: /,
    "one firm after the other that wishes the mail, in checkpoint-mail.api.test.ts: no caller reaches it",
  ],
  [
    /^features\/sign-in-retention\//,
    "the caller's own firm's setting, and the worker's erasures of one firm after the other, in sign-in-retention.api.test.ts",
  ],
  [/^features\/checkpoints\/read-log\.ts: /, "the caller's own firm's log as a file, in tampered-log.api.test.ts"],
  [/^features\/personal-data\//, "what belongs to a contact of the caller's firm, in delete-contact.api.test.ts"],
  [/^features\/reports\//, "the caller's own firm's reports, in reports.api.test.ts and access-report.api.test.ts"],
  [
    /^features\/work\/unit-of-work\.ts: SELECT id, portalAccountId FROM contacts WHERE firmId = \? AND portalAccountId IN/,
    "events about several accounts at once, in viewed-sessions.api.test.ts",
  ],
  [/^commands\//, "the operator's commands, which the tests of commands run: no caller reaches them"],
  [
    /^features\/(mail\/mail-metrics|webhooks\/webhook-metrics)\.ts/,
    "counts over all firms that /metrics shows to the operator, in metrics.api.test.ts: no caller reaches them",
  ],
  [
    /^features\/access-endings\/retire-address\.ts: SELECT DISTINCT sentTo FROM client_requests WHERE firmId = \?/,
    "an address after a time without one, in retired-address.api.test.ts",
  ],
  [
    /^features\/(?:sign-in\/sign-in-challenges|two-factor\/second-factor\.service)\.ts: UPDATE \w+ SET (?:f|consecutiveF)ailures = \w+ - 1 WHERE (?:id|ownerId) =/,
    "a right proof that an outage kept from being committed, by its own challenge and person, in outage-retries.api.test.ts",
  ],
];

const { tables, tableOf } = firmTables();
const sent = new Set<string>();
const stop = onStatement(({ sql }) => void sent.add(plainSql(sql)));
afterAll(stop);

describe("X8 each statement says whose rows it is about", () => {
  const isFor = (plain: string, list: readonly RegExp[]) => list.some((pattern) => pattern.test(plain));

  it("every statement sent while both firms acted restricts each firm's table by the firm, or by what the list allows", () => {
    const used = new Set<string>();
    const unheld = [...sent]
      .filter((plain) => !isFor(plain, [...acrossFirms.map(([pattern]) => pattern), ...ofTheTests]))
      .flatMap((plain) => {
        const by = unheldTables(plain, tables, allowedKeys, (key) => used.add(key));
        return by.length > 0 ? [{ by, plain }] : [];
      });
    expect(unheld).toEqual([]);
    // No exception is unused.
    expect(Object.keys(allowedKeys).filter((key) => !used.has(key))).toEqual([]);
    expect(acrossFirms.filter(([pattern]) => ![...sent].some((plain) => pattern.test(plain)))).toEqual([]);
  });

  it("that was nearly every statement in the source, and the rest is listed", () => {
    const places = sourceStatements(join(__dirname, "../.."), { tables, tableOf });
    expect(places.length).toBeGreaterThan(180);
    const unseen = places.filter((place) => ![...sent].some((plain) => place.isIn(plain))).map(({ place }) => place);
    expect(unseen.filter((place) => !elsewhere.some(([pattern]) => pattern.test(place)))).toEqual([]);
  });

  it.each([
    ["SELECT * FROM outbox_mails WHERE recipient IN (?)", ["outbox_mails by recipient"]],
    ["SELECT * FROM `outbox_mails` `o` WHERE (`o`.`recipient` = ? AND `o`.`firmId` = ?)", []],
    ["SELECT firmId FROM contacts WHERE email = ?", ["contacts by email"]],
    ["UPDATE contacts SET firmId = ? WHERE email = ?", ["contacts by email"]],
    [
      "SELECT 1 FROM contacts c JOIN portal_accounts a ON a.email = c.email WHERE c.firmId = ?",
      ["portal_accounts by email"],
    ],
    ["SELECT 1 FROM contacts c JOIN portal_accounts a ON a.id = c.portalAccountId WHERE c.firmId = ?", []],
    [
      "SELECT 1 FROM contacts c JOIN portal_accounts a ON a.firmId = c.firmId WHERE c.email = ?",
      ["contacts by email, firmId", "portal_accounts by firmId"],
    ],
    ["SELECT (SELECT COUNT(*) FROM contacts) AS n FROM sessions s WHERE s.firmId = ?", ["contacts by nothing"]],
    ["DELETE FROM team_members WHERE name = 'firmId = ?'", ["team_members by name"]],
  ])("reads %s", (sql, unheld) => expect(unheldTables(sql, tables, allowedKeys)).toEqual(unheld));
});
