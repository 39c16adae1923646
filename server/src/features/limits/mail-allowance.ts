import { attemptLimits } from "@gatehouse/shared";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Attempts } from "./attempts.service.js";

/** What may be requested without being signed in; each is counted separately. */
export type RequestedMail = "account confirmation" | "password reset";

/**
 * Mails that anybody can trigger to somebody's address. Each kind has its own counter, so that a stranger's requests
 * for one do not hold back another. A person who has proven to own the address has a counter that no stranger can
 * affect.
 */
export class MailAllowance {
  constructor(private readonly needs: { attempts: Attempts; sourceLimitFactor: number }) {}

  /**
   * Takes one mail; false: beyond a limit, no mail. `place`: the firm where it is requested; `isOwn`: the owner
   * requests it.
   */
  async take(
    wish: { what: RequestedMail; place: string; email: string; isOwn: boolean },
    { source }: Pick<RequestContext, "source">,
  ): Promise<boolean> {
    const { attempts, sourceLimitFactor } = this.needs;
    const key = `mail:${wish.what}:${wish.place}:${wish.email}`;
    if (wish.isOwn) return (await attempts.take(`${key}:own`, attemptLimits.mailsByAddress)).ok;
    const bySource = await attempts.take(
      `source:mail:${sourceKey(source.ipAddress)}`,
      attemptLimits.mailsBySource,
      sourceLimitFactor,
    );
    // A source beyond its own limit triggers no mail, so it uses up none of the address's either.
    return bySource.ok && (await attempts.take(key, attemptLimits.mailsByAddress)).ok;
  }
}
