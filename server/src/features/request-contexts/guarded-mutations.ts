import type { GraphQLSchema } from "graphql";
import { alwaysNeedsFreshProof } from "@gatehouse/shared";
import { outageOf, OutcomeUnknown } from "../../platform/database/outages.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Payload } from "../../platform/graphql/payloads.js";
import { currentRequestId } from "../../platform/http/request-id.js";
import type { IdempotencyKeys } from "../idempotency/idempotency.js";
import { refusalIn, refusalOf, type ActRefusal, type RefusedActs } from "../limits/refused-acts.service.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { lockCaller } from "../callers/caller-now.js";
import { isFresh } from "../access/fresh-proof.js";
import { checkAccess, type AccessRule } from "../access/access-rule.js";
import { writerOf } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";

/**
 * Runs every mutation of the schema within checks on each of its transactions: at the beginning, that its caller may
 * still do this; at the end, the request's claim, if it has one. Fields open to anyone act on what their input proves;
 * the few of them that act with a session call `lockCaller` themselves. An outage after a commit is told as such. Log
 * lines within it carry the request's id, and the codes of its refusals are noted. What
 * a caller may not do is recorded in the firm's log.
 */
export function guardMutations(
  schema: GraphQLSchema,
  needs: { work: Work; idempotency: IdempotencyKeys; refusedActs: RefusedActs },
): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (!resolve) throw new Error(`the mutation ${field.name} does nothing`);
    const rule = field.extensions.allow as AccessRule;
    field.resolve = (source, input, context: RequestContext, info) => {
      const claimed = context.idempotencyClaim;
      const run = (): unknown => {
        const answer: unknown = resolve(source, input, context, info);
        if (!(answer instanceof Promise)) return answer;
        return answer.catch((error: unknown) => {
          // What was committed before the database failed stays done: it must not be sent again as if nothing was.
          throw context.hasCommitted && outageOf(error) ? new OutcomeUnknown(error) : error;
        });
      };
      const claim = () => (claimed ? needs.idempotency.run(claimed, run) : run());
      const begins = async (unit: UnitOfWork) => {
        if (!unit.onlyCounts) unit.afterCommit(() => (context.hasCommitted = true));
        if (rule !== "anyone") await mustStillBeAllowed(unit, field.name, rule, context);
      };
      const writer = writerOf(context.caller, context.source);
      const record = async (refusal: ActRefusal | null) => {
        if (refusal) await needs.refusedActs.record(field.name, refusal, context);
      };
      return currentRequestId.run(context.requestId, async () => {
        try {
          const payload = (await needs.work.guarded({ begins, writer }, claim)) as Payload;
          await record(refusalIn(payload));
          return noted(context, payload);
        } catch (error) {
          await record(refusalOf(error));
          throw error;
        }
      });
    };
  }
}

/** Tells the metrics why the mutation did nothing, if so. */
function noted<P extends Pick<Payload, "userErrors">>(context: RequestContext, payload: P): P {
  context.noteOperation(
    "mutation",
    payload.userErrors.map(({ code }) => code),
  );
  return payload;
}

/** Repeats the checks from before the mutation, on the caller's current state. */
async function mustStillBeAllowed(
  unit: UnitOfWork,
  mutation: string,
  rule: AccessRule,
  context: RequestContext,
): Promise<void> {
  const caller = await lockCaller(unit, context.caller);
  checkAccess(rule, caller);
  if (alwaysNeedsFreshProof(mutation) && !isFresh(caller, unit.now)) throw new Refusal("STEP_UP_REQUIRED");
}
