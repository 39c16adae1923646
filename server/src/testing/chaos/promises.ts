import type { DataSource } from "typeorm";
import type { Ledger } from "./ledger.js";
import type { SunkMail } from "../services.js";

type Row = Record<string, string | number | null>;

/**
 * What must hold whatever died when: each query finds the rows that violate it. Plain SQL, so that the server's code
 * does not vouch for itself.
 */
const promises: Record<string, string> = {
  "events are numbered from 1 without gaps, and the counter stands at the last": `
    SELECT c.firmId, c.lastSeq, COUNT(e.seq) AS n FROM audit_counters c LEFT JOIN audit_events e ON e.firmId = c.firmId
    GROUP BY c.firmId, c.lastSeq HAVING COUNT(e.seq) <> c.lastSeq OR MIN(e.seq) <> 1 OR MAX(e.seq) <> c.lastSeq`,
  "no contact without its one CONTACT_CREATED": `
    SELECT c.id FROM contacts c LEFT JOIN audit_events e ON e.firmId = c.firmId AND e.contactId = c.id AND e.type = 'CONTACT_CREATED'
    GROUP BY c.id HAVING COUNT(e.id) <> 1`,
  "no CONTACT_CREATED without its contact": `
    SELECT e.id FROM audit_events e LEFT JOIN contacts c ON c.firmId = e.firmId AND c.id = e.contactId
    WHERE e.type = 'CONTACT_CREATED' AND c.id IS NULL`,
  "a contact has the values of its last CONTACT_UPDATED, and no change without one": `
    SELECT c.id, c.name FROM contacts c LEFT JOIN audit_events e ON e.firmId = c.firmId AND e.contactId = c.id AND e.type = 'CONTACT_UPDATED'
    WHERE c.externalId IS NOT NULL GROUP BY c.id, c.name
    HAVING COUNT(e.id) <> CASE WHEN c.name LIKE '% second' THEN 1 ELSE 0 END`,
  "a firm's counts are those of its contacts": `
    SELECT f.id, p.* FROM firms f LEFT JOIN portal_counts p ON p.firmId = f.id LEFT JOIN (
      SELECT c.firmId, COUNT(CASE WHEN c.accessState = 'NO_EMAIL' THEN 1 END) AS withoutEmail, COUNT(CASE WHEN c.accessState = 'NOT_INVITED' THEN 1 END) AS notInvited,
        COUNT(CASE WHEN c.accessState = 'INVITED' THEN 1 END) AS invited, COUNT(CASE WHEN c.accessState = 'ACCOUNT_CREATED' THEN 1 END) AS withAccount,
        COUNT(t.enrolledAt) AS twoFactorEnrolled
      FROM contacts c LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId GROUP BY c.firmId) n ON n.firmId = f.id
    WHERE p.firmId IS NULL OR p.withoutEmail <> COALESCE(n.withoutEmail, 0) OR p.notInvited <> COALESCE(n.notInvited, 0)
      OR p.invited <> COALESCE(n.invited, 0) OR p.withAccount <> COALESCE(n.withAccount, 0)
      OR p.twoFactorEnrolled <> COALESCE(n.twoFactorEnrolled, 0)`,
  "no portal account without its one ACCOUNT_CREATED": `
    SELECT a.id FROM portal_accounts a LEFT JOIN audit_events e ON e.firmId = a.firmId AND e.accountId = a.id AND e.type = 'ACCOUNT_CREATED'
    GROUP BY a.id HAVING COUNT(e.id) <> 1`,
  "no ACCOUNT_CREATED without its account": `
    SELECT e.id FROM audit_events e LEFT JOIN portal_accounts a ON a.id = e.accountId WHERE e.type = 'ACCOUNT_CREATED' AND a.id IS NULL`,
  "no account without a password, a second-factor row and its contact": `
    SELECT a.id FROM portal_accounts a WHERE NOT EXISTS (SELECT 1 FROM password_credentials p WHERE p.ownerId = a.id)
    OR NOT EXISTS (SELECT 1 FROM two_factor_states s WHERE s.ownerId = a.id)
    OR NOT EXISTS (SELECT 1 FROM contacts c WHERE c.portalAccountId = a.id AND c.accessState = 'ACCOUNT_CREATED')`,
  "an account is marked as unlinked exactly if no contact has it": `
    SELECT a.id, a.unlinkedAt FROM portal_accounts a WHERE (CASE WHEN a.unlinkedAt IS NULL THEN 1 ELSE 0 END) <>
      (CASE WHEN EXISTS (SELECT 1 FROM contacts c WHERE c.portalAccountId = a.id) THEN 1 ELSE 0 END)`,
  "no account while a token that creates one for its address is unspent": `
    SELECT t.id FROM mailed_tokens t JOIN portal_accounts a ON a.firmId = t.firmId AND a.email = t.email
    WHERE t.kind IN ('INVITE', 'ACCOUNT_REQUEST') AND t.spentAt IS NULL AND t.createdAt <= a.createdAt`,
  "as many sessions of an account as SIGN_IN_SUCCEEDED": `
    SELECT a.id, (SELECT COUNT(*) FROM sessions s WHERE s.ownerId = a.id) AS sessions,
      (SELECT COUNT(*) FROM audit_events e WHERE e.firmId = a.firmId AND e.accountId = a.id AND e.type = 'SIGN_IN_SUCCEEDED'
        AND e.data NOT LIKE '%"door":"MAGIC_LINK"%') AS events
    FROM portal_accounts a WHERE (SELECT COUNT(*) FROM sessions s WHERE s.ownerId = a.id) <>
      (SELECT COUNT(*) FROM audit_events e WHERE e.firmId = a.firmId AND e.accountId = a.id AND e.type = 'SIGN_IN_SUCCEEDED'
        AND e.data NOT LIKE '%"door":"MAGIC_LINK"%')`,
  "as many sessions of the team as SIGN_IN_SUCCEEDED": `
    SELECT f.id FROM firms f WHERE (SELECT COUNT(*) FROM sessions s WHERE s.firmId = f.id AND s.audience = 'TEAM') <>
      (SELECT COUNT(*) FROM audit_events e WHERE e.firmId = f.id AND e.accountId IS NULL AND e.type = 'SIGN_IN_SUCCEEDED')`,
  "no TWO_FACTOR session without a challenge that was spent for it": `
    SELECT a.id FROM portal_accounts a WHERE
      (SELECT COUNT(*) FROM sessions s WHERE s.ownerId = a.id AND s.assurance = 'TWO_FACTOR') >
      (SELECT COUNT(*) FROM sign_in_challenges c WHERE c.ownerId = a.id AND c.sessionId IS NULL AND c.spentAt IS NOT NULL)`,
  "in the firm that requires 2FA no session of an account without it": `
    SELECT s.id FROM sessions s JOIN security_policies p ON p.firmId = s.firmId
    WHERE p.mode = 'MAGIC_LINK_AND_LOGIN_2FA' AND s.audience = 'PORTAL' AND s.assurance <> 'TWO_FACTOR'`,
  "no half enrollment: enrolled, an authenticator and ten recovery codes go together": `
    SELECT s.ownerId FROM two_factor_states s WHERE
      (CASE WHEN s.enrolledAt IS NULL THEN 0 ELSE 1 END) <> (SELECT COUNT(*) FROM totp_credentials t WHERE t.ownerId = s.ownerId)
      OR (SELECT COUNT(*) FROM recovery_codes r WHERE r.ownerId = s.ownerId) <> CASE WHEN s.enrolledAt IS NULL THEN 0 ELSE 10 END
      OR s.recoveryCodesRemaining <> (SELECT COUNT(*) FROM recovery_codes r WHERE r.ownerId = s.ownerId AND r.usedAt IS NULL)`,
  "enrolled exactly if the account's last 2FA event is TWO_FACTOR_ENROLLED": `
    SELECT a.id FROM portal_accounts a JOIN two_factor_states s ON s.ownerId = a.id
    LEFT JOIN audit_events e ON e.firmId = a.firmId AND e.seq = (SELECT MAX(l.seq) FROM audit_events l
      WHERE l.firmId = a.firmId AND l.accountId = a.id AND l.type IN ('TWO_FACTOR_ENROLLED', 'TWO_FACTOR_RESET'))
    WHERE (CASE WHEN s.enrolledAt IS NULL THEN 0 ELSE 1 END) <> (CASE WHEN e.type = 'TWO_FACTOR_ENROLLED' THEN 1 ELSE 0 END)`,
  "as many used recovery codes as RECOVERY_CODE_USED since the account enrolled": `
    SELECT a.id FROM portal_accounts a JOIN two_factor_states s ON s.ownerId = a.id AND s.enrolledAt IS NOT NULL
    WHERE (SELECT COUNT(*) FROM recovery_codes r WHERE r.ownerId = a.id AND r.usedAt IS NOT NULL) <>
      (SELECT COUNT(*) FROM audit_events e WHERE e.firmId = a.firmId AND e.accountId = a.id AND e.type = 'RECOVERY_CODE_USED'
        AND e.seq > (SELECT MAX(l.seq) FROM audit_events l WHERE l.firmId = a.firmId AND l.accountId = a.id AND l.type = 'TWO_FACTOR_ENROLLED'))`,
  "no session of an account outlived a reset of its second factor": `
    SELECT s.id FROM sessions s JOIN audit_events e ON e.firmId = s.firmId AND e.accountId = s.ownerId AND e.type = 'TWO_FACTOR_RESET'
    WHERE s.revokedAt IS NULL AND s.createdAt < e.occurredAt`,
  "at most ten guesses of one account's codes were checked": `
    SELECT e.accountId FROM audit_events e WHERE e.type = 'ACCOUNT_LOCKED' GROUP BY e.accountId
    HAVING COUNT(*) <> 1 OR (SELECT COUNT(*) FROM audit_events f WHERE f.firmId = MIN(e.firmId) AND f.accountId = e.accountId AND f.type = 'SIGN_IN_FAILED') > 10`,
  "invited exactly if there is an INVITE_SENT": `
    SELECT c.id FROM contacts c WHERE (CASE WHEN c.invitedAt IS NULL THEN 0 ELSE 1 END) <>
      (CASE WHEN EXISTS (SELECT 1 FROM audit_events e WHERE e.firmId = c.firmId AND e.contactId = c.id AND e.type = 'INVITE_SENT') THEN 1 ELSE 0 END)`,
  "as many requests of a contact as REQUEST_SENT": `
    SELECT c.id FROM contacts c WHERE (SELECT COUNT(*) FROM client_requests r WHERE r.contactId = c.id) <>
      (SELECT COUNT(*) FROM audit_events e WHERE e.firmId = c.firmId AND e.contactId = c.id AND e.type = 'REQUEST_SENT')`,
  "as many sessions by a contact's links as MAGIC_LINK_CLAIMED, and no claim without one": `
    SELECT c.id FROM contacts c WHERE (SELECT COUNT(*) FROM sessions s JOIN client_requests r ON r.id = s.requestId
        WHERE r.contactId = c.id AND s.assurance = 'LINK') <>
      (SELECT COUNT(*) FROM audit_events e WHERE e.firmId = c.firmId AND e.contactId = c.id AND e.type = 'MAGIC_LINK_CLAIMED')
      OR (SELECT COUNT(*) FROM magic_links l JOIN client_requests r ON r.id = l.requestId WHERE r.contactId = c.id AND l.claimedAt IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.magicLinkId = l.id)) <> 0`,
  "a link opens one live session at most": `
    SELECT s.magicLinkId FROM sessions s WHERE s.assurance = 'LINK' AND s.revokedAt IS NULL GROUP BY s.magicLinkId HAVING COUNT(*) > 1`,
  "no mail is left in the outbox, and none was given up":
    "SELECT id, lastFailure FROM outbox_mails WHERE sentAt IS NULL",
  "no mail request is left": "SELECT id FROM portal_mail_requests",
};

