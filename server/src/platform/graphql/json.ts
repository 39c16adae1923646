import { GraphQLScalarType } from "graphql";
import { badInput } from "./failures.js";

const refuse = (): never => {
  throw badInput("JSON is only returned, never accepted.");
};

/** Any JSON value, for answers whose form depends on a type beside them. */
export const Json = new GraphQLScalarType<unknown, unknown>({
  name: "JSON",
  description: "Any JSON value (RFC 8259). It is only returned, never accepted as input.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
  serialize: (value) => value,
  parseValue: refuse,
  parseLiteral: refuse,
});
