import {
  defaultTypeResolver,
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type GraphQLTypeResolver,
} from "graphql";
import { inspect } from "graphql/jsutils/inspect.js";
import { failAt, isPromise, type Path, type Run } from "./run.js";

/**
 * Makes of what a resolver gave what is answered (CompleteValue, GraphQL 6.4.3): a value, null, or a promise of one of them, which it
 * counts. Throws where null is not allowed. `place` is the value's, `field` its field's (another one for items of lists).
 */
export type Complete = (run: Run, value: unknown, place: Path, field: Path) => unknown;

/** The field whose values are completed. */
export interface CompletedField {
  schema: GraphQLSchema;
  nodes: readonly FieldNode[];
  /** As errors name it: `Contact.name`. */
  coordinate: string;
  /** What resolvers are told of the field at its place. */
  infoAt(run: Run, place: Path): GraphQLResolveInfo;
  /** What answers an object of the type with the field's selections; throws where they can't be told. */
  answererOf(type: GraphQLObjectType): AnswerObject;
}
/** Answers an object, or promises it. */
export type AnswerObject = (run: Run, source: unknown, place: Path) => unknown;

/** Composes a function for the type from those of its parts. */
export function completionOf(type: GraphQLOutputType, field: CompletedField): Complete {
  if (isNonNullType(type)) return nonNull(completionOf(type.ofType, field), field);
  if (isListType(type)) return orNull(list(type, field));
  if (isLeafType(type)) return orNull((run, value) => leafValue(run, type, value));
  if (isAbstractType(type)) return orNull(abstract(type, field));
  return orNull(object(type, field));
}

/** Of a resolver's errors that it returned, the failure; of what is not there, null. */
const orNull =
  (complete: Complete): Complete =>
  (run, value, place, field) => {
    if (value === undefined || value === null) return null;
    if (typeof value === "object" && value instanceof Error) throw value;
    return complete(run, value, place, field);
  };

const nonNull =
  (complete: Complete, { coordinate }: CompletedField): Complete =>
  (run, value, place, field) => {
    const completed = complete(run, value, place, field);
    if (completed === null) throw new Error(`Cannot return null for non-nullable field ${coordinate}.`);
    return completed;
  };

function leafValue(run: Run, type: GraphQLLeafType, value: unknown): unknown {
  const serialized: unknown = type.serialize(value);
  if (isPromise(serialized)) run.promises++;
  if (serialized === undefined || serialized === null)
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    );
  return serialized;
}

function list(type: GraphQLList<GraphQLOutputType>, field: CompletedField): Complete {
  const complete = completionOf(type.ofType, field);
  const isNonNull = isNonNullType(type.ofType);
  const fail = (run: Run, thrown: unknown, place: Path) => failAt(run, thrown, field.nodes, place, isNonNull);
  const completeItem = (run: Run, item: unknown, place: Path, at: Path): unknown => {
    const before = run.promises;
    try {
      let completed: unknown;
      if (isPromise(item)) {
        run.promises++;
        completed = item.then((resolved) => complete(run, resolved, place, at));
      } else completed = complete(run, item, place, at);
      if (run.promises === before || !isPromise(completed)) return completed;
      return completed.then(undefined, (thrown: unknown) => fail(run, thrown, place));
    } catch (thrown) {
      return fail(run, thrown, place);
    }
  };
  return (run, value, place, at) => {
    if (!isIterable(value))
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${field.coordinate}".`);
    const before = run.promises;
    const items: unknown[] = [];
    try {
      for (const item of value)
        items.push(completeItem(run, item, { prev: place, key: items.length, typename: undefined }, at));
    } catch (thrown) {
      // Nobody waits for the items before it any more: what fails among them is no unhandled rejection.
      void Promise.allSettled(items);
      throw thrown;
    }
    return run.promises !== before && items.some(isPromise) ? Promise.all(items) : items;
  };
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] === "function";

function abstract(type: GraphQLAbstractType, field: CompletedField): Complete {
  const typeOf: GraphQLTypeResolver<unknown, unknown> = type.resolveType ?? defaultTypeResolver;
  const known = new Map<GraphQLObjectType, Complete>();
  const completeAs = (found: GraphQLObjectType): Complete => {
    let complete = known.get(found);
    if (!complete) known.set(found, (complete = object(found, field)));
    return complete;
  };
  return (run, value, place, at) => {
    const complete = (name: unknown) => completeAs(runtimeType(name, type, field, value))(run, value, place, at);
    const name: unknown = typeOf(value, run.context, field.infoAt(run, at), type);
    if (!isPromise(name)) return complete(name);
    run.promises++;
    return name.then(complete);
  };
}

function runtimeType(
  name: unknown,
  type: GraphQLAbstractType,
  { schema, coordinate, nodes }: CompletedField,
  value: unknown,
): GraphQLObjectType {
  if (name === undefined || name === null)
    throw new GraphQLError(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${coordinate}". Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
      { nodes },
    );
  if (isObjectType(name))
    throw new GraphQLError(
      "Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0 please return type name instead.",
    );
  if (typeof name !== "string")
    throw new GraphQLError(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${coordinate}" with value ${inspect(value)}, received "${inspect(name)}".`,
    );
  const found = schema.getType(name);
  if (!found)
    throw new GraphQLError(
      `Abstract type "${type.name}" was resolved to a type "${name}" that does not exist inside the schema.`,
      { nodes },
    );
  if (!isObjectType(found))
    throw new GraphQLError(`Abstract type "${type.name}" was resolved to a non-object type "${name}".`, { nodes });
  if (!schema.isSubType(type, found))
    throw new GraphQLError(`Runtime Object type "${found.name}" is not a possible type for "${type.name}".`, { nodes });
  return found;
}

function object(type: GraphQLObjectType, field: CompletedField): Complete {
  let answerObject: AnswerObject | undefined;
  const planned = () => (answerObject ??= field.answererOf(type));
  if (!type.isTypeOf) return (run, value, place) => planned()(run, value, place);
  return (run, value, place, at) => {
    const answerIt = planned();
    const answer = (isOfType: unknown) => {
      if (!isOfType)
        throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, {
          nodes: field.nodes,
        });
      return answerIt(run, value, place);
    };
    const isOfType: unknown = type.isTypeOf?.(value, run.context, field.infoAt(run, at));
    if (!isPromise(isOfType)) return answer(isOfType);
    run.promises++;
    return isOfType.then(answer);
  };
}
