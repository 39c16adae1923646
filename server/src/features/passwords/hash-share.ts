import { attemptLimits } from "@gatehouse/shared";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Share } from "./fair-line.js";

type From = Pick<RequestContext, "source">;

/** Of somebody whom a session or a mailed link names: one hash waiting, wherever it comes from. */
export const shareOfPerson = ({ source }: From, person: { firmId: string; who: string }): Share => ({
  firm: person.firmId,
  source: sourceKey(source.ipAddress),
  account: person.who,
  bound: { who: person.who, waiting: 1 },
});

/**
 * Of a stranger who names somebody at the sign-in, whether there is such a person or not. The tries of that name bound how many may
 * wait: one that was taken is judged. A team's member is looked for in all firms, so whose firm it is must not show in the wait.
 */
export const shareOfStranger = ({ source }: From, named: { firmId: string | null; who: string }): Share => {
  const from = sourceKey(source.ipAddress);
  const bound = { who: `${from} ${named.who}`, waiting: attemptLimits.password.attempts };
  return { firm: named.firmId ?? "", source: from, account: named.who, bound };
};

/** Of commands and demo data, which nobody at a distance starts. */
export const operatorsShare: Share = { firm: "operator", source: "operator", account: "operator", bound: null };
