import {
  GraphQLError,
  valueFromASTUntyped,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { variableReader } from "./errors-without-values.js";
import type { OperationStage } from "./operation-pipeline.js";

const refusal = () =>
  new GraphQLError("Introspection is off here. The schema is served at /schema.graphql.", {
    extensions: { code: "GRAPHQL_VALIDATION_FAILED", http: { status: 400 } },
  });

const asked = new WeakMap<DocumentNode, boolean>();
/** Whether the document queries the schema at all, worked out once per document. */
function queriesSchema(document: DocumentNode): boolean {
  let asks = asked.get(document);
  if (asks === undefined) {
    asks = false;
    visit(document, { Field: ({ name }) => void (asks ||= name.value === "__schema" || name.value === "__type") });
    asked.set(document, asks);
  }
  return asks;
}

/**
 * Refuses introspection. Only a lookup of a type that does not exist is answered, with null: it reveals nothing, and
 * the GraphQL-over-HTTP audit probes servers that way.
 */
function refuseIntrospection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): void {
  if (!queriesSchema(document)) return;
  const { coerced: variables = {} } = variableReader(schema, operation)(given);
  visit(document, {
    Field({ name, arguments: args = [] }) {
      if (name.value === "__schema") throw refusal();
      if (name.value !== "__type") return;
      for (const { value } of args) {
        const type = valueFromASTUntyped(value, variables);
        if (typeof type !== "string" || schema.getType(type)) throw refusal();
      }
    },
  });
}

/** Replaces Apollo's `introspection: false`. */
export const hiddenSchema = <C>(): OperationStage<C> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request }) {
        if (operation) refuseIntrospection(schema, document, operation, request.variables ?? {});
      },
    };
  },
});
