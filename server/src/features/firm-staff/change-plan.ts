import { changesBetween, planOffersMode, type Plan } from "@gatehouse/shared";
import { Firm } from "../firms/firm.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { planDowngraded } from "../mail/team-letters.js";
import { systemActor, type UnitOfWork } from "../work/unit-of-work.js";
import { mailAdmins } from "./mail-admins.js";

/**
 * Changes a firm's plan. If the new plan does not include the current mode, the mode stays in force and the firm's
 * owners and administrators are notified: `keepsMode`.
 */
export async function changePlan(unit: UnitOfWork, firm: Firm, plan: Plan): Promise<{ keepsMode: boolean }> {
  const { id: firmId, name: firmName, plan: from } = firm;
  const { mode } = await loadPolicy(unit.manager, firmId, { lock: "update" });
  const keepsMode = !planOffersMode(plan, mode);
  if (from === plan) return { keepsMode };
  await unit.manager.update(Firm, { id: firmId }, { plan });
  const changes = changesBetween({ plan: from }, { plan });
  unit.record({ type: "PLAN_CHANGED", firmId, actor: systemActor, changes, data: { from, to: plan } });
  if (keepsMode) await mailAdmins(unit, firmId, planDowngraded({ firmName, from, to: plan, mode }));
  return { keepsMode };
}
