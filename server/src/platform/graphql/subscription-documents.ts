import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
} from "graphql";
import type { OperationStage } from "./operation-pipeline.js";

/**
 * The specification's newer rule: a subscription's root selections, including those in fragments, take neither @skip
 * nor @include (https://spec.graphql.org/draft/#sec-Single-root-field). Without it graphql-js throws when nothing is
 * left to subscribe to, and its own rule (SingleFieldSubscriptionsRule) throws when it cannot decide. So this one runs
 * before the others. It visits definitions only, each fragment once.
 */
export const unconditionalSubscriptions: ValidationRule = (context) => {
  const read = new Set<FragmentDefinitionNode>();
  const check = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      const conditions = (selection.directives ?? []).filter(
        ({ name }) => name.value === "skip" || name.value === "include",
      );
      if (conditions.length > 0)
        context.reportError(
          new GraphQLError("A subscription's root field takes neither @skip nor @include.", { nodes: conditions }),
        );
      if (selection.kind === Kind.INLINE_FRAGMENT) check(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD) continue;
      const fragment = context.getFragment(selection.name.value);
      if (!fragment || read.has(fragment)) continue;
      read.add(fragment);
      check(fragment.selectionSet);
    }
  };
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation === OperationTypeNode.SUBSCRIPTION) check(selectionSet);
      return false;
    },
    FragmentDefinition: () => false,
  };
};

/**
 * Refuses a subscription that arrives by POST: its field has no event to resolve, and would fail as if the fault were
 * ours.
 */
export const subscriptionsOnSocketsOnly = <C>(): OperationStage<C> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation === OperationTypeNode.SUBSCRIPTION)
          throw new GraphQLError("Subscriptions are served over WebSocket only (graphql-transport-ws).", {
            nodes: operation,
            extensions: { code: "BAD_REQUEST", http: { status: 400 } },
          });
      },
    };
  },
});
