import bcrypt from "bcrypt";

/** One piece of work for bcrypt. `text` is the pre-hashed password. */
export type BcryptTask =
  { kind: "hash"; text: string; cost: number } | { kind: "compare"; text: string; passwordHash: string };
/** A hash, or whether it was the password. */
export type BcryptResult = string | boolean;

/** Does the work in the threads of this process. */
export const doBcrypt = (task: BcryptTask): Promise<BcryptResult> =>
  task.kind === "hash" ? bcrypt.hash(task.text, task.cost) : bcrypt.compare(task.text, task.passwordHash);
