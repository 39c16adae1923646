import { lifetimes } from "@gatehouse/shared";
import type { Person } from "../access/person.js";
import type { ClientLetter, UnitOfWork } from "../audit/unit-of-work.js";
import { issueToken, voidTokens } from "./mailed-tokens.js";

const HOUR_MS = 3_600_000;

/** Mails a client the link that sets a new password, in the words of `template`; an older link does nothing any more. */
export async function mailPasswordReset(
  unit: UnitOfWork,
  { firmId, firmName, firmSlug, email, accountId }: Person,
  template: (given: { firmName: string; link: string; expiresInHours: number }) => ClientLetter,
): Promise<void> {
  const lifetimeMs = lifetimes.passwordReset;
  await voidTokens(unit, firmId, email, ["PASSWORD_RESET"]);
  const token = await issueToken(unit, { kind: "PASSWORD_RESET", firmId, email, accountId, lifetimeMs });
  const link = unit.links.reset(firmSlug, token);
  unit.mail({ firmId, to: email, content: template({ firmName, link, expiresInHours: lifetimeMs / HOUR_MS }) });
}
