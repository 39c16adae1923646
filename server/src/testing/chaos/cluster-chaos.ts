import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { DataSource } from "typeorm";
import { Api } from "../api.js";
import { MysqlCluster } from "../mysql-cluster.js";
import { listReads } from "../replication.js";
import { freePort, ServerProcess } from "../server-process.js";
import { OwnRedis } from "../services.js";
import { faults } from "./cluster-faults.js";
import { ClusterWatch } from "./cluster-watch.js";
import { openBeside, Rehearsal, type Report } from "./rehearsal.js";

/** How soon each server must acknowledge a write again once there is a primary, on an idle machine. */
const WRITES_AGAIN_MS = 10_000;
/** How long to wait for it at all. */
const PATIENCE_MS = 120_000;
/** The most requests that are answered before the next fault. */
const REQUESTS_BETWEEN = 60;

/** Asks several servers in turn, as a load balancer does. */
class InTurn extends Api {
  private turn = 0;
  constructor(private readonly servers: readonly ServerProcess[]) {
    super();
  }
  get url(): string {
    return this.servers[this.turn++ % this.servers.length]?.url ?? "";
  }
}

/**
 * C06: two servers on a MySQL cluster whose primary is killed, switched, frozen and cut off under load, `times` times.
 * `isIdle`: the machine has nothing else to do, so that times are judged.
 */
export async function clusterChaos(times: number, isIdle: boolean, say: (line: string) => void): Promise<Report> {
  const cluster = await MysqlCluster.start();
  const redis = await OwnRedis.start();
  // Each server finds the members that are not the primary by itself.
  const rehearsal = await Rehearsal.prepare(cluster.url, { REDIS_URL: redis.url, DATABASE_REPLICA_URL: cluster.url });
  const { ledger, environment } = rehearsal;
  const servers = [
    new ServerProcess(await freePort(), environment),
    new ServerProcess(await freePort(), environment),
  ] as const;
  let watch: ClusterWatch | null = null;
  let beside: DataSource | null = null;
  const openBesidePrimary = async () => {
    await beside?.destroy().catch(() => undefined);
    const { host } = await cluster.untilPrimary();
    beside = await openBeside(`mysql://root@${host}:3306/gatehouse`);
    return beside;
  };
  try {
    for (const server of servers) server.start();
    for (const server of servers) await server.waitUntilReady();
    const { integratorKey } = await rehearsal.begin(new InTurn(servers), await openBesidePrimary(), servers);
    watch = new ClusterWatch(cluster, servers, ledger, integratorKey);
    const kinds = Object.entries(faults);
    const healed: number[] = [];
    for (let turn = 0; turn < times; turn++) {
      const [name, fault] = kinds[turn % kinds.length] ?? ["", null];
      const goal = ledger.of("requests answered") + randomInt(1, REQUESTS_BETWEEN);
      for (let tries = 0; ledger.of("requests answered") < goal && tries < 1200; tries++) await wait(50);
      const primary = await cluster.untilPrimary();
      const undo = (await fault?.(cluster, primary)) ?? null;
      await cluster.untilPrimary();
      const takenMs = await watch.untilEachWrites(Date.now(), PATIENCE_MS);
      healed.push(takenMs);
      ledger.max("until each server wrote again after there was a primary, ms", takenMs);
      if (takenMs > (isIdle ? WRITES_AGAIN_MS : PATIENCE_MS))
        ledger.breach(`a server did not write for ${takenMs} ms after there was a primary (${name})`);
      undo?.();
      await cluster.untilWhole();
      ledger.count(`primary ${name}`);
      say(
        `${turn + 1} of ${times}, primary ${name}: written again after ${takenMs} ms, ${ledger.of("requests answered")} requests answered, ${ledger.broken.length} broken`,
      );
    }
    await watch.stop();
    await rehearsal.end();
    for (const server of servers)
      for (const [who, n] of Object.entries(await listReads(server))) ledger.count(`lists from the ${who}`, n);
    const report = await rehearsal.check(await openBesidePrimary());
    if (!(await cluster.agrees())) ledger.breach("the members do not hold the same transactions");
    return { ...report, checks: report.checks + 6 };
  } finally {
    await watch?.stop();
    await rehearsal.close();
    for (const server of servers) await server.end("SIGKILL");
    await (beside as DataSource | null)?.destroy().catch(() => undefined);
    await redis.stop();
    await cluster.stop();
  }
}
