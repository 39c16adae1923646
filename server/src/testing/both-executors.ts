import { afterAll, beforeAll, expect } from "@jest/globals";
import {
  buildSchema,
  execute,
  getOperationAST,
  GraphQLError,
  getVariableValues,
  GraphQLScalarType,
  isAbstractType,
  isObjectType,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { inspect } from "node:util";
import { variableReader } from "../platform/graphql/errors-without-values.js";
import { planOperation } from "../platform/graphql/execution/planned-operation.js";

/**
 * What both executors run, and how many errors graphql-js returns, which proves that the situation is the intended one.
 */
export interface Situation {
  schema: GraphQLSchema;
  source: string;
  variables?: Readonly<Record<string, unknown>>;
  context?: unknown;
  root?: unknown;
  /** Replaces `root` if an operation changes it. */
  freshRoot?: () => unknown;
  errors?: number;
  /** Fields return promises, so that neither executor may answer synchronously. Without it both must. */
  promised?: boolean;
  /** What graphql-js returns, if the situation is about a value. */
  data?: unknown;
}

/** A promise of the value. */
export const later = <T>(value: T): Promise<T> => Promise.resolve(value);
/** A promise that rejects with any reason. */
export const reject = (reason: unknown): Promise<never> => Promise.reject(reason as Error);
/** A resolver that throws. */
export const fail = (thrown: unknown) => () => {
  throw thrown;
};

type Behaviour = (...args: never[]) => unknown;
/** By type: the resolvers of its fields, and the behavior of an abstract type, an object type or a scalar. */
export type Behaviours = Readonly<Record<string, Readonly<Record<string, Behaviour>>>>;

interface Call {
  who: string;
  self: unknown;
  args: unknown[];
}
let calls: Call[] = [];
/** Records each call of the function with its arguments. */
export function observed(who: string, behave: Behaviour): Behaviour {
  return function (this: unknown, ...args: never[]) {
    calls.push({ who, self: this, args });
    return behave.apply(this, args);
  };
}

const troubles = new Map<string, Error>();
/** An error that is the same object in every run, so that a test can check whether a response holds that very one. */
export function trouble(message: string): Error {
  const known = troubles.get(message) ?? new Error(message);
  troubles.set(message, known);
  return known;
}
const refusals = new Map<string, GraphQLError>();
/** A GraphQLError from a resolver, the same in every run. */
export function refusal(message: string, extensions: Record<string, unknown>): GraphQLError {
  const known = refusals.get(message) ?? new GraphQLError(message, { extensions });
  refusals.set(message, known);
  return known;
}

const ofType = ["resolveType", "isTypeOf", "serialize", "parseValue", "parseLiteral"];

/** A schema whose types behave as given; every call is recorded. */
export function schemaOf(sdl: string, behaviours: Behaviours = {}): GraphQLSchema {
  const schema = buildSchema(sdl);
  for (const [name, ways] of Object.entries(behaviours)) {
    const type = schema.getType(name);
    if (!type) throw new Error(`The schema has no ${name}.`);
    for (const [way, behave] of Object.entries(ways)) {
      const seen = observed(`${name}.${way}`, behave);
      if (ofType.includes(way) && (isAbstractType(type) || isObjectType(type) || type instanceof GraphQLScalarType))
        Object.assign(type, { [way]: seen });
      else if (isObjectType(type) && type.getFields()[way])
        Object.assign(type.getFields()[way] ?? {}, { resolve: seen });
      else throw new Error(`Nothing of ${name} is ${way}.`);
    }
  }
  return schema;
}

const isInfo = (value: unknown): value is GraphQLResolveInfo =>
  typeof value === "object" && value !== null && "fieldNodes" in value;
const sameObjects = ["schema", "parentType", "returnType", "rootValue", "operation"] as const;

function expectSameInfo(ours: GraphQLResolveInfo, theirs: GraphQLResolveInfo): void {
  expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  for (const key of sameObjects) expect(Object.is(ours[key], theirs[key]) ? key : `another ${key}`).toBe(key);
  expect(ours.fieldNodes.length).toBe(theirs.fieldNodes.length);
  for (const [n, node] of ours.fieldNodes.entries()) expect(node === theirs.fieldNodes[n]).toBe(true);
  expect(Object.keys(ours.fragments)).toEqual(Object.keys(theirs.fragments));
  for (const [name, fragment] of Object.entries(ours.fragments)) expect(fragment === theirs.fragments[name]).toBe(true);
  expect({ fieldName: ours.fieldName, path: ours.path, variables: ours.variableValues }).toStrictEqual({
    fieldName: theirs.fieldName,
    path: theirs.path,
    variables: theirs.variableValues,
  });
  expect(Object.getPrototypeOf(ours.variableValues)).toBe(Object.getPrototypeOf(theirs.variableValues));
}

function expectSameCalls(ours: readonly Call[], theirs: readonly Call[], sharesRoot: boolean): void {
  expect(ours.map(({ who }) => who)).toEqual(theirs.map(({ who }) => who));
  for (const [n, { self, args }] of ours.entries()) {
    const other = theirs[n];
    if (!other) throw new Error("fewer calls");
    expect(inspect(self)).toBe(inspect(other.self));
    expect(args.length).toBe(other.args.length);
    for (const [at, ourArg] of args.entries()) {
      const theirArg = other.args[at];
      if (isInfo(ourArg) && isInfo(theirArg))
        expectSameInfo(sharesRoot ? ourArg : { ...ourArg, rootValue: theirArg.rootValue }, theirArg);
      else if (!Object.is(ourArg, theirArg))
        expect(inspect(ourArg, { depth: 9 })).toBe(inspect(theirArg, { depth: 9 }));
    }
  }
}

/** Everything in a response that is visible to anybody. */
export const flat = ({ data, errors, ...rest }: ExecutionResult) => ({
  data: JSON.stringify(data),
  errors: errors?.map((error) => {
    const { originalError: original, extensions } = error;
    const isResolvers =
      original !== undefined && [troubles, refusals].some((known) => known.get(original.message) === original);
    return {
      ...error.toJSON(),
      extensions,
      positions: error.positions,
      nodes: error.nodes,
      name: error.name,
      isAGraphQLError: error instanceof GraphQLError,
      original: isResolvers ? "the resolver's own" : original && `${original.constructor.name}: ${original.message}`,
    };
  }),
  rest,
});
const isPromised = (answer: unknown): answer is Promise<ExecutionResult> => answer instanceof Promise;

/**
 * The planned operation. graphql-js reads the variables, and its messages for wrong ones are compared. Our own reader
 * must have read the same values, or refused them too.
 */
export function planned(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
  const plan = planOperation(schema, document, operation);
  const readVariables = variableReader(schema, operation);
  return (context: unknown, given: Readonly<Record<string, unknown>>, root?: unknown) => {
    const read = readVariables(given);
    // The calls that graphql-js makes are compared, including those of its own variable reading.
    calls = [];
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given, {
      maxErrors: 50,
    });
    expect(read.coerced).toEqual(coerced);
    expect(read.errors?.length).toBe(errors && Math.min(errors.length, 10));
    return coerced ? plan(context, read.coerced ?? {}, root) : { errors };
  };
}

