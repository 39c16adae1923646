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
  /** Whether the caller pays only for what an operation does, and not for reading a new document. */
  readsFree(context: C): boolean;
  maxCost?: number;
  /** In production an error reveals nothing of the schema beyond what the document names. */
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

/** Charges the cost to the caller's budget, or throws RATE_LIMITED with `retryAfter` in seconds. */
async function take<C>(options: CostOptions<C>, context: C, cost: number): Promise<CostRate> {
  const rate = await options.rates.take(options.bucketOf(context), cost);
  if (rate.isAllowed) return rate;
  const error = rateLimited(rate.resetMs);
  const headers = new HeaderMap(rateHeaders(rate));
  headers.set("retry-after", Math.max(1, Math.ceil(rate.resetMs / 1000)).toString());
  throw new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 429, headers } } });
}

/**
 * What reading a document may cost, known before it is read: its length limits how many selections are compared with
 * each other. A hundred of the longest documents per minute from one source take some seconds of CPU.
 */
const READING = { least: 10, most: 200, charactersForOne: 10 };
export const readingCost = ({ length }: string): number =>
  Math.min(READING.most, Math.max(READING.least, Math.ceil(length / READING.charactersForOne)));

export interface ReadingCharge extends Charged {
  /**
   * For an operation that went on to run: refunds a caller who reads for free. Returns the budget then; null if the
   * charge stands.
   */
  giveBack(): Promise<CostRate | null>;
}

/**
 * Charges the sender for reading a document that is new to the server, before it is parsed. The charge stands if the
 * document is refused, so that a flood of invalid documents is limited like any other, and so is one of valid documents
 * that are always new. Throws RATE_LIMITED.
 */
export async function chargeReading<C>(options: CostOptions<C>, context: C, source: string): Promise<ReadingCharge> {
  const cost = readingCost(source);
  const rate = await take(options, context, cost);
  const giveBack = async () =>
    options.readsFree(context) ? options.rates.giveBack(options.bucketOf(context), cost) : null;
  return { cost, rate, giveBack };
}

/**
 * Charges an operation to its caller before it runs. Throws QUERY_TOO_COMPLEX or RATE_LIMITED (with `retryAfter` in
 * seconds). Over HTTP the plugin calls it; on a socket the endpoint does.
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

/** Limits the cost and rate of every operation over HTTP: `extensions.cost`, RateLimit headers, 400 and 429. */
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
