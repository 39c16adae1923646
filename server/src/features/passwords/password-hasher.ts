import { availableParallelism } from "node:os";
import { randomBytes } from "node:crypto";
import bcrypt from "bcrypt";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { rateLimited } from "../../platform/graphql/failures.js";
import { BoundedQueue } from "./bounded-queue.js";

/** 2^12 rounds (OWASP Password Storage). */
export const PASSWORD_COST = 12;
const PURPOSE = "password pepper";
const QUEUE_RETRY_MS = 2000;

export interface StoredPassword {
  passwordHash: string;
  pepperId: string;
}

/**
 * bcrypt over a keyed pre-hash (OWASP Password Storage): base64(HMAC-SHA-384(pepper, password)) is 64 bytes, so nothing past
 * bcrypt's 72 is lost, and a stolen database without the pepper cannot be guessed at. At most as many hashes at once as there
 * are cores (more only slows everything else down), a bounded line, a typed refusal past it.
 */
export class PasswordHasher {
  private readonly queue = new BoundedQueue({ running: availableParallelism(), waiting: 200 });
  /** Compared with where there is no account, so that the answer takes as long. */
  private readonly nobody: Promise<StoredPassword>;

  constructor(
    private readonly keys: KeyRing,
    private readonly cost: number = PASSWORD_COST,
  ) {
    this.nobody = this.hash(randomBytes(32).toString("base64"));
  }

  async hash(password: string): Promise<StoredPassword> {
    const pepperId = this.keys.activeId;
    const passwordHash = await this.inLine(() => bcrypt.hash(this.prehash(password, pepperId), this.cost));
    return { passwordHash, pepperId };
  }

  /** Whether it is the password; `stored` null (nobody by that name) takes the same time and is never right. */
  async matches(password: string, stored: StoredPassword | null): Promise<boolean> {
    const { passwordHash, pepperId } = stored ?? (await this.nobody);
    const isRight = await this.inLine(() => bcrypt.compare(this.prehash(password, pepperId), passwordHash));
    return isRight && stored !== null;
  }

  /** Made with an older cost or pepper: to be renewed at the next sign-in, when the password is at hand. */
  isOld({ passwordHash, pepperId }: StoredPassword): boolean {
    return pepperId !== this.keys.activeId || bcrypt.getRounds(passwordHash) !== this.cost;
  }

  private prehash(password: string, pepperId: string): string {
    return this.keys.hmac384(password.normalize("NFKC"), PURPOSE, pepperId);
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.offer(work);
    if (result === null) throw rateLimited(QUEUE_RETRY_MS);
    return result;
  }
}
