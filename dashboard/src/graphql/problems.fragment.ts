import { graphql } from "./graphql.js";

/** Why a mutation did nothing: every document of one spreads it, and `useAct` reads it. */
export const Problems = graphql(`
  fragment Problems on Payload @_unmask {
    userErrors {
      code
      field
      message
    }
  }
`);
