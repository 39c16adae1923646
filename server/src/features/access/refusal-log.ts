import type { OperationStage } from "../../platform/graphql/operation-pipeline.js";
import type { Log } from "../../platform/log.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";

/** Codes that reveal attempts to do more than is permitted (OWASP ASVS 16.3.2, 16.3.3). */
const refusals: ReadonlySet<unknown> = new Set(["UNAUTHENTICATED", "FORBIDDEN", "RATE_LIMITED", "QUERY_TOO_COMPLEX"]);

/** Logs who was refused, from where and why, but nothing of what they sent. */
export function logRefusal(log: Log, codes: readonly unknown[], context: RequestContext): void {
  const code = codes.find((candidate) => refusals.has(candidate));
  if (code === undefined) return;
  const { caller, requestId } = context;
  const { id, ipAddress } = actorIn(context);
  const firmId = caller.kind === "ANONYMOUS" ? null : caller.firmId;
  log.info({ code, requestId, callerKind: caller.kind, callerId: id, firmId, ipAddress }, "refused");
}

/** Does so for every response over HTTP, and notes for the metrics what was asked and how it ended. It comes after the limits, which give their errors codes of their own. */
export const logRefusals = (log: Log): OperationStage<RequestContext> => ({
  async requestDidStart() {
    return {
      async willSendResponse({ operation, response, contextValue }) {
        if (response.body.kind !== "single") return;
        const { errors = [] } = response.body.singleResult;
        const codes = errors.map(({ extensions }) => String(extensions?.code));
        contextValue.noteOperation(operation?.operation ?? "other", codes, operation?.name?.value);
        logRefusal(log, codes, contextValue);
      },
    };
  },
});
