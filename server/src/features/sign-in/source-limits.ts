import { attemptLimits } from "@gatehouse/shared";
import { rateLimited } from "../../platform/graphql/failures.js";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../access/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import type { Attempts, TakenAttempt } from "./attempts.service.js";

/** What is tried from an address, each counted by itself. */
type Tried = "password" | "secondFactor" | "token";

/** How much may be tried from one address, whoever it is for. */
export class SourceLimits {
  constructor(
    private readonly needs: {
      work: Work;
      attempts: Attempts;
      /** Multiplies the limits. */
      factor: number;
    },
  ) {}

  /** One attempt of the source address, to give back on success. */
  async take(what: Tried, context: RequestContext): Promise<TakenAttempt> {
    return this.needs.work.doAndKeep((unit) => this.takeWithin(unit, what, context));
  }
  /** The same beside other tries (Work.doAndKeep). */
  async takeWithin(unit: UnitOfWork, what: Tried, context: RequestContext): Promise<TakenAttempt> {
    const { attempts, factor } = this.needs;
    const key = `source:${what}:${sourceKey(context.source.ipAddress)}`;
    const attempt = await attempts.takeWithin(unit, key, attemptLimits[`${what}BySource`], factor);
    if (!attempt.ok) throw rateLimited(attempt.retryAfterMs);
    return attempt.taken;
  }
  giveBack(taken: TakenAttempt): Promise<void> {
    return this.needs.attempts.giveBack(taken);
  }
}
