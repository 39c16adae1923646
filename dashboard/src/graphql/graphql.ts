import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./graphql-env.js";

/** The typed tag: a document's result and variables follow from `server/schema.graphql`. */
export const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string } }>();

export type { FragmentOf, ResultOf, VariablesOf } from "gql.tada";
export { readFragment } from "gql.tada";
