import type { ApolloServerPlugin, BaseContext } from "@apollo/server";
import { Kind, type DocumentNode, type GraphQLError } from "graphql";
import type { DocumentReader } from "./document-reader.js";
import { responseOf } from "./operation-pipeline.js";

const empty: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Apollo's documents, read by our reader before Apollo would parse and validate them: what a request has already, Apollo takes as it
 * is (with `documentStore: null`, whose answer would replace it). Stands before the pipeline's stages. A refused document has no operation, so that every stage lets it pass up to the answer.
 */
export const readDocuments = <C extends BaseContext>(reader: DocumentReader): ApolloServerPlugin<C> => ({
  async requestDidStart() {
    let errors: readonly GraphQLError[] | null = null;
    return {
      async didResolveSource(state) {
        const read = reader.read(state.source);
        errors = "kind" in read ? null : read;
        Object.assign(state, { document: "kind" in read ? read : empty });
      },
      async responseForOperation() {
        return errors && responseOf({ errors }, 400);
      },
    };
  },
});
