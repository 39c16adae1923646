import { GraphQLError } from "graphql";

/**
 * The operator has deleted the firm while a request of its people or programs was under way: rows that every firm has are
 * missing. It opens nothing any more, hence UNAUTHENTICATED.
 */
export class FirmGone extends GraphQLError {
  constructor() {
    super("This firm no longer exists.", { extensions: { code: "UNAUTHENTICATED" } });
    this.name = "FirmGone";
  }
}
