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
} from "graphql";
import { inspect } from "graphql/jsutils/inspect.js";
import { afterwards, failAt, isLate, isPromise, type Path, type Run } from "./run.js";

/** The field whose values are completed. */
export interface CompletedField {
  schema: GraphQLSchema;
  nodes: readonly FieldNode[];
  /** The field's name in errors: `Contact.name`. */
  coordinate: string;
  /** The info object that resolvers receive for the field at this path. */
  infoAt(run: Run, place: Path): GraphQLResolveInfo;
  /**
   * How an object of this type is completed with the field's selections. Throws if the selections cannot be planned.
   */
  answererOf(type: GraphQLObjectType): AnswerObject;
}
/** Completes an object, or returns a promise of it. */
export type AnswerObject = (run: Run, source: unknown, place: Path) => unknown;

/**
 * Turns a resolver's value into the response value (CompleteValue, GraphQL 6.4.3). A few classes with one code path
 * each run faster than functions composed for each type.
 */
export abstract class Completion {
  constructor(
    protected readonly field: CompletedField,
    readonly isNonNull: boolean,
  ) {}

  /** Throws if null is not allowed. `place` is the value's path, `at` its field's; they differ for list items. */
  complete(run: Run, value: unknown, place: Path, at: Path): unknown {
    if (value === undefined || value === null) {
      if (!this.isNonNull) return null;
      throw new Error(`Cannot return null for non-nullable field ${this.field.coordinate}.`);
    }
    // A resolver may return an error instead of throwing it.
    if (typeof value === "object" && value instanceof Error) throw value;
    return this.completed(run, value, place, at);
  }

  /** Completes a value that is not null. */
  protected abstract completed(run: Run, value: unknown, place: Path, at: Path): unknown;
}

export function completionOf(type: GraphQLOutputType, field: CompletedField): Completion {
  const isNonNull = isNonNullType(type);
  const nullable = isNonNull ? type.ofType : type;
  if (isListType(nullable)) return new ListCompletion(nullable, field, isNonNull);
  if (isLeafType(nullable)) return new LeafCompletion(nullable, field, isNonNull);
  if (isAbstractType(nullable)) return new AbstractCompletion(nullable, field, isNonNull);
  return new ObjectCompletion(nullable, field, isNonNull);
}

class LeafCompletion extends Completion {
  constructor(
    private readonly type: GraphQLLeafType,
    field: CompletedField,
    isNonNull: boolean,
  ) {
    super(field, isNonNull);
  }

  protected completed(_run: Run, value: unknown): unknown {
    const serialized: unknown = this.type.serialize(value);
    if (serialized === undefined || serialized === null)
      throw new Error(
        `Expected \`${inspect(this.type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
      );
    // graphql-js does not inspect further what a scalar promised.
    return isPromise(serialized) ? Promise.resolve(serialized) : serialized;
  }
}

class ListCompletion extends Completion {
  private readonly item: Completion;

  constructor(type: GraphQLList<GraphQLOutputType>, field: CompletedField, isNonNull: boolean) {
    super(field, isNonNull);
    this.item = completionOf(type.ofType, field);
  }

  protected completed(run: Run, value: unknown, place: Path, at: Path): unknown {
    if (!isIterable(value))
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${this.field.coordinate}".`);
    const items: unknown[] = [];
    let isAnyLate = false;
    try {
      for (const item of value) {
        const completed = this.completeItem(run, item, { prev: place, key: items.length, typename: undefined }, at);
        isAnyLate ||= isLate(completed);
        items.push(completed);
      }
    } catch (thrown) {
      // Nobody awaits the earlier items any more: a failure among them must not become an unhandled rejection.
      if (isAnyLate) void Promise.allSettled(items);
      throw thrown;
    }
    return isAnyLate ? Promise.all(items) : items;
  }

  private completeItem(run: Run, item: unknown, place: Path, at: Path): unknown {
    try {
      const completed = isPromise(item)
        ? afterwards(item, (value) => this.item.complete(run, value, place, at))
        : this.item.complete(run, item, place, at);
      if (!isLate(completed)) return completed;
      return completed.then(undefined, (thrown: unknown) => this.fail(run, thrown, place));
    } catch (thrown) {
      return this.fail(run, thrown, place);
    }
  }

  private fail(run: Run, thrown: unknown, place: Path): null {
    return failAt(run, thrown, this.field.nodes, place, this.item.isNonNull);
  }
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] === "function";

class AbstractCompletion extends Completion {
  private readonly known = new Map<GraphQLObjectType, ObjectCompletion>();

  constructor(
    private readonly type: GraphQLAbstractType,
    field: CompletedField,
    isNonNull: boolean,
  ) {
    super(field, isNonNull);
  }

  protected completed(run: Run, value: unknown, place: Path, at: Path): unknown {
    const { type, field } = this;
    const typeOf = type.resolveType ?? defaultTypeResolver;
    const completeAs = (name: unknown) =>
      this.as(runtimeType(name, type, field, value)).complete(run, value, place, at);
    const name: unknown = typeOf(value, run.context, field.infoAt(run, at), type);
    return isPromise(name) ? afterwards(name, completeAs) : completeAs(name);
  }

  private as(type: GraphQLObjectType): ObjectCompletion {
    let completion = this.known.get(type);
    if (!completion) this.known.set(type, (completion = new ObjectCompletion(type, this.field, this.isNonNull)));
    return completion;
  }
}

function runtimeType(
  name: unknown,
  type: GraphQLAbstractType,
  { schema, coordinate }: CompletedField,
  value: unknown,
): GraphQLObjectType {
  if (name === undefined || name === null)
    throw new GraphQLError(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${coordinate}". Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
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
    );
  if (!isObjectType(found))
    throw new GraphQLError(`Abstract type "${type.name}" was resolved to a non-object type "${name}".`);
  if (!schema.isSubType(type, found))
    throw new GraphQLError(`Runtime Object type "${found.name}" is not a possible type for "${type.name}".`);
  return found;
}

class ObjectCompletion extends Completion {
  private answerer: AnswerObject | null = null;

  constructor(
    private readonly type: GraphQLObjectType,
    field: CompletedField,
    isNonNull: boolean,
  ) {
    super(field, isNonNull);
  }

  /** Planned when the first object appears. */
  protected completed(run: Run, value: unknown, place: Path, at: Path): unknown {
    const answer = (this.answerer ??= this.field.answererOf(this.type));
    if (!this.type.isTypeOf) return answer(run, value, place);
    const answerIf = (isOfType: unknown) => {
      if (isOfType) return answer(run, value, place);
      throw new GraphQLError(`Expected value of type "${this.type.name}" but got: ${inspect(value)}.`);
    };
    const isOfType: unknown = this.type.isTypeOf(value, run.context, this.field.infoAt(run, at));
    return isPromise(isOfType) ? afterwards(isOfType, answerIf) : answerIf(isOfType);
  }
}
