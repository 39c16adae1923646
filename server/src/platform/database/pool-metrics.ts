import { Gauge, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import type { BoundedPool, PoolState } from "./mysql-pool.js";

/** None on SQLite. */
export function poolsOf({ driver }: DataSource): BoundedPool[] {
  const { pool } = driver as { pool?: BoundedPool };
  return pool ? [pool] : [];
}

/** Adds the state of the pools by name. Those with the same name count together. */
export function poolMetrics(metrics: Registry, named: Readonly<Record<string, readonly BoundedPool[]>>): void {
  const pools = Object.entries(named)
    .filter(([, ofName]) => ofName.length > 0)
    .map(([name, ofName]) => [name, ofName as unknown as readonly (BoundedPool & PoolState)[]] as const);
  const sum = (ofName: readonly (BoundedPool & PoolState)[], count: (pool: BoundedPool & PoolState) => number) =>
    ofName.reduce((total, pool) => total + count(pool), 0);
  const add = <L extends string>(name: string, help: string, labelNames: L[], set: (gauge: Gauge<L>) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [metrics],
      collect() {
        set(this);
      },
    });
  add(
    "gatehouse_database_pool_connections",
    "Connections to the database that are open, in use or idle.",
    ["pool", "state"],
    (gauge) => {
      for (const [pool, ofName] of pools) {
        const idle = sum(ofName, ({ _freeConnections: free }) => free.length);
        gauge.set({ pool, state: "in_use" }, sum(ofName, ({ _allConnections: all }) => all.length) - idle);
        gauge.set({ pool, state: "idle" }, idle);
      }
    },
  );
  add("gatehouse_database_pool_max_connections", "How many connections the pool may open.", ["pool"], (gauge) => {
    for (const [pool, ofName] of pools)
      gauge.set(
        { pool },
        sum(ofName, ({ config }) => config.connectionLimit),
      );
  });
  add("gatehouse_database_pool_waiting", "Callers that wait for a connection.", ["pool"], (gauge) => {
    for (const [pool, ofName] of pools)
      gauge.set(
        { pool },
        sum(ofName, ({ waitingCallers }) => waitingCallers),
      );
  });
}
