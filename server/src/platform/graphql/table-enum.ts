import { registerEnumType } from "type-graphql";

/** The GraphQL enum of a table's names, and its value for decorators. `textOf` returns each name's description. */
export function tableEnum<T extends string, Row>(
  name: string,
  description: string,
  table: Readonly<Record<T, Row>>,
  textOf: (row: Row) => string,
): { [N in T]: N } {
  const rows = Object.entries<Row>(table);
  const values = Object.fromEntries(rows.map(([value]) => [value, value])) as { [N in T]: N };
  const valuesConfig = Object.fromEntries(rows.map(([value, row]) => [value, { description: textOf(row) }]));
  registerEnumType<{ [N in T]: N }>(values, { name, description, valuesConfig: valuesConfig as never });
  return values;
}
