import { availableParallelism } from "node:os";
import { randomBytes } from "node:crypto";
import bcrypt from "bcrypt";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { rateLimited } from "../../platform/graphql/failures.js";
import type { BcryptResult, BcryptTask } from "./bcrypt-task.js";
import { FairLine, type Share } from "./fair-line.js";
import { HashingChild } from "./hashing-child.js";

/** 2^12 rounds (OWASP Password Storage). */
const PASSWORD_COST = 12;
const PURPOSE = "password pepper";
const QUEUE_RETRY_MS = 2000;
const WAITING = 200;
/** What one hash takes on a slow core, with others beside it; a usual one takes half of that. */
const HASH_MS = 500;

/** How long a full line of hashes takes, in milliseconds. */
export const fullLineMs = (cores = availableParallelism()): number => Math.ceil(WAITING / cores + 1) * HASH_MS;

export interface StoredPassword {
  passwordHash: string;
  pepperId: string;
}

/**
 * bcrypt over a keyed pre-hash (OWASP Password Storage): base64(HMAC-SHA-384(pepper, password)) is 64 bytes, so nothing
 * is truncated at bcrypt's 72, and a stolen database cannot be brute-forced without the pepper. At most as many hashes
 * run at once as there are cores (more would only slow everything down), with a bounded, fair line and a typed refusal
 * beyond it.
 */
export class PasswordHasher {
  private readonly line = new FairLine({ running: availableParallelism(), waiting: WAITING });
  /** Compared if there is no account, so that the response takes as long. */
  private readonly nobody: StoredPassword;

  constructor(
    private readonly keys: KeyRing,
    private readonly cost: number = PASSWORD_COST,
    private readonly child = new HashingChild(null),
    /** Called when a hash begins or is refused, with the seconds that it has waited. */
    private readonly observe: (outcome: "begun" | "refused", waited: number) => void = () => undefined,
  ) {
    this.nobody = { passwordHash: hashOfNothing(cost), pepperId: keys.activeId };
  }

  /** Throws RATE_LIMITED if the line has no place for that share. */
  async hash(password: string, share: Share): Promise<StoredPassword> {
    const pepperId = this.keys.activeId;
    const task: BcryptTask = { kind: "hash", text: this.prehash(password, pepperId), cost: this.cost };
    const result = await this.inLine(task, share);
    if (typeof result !== "string") throw new Error("bcrypt returned no hash");
    return { passwordHash: result, pepperId };
  }

  /**
   * Whether the password is right. `stored` null (no such person) takes the same time and is never right. Throws
   * RATE_LIMITED if the line has no place for that share: then nothing was checked.
   */
  async matches(password: string, stored: StoredPassword | null, share: Share): Promise<boolean> {
    const { passwordHash, pepperId } = stored ?? this.nobody;
    const task: BcryptTask = { kind: "compare", text: this.prehash(password, pepperId), passwordHash };
    const result = await this.inLine(task, share);
    return result === true && stored !== null;
  }

  /** How many hashes run, and how many wait. */
  get load(): { running: number; waiting: number } {
    return this.line.load;
  }

  /** Stops its process; work in progress is refused. */
  stop(): Promise<void> {
    return this.child.stop();
  }

  /**
   * Whether the hash uses an older cost or pepper: to be renewed at the next sign-in, when the password is available.
   */
  isOld({ passwordHash, pepperId }: StoredPassword): boolean {
    return pepperId !== this.keys.activeId || bcrypt.getRounds(passwordHash) !== this.cost;
  }

  private prehash(password: string, pepperId: string): string {
    return this.keys.hmac384(password.normalize("NFKC"), PURPOSE, pepperId);
  }

  /** Refuses if the line has no place, or if the hashing processes are killed: the caller may retry. */
  private async inLine(task: BcryptTask, share: Share): Promise<BcryptResult> {
    const askedAt = performance.now();
    const waited = () => (performance.now() - askedAt) / 1000;
    let hasBegun = false;
    const result = await this.line.offer(share, () => {
      hasBegun = true;
      this.observe("begun", waited());
      return this.child.do(task);
    });
    if (result !== null) return result;
    if (!hasBegun) this.observe("refused", waited());
    throw rateLimited(QUEUE_RETRY_MS);
  }
}

const BCRYPT_DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const DIGEST_DIGITS = 31;
/** A well-formed bcrypt hash with a random digest: no password that matches it can be found. */
const hashOfNothing = (cost: number): string =>
  bcrypt.genSaltSync(cost) + Array.from(randomBytes(DIGEST_DIGITS), (byte) => BCRYPT_DIGITS[byte % 64]).join("");
