import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { MysqlCluster, Member } from "../mysql-cluster.js";

/** How long a fault lasts if the cluster need not choose a new primary. */
const SHORT_MS = 3000;

/** What happens to the primary. Resolves with how it is undone; null: nothing to undo. */
type Fault = (cluster: MysqlCluster, primary: Member) => Promise<(() => void) | null>;

/** In turn, so that even a short run has each of them. */
export const faults: Readonly<Record<string, Fault>> = {
  killed: async (_cluster, primary) => {
    await primary.kill();
    return null;
  },
  "switched to another": async (cluster, primary) => {
    const others = cluster.othersThan(primary);
    await cluster.switchTo(others[randomInt(others.length)] ?? primary);
    return null;
  },
  frozen: async (_cluster, primary) => {
    primary.signal("SIGSTOP");
    return () => primary.signal("SIGCONT");
  },
  "cut from the others": async (cluster, primary) => {
    const others = cluster.othersThan(primary);
    primary.cutFrom(others);
    return () => primary.heal(others);
  },
  "frozen for a moment": async (_cluster, primary) => {
    primary.signal("SIGSTOP");
    await wait(SHORT_MS);
    primary.signal("SIGCONT");
    return null;
  },
};
