import { sql, table } from "../../platform/database/sql.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";

const links = table(MagicLink);
const challenges = table(SignInChallenge);
const tokens = table(MailedToken);
const REVOKE = sql`UPDATE ${links} SET ${links.revokedAt} = ? WHERE ${links.id} = ? AND ${links.revokedAt} IS NULL`;
const SPEND_CHALLENGES = sql`UPDATE ${challenges} SET ${challenges.spentAt} = ?
  WHERE ${challenges.firmId} = ? AND ${challenges.magicLinkId} = ? AND ${challenges.door} = 'MAGIC_LINK' AND ${challenges.spentAt} IS NULL`;
const SPEND_TOKENS = sql`UPDATE ${tokens} SET ${tokens.spentAt} = ?
  WHERE ${tokens.firmId} = ? AND ${tokens.magicLinkId} = ? AND ${tokens.spentAt} IS NULL`;

/** Revokes only the magic link itself. */
export const revokeLink = (unit: UnitOfWork, linkId: string): Promise<number> =>
  unit.affected(REVOKE, [unit.now, linkId]);

/**
 * Ends a magic link, and whatever may still lead to a session through it. The caller must then end the sessions that it
 * opened.
 */
export async function endLink(unit: UnitOfWork, firmId: string, linkId: string): Promise<void> {
  await revokeLink(unit, linkId);
  await unit.affected(SPEND_CHALLENGES, [unit.now, firmId, linkId]);
  await unit.affected(SPEND_TOKENS, [unit.now, firmId, linkId]);
}
