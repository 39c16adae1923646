import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env.js";

/** The typed tag: the types of a document's result and variables are derived from `server/schema.graphql`. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; JSON: unknown };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from "gql.tada";
export { readFragment } from "gql.tada";
