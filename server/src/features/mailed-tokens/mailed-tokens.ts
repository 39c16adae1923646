import { newId } from "../../platform/crypto/ids.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import { placeholders, sql, table, type Sql } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { firmMustBeOpen } from "../access/firm-open.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { MailedToken, type MailedTokenKind } from "./mailed-token.entity.js";

const prefixOf = {
  INVITE: "gmc",
  ACCOUNT_REQUEST: "gmc",
  MAGIC_LINK: "gmc",
  PASSWORD_RESET: "gmr",
  EMAIL_CHANGE: "gme",
  NOT_ME: "gmn",
  TEAM_PASSWORD: "gmp",
} as const;
const isMailedToken = (token: string) => /^gm[crenp]_[\w-]{43}$/.test(token);

const tokens = table(MailedToken);
const SPEND = sql`UPDATE ${tokens} SET ${tokens.spentAt} = ? WHERE ${tokens.id} = ? AND ${tokens.spentAt} IS NULL AND ${tokens.expiresAt} > ?`;
const VOID = sql`UPDATE ${tokens} SET ${tokens.spentAt} = ? WHERE`;
const ofKinds = (kinds: readonly MailedTokenKind[]): Sql =>
  sql`${tokens.kind} IN (${placeholders(kinds.length)}) AND ${tokens.spentAt} IS NULL`;

/** The kinds that let their holder create an account. */
export const accountTokens: readonly MailedTokenKind[] = ["INVITE", "ACCOUNT_REQUEST", "MAGIC_LINK"];

/** Creates a token for a mail; only its digest is stored. */
export async function issueToken(
  unit: UnitOfWork,
  given: { kind: MailedTokenKind; firmId: string; email: string; lifetimeMs: number; accountId?: string | null },
): Promise<string> {
  const token = newToken(prefixOf[given.kind]);
  await unit.manager.insert(MailedToken, {
    id: newId("mailedToken", unit.now),
    firmId: given.firmId,
    kind: given.kind,
    tokenDigest: digestOf(token),
    email: given.email,
    accountId: given.accountId ?? null,
    magicLinkId: null,
    createdAt: unit.now,
    expiresAt: unit.now + given.lifetimeMs,
    spentAt: null,
  });
  return token;
}

/** The live token of one of these kinds; null if it is wrong, expired or spent. Changes nothing. */
export async function findToken(
  work: Work,
  token: string,
  kinds: readonly MailedTokenKind[],
): Promise<MailedToken | null> {
  if (!isMailedToken(token)) return null;
  const found = await work.reader.findOneBy(MailedToken, { tokenDigest: digestOf(token) });
  const isLive =
    found !== null && kinds.includes(found.kind) && found.spentAt === null && found.expiresAt > work.clock.now();
  return isLive ? found : null;
}

/**
 * Spends it in the transaction that does what it permits. If two requests race, exactly one wins. Throws TOKEN_INVALID,
 * or FIRM_DISABLED.
 */
export async function spendToken(unit: UnitOfWork, token: MailedToken, field: readonly string[]): Promise<void> {
  await firmMustBeOpen(unit.manager, token.firmId);
  const spent = await unit.affected(SPEND, [unit.now, token.id, unit.now]);
  if (spent !== 1) throw new Refusal("TOKEN_INVALID", field);
}

/** Voids the unspent tokens of a client's account or a team member. */
export async function voidTokensOf(
  unit: UnitOfWork,
  ownerId: string,
  kinds: readonly MailedTokenKind[],
): Promise<void> {
  const ofOwner = sql`${VOID} ${tokens.accountId} = ? AND ${ofKinds(kinds)}`;
  await unit.affected(ofOwner, [unit.now, ownerId, ...kinds]);
}

/** Voids the unspent tokens of an address, so that an older mail does nothing once its purpose is served. */
export async function voidTokens(
  unit: UnitOfWork,
  firmId: string,
  email: string,
  kinds: readonly MailedTokenKind[],
): Promise<void> {
  const ofAddress = sql`${VOID} ${tokens.firmId} = ? AND ${tokens.email} = ? AND ${ofKinds(kinds)}`;
  await unit.affected(ofAddress, [unit.now, firmId, email, ...kinds]);
}
