import type { GraphQLSchema } from "graphql";
import { alwaysNeedsFreshProof } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Payload } from "../../platform/graphql/payloads.js";
import { currentRequestId } from "../../platform/http/request-id.js";
import type { IdempotencyKeys } from "../idempotency/idempotency.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { lockCaller } from "../callers/caller-now.js";
import { isFresh } from "../access/fresh-proof.js";
import { checkAccess, type AccessRule } from "../access/access-rule.js";
import type { RequestContext } from "../callers/request-context.js";

/**
 * Runs every mutation of the schema within checks on each of its transactions: at the beginning, that its caller may
 * still do this; at the end, the request's claim, if it has one. Log lines within it carry the request's id, and the codes of its refusals are noted. Fields open to anyone act on what their input proves;
 * the few of them that act with a session call `lockCaller` themselves.
 */
export function guardMutations(schema: GraphQLSchema, needs: { work: Work; idempotency: IdempotencyKeys }): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (!resolve) throw new Error(`the mutation ${field.name} does nothing`);
    const rule = field.extensions.allow as AccessRule;
    field.resolve = (source, input, context: RequestContext, info) => {
      const claimed = context.idempotencyClaim;
      const run = (): unknown => resolve(source, input, context, info);
      const claim = () => (claimed ? needs.idempotency.run(claimed, run) : run());
      const guarded = () =>
        rule === "anyone"
          ? claim()
          : needs.work.guarded({ begins: (unit) => mustStillBeAllowed(unit, field.name, rule, context) }, claim);
      const answered = currentRequestId.run(context.requestId, guarded);
      return answered instanceof Promise
        ? answered.then((payload: Payload) => noted(context, payload))
        : noted(context, answered as Payload);
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
