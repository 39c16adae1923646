import { constants, setPriority } from "node:os";
import { doBcrypt, type BcryptTask } from "./bcrypt-task.js";
import type { FromHashing, ToHashing } from "./hashing-child.js";

/*
 * The program that HashingChild starts: bcrypt, at a priority below everything that answers requests. Not the lowest:
 * people still have to get in when the machine is busy with other things.
 */
try {
  // Set before the first task: hashing threads inherit the priority when they are created.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // Not permitted here, so it hashes at normal priority.
}

const send = (message: FromHashing) => process.send?.(message);
async function answer({ id, task }: { id: number; task: BcryptTask }): Promise<void> {
  try {
    send({ id, result: await doBcrypt(task) });
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : "bcrypt failed" });
  }
}

// Only its server decides when it exits: by closing the channel, or by exiting itself.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => void answer(message as ToHashing));
send({ isReady: true });
