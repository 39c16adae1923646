import { HOUR_MS, lifetimes, type Language } from "@gatehouse/shared";
import type { Person } from "../people/person.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { ClientLetter } from "../work/mail-to-send.js";
import { issueToken, voidTokens } from "../mailed-tokens/mailed-tokens.js";

/**
 * Mails a client the link that sets a new password, worded by `template` (`asked`: the language in which the client
 * requested it; `isNotice`: it only comes with another act). Older links stop working.
 */
export async function mailPasswordReset(
  unit: UnitOfWork,
  { firmId, firmName, firmSlug, email, accountId }: Person,
  template: (given: { firmName: string; link: string; expiresInHours: number }) => ClientLetter,
  { asked = null, ...kind }: { asked?: Language | null; isNotice?: true } = {},
): Promise<void> {
  const lifetimeMs = lifetimes.passwordReset;
  await voidTokens(unit, firmId, email, ["PASSWORD_RESET"]);
  const token = await issueToken(unit, { kind: "PASSWORD_RESET", firmId, email, accountId, lifetimeMs });
  const link = unit.links.reset(firmSlug, token);
  const content = template({ firmName, link, expiresInHours: lifetimeMs / HOUR_MS });
  unit.mail({ ...kind, firmId, to: email, content, asked });
}
