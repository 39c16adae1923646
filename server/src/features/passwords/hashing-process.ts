import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { doBcrypt, type BcryptTask } from "./bcrypt-task.js";
import type { FromHashing, ToHashing } from "./hashing-child.js";

/*
 * The program that HashingChild starts: bcrypt, at a priority below everything that answers requests. The threads that hash are
 * made by the first task and take the priority over from here.
 */
function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    // Linux may weigh sessions first and priorities within them: this one is a session of its own, with the database in another.
    if (process.platform === "linux") writeFileSync("/proc/self/autogroup", "10");
  } catch {
    // Not allowed or not there: it hashes at the common priority.
  }
}

const send = (message: FromHashing) => process.send?.(message);
async function answer({ id, task }: { id: number; task: BcryptTask }): Promise<void> {
  try {
    send({ id, result: await doBcrypt(task) });
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : "bcrypt failed" });
  }
}

stepBack();
// Its server alone says when it ends: by closing the channel, or by ending itself.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => void answer(message as ToHashing));
send({ isReady: true });
