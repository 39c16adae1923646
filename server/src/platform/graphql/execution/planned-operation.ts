import {
  GraphQLError,
  Kind,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { FieldErrors, isLate, type Operation, type Run } from "./run.js";
import { answerFields, answerInTurn, planSelections } from "./selection-plan.js";

type Variables = Readonly<Record<string, unknown>>;
/**
 * Runs the operation with variables that `variableReader` has read. `root` is the source of its fields: a
 * subscription's event.
 */
export type Execute = (
  context: unknown,
  variables: Variables,
  root?: unknown,
) => ExecutionResult | Promise<ExecutionResult>;

/**
 * How many plans are kept for one operation. It has one for each combination of its @skip and @include, and each plan
 * takes more memory than the operation's nodes.
 */
const PLANS_KEPT = 2;

/**
 * Plans one operation of a valid document so that it can run many times. What graphql-js works out for each object of
 * each run (which fields, of which type, by which resolver, how to complete their values) is worked out once and kept.
 * Nothing is generated, so no text of a document can become code. The responses equal graphql-js' exactly
 * (differential.test.ts).
 */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): Execute {
  const operation: Operation = { schema, definition, fragments: fragmentsOf(document) };
  const conditionNames = conditionsIn(document);
  const plans = new Map<string, ReturnType<typeof plan>>();

  const plan = (conditions: Record<string, unknown>) => {
    const type = schema.getRootType(definition.operation);
    if (!type)
      throw new GraphQLError(`Schema is not configured to execute ${definition.operation} operation.`, {
        nodes: definition,
      });
    const fields = planSelections({ operation, conditions }, type, [definition.selectionSet]);
    const answer = definition.operation === "mutation" ? answerInTurn : answerFields;
    return (run: Run) => answer(fields, run, run.root, undefined);
  };
  const planFor = (variables: Variables) => {
    const conditions: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const name of conditionNames) if (Object.hasOwn(variables, name)) conditions[name] = variables[name];
    const key = conditionNames.length === 0 ? "" : JSON.stringify(conditions);
    let known = plans.get(key);
    if (!known) {
      if (plans.size >= PLANS_KEPT) plans.clear();
      plans.set(key, (known = plan(conditions)));
    }
    return known;
  };

  return (context, variables, root) => {
    const run: Run = { operation, variables, context, root, errors: new FieldErrors() };
    const failed = (thrown: unknown): ExecutionResult => {
      run.errors.add(thrown as GraphQLError, undefined);
      return resultOf(null, run);
    };
    try {
      const data = planFor(variables)(run);
      return isLate(data) ? data.then((answered) => resultOf(answered, run), failed) : resultOf(data, run);
    } catch (thrown) {
      return failed(thrown);
    }
  };
}

const resultOf = (data: unknown, { errors: { list } }: Run): ExecutionResult => {
  const answered = data as ExecutionResult["data"];
  return list.length === 0 ? { data: answered } : { errors: list, data: answered };
};

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null) as Record<
    string,
    FragmentDefinitionNode
  >;
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  return fragments;
}

/** The variables that decide which fields are selected. */
function conditionsIn(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      for (const { value } of directive.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
