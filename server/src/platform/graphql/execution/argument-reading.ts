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
/** Returns a field's arguments for one run, from its coerced variables. Throws a GraphQLError if one is wrong. */
export type ReadArguments = (variables: Values) => Record<string, unknown>;

/** An argument that is the same in each run, or the variable that supplies it. */
type PlannedArgument =
  | { name: string; variable: null; value: unknown }
  | { name: string; variable: string; defaultValue: unknown; isNonNull: boolean };

/**
 * Plans how a field's arguments are read (CoerceArgumentValues, GraphQL 6.4.1). Nearly all of them are whole variables,
 * simple literals or left out; graphql-js reads the others and reports every error.
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

/** undefined if the argument is left out, null if graphql-js has to read it. */
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
  // Any other type creates a new value for each run, or may contain variables.
  const nullable = getNullableType(type);
  if (!isEnumType(nullable) && !(isScalarType(nullable) && isSpecifiedScalarType(nullable))) return null;
  const value = valueFromAST(node, type);
  if (value === undefined) return null;
  return { name, variable: null, value };
}
