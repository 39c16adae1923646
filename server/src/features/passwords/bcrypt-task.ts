import bcrypt from "bcrypt";

/** One piece of work for bcrypt. `text` is the pre-hashed password. */
export type BcryptTask =
  { kind: "hash"; text: string; cost: number } | { kind: "compare"; text: string; passwordHash: string };
/** A hash, or whether the password was right. */
export type BcryptResult = string | boolean;

/** Runs the task in the threads of this process. */
export const doBcrypt = (task: BcryptTask): Promise<BcryptResult> =>
  task.kind === "hash" ? bcrypt.hash(task.text, task.cost) : bcrypt.compare(task.text, task.passwordHash);
