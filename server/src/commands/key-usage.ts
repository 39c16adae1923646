import type { EntityManager } from "typeorm";
import type { KeyRing } from "../platform/crypto/key-ring.js";

/** `v1.<key id>.…` */
const keyIdOf = (column: string) => `SUBSTR(${column}, 4, INSTR(SUBSTR(${column}, 4), '.') - 1)`;

const places = [
  { name: "passwords", table: "password_credentials", keyId: "pepperId" },
  { name: "recovery codes", table: "recovery_codes", keyId: "keyId", where: "usedAt IS NULL" },
  { name: "authenticator secrets", table: "totp_credentials", keyId: keyIdOf("encryptedSecret") },
  { name: "webhook secrets", table: "webhook_endpoints", keyId: keyIdOf("encryptedSecret") },
  {
    name: "waiting mails",
    table: "outbox_mails",
    keyId: keyIdOf("encryptedContent"),
    where: "encryptedContent IS NOT NULL",
  },
] as const;

export interface KeyUsage {
  keyId: string;
  /** What is stored under it. */
  name: string;
  count: number;
}

/** What depends on which key of SECRET_KEYS. Passwords and recovery codes are digests: only their owners' use renews them. */
export async function keyUsage(reader: EntityManager): Promise<KeyUsage[]> {
  const usage: KeyUsage[] = [];
  for (const { name, table, keyId, ...rest } of places) {
    const where = "where" in rest ? `WHERE ${rest.where}` : "";
    const rows = (await reader.query(
      `SELECT ${keyId} AS usedKey, COUNT(*) AS n FROM ${table} ${where} GROUP BY ${keyId}`,
    )) as { usedKey: string; n: number | string }[];
    usage.push(...rows.map(({ usedKey, n }) => ({ keyId: usedKey, name, count: Number(n) })));
  }
  return usage;
}

/** In words, by key: what still needs keys other than the first. */
export const stillNeeded = (usage: readonly KeyUsage[], keys: KeyRing): string[] =>
  usage
    .filter(({ keyId }) => keyId !== keys.activeId)
    .map(({ keyId, name, count }) => `${count} ${name} still need the key "${keyId}"`);

/** In words: what cannot be read or compared, because its key is not in SECRET_KEYS. */
export const unusable = (usage: readonly KeyUsage[], keys: KeyRing): string[] =>
  usage
    .filter(({ keyId }) => !keys.ids.includes(keyId))
    .map(({ keyId, name, count }) => `${count} ${name} need the key "${keyId}"`);
