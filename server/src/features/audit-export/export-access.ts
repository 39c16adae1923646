import { unauthenticated } from "../../platform/graphql/failures.js";
import { checkAccess, type AccessRule } from "../access/access-rule.js";
import { asFirmCaller, credentialIdOf, type FirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { refusalOf, type RefusedActs } from "../limits/refused-acts.service.js";
import { callersNow, type CallersNowNeeds } from "../request-contexts/callers-now.js";

/** Who may export the log, or what is made of it: this takes more than reading it, since one file holds every client's address and actions. */
export const exportRule = { team: "export", key: "AUDIT_READ" } as const satisfies AccessRule;

/** Decides who may have a file, at its beginning and while it is written. */
export class ExportAccess {
  constructor(private readonly needs: CallersNowNeeds & { refusedActs: RefusedActs }) {}

  /** Who exports. Throws UNAUTHENTICATED or FORBIDDEN; a refusal of `act` is an event too. */
  async mayExport(context: RequestContext, act: string): Promise<FirmCaller> {
    try {
      checkAccess(exportRule, context.caller);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal) await this.needs.refusedActs.record(act, refusal, context);
      throw error;
    }
    return asFirmCaller(context.caller);
  }

  /** Throws once the caller's session or key has ended or lost the right. */
  async mustStillExport(caller: FirmCaller): Promise<void> {
    const now = (await callersNow(this.needs, [caller])).get(credentialIdOf(caller));
    if (!now) throw unauthenticated();
    checkAccess(exportRule, now);
  }
}
