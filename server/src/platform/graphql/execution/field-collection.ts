import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  typeFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { Operation } from "./run.js";

type Variables = Record<string, unknown>;
/** The nodes for each response key, in the response's order (CollectFields, GraphQL 6.3.2). */
export type CollectedFields = Map<string, [FieldNode, ...FieldNode[]]>;

/**
 * The fields that the selections request of an object of this type, with fragments resolved. `variables` decide @skip
 * and @include; throws a GraphQLError if one of those is not a boolean.
 */
export function collectFields(
  { schema, fragments }: Operation,
  variables: Variables,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): CollectedFields {
  const fields: CollectedFields = new Map();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          if (!isIncluded(selection, variables)) continue;
          const key = selection.alias?.value ?? selection.name.value;
          const nodes = fields.get(key);
          if (nodes) nodes.push(selection);
          else fields.set(key, [selection]);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          if (isIncluded(selection, variables) && appliesTo(schema, selection, type)) collect(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          if (spread.has(name) || !isIncluded(selection, variables)) continue;
          spread.add(name);
          const fragment = fragments[name];
          if (fragment && appliesTo(schema, fragment, type)) collect(fragment.selectionSet);
        }
      }
    }
  };
  for (const selectionSet of selectionSets) collect(selectionSet);
  return fields;
}

/** @skip takes precedence over @include (GraphQL 3.13). */
function isIncluded(node: SelectionNode, variables: Variables): boolean {
  if (node.directives?.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}

function appliesTo(
  schema: GraphQLSchema,
  { typeCondition }: FragmentDefinitionNode | InlineFragmentNode,
  type: GraphQLObjectType,
): boolean {
  if (!typeCondition) return true;
  const condition = typeFromAST(schema, typeCondition);
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
}
