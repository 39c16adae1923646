import type { EntityManager } from "typeorm";
import { OutboxMail } from "../features/mail/outbox-mail.entity.js";
import { PasswordCredential } from "../features/passwords/password-credential.entity.js";
import { RecoveryCode } from "../features/second-factors/recovery-code.entity.js";
import { TotpCredential } from "../features/second-factors/authenticator.entity.js";
import { WebhookEndpoint } from "../features/webhooks/webhook-endpoint.entity.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { unpreparedRows } from "../platform/database/prepared-rows.js";
import { computed, select, sql, table, type Sql } from "../platform/database/sql.js";

/** `v1.<key id>.…` */
const keyIdOf = (column: Sql) => sql`SUBSTR(${column}, 4, INSTR(SUBSTR(${column}, 4), '.') - 1)`;
const usageOf = (keyId: Sql, rest: Sql) =>
  select({ keyId: computed<string>(keyId), count: computed(sql`COUNT(*)`, Number) }).from`${rest} GROUP BY ${keyId}`;

const passwords = table(PasswordCredential);
const codes = table(RecoveryCode);
const credentials = table(TotpCredential);
const endpoints = table(WebhookEndpoint);
const mails = table(OutboxMail);
const places = [
  { name: "passwords", used: usageOf(passwords.pepperId, passwords) },
  { name: "recovery codes", used: usageOf(codes.keyId, sql`${codes} WHERE ${codes.usedAt} IS NULL`) },
  { name: "authenticator secrets", used: usageOf(keyIdOf(credentials.encryptedSecret), credentials) },
  { name: "webhook secrets", used: usageOf(keyIdOf(endpoints.encryptedSecret), endpoints) },
  {
    name: "waiting mails",
    used: usageOf(keyIdOf(mails.encryptedContent), sql`${mails} WHERE ${mails.encryptedContent} IS NOT NULL`),
  },
];

export interface KeyUsage {
  keyId: string;
  /** What is stored under the key. */
  name: string;
  count: number;
}

/**
 * What depends on which key of SECRET_KEYS. Passwords and recovery codes are digests: they move to a new key only when
 * their owners use them.
 */
export async function keyUsage(reader: EntityManager): Promise<KeyUsage[]> {
  const usage: KeyUsage[] = [];
  for (const { name, used } of places)
    usage.push(...(await unpreparedRows(reader, used, [])).map((row) => ({ ...row, name })));
  return usage;
}

/** In words, by key: what still needs keys other than the first. */
export const stillNeeded = (usage: readonly KeyUsage[], keys: KeyRing): string[] =>
  usage
    .filter(({ keyId }) => keyId !== keys.activeId)
    .map(({ keyId, name, count }) => `${count} ${name} still need the key "${keyId}"`);

/** In words: what cannot be decrypted or compared, because its key is not in SECRET_KEYS. */
export const unusable = (usage: readonly KeyUsage[], keys: KeyRing): string[] =>
  usage
    .filter(({ keyId }) => !keys.ids.includes(keyId))
    .map(({ keyId, name, count }) => `${count} ${name} need the key "${keyId}"`);
