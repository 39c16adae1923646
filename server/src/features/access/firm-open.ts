import type { EntityManager } from "typeorm";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { select, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";

const policies = table(SecurityPolicy);
const DISABLED_AT = select({ firmDisabledAt: policies.firmDisabledAt }).from`${policies} WHERE ${policies.firmId} = ?`;

/**
 * Throws FIRM_DISABLED if the operator lets nobody of the firm in. Call it before anything that leads to a session, or
 * that a mailed token permits.
 */
export function mustBeOpen({ firmDisabledAt }: Pick<SecurityPolicy, "firmDisabledAt">): void {
  if (firmDisabledAt !== null) throw new Refusal("FIRM_DISABLED");
}

/** The same by the firm's id, as it is at this moment. */
export async function firmMustBeOpen(manager: EntityManager, firmId: string): Promise<void> {
  const [policy] = await rowsOf(manager, DISABLED_AT, [firmId]);
  if (policy) mustBeOpen(policy);
}
