import { graphql } from "./graphql.js";

/** Why a mutation did nothing. Every mutation document spreads it, and `useAct` reads it. */
export const Problems = graphql(`
  fragment Problems on Payload @_unmask {
    userErrors {
      code
      field
      message
    }
  }
`);
