import {
  execute,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

type Variables = Readonly<Record<string, unknown>>;
/** Runs one operation; its errors are graphql-js's own. */
export type Execute = (context: unknown, variables: Variables) => Promise<ExecutionResult>;

/** The only executor of queries and mutations: one operation of a valid document. Nothing of the document becomes code. */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Execute {
  return async (context, variables) => {
    const result = await execute({
      schema,
      document,
      operationName: operation.name?.value,
      contextValue: context,
      variableValues: variables,
    });
    // Variables of the wrong type: the whole answer is their errors.
    return result.data === undefined ? { errors: result.errors?.map(asInputError) } : result;
  };
}

const asInputError = ({ message, nodes, originalError, extensions }: GraphQLError): GraphQLError =>
  new GraphQLError(message, {
    nodes,
    originalError,
    extensions: { ...extensions, code: extensions.code ?? "BAD_USER_INPUT" },
  });
