import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { unlikeSignIns } from "./commands/address-spellings.js";
import { keyUsage, unusable } from "./commands/key-usage.js";
import { createCore, type CoreOptions } from "./core.js";
import { loadDemo } from "./demo/demo-firm.js";
import { entities, migrations } from "./entities.js";
import { featureModules } from "./feature-modules.js";
import type { FeatureModule } from "./features/access/feature-module.js";
import type { NodeSources } from "./features/access/node-source.js";
import { Firm } from "./features/firms/firm.entity.js";
import { NodeResolver } from "./features/node/node.resolver.js";
import type { PasswordHasher } from "./features/passwords/password-hasher.js";
import type { Work } from "./features/work/unit-of-work.js";
import { startGraphqlServer } from "./graphql-server.js";
import { createMetricsServer, healthRoutes, metricsRoute, pageRoutes, readinessMetric } from "./http-routes.js";
import { systemClock, type Clock } from "./platform/clock/clock.js";
import type { Config } from "./platform/config/config.js";
import { openDatabase } from "./platform/database/database.js";
import type { BoundedPool } from "./platform/database/mysql-pool.js";
import { poolMetrics, poolsOf } from "./platform/database/pool-metrics.js";
import { listReadsMetric, ReadReplicas } from "./platform/database/read-replicas.js";
import { WriteProbe } from "./platform/database/write-probe.js";
import { allowedOrigins } from "./platform/http/allowed-origins.js";
import { GracefulStop } from "./platform/http/graceful-stop.js";
import { createHttpServer, listen, type Route } from "./platform/http/http-server.js";
import { probeRoute } from "./platform/http/operator-probe.js";
import { pageErrorsRoute } from "./platform/http/page-errors.js";
import { RequestMetrics } from "./platform/http/request-metrics.js";
import { trustedProxies } from "./platform/http/trusted-proxies.js";
import { createLog, type Log } from "./platform/log.js";
import { createMetrics } from "./platform/metrics.js";
import { tracePool, traceStatements } from "./platform/tracing/sql-spans.js";
import type { Platform } from "./platform/platform.js";
import { ReadinessCheck } from "./platform/readiness.js";
import { createSchema } from "./schema.js";

export interface AppOptions extends Pick<CoreOptions, "passwordCost" | "hashingProcess"> {
  clock?: Clock;
  log?: Log;
  /** How many lines the log's output did not accept; reported at /metrics. */
  droppedLogLines?: () => number;
  /** Gatehouse's version, for /metrics. */
  version?: string;
  /** The built dashboard; without it the pages answer 404. */
  dashboard?: string;
  /** The directory that contains `docs/` and `CHANGELOG.md`; without it `/docs` and `/schema.graphql` answer 404. */
  docs?: string;
  /** The directory of the fonts of PDFs; without it there are none. */
  fonts?: string | null;
  /** Features whose background work does not run here. For tests that do it themselves, when nobody else may come before. */
  withoutWorkersOf?: "ALL" | readonly (typeof featureModules)[number][];
}

export interface App {
  /** Where the server listens. */
  url: string;
  publicUrl: string;
  /** Whether the demo firm exists, loaded now or at an earlier start. */
  hasDemo: boolean;
  work: Work;
  hasher: PasswordHasher;
  schema: GraphQLSchema;
  /**
   * From now on `/readyz` answers 503, each response closes its connection, and no socket is accepted; everything else
   * works as before.
   */
  announceStop(): void;
  /**
   * Stops in order: sockets are closed (1001), requests answered, mails and webhooks under way sent. At the deadline
   * (default: ten seconds) what is left is cut off.
   */
  close(deadline?: AbortSignal): Promise<void>;
}

const CLOSE_MS = 10_000;

