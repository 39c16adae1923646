import { attemptLimits } from "@gatehouse/shared";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Share } from "./fair-line.js";

type From = Pick<RequestContext, "source">;

/** For somebody identified by a session or a mailed link: one hash waiting, wherever it comes from. */
export const shareOfPerson = ({ source }: From, person: { firmId: string; who: string }): Share => ({
  firm: person.firmId,
  source: sourceKey(source.ipAddress),
  account: person.who,
  bound: { who: person.who, waiting: 1 },
});

/**
 * For a stranger who names somebody at sign-in, whether or not that person exists. The attempts for that name limit how
 * many may wait: every attempt that was taken is checked. A team member is looked up across all firms, so the wait must
 * not reveal the member's firm.
 */
export const shareOfStranger = ({ source }: From, named: { firmId: string | null; who: string }): Share => {
  const from = sourceKey(source.ipAddress);
  const bound = { who: `${from} ${named.who}`, waiting: attemptLimits.password.attempts };
  return { firm: named.firmId ?? "", source: from, account: named.who, bound };
};

/** For commands and demo data, which nobody can start remotely. */
export const operatorsShare: Share = { firm: "operator", source: "operator", account: "operator", bound: null };
