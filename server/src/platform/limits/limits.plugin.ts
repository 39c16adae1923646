import { HeaderMap } from "@apollo/server";
import { GraphQLError, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { rateLimited } from "../graphql/failures.js";
import type { OperationStage } from "../graphql/operation-pipeline.js";
import { documentLimits, overLimit, withoutHints } from "./document-limits.js";
import { operationCost } from "./operation-cost.js";
import type { CostBucket, CostRate, CostRates } from "./cost-rates.js";

export interface CostOptions<C> {
  rates: CostRates;
  bucketOf(context: C): CostBucket;
  /** Whether the caller pays for what an operation does alone, and not for the reading of a new document. */
  readsFree(context: C): boolean;
  maxCost?: number;
  /** In production an error tells nothing of the schema beyond what was asked. */
  hideHints: boolean;
}

export const rateHeaders = ({ limit, remaining, resetMs }: CostRate): [string, string][] => [
  ["ratelimit-limit", limit.toString()],
  ["ratelimit-remaining", remaining.toString()],
  ["ratelimit-reset", Math.ceil(resetMs / 1000).toString()],
];

export interface Charged {
  cost: number;
  rate: CostRate;
}

/** Takes the cost from the caller's budget, or throws RATE_LIMITED with `retryAfter` in seconds. */
async function take<C>(options: CostOptions<C>, context: C, cost: number): Promise<CostRate> {
  const rate = await options.rates.take(options.bucketOf(context), cost);
  if (rate.isAllowed) return rate;
  const error = rateLimited(rate.resetMs);
  const headers = new HeaderMap(rateHeaders(rate));
  headers.set("retry-after", Math.max(1, Math.ceil(rate.resetMs / 1000)).toString());
  throw new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 429, headers } } });
}

/**
 * What reading a document may cost at most, known before it is read: its length decides how many selections are compared with each
 * other. A hundred of the longest a minute from one source are some seconds of CPU.
 */
const READING = { least: 10, most: 200, charactersForOne: 10 };
export const readingCost = ({ length }: string): number =>
  Math.min(READING.most, Math.max(READING.least, Math.ceil(length / READING.charactersForOne)));

export interface ReadingCharge extends Charged {
  /** For an operation that went on to run: a caller who reads free gets it back. The budget then; null where it stays paid for. */
  giveBack(): Promise<CostRate | null>;
}

/**
 * Charges the reading of a document that the server does not know to whoever sends it, before it is parsed: what is refused stays
 * paid for, so that a flood of invalid documents ends like any other, and so does one of valid documents that are new each time.
 * Throws RATE_LIMITED.
 */
export async function chargeReading<C>(options: CostOptions<C>, context: C, source: string): Promise<ReadingCharge> {
  const cost = readingCost(source);
  const rate = await take(options, context, cost);
  const giveBack = async () =>
    options.readsFree(context) ? options.rates.giveBack(options.bucketOf(context), cost) : null;
  return { cost, rate, giveBack };
}

/**
 * Charges an operation to its caller before it runs. Throws QUERY_TOO_COMPLEX or RATE_LIMITED (with `retryAfter` in seconds). The
 * WebSocket calls it for each operation; over HTTP the plugin does.
 */
export async function chargeOperation<C>(
  options: CostOptions<C>,
  context: C,
  operation: {
    schema: GraphQLSchema;
    document: DocumentNode;
    operation: OperationDefinitionNode;
    variables: Readonly<Record<string, unknown>>;
  },
): Promise<Charged> {
  const { maxCost = documentLimits.cost } = options;
  const cost = operationCost(operation.schema, operation.document, operation.operation, operation.variables);
  const rate = await take(options, context, Math.min(cost, maxCost));
  if (cost > maxCost)
    throw overLimit(
      "cost",
      maxCost,
      `a cost of at most ${maxCost}, and this one may cost ${cost}; ask for smaller pages`,
    );
  return { cost, rate };
}

/** Cost and rate of every operation over HTTP: `extensions.cost`, RateLimit headers, 400 and 429. */
export const limitsPlugin = <C>(options: CostOptions<C>): OperationStage<C> => ({
  async requestDidStart() {
    let charged: Charged | null = null;
    return {
      async didResolveOperation({ schema, document, operation, request, contextValue, response }) {
        if (!operation) return;
        const variables = request.variables ?? {};
        charged = await chargeOperation(options, contextValue, { schema, document, operation, variables });
        for (const [name, value] of rateHeaders(charged.rate)) response.http.headers.set(name, value);
      },
      async willSendResponse({ response }) {
        if (response.body.kind !== "single") return;
        const result = response.body.singleResult;
        if (charged) result.extensions = { ...result.extensions, cost: { requested: charged.cost } };
        if (options.hideHints && result.errors)
          result.errors = result.errors.map((error) => ({ ...error, message: withoutHints(error.message) }));
      },
    };
  },
});
