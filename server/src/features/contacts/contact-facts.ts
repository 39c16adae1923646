import type { ChangeValue } from "@gatehouse/shared";
import { momentFact } from "../work/moment-fact.js";
import type { Contact } from "./contact.entity.js";

/** A contact's fields in the log, as the API names and shows them; an account by its id. */
export const contactFacts = ({
  name,
  email,
  organization,
  externalId,
  language,
  invitedAt,
  portalAccountId,
}: Pick<
  Contact,
  "name" | "email" | "organization" | "externalId" | "language" | "invitedAt" | "portalAccountId"
>): Record<string, ChangeValue> => ({
  name,
  email,
  organization,
  externalId,
  language,
  invitedAt: momentFact(invitedAt),
  portalAccount: portalAccountId,
});
