import { constants, setPriority } from "node:os";
import { doBcrypt, type BcryptTask } from "./bcrypt-task.js";
import type { FromHashing, ToHashing } from "./hashing-child.js";

/*
 * The program that HashingChild starts: bcrypt, at a priority below everything that answers requests. Not the lowest: on a machine
 * that is busy with other things people still have to get in.
 */
try {
  // Before the first task: the threads that hash take it over when they are made.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // Not allowed here: it hashes at the common priority.
}

const send = (message: FromHashing) => process.send?.(message);
async function answer({ id, task }: { id: number; task: BcryptTask }): Promise<void> {
  try {
    send({ id, result: await doBcrypt(task) });
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : "bcrypt failed" });
  }
}

// Its server alone says when it ends: by closing the channel, or by ending itself.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => void answer(message as ToHashing));
send({ isReady: true });
