import type { SessionTransport } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import type { RequestContext } from "../callers/request-context.js";

/** Tokens are for programs: a page would store them where scripts can read them. */
export function transportOf(
  transport: SessionTransport | null | undefined,
  context: Pick<RequestContext, "isBrowser">,
): SessionTransport {
  if (transport === "TOKEN" && context.isBrowser)
    throw new Refusal(
      "INVALID_INPUT",
      ["input", "transport"],
      "TOKEN is refused if the request has an Origin; use COOKIE.",
    );
  return transport ?? "COOKIE";
}
