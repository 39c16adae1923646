import {
  getArgumentValues,
  getNullableType,
  isEnumType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  valueFromAST,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type ValueNode,
} from "graphql";

type Values = Readonly<Record<string, unknown>>;
/** Gives a field's arguments of one run, from its coerced variables; throws a GraphQLError where one is wrong. */
export type ReadArguments = (variables: Values) => Record<string, unknown>;

/** An argument that is the same in each run, or else the variable that it is. */
type PlannedArgument =
  | { name: string; variable: null; value: unknown }
  | { name: string; variable: string; defaultValue: unknown; isNonNull: boolean };

/**
 * Plans the reading of a field's arguments (CoerceArgumentValues, GraphQL 6.4.1). Nearly all of them are whole variables, simple literals
 * or left out; graphql-js reads the others, and says what is wrong with any.
 */
export function argumentReader(definition: GraphQLField<unknown, unknown>, node: FieldNode): ReadArguments {
  const readByGraphqlJs: ReadArguments = (variables) => getArgumentValues(definition, node, variables);
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const planned: PlannedArgument[] = [];
  for (const argument of definition.args) {
    const plan = planArgument(argument, given.get(argument.name));
    if (plan === null) return readByGraphqlJs;
    if (plan) planned.push(plan);
  }
  return (variables) => {
    const values: Record<string, unknown> = {};
    for (const argument of planned) {
      if (argument.variable === null) values[argument.name] = argument.value;
      else if (Object.hasOwn(variables, argument.variable)) {
        const value = variables[argument.variable];
        if (value === undefined || (value === null && argument.isNonNull)) return readByGraphqlJs(variables);
        values[argument.name] = value;
      } else if (argument.defaultValue !== undefined) values[argument.name] = argument.defaultValue;
      else if (argument.isNonNull) return readByGraphqlJs(variables);
    }
    return values;
  };
}

/** undefined where the argument is left out, null where graphql-js has to read it. */
function planArgument(
  { name, type, defaultValue }: GraphQLArgument,
  node: ValueNode | undefined,
): PlannedArgument | undefined | null {
  const isNonNull = isNonNullType(type);
  if (!node) {
    if (defaultValue !== undefined) return { name, variable: null, value: defaultValue };
    return isNonNull ? null : undefined;
  }
  if (node.kind === Kind.VARIABLE) return { name, variable: node.name.value, defaultValue, isNonNull };
  // Any other type makes a value of its own for each run, or may hold variables.
  const nullable = getNullableType(type);
  if (!isEnumType(nullable) && !(isScalarType(nullable) && isSpecifiedScalarType(nullable))) return null;
  const value = valueFromAST(node, type);
  if (value === undefined) return null;
  return { name, variable: null, value };
}
