import {
  locatedError,
  responsePathAsArray,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ResponsePath as Path,
} from "graphql";

/** What all runs of an operation have in common. */
export interface Operation {
  schema: GraphQLSchema;
  definition: OperationDefinitionNode;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** One run of an operation, from its coerced variables to its response. */
export interface Run {
  operation: Operation;
  variables: Readonly<Record<string, unknown>>;
  context: unknown;
  root: unknown;
  errors: FieldErrors;
}

/** Where a value is in the response: its key below the path of its object. undefined is the whole response. */
export type Place = Path | undefined;
export type { Path };

/**
 * The errors of a run. An error below a value that another error has already made null is dropped, as in graphql-js.
 */
export class FieldErrors {
  readonly list: GraphQLError[] = [];
  private readonly places = new Set<Place>();

  add(error: GraphQLError, place: Place): void {
    for (let at = place; at !== undefined; at = at.prev) if (this.places.has(at)) return;
    if (this.places.has(undefined)) return;
    this.places.add(place);
    this.list.push(error);
  }
}

/**
 * A field or list item that failed becomes null; if it is non-null, the failure propagates to its parent (GraphQL
 * 6.4.4).
 */
export function failAt(run: Run, thrown: unknown, nodes: readonly FieldNode[], place: Path, isNonNull: boolean): null {
  const error = locatedError(thrown, nodes, responsePathAsArray(place));
  if (isNonNull) throw error;
  run.errors.add(error, place);
  return null;
}

/** Whether the value is a promise or a thenable. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as { then?: unknown }).then === "function";
}

/**
 * Completes a value that a resolver promised: returns a promise, or the result itself if a thenable resolves
 * synchronously.
 */
export function afterwards(promise: PromiseLike<unknown>, complete: (value: unknown) => unknown): unknown {
  const chained: unknown = promise.then(complete);
  return isPromise(chained) ? Promise.resolve(chained) : chained;
}
/** Whether a completed value is still pending: nothing else in a response is a real promise. */
export const isLate = (completed: unknown): completed is Promise<unknown> =>
  typeof completed === "object" && completed instanceof Promise;
