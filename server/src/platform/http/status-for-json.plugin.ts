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
 * GraphQL over HTTP: who asks for `application/json` by name, and does not know `application/graphql-response+json`, is told of a wrong
 * document or variable with status 200, as such clients throw a 400's body away. Limits and everything else keep their status.
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
