import { attemptLimits } from "@gatehouse/shared";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Attempts } from "./attempts.service.js";

/** What may be asked for without being signed in, each counted by itself. */
export type MailAskedFor = "account confirmation" | "password reset";

/**
 * Mails that anybody can cause for somebody's address. Each kind has a counter of its own, so that a stranger's requests for one do not keep
 * back another; who has proven to be the address's owner has one that no stranger can touch.
 */
export class MailAllowance {
  constructor(private readonly needs: { attempts: Attempts; sourceLimitFactor: number }) {}

  /** Takes one mail; false: past a limit, no mail. `place`: the firm where it is asked for; `isOwn`: its owner asks. */
  async take(
    wish: { what: MailAskedFor; place: string; email: string; isOwn: boolean },
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
    // Past its own limit a source causes no mail, so it spends none of the address's either.
    return bySource.ok && (await attempts.take(key, attemptLimits.mailsByAddress)).ok;
  }
}
