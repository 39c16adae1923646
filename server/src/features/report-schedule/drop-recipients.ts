import { In } from "typeorm";
import { changesBetween } from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { systemActor, type UnitOfWork } from "../work/unit-of-work.js";
import { ReportRecipient, ReportSchedule } from "./report-schedule.entity.js";

/** Who gets a firm's monthly reports, by id. Nobody else changes them until the commit. */
export async function lockRecipients({ manager }: UnitOfWork, firmId: string): Promise<string[]> {
  const recipients = await manager.find(ReportRecipient, { where: { firmId }, ...forUpdate(manager) });
  return recipients.map(({ teamMemberId }) => teamMemberId).toSorted();
}

/**
 * Takes colleagues who may no longer see reports off the firm's monthly mail. Nobody asked for that, so the log says that
 * Gatehouse did it. Without anybody left, no more reports are made.
 */
export async function dropRecipients(unit: UnitOfWork, firmId: string, memberIds: readonly string[]): Promise<void> {
  const { manager } = unit;
  const before = await lockRecipients(unit, firmId);
  const after = before.filter((id) => !memberIds.includes(id));
  if (after.length === before.length) return;
  await manager.delete(ReportRecipient, { firmId, teamMemberId: In(memberIds) });
  if (after.length === 0) await manager.delete(ReportSchedule, { firmId });
  const changes = changesBetween({ memberIds: before }, { memberIds: after });
  const data = { colleagues: after.length };
  unit.record({ type: "REPORT_SCHEDULE_CHANGED", firmId, actor: systemActor, changes, data });
}