/**
 * Runs the situation by graphql-js and twice by one plan, and expects the same from all: data, errors, whether it is a
 * promise, and which calls were made, in which order and with which arguments.
 */
export async function expectTheSame(situation: Situation): Promise<void> {
  const { schema, source, variables = {}, context, freshRoot, promised = false } = situation;
  const document = parse(source);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error("no operation");
  const run = async (answerWith: (root: unknown) => ExecutionResult | PromiseLike<ExecutionResult>) => {
    calls = [];
    const answer = answerWith(freshRoot ? freshRoot() : situation.root);
    const isLate = isPromised(answer);
    const result = await answer;
    // Work that was started continues after the response.
    await new Promise(setImmediate);
    return { result, answer: flat(result), isLate, calls };
  };

  const theirs = await run((rootValue) =>
    execute({ schema, document, variableValues: variables, contextValue: context, rootValue }),
  );
  expect({ errors: theirs.answer.errors?.length ?? 0, isPromised: theirs.isLate }).toEqual({
    errors: situation.errors ?? 0,
    isPromised: promised,
  });
  if ("data" in situation) expect(theirs.answer.data).toBe(JSON.stringify(situation.data));
  const plan = planned(schema, document, operation);
  for (let time = 0; time < 2; time++) {
    const ours = await run((root) => plan(context, variables, root));
    expect(ours.answer).toEqual(theirs.answer);
    expect(Object.keys(ours.result)).toEqual(Object.keys(theirs.result));
    expect(ours.isLate).toBe(theirs.isLate);
    expectSameCalls(ours.calls, theirs.calls, freshRoot === undefined);
  }
}

/** Counts the unhandled rejections while the surrounding tests run: in production, one of them ends the server. */
export function unhandledRejections(): { soFar(): number } {
  let counter = { soFar: () => 0, stop: () => undefined as void };
  beforeAll(() => {
    counter = (globalThis as unknown as { countUnhandledRejections(): typeof counter }).countUnhandledRejections();
  });
  afterAll(() => counter.stop());
  return { soFar: () => counter.soFar() };
}
