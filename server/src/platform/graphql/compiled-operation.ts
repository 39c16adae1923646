import {
  getVariableValues,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { compileQuery, isCompiledQuery } from "graphql-jit";

type Variables = Readonly<Record<string, unknown>>;
/** Runs one operation; its errors are graphql-js's own. */
export type Execute = (context: unknown, variables: Variables) => Promise<ExecutionResult>;

/**
 * Compiles one operation of a valid document to JavaScript: the only executor of queries and mutations. Compile a document once
 * only: graphql-jit writes its notes into the nodes.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Execute {
  // Without "path based", a fragment spread twice under different @include conditions is included by the last one's.
  const compiled = compileQuery(schema, document, operation.name?.value, { useExperimentalPathBasedSkipInclude: true });
  if (!isCompiledQuery(compiled))
    throw new Error(`not compiled: ${compiled.errors?.map(({ message }) => message).join("; ")}`);
  return async (context, variables) => {
    const result = await compiled.query(undefined, context, variables);
    if (!result.errors) return result;
    // Wrong variables: told in graphql-js's words, which clients and the specification's audits know.
    const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 50 });
    if (coerced.errors) return { errors: coerced.errors.map(asInputError) };
    return { ...result, errors: result.errors.map(asGraphQLError) };
  };
}

/** graphql-jit's errors lack extensions, and nothing may be added to them. */
function asGraphQLError({ message, path, locations, originalError, extensions }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError, extensions: extensions ?? {} });
  if (locations) Object.defineProperty(error, "locations", { value: locations, enumerable: true });
  return error;
}

const asInputError = ({ message, nodes, originalError, extensions }: GraphQLError): GraphQLError =>
  new GraphQLError(message, {
    nodes,
    originalError,
    extensions: { ...extensions, code: extensions.code ?? "BAD_USER_INPUT" },
  });
