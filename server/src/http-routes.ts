import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import type { GraphQLSchema } from "graphql";
import type { Registry } from "prom-client";
import { pageAddresses } from "@gatehouse/shared";
import { docsRoutes } from "./docs/docs-pages.js";
import { createHttpServer, type Route } from "./platform/http/http-server.js";
import { GracefulStop } from "./platform/http/graceful-stop.js";
import { send, sendError, sendJson } from "./platform/http/responses.js";
import type { ReadinessCheck } from "./platform/readiness.js";
import { StaticFiles } from "./platform/http/static-files.js";
import type { Log } from "./platform/log.js";
import { gauge } from "./platform/metrics.js";
import type { Platform } from "./platform/platform.js";

/** Whether the process is alive, and whether it can do its work. */
export const healthRoutes = (readiness: ReadinessCheck): Route[] => [
  { path: "/healthz", method: "GET", handle: (_request, response) => sendJson(response, 200, { status: "ok" }) },
  {
    path: "/readyz",
    method: "GET",
    handle: async (_request, response) => {
      const state = await readiness.now();
      if (state.isReady) sendJson(response, 200, { status: "ready" });
      else sendJson(response, 503, { status: "not ready", reason: state.reason });
    },
  },
];

/** Adds what /readyz says to the metrics. */
export const readinessMetric = (metrics: Registry, readiness: ReadinessCheck): void =>
  gauge(metrics, {
    name: "gatehouse_ready",
    help: "1 while /readyz answers 200, otherwise 0.",
    read: async () => ((await readiness.now()).isReady ? 1 : 0),
  });

/** What Prometheus reads. */
export const metricsRoute = (metrics: Registry): Route => ({
  path: "/metrics",
  method: "GET",
  handle: async (_request, response) => send(response, 200, metrics.contentType, await metrics.metrics()),
});

/** Serves /metrics alone, at an address that need not be public. Its requests are not counted. */
export const createMetricsServer = (metrics: Registry, log: Log): Server =>
  createHttpServer({
    routes: () => [metricsRoute(metrics)],
    publicUrl: () => "http://localhost",
    trustedProxies: [],
    requests: null,
    stop: new GracefulStop(),
    log,
  });

/** What people open in a browser: the documentation and the built pages. They answer 404 if their files are missing. */
export function pageRoutes(
  { publicUrl }: Platform,
  { schema, docs, dashboard }: { schema: GraphQLSchema; docs: string | undefined; dashboard: string | undefined },
): Route[] {
  const documents = docs === undefined ? [] : docsRoutes(docs, schema, publicUrl);
  if (dashboard === undefined || !existsSync(join(dashboard, "index.html"))) return documents;
  const files = new StaticFiles(dashboard);
  const handle: Route["handle"] = (request, response, path) => {
    if (files.serve(request, response, path)) return;
    if (path.startsWith("/assets/") || !files.serve(request, response, "/index.html"))
      sendError(response, 404, "NOT_FOUND", "There is nothing at this address.");
  };
  const addresses = ["/assets/*", "/favicon.svg", ...Object.values(pageAddresses).flat()];
  return [...documents, ...addresses.map((path): Route => ({ path, method: "GET", handle, isPage: true }))];
}
