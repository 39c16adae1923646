import type { Server } from "node:http";
import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { NoSchemaIntrospectionCustomRule, type GraphQLSchema } from "graphql";
import { Counter } from "prom-client";
import type { Core } from "./core.js";
import { authenticationFields } from "./features/sign-in/authentication-fields.js";
import { logRefusal, logRefusals } from "./features/access/refusal-log.js";
import type { RequestContext } from "./features/callers/request-context.js";
import { idempotencyPlugin } from "./features/idempotency/idempotency.js";
import { guardMutations } from "./features/request-contexts/guarded-mutations.js";
import { DocumentReader } from "./platform/graphql/document-reader.js";
import { hiddenSchema } from "./platform/graphql/hidden-schema.plugin.js";
import { logUnexpected, logUnexpectedErrors, maskError } from "./platform/graphql/mask-errors.js";
import { OperationPipeline } from "./platform/graphql/operation-pipeline.js";
import { readDocuments } from "./platform/graphql/read-documents.plugin.js";
import { subscriptionsOnSocketsOnly } from "./platform/graphql/subscription-documents.js";
import { graphqlEndpoint } from "./platform/http/graphql-endpoint.js";
import type { GracefulStop } from "./platform/http/graceful-stop.js";
import type { Route } from "./platform/http/http-server.js";
import { isProbe, PROBE_HEADER } from "./platform/http/operator-probe.js";
import { securityHeaders } from "./platform/http/security-headers.js";
import { statusForJson } from "./platform/http/status-for-json.plugin.js";
import { documentRules } from "./platform/limits/document-limits.js";
import { chargeOperation, chargeReading, limitsPlugin } from "./platform/limits/limits.plugin.js";
import type { Platform } from "./platform/platform.js";
import { attachWebSocket } from "./platform/websocket/websocket-endpoint.js";

const PATH = "/graphql";

/**
 * Serves the schema over HTTP, by Apollo or the fast lane, and over sockets, all with the same limits, rules and masks.
 */
export async function startGraphqlServer(
  { config, log, metrics, requests, publicUrl, isAllowedOrigin }: Platform,
  {
    work,
    idempotency,
    contexts,
    costs,
    refusedActs,
  }: Pick<Core, "work" | "idempotency" | "contexts" | "costs" | "refusedActs">,
  { schema, server, stop }: { schema: GraphQLSchema; server: Server; stop: GracefulStop },
): Promise<{ route: Route; stop(deadline: AbortSignal): Promise<void> }> {
  guardMutations(schema, { work, idempotency, refusedActs });

  const hideHints = config.isProduction;
  const rules = documentRules({ onePerDocument: authenticationFields });
  const pipeline = new OperationPipeline<RequestContext>({
    schema,
    log,
    stages: [
      logUnexpectedErrors(log),
      subscriptionsOnSocketsOnly<RequestContext>(),
      ...(config.isProduction ? [hiddenSchema<RequestContext>()] : []),
      limitsPlugin<RequestContext>(costs),
      idempotencyPlugin(idempotency, authenticationFields),
      // After the limits, which give their errors codes of their own.
      statusForJson<RequestContext>(),
      logRefusals(log),
    ],
  });
  const apollo = new ApolloServer<RequestContext>({
    schema,
    // hiddenSchema refuses it in production.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    // The pipeline keeps known documents; parsing one twice is rare.
    documentStore: null,
    formatError: maskError,
    logger: log,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      // Reports nothing to Apollo's studio, even if APOLLO_KEY is set; the reporting plugin is not even loaded.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      readDocuments(new DocumentReader({ schema, rules, hideHints }), costs),
      ...pipeline.stages,
    ],
  });
  await apollo.start();
  const sockets = attachWebSocket<RequestContext>({
    server,
    isStopping: () => stop.isStopping,
    path: PATH,
    headers: securityHeaders(publicUrl),
    schema,
    reader: new DocumentReader({
      schema,
      rules: [...rules, ...(config.isProduction ? [NoSchemaIntrospectionCustomRule] : [])],
      hideHints,
    }),
    isAllowedOrigin,
    createContext: (request, parameters, close) => contexts.ofSocket(request, parameters, close),
    isProbe: (parameters) => isProbe(config.keys, parameters[PROBE_HEADER], Date.now()),
    mayConnect: ({ caller }) => caller.kind !== "ANONYMOUS",
    holderOf: ({ caller, requestId }) =>
      caller.kind === "API_KEY" ? caller.keyId : caller.kind === "ANONYMOUS" ? requestId : caller.sessionId,
    chargeReading: (context, query) => chargeReading(costs, context, query),
    charge: (context, operation) => chargeOperation(costs, context, operation),
    hideHints,
    logError: (error, { requestId }) => logUnexpected(error, requestId, log),
    observe: (startedAt, codes) => requests.observe("subscription", startedAt, 200, codes),
    logRefusal: (codes, context) => logRefusal(log, codes, context),
    logFailure: (error) => log.error({ err: error }, "a socket failed"),
    formatError: (error) => maskError(error.toJSON()),
  });
  const operations = new Counter({
    name: "gatehouse_graphql_operations_total",
    help: "Operations over HTTP, by lane.",
    labelNames: ["lane"],
    registers: [metrics],
  });
  const handle = graphqlEndpoint({
    apollo,
    pipeline,
    count: (lane) => operations.inc({ lane }),
    createContext: (request, response) => contexts.ofRequest(request, response),
    isAllowedOrigin,
    log,
  });
  return {
    route: { path: PATH, method: "any", handle },
    stop: async (deadline) => {
      // Sockets first: their clients continue at another instance, while requests are still being answered here.
      await Promise.all([sockets.close(), stop.finish(server, deadline)]);
      await apollo.stop();
    },
  };
}
