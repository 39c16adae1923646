import type { GraphQLFormattedError } from "graphql";
import type { OperationStage } from "../graphql/operation-pipeline.js";

/** Failures of the document or its variables: nothing was executed. */
const isRequestError = ({ extensions, message }: GraphQLFormattedError) =>
  extensions?.code === "GRAPHQL_PARSE_FAILED" ||
  extensions?.code === "GRAPHQL_VALIDATION_FAILED" ||
  (extensions?.code === "BAD_USER_INPUT" && message.startsWith('Variable "'));

const namesOldTypeOnly = (accept: string) =>
  accept.includes("application/json") && !accept.includes("application/graphql-response+json");

/**
 * GraphQL over HTTP: a client that accepts `application/json` by name, but not `application/graphql-response+json`,
 * gets status 200 for a wrong document or variable, because such clients discard the body of a 400. Limits and all
 * other errors keep their status.
 */
export const statusForJson = <C>(): OperationStage<C> => ({
  async requestDidStart() {
    return {
      async willSendResponse({ request, response }) {
        if (response.body.kind !== "single" || !namesOldTypeOnly(request.http?.headers.get("accept") ?? "")) return;
        if (response.body.singleResult.errors?.every(isRequestError)) response.http.status = 200;
      },
    };
  },
});