/** Mails that an event promises, each exactly once: the event, and a pattern for the subject. */
export const promisedMails: Record<string, RegExp> = {
  INVITE_SENT: /invites you to its client portal/,
  REQUEST_SENT: /Request from .*: Tax papers/,
  TWO_FACTOR_ENROLLED: /^Two-factor authentication is on/,
  TWO_FACTOR_RESET: /^Your two-factor authentication was reset/,
  RECOVERY_CODE_USED: /^A recovery code was used/,
  ACCOUNT_LOCKED: /^Your account is locked/,
};

/** Checks every promise in the database and in the mails that arrived; returns how many were checked. */
export async function checkPromises(database: DataSource, mails: readonly SunkMail[], ledger: Ledger): Promise<number> {
  const query = (sql: string) => database.query(sql) as Promise<Row[]>;
  const listed = (rows: readonly unknown[]) => `${rows.length}, such as ${JSON.stringify(rows.slice(0, 3))}`;
  for (const [promise, sql] of Object.entries(promises)) {
    const breaches = await query(sql);
    if (breaches.length > 0) ledger.breach(`broken: ${promise}: ${listed(breaches)}`);
  }

  // No mail is lost, none lacks its fact. A crash may send one twice, under the same Message-ID.
  const once = [...new Map(mails.map((mail) => [mail.id, mail])).values()];
  const kept = new Set((await query("SELECT id FROM outbox_mails")).map(({ id }) => `<${id}@gatehouse.example>`));
  const lost = [...kept].filter((id) => !once.some((mail) => mail.id === id));
  if (lost.length > 0) ledger.breach(`mails of the outbox that never arrived: ${listed(lost)}`);
  const unknown = once.filter(({ id }) => !kept.has(id));
  if (unknown.length > 0) ledger.breach(`mails that the outbox does not know: ${listed(unknown.map(({ id }) => id))}`);
  for (const [type, subject] of Object.entries(promisedMails)) {
    const facts = await query(
      `SELECT COALESCE(a.email, c.email) AS email, COUNT(*) AS n FROM audit_events e LEFT JOIN portal_accounts a ON a.id = e.accountId
       LEFT JOIN contacts c ON c.id = e.contactId WHERE e.type = '${type}' GROUP BY COALESCE(a.email, c.email)`,
    );
    const arrived = new Map<string, number>();
    for (const { to } of once.filter((mail) => subject.test(mail.subject))) arrived.set(to, (arrived.get(to) ?? 0) + 1);
    const wrong = facts.filter(({ email, n }) => arrived.get(String(email)) !== Number(n));
    if (wrong.length > 0) ledger.breach(`not one mail for each ${type}: ${listed(wrong)}`);
    if (arrived.size !== facts.length) ledger.breach(`mails without a ${type}: ${arrived.size} for ${facts.length}`);
  }
  ledger.count("mails that arrived", once.length);
  ledger.count("mails that arrived twice by a crash", mails.length - once.length);

  // Whatever was acknowledged exists.
  const events = await query(
    "SELECT type, contactId, COUNT(*) AS n FROM audit_events WHERE contactId IS NOT NULL GROUP BY type, contactId",
  );
  const written = new Map(events.map(({ type, contactId, n }) => [`${type} ${contactId}`, Number(n)]));
  for (const { id, name } of await query("SELECT id, name FROM contacts WHERE externalId IS NOT NULL"))
    if (String(name).endsWith(" second")) written.set(`upserted ${id}`, 1);
  for (const { to } of once.filter(({ subject }) => subject.startsWith("Create your account")))
    written.set(`confirmation mail ${to}`, 1);
  const forgotten = [...ledger.acknowledged].filter(([key, times]) => (written.get(key) ?? 0) < times);
  if (forgotten.length > 0) ledger.breach(`acknowledged, but missing: ${listed(forgotten)}`);
  for (const { type, n } of await query("SELECT type, COUNT(*) AS n FROM audit_events GROUP BY type"))
    ledger.count(`event ${type}`, Number(n));
  return Object.keys(promises).length + Object.keys(promisedMails).length + 3;
}
