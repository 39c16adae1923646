import { Gauge, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import type { BoundedPool, PoolState } from "./mysql-pool.js";

/** Adds the state of each database's pool, by the pool's name. SQLite has none. */
export function poolMetrics(metrics: Registry, databases: Readonly<Record<string, DataSource>>): void {
  const pools = Object.entries(databases).flatMap(([name, { driver }]): [string, BoundedPool & PoolState][] => {
    const { pool } = driver as { pool?: BoundedPool & PoolState };
    return pool ? [[name, pool]] : [];
  });
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
      for (const [pool, { _allConnections: all, _freeConnections: free }] of pools) {
        gauge.set({ pool, state: "in_use" }, all.length - free.length);
        gauge.set({ pool, state: "idle" }, free.length);
      }
    },
  );
  add("gatehouse_database_pool_max_connections", "How many connections the pool may open.", ["pool"], (gauge) => {
    for (const [pool, { config }] of pools) gauge.set({ pool }, config.connectionLimit);
  });
  add("gatehouse_database_pool_waiting", "Callers that wait for a connection.", ["pool"], (gauge) => {
    for (const [pool, { waitingCallers }] of pools) gauge.set({ pool }, waitingCallers);
  });
}
