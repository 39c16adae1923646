import type { ApolloServerPlugin, BaseContext } from "@apollo/server";
import { GraphQLError, Kind, type DocumentNode } from "graphql";
import { chargeReading, rateHeaders, type CostOptions, type ReadingCharge } from "../limits/limits.plugin.js";
import type { DocumentReader } from "./document-reader.js";
import { responseOf } from "./operation-pipeline.js";

const empty: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Apollo's documents, charged to their sender and read by our reader before Apollo would parse and validate them: what a request has
 * already, Apollo takes as it is (with `documentStore: null`, whose answer would replace it). Stands before the pipeline's stages. A
 * refused document has no operation, so that every stage lets it pass up to the answer.
 */
export const readDocuments = <C extends BaseContext>(
  reader: DocumentReader,
  costs: CostOptions<C>,
): ApolloServerPlugin<C> => ({
  async requestDidStart() {
    let charged: ReadingCharge | null = null;
    let errors: readonly GraphQLError[] | null = null;
    const read = async (source: string, context: C): Promise<DocumentNode | readonly GraphQLError[]> => {
      try {
        charged = await chargeReading(costs, context, source);
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
      return reader.read(source);
    };
    return {
      async didResolveSource(state) {
        const document = await read(state.source, state.contextValue);
        errors = "kind" in document ? null : document;
        Object.assign(state, { document: "kind" in document ? document : empty });
        // Apollo would keep what it was sent beside its digest, whatever became of it.
        if (errors) state.metrics.persistedQueryRegister = false;
        if (!errors || !charged) return;
        for (const [name, value] of rateHeaders(charged.rate)) state.response.http.headers.set(name, value);
      },
      async didResolveOperation({ operation, metrics }) {
        if (!operation) metrics.persistedQueryRegister = false;
      },
      /** Asked only where no stage has refused the operation: from then on the fast lane knows it. */
      async responseForOperation({ operation, response }) {
        if (errors) return responseOf({ errors }, 400);
        if (!charged || !operation) return null;
        const rate = await charged.giveBack();
        if (rate) for (const [name, value] of rateHeaders(rate)) response.http.headers.set(name, value);
        return null;
      },
    };
  },
});
