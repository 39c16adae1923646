import {
  getOperationAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from "graphql";
import { outageOf } from "../database/outages.js";
import { variableReader } from "../graphql/errors-without-values.js";
import { planOperation, type Execute } from "../graphql/execution/planned-operation.js";
import { SharedAnswer } from "./shared-answer.js";

/**
 * A subscription's document and variables: planned once, and executed once per event for all subscriptions that send
 * the same ones.
 */
export class SharedOperation<C> {
  private readonly execute: Execute;
  private readonly variables: Readonly<Record<string, unknown>>;

  constructor(
    readonly document: DocumentNode,
    { schema, operationName, variableValues }: ExecutionArgs,
    private readonly toAnswer: (result: ExecutionResult, context: C) => object,
  ) {
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error("the document has no such operation");
    const { coerced } = variableReader(schema, operation)(variableValues ?? {});
    if (!coerced) throw new Error("the variables are wrong");
    this.execute = planOperation(schema, document, operation);
    this.variables = coerced;
  }

  /** The message that the subscribers receive for one event. Throws in an outage: half an event is not sent. */
  async answer(event: unknown, context: C): Promise<SharedAnswer> {
    const result = await this.execute(context, this.variables, event);
    for (const { originalError } of result.errors ?? []) {
      const outage = outageOf(originalError);
      if (outage) throw outage;
    }
    return new SharedAnswer(this.toAnswer(result, context));
  }
}

/** The operations that have subscribers. Each is kept for as long as a subscription holds it. */
export class SharedOperations<C> {
  private readonly known = new Map<string, WeakRef<SharedOperation<C>>>();
  private readonly forgotten = new FinalizationRegistry<string>((key) => {
    if (this.known.get(key)?.deref() === undefined) this.known.delete(key);
  });

  constructor(private readonly toAnswer: (result: ExecutionResult, context: C) => object) {}

  /** The operation for these (valid) arguments, shared by all that differ only in the root field's arguments. */
  of(query: string, args: ExecutionArgs): SharedOperation<C> {
    const names = variablesOfAnswers(args.schema, args.document);
    const values = Object.entries(args.variableValues ?? {}).filter(([name]) => names.has(name));
    const key = JSON.stringify([query, args.operationName ?? null, values]);
    const known = this.known.get(key)?.deref();
    if (known) return known;
    const operation = new SharedOperation<C>(args.document, args, this.toAnswer);
    this.known.set(key, new WeakRef(operation));
    this.forgotten.register(operation, key);
    return operation;
  }
}

/**
 * The variables that an answer depends on: all except those used only as arguments of the subscription field. These
 * select which events are sent (every dashboard resumes after another cursor), but do not change an event's answer.
 */
function variablesOfAnswers(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const names = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Argument: () =>
        !types.getDirective() && types.getParentType() === schema.getSubscriptionType() ? false : undefined,
      Variable: ({ name }) => void names.add(name.value),
    }),
  );
  return names;
}