/** Assembles the whole server and listens. Tests start it the same way. */
export async function startApp(
  config: Config,
  {
    clock = systemClock,
    log = createLog(config.logLevel),
    droppedLogLines = () => 0,
    version = "unknown",
    dashboard,
    docs,
    fonts = null,
    withoutWorkersOf = [],
    passwordCost,
    hashingProcess,
  }: AppOptions = {},
): Promise<App> {
  const tracing =
    config.tracing && (await import("./platform/tracing/open-telemetry.js")).openTelemetry(config.tracing, version);

  // The port, and with it the links in mails, is known only once the server listens.
  let routes: readonly Route[] = [];
  let publicUrl = config.publicUrl ?? "http://localhost";
  const stop = new GracefulStop();
  const { metricsAt } = config;
  const proxies = trustedProxies(config.trustedProxies);
  const metrics = createMetrics({ droppedLogLines, version });
  const requests = new RequestMetrics(metrics);
  let pools: readonly BoundedPool[] = [];
  const server = createHttpServer({
    routes: () => routes,
    publicUrl: () => publicUrl,
    trustedProxies: proxies,
    requests,
    tracing,
    stop,
    log,
    hasWaitingReads: () => pools.some(({ waitingCallers }) => waitingCallers > 0),
  });
  const metricsServer = metricsAt && createMetricsServer(metrics, log);
  const closeServers = () => {
    for (const one of [server, metricsServer]) one?.close().closeAllConnections();
  };
  // Before the database is migrated: a second server at the same port must not touch it.
  const port = await listen(server, config);
  const dataSource = await (async () => {
    if (metricsServer) await listen(metricsServer, metricsAt);
    return openDatabase({ address: config.database, entities, migrations });
  })().catch((error: unknown) => {
    closeServers();
    throw error;
  });
  pools = poolsOf(dataSource);
  if (tracing) traceStatements(dataSource, tracing);
  publicUrl = config.publicUrl ?? `http://localhost:${port}`;
  const origins = allowedOrigins(publicUrl, port, config.isProduction);
  const { databaseReplica } = config;
  const counted = listReadsMetric(metrics);
  const replicas = databaseReplica && new ReadReplicas({ address: databaseReplica, primary: dataSource, counted, log });
  if (tracing) for (const pool of replicas?.pools ?? []) tracePool(pool, tracing, dataSource.options.type);
  const platform: Platform = {
    config,
    clock,
    log,
    dataSource,
    replicas,
    metrics,
    requests,
    tracing,
    publicUrl,
    fonts,
    isAllowedOrigin: (origin) => origins.has(origin),
  };

  poolMetrics(metrics, { main: pools, replica: replicas?.pools ?? [] });

  // A commit wakes workers that are created after the unit of work.
  let modules: readonly FeatureModule[] = [];
  const core = createCore(platform, {
    onEvents: (firmIds, events) => modules.forEach(({ onEvents }) => onEvents?.(firmIds, events)),
    onMail: () => modules.forEach(({ onMail }) => onMail?.()),
    passwordCost,
    hashingProcess,
  });
  modules = featureModules.map((featureModule) => featureModule(platform, core));
  const isLeftOut = (index: number) =>
    withoutWorkersOf === "ALL" || withoutWorkersOf.some((one) => one === featureModules[index]);
  const workers = modules.flatMap((featureModule, index) => (isLeftOut(index) ? [] : (featureModule.workers ?? [])));

  const nodes: NodeSources = Object.assign({}, ...modules.map((featureModule) => featureModule.nodes));
  const resolvers = modules.flatMap((featureModule) => featureModule.resolvers ?? []);
  const schema = await createSchema([...resolvers, new NodeResolver(nodes)]);
  const graphql = await startGraphqlServer(platform, core, { schema, server, stop });

  const { work, hasher } = core;
  const isNew = (await work.reader.count(Firm)) === 0;
  if (isNew && (config.demo ?? !config.isProduction)) await loadDemo({ ...core, clock, keys: config.keys });
  const lost = unusable(await keyUsage(work.reader), config.keys);
  if (lost.length > 0)
    log.error({ lost }, "SECRET_KEYS lacks keys that are still needed: restore them, or their owners cannot sign in");
  const spellings = await unlikeSignIns(work.reader);
  if (spellings.length > 0)
    log.warn({ spellings }, 'logins cannot sign in, since another one has the same address: see "gatehouse doctor"');

  const readiness = new ReadinessCheck(new WriteProbe(dataSource, log), log);
  readinessMetric(metrics, readiness);
  routes = [
    graphql.route,
    ...modules.flatMap((featureModule) => featureModule.routes ?? []),
    ...healthRoutes(readiness),
    pageErrorsRoute({ isAllowedOrigin: platform.isAllowedOrigin, trustedProxies: proxies, log }),
    probeRoute({ keys: config.keys, trustedProxies: proxies, now: () => Date.now() }),
    ...(metricsServer || config.isProduction ? [] : [metricsRoute(metrics)]),
    ...pageRoutes(platform, { schema, docs, dashboard }),
  ];
  for (const worker of workers) worker.start?.();
  const announceStop = () => {
    readiness.stop();
    stop.announce();
  };

  return {
    url: `http://${config.host === "0.0.0.0" ? "127.0.0.1" : config.host}:${port}`,
    publicUrl,
    hasDemo: await work.reader.existsBy(Firm, { slug: "harbor" }),
    work,
    hasher,
    schema,
    announceStop,
    close: async (deadline = AbortSignal.timeout(CLOSE_MS)) => {
      announceStop();
      await graphql.stop(deadline);
      for (const worker of workers.toReversed()) await worker.stop(deadline);
      await hasher.stop();
      core.wakeChannel?.close();
      metricsServer?.close().closeAllConnections();
      readiness.close();
      replicas?.close();
      await dataSource.destroy();
      await tracing?.stop();
    },
  };
}
