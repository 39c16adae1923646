import { HeaderMap, type GraphQLResponse } from "@apollo/server";
import {
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { Log } from "../log.js";
import { variableReader, withoutArguments } from "./errors-without-values.js";
import { planOperation, type Execute } from "./execution/planned-operation.js";
import { logUnexpected, maskError, namedOutage } from "./mask-errors.js";

/** An operation on its way through the stages: the parts of Apollo's request context that they use. */
interface OperationState<C> {
  schema: GraphQLSchema;
  request: {
    query?: string;
    operationName?: string;
    variables?: Record<string, unknown>;
    http?: { headers: HeaderMap };
  };
  source?: string;
  document?: DocumentNode;
  operation?: OperationDefinitionNode;
  /** Set in the fast lane. */
  known?: KnownOperation;
  contextValue: C;
  response: Pick<GraphQLResponse, "http"> & Partial<GraphQLResponse>;
}
type Resolved<C> = OperationState<C> & { document: DocumentNode };
type AnsweredState<C> = OperationState<C> & { response: GraphQLResponse };

/**
 * What happens to an operation besides running it: limits, replays, logging. These are Apollo's plugins, reduced to the
 * hooks that both lanes run. A hook with another name does not type-check, so that neither lane can skip a stage.
 */
export interface OperationStage<C> {
  requestDidStart(state: OperationState<C>): Promise<StageHooks<C>>;
}
interface StageHooks<C> {
  /** Runs after validation; throws to refuse. */
  didResolveOperation?(state: Resolved<C>): Promise<void>;
  /** The first stage that returns a response ends the search. */
  responseForOperation?(state: Resolved<C>): Promise<GraphQLResponse | null>;
  didEncounterErrors?(state: OperationState<C> & { errors: readonly GraphQLError[] }): Promise<void>;
  willSendResponse?(state: AnsweredState<C>): Promise<void>;
}

/** An operation that was parsed, validated and planned. */
export interface KnownOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  readVariables: ReturnType<typeof variableReader>;
  execute: Execute;
}

/**
 * Nodes and plans take up to four hundred times the text's memory, so this is a hundred megabytes at most. A text
 * longer than any of our own pages' is not kept, so that a few of them cannot evict what everybody uses.
 */
export const KNOWN = { max: 1000, maxSize: 256_000, maxEntrySize: 8000 };

/** The body of a POST according to GraphQL over HTTP. */
interface OperationBody {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: Record<string, unknown> | null;
}

/**
 * Runs operations in two lanes. A new one takes Apollo's: reading (parsing, validation), then the stages. One that
 * Apollo has let through before takes the fast lane: the same stages on the same state, without parsing and validating
 * again.
 */
export class OperationPipeline<C extends { requestId: string }> {
  /** For Apollo and the fast lane; the last one runs the operation. */
  readonly stages: readonly OperationStage<C>[];
  private readonly known = new LRUCache<string, KnownOperation>({
    ...KNOWN,
    sizeCalculation: (_operation, key) => key.length,
  });

  constructor(private readonly needs: { schema: GraphQLSchema; log: Log; stages: readonly OperationStage<C>[] }) {
    const execution = {
      requestDidStart: async () => ({ responseForOperation: (state: Resolved<C>) => this.run(state) }),
    };
    this.stages = [...needs.stages, execution];
  }

  /** An operation that has run before, unless the request contains something that only Apollo understands. */
  find(body: object): KnownOperation | undefined {
    return isOperationBody(body) ? this.known.get(keyOf(body.query, body.operationName)) : undefined;
  }

  /** The fast lane: does what Apollo does once the operation is resolved. Never throws. */
  async answer(known: KnownOperation, body: object, headers: HeaderMap, contextValue: C): Promise<GraphQLResponse> {
    try {
      return await this.passStages(known, body as OperationBody, headers, contextValue);
    } catch (error) {
      this.needs.log.error({ err: error, requestId: contextValue.requestId }, "a stage failed");
      const { requestId } = contextValue;
      return responseOf({ errors: [new GraphQLError("Internal server error", { extensions: { requestId } })] }, 500);
    }
  }

