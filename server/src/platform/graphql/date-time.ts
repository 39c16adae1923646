import { GraphQLScalarType, Kind } from "graphql";
import { badInput } from "./failures.js";

/** The form; whether the numbers are a real moment is Date.parse's to say. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/i;

function parse(value: unknown): number {
  const at = typeof value === "string" && RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw badInput("DateTime must be an RFC 3339 date and time, such as 2026-01-31T09:30:00.000Z.");
  return at;
}

/** In the code a moment is a number of epoch milliseconds; on the wire it is RFC 3339 in UTC with milliseconds. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: "DateTime",
  description: "A moment as RFC 3339 in UTC with milliseconds, such as 2026-01-31T09:30:00.000Z.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time",
  serialize: (value) => new Date(value as number).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});
