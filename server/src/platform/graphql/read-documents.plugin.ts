import type { ApolloServerPlugin, BaseContext } from "@apollo/server";
import { GraphQLError, Kind, type DocumentNode } from "graphql";
import { chargeReading, rateHeaders, type CostOptions, type ReadingCharge } from "../limits/limits.plugin.js";
import type { DocumentReader } from "./document-reader.js";
import { responseOf } from "./operation-pipeline.js";

const empty: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Charges the sender for Apollo's documents and reads them with our reader before Apollo would parse and validate them.
 * Apollo uses what a request already contains (with `documentStore: null`, whose entry would otherwise replace it). It
 * comes before the pipeline's stages. A refused document has no operation, so every stage lets it pass.
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
        // Otherwise Apollo would store the query under its digest although it was refused.
        if (errors) state.metrics.persistedQueryRegister = false;
        if (!errors || !charged) return;
        for (const [name, value] of rateHeaders(charged.rate)) state.response.http.headers.set(name, value);
      },
      async didResolveOperation({ operation, metrics }) {
        if (!operation) metrics.persistedQueryRegister = false;
      },
      /** Called only if no stage has refused the operation. From then on the fast lane knows it. */
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