  private async passStages(
    known: KnownOperation,
    { query, operationName, variables }: OperationBody,
    headers: HeaderMap,
    contextValue: C,
  ): Promise<GraphQLResponse> {
    const { document, operation } = known;
    const state: Resolved<C> = {
      schema: this.needs.schema,
      known,
      request: {
        query,
        operationName: operationName ?? undefined,
        variables: variables ?? undefined,
        http: { headers },
      },
      source: query,
      document,
      operation,
      contextValue,
      response: { http: { status: undefined, headers: new HeaderMap() } },
    };
    const hooks = await Promise.all(this.stages.map((stage) => stage.requestDidStart(state)));
    let response: GraphQLResponse | null = null;
    try {
      await Promise.all(hooks.map((hook) => hook.didResolveOperation?.(state)));
    } catch (refusal) {
      const errors = [asGraphQLError(refusal)];
      await Promise.all(hooks.map((hook) => hook.didEncounterErrors?.({ ...state, errors })));
      response = responseOf({ errors }, 500);
    }
    for (const hook of hooks) response ??= (await hook.responseForOperation?.(state)) ?? null;
    if (!response) throw new Error("no stage ran the operation");
    mergeHead(state.response.http, response.http);
    state.response.body = response.body;
    const answered = state as AnsweredState<C>;
    await Promise.all(hooks.map((hook) => hook.willSendResponse?.(answered)));
    return answered.response;
  }

  /** The last stage. Apollo refuses an operation that the document does not contain. */
  private async run(state: Resolved<C>): Promise<GraphQLResponse | null> {
    const { source, document, operation, request, contextValue } = state;
    if (source === undefined || !operation) return null;
    const known = state.known ?? this.plan(keyOf(source, request.operationName), document, operation);
    const variables = known.readVariables(request.variables ?? {});
    let result: ExecutionResult = variables.errors ? variables : await known.execute(contextValue, variables.coerced);
    if (result.errors) {
      const isMutation = operation.operation === "mutation";
      result = { ...result, errors: result.errors.map((error) => namedOutage(withoutArguments(error), isMutation)) };
    }
    for (const error of result.errors ?? []) logUnexpected(error, contextValue.requestId, this.needs.log);
    return responseOf(result, result.data === undefined ? 400 : undefined);
  }

  private plan(key: string, document: DocumentNode, operation: OperationDefinitionNode): KnownOperation {
    const kept = this.known.get(key);
    if (kept) return kept;
    const { schema } = this.needs;
    const readVariables = variableReader(schema, operation);
    const planned = { document, operation, readVariables, execute: planOperation(schema, document, operation) };
    this.known.set(key, planned);
    return planned;
  }
}

/** The length separates a name from a query that ends in the same text. */
const keyOf = (query: string, operationName: string | null | undefined) =>
  `${operationName?.length ?? "-"}:${operationName ?? ""}${query}`;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isOperationBody(body: object): body is OperationBody {
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  return (
    typeof query === "string" &&
    (operationName == null || typeof operationName === "string") &&
    (variables == null || isRecord(variables)) &&
    // A persisted query is looked up by its digest.
    (extensions == null || (isRecord(extensions) && !extensions.persistedQuery))
  );
}

const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError(error instanceof Error ? error.message : String(error), { originalError: error as Error });

type Head = GraphQLResponse["http"];
function mergeHead(target: Head, source: Partial<Head>): void {
  if (source.status) target.status = source.status;
  for (const [name, value] of source.headers ?? []) target.headers.set(name, value);
}

/**
 * The HTTP response to a result: errors masked, with the status and headers that they ask for, or else with `status`.
 */
export function responseOf({ errors, ...result }: ExecutionResult, status?: number): GraphQLResponse {
  const http: Head = { status: undefined, headers: new HeaderMap() };
  const formatted = errors?.map((error) => {
    const { http: head, ...extensions } = error.extensions;
    if (head) mergeHead(http, head as Partial<Head>);
    return maskError({ ...error.toJSON(), extensions });
  });
  if (formatted) http.status ??= status;
  return { http, body: { kind: "single", singleResult: { ...result, ...(formatted ? { errors: formatted } : {}) } } };
}
