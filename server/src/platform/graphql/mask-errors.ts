import { unwrapResolverError } from "@apollo/server/errors";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { logOutage } from "../database/outage-log.js";
import { outageOf, OutcomeUnknown } from "../database/outages.js";
import type { Log } from "../log.js";
import type { OperationStage } from "./operation-pipeline.js";

/** Codes whose messages are meant for the caller. */
const shown = new Set([
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "NOT_FOUND",
  "BAD_USER_INPUT",
  "RATE_LIMITED",
  "QUERY_TOO_COMPLEX",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_KEY_REFUSED",
  "IDEMPOTENCY_KEY_IN_USE",
  "IDEMPOTENCY_OUTCOME_UNKNOWN",
  "UNAVAILABLE",
  "OUTCOME_UNKNOWN",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
  "BAD_REQUEST",
]);
const isShown = (code: unknown) => typeof code === "string" && shown.has(code);

/**
 * Gives an error the code of the outage behind it. Below a mutation's own field, the mutation was done: only its answer
 * is incomplete.
 */
export function namedOutage(error: GraphQLError, isMutation = false): GraphQLError {
  const outage = outageOf(unwrapResolverError(error));
  if (!outage) return error;
  const { nodes, path } = error;
  const isDone = isMutation && (path?.length ?? 0) > 1;
  const { message, extensions } = isDone ? new OutcomeUnknown(outage) : outage;
  return new GraphQLError(message, { nodes, path, originalError: outage, extensions: { ...extensions } });
}

/**
 * What the caller may read of an error. Anything unexpected becomes INTERNAL with the request's id; its details go only
 * to the log (OWASP ASVS 16.5.1).
 */
export function maskError(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const {
    stacktrace: _stacktrace,
    exception: _exception,
    ...extensions
  } = (formatted.extensions ?? {}) as Record<string, unknown>;
  if (isShown(extensions.code)) return { ...formatted, extensions };
  return {
    message: "Something went wrong on our side. Please give us the request id.",
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions: { code: "INTERNAL", requestId: extensions.requestId ?? null },
  };
}

const withRequestId = (error: GraphQLFormattedError, requestId: string): GraphQLFormattedError => ({
  ...error,
  extensions: { ...error.extensions, requestId },
});

/** Logs an error that is hidden from the caller, and gives it the id by which it can be found; and outages. */
export function logUnexpected(error: GraphQLError, requestId: string, log: Log): void {
  const original = unwrapResolverError(error);
  const outage = outageOf(original);
  if (outage) return logOutage(log, outage, { requestId });
  if (isShown(error.extensions.code)) return;
  error.extensions.requestId = requestId;
  log.error({ err: original, requestId }, "an operation failed");
}

/** Logs failures from before an operation runs, and tells the caller of every error the id by which it can be found. */
export const logUnexpectedErrors = <C extends { requestId: string }>(log: Log): OperationStage<C> => ({
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue }) {
        for (const error of errors) logUnexpected(error, contextValue.requestId, log);
      },
      async willSendResponse({ response, contextValue: { requestId } }) {
        if (response.body.kind !== "single") return;
        const { singleResult } = response.body;
        singleResult.errors &&= singleResult.errors.map((error) => withRequestId(error, requestId));
      },
    };
  },
});
