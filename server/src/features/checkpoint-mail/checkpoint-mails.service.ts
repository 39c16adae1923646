import { changesBetween, DAY_MS } from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { AuditCounter } from "../audit/audit-event.entity.js";
import { asFirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { mailAdmins } from "../firm-staff/mail-admins.js";
import { Firm } from "../firms/firm.entity.js";
import { logCheckpoint } from "../mail/team-letters.js";
import type { Work } from "../work/unit-of-work.js";

const c = table(AuditCounter, "c");
const f = table(Firm, "f");
const counters = table(AuditCounter);
/** Firms that want the mail, have had none for a day, and have events since the last one. */
const DUE = select({ firmId: c.firmId, firmName: f.name, mailedAt: c.checkpointMailedAt })
  .from`${c} JOIN ${f} ON ${f.id} = ${c.firmId}
  WHERE ${f.mailsCheckpoints} = ? AND ${c.lastSeq} > ${c.checkpointMailedSeq} AND COALESCE(${c.checkpointMailedAt}, 0) <= ?`;
const MAILED = sql`UPDATE ${counters} SET ${counters.checkpointMailedAt} = ?, ${counters.checkpointMailedSeq} = ?
  WHERE ${counters.firmId} = ? AND COALESCE(${counters.checkpointMailedAt}, 0) <= ?`;

/** A firm's copies of checkpoints, where somebody who owns the server cannot reach them: in its mailboxes. */
export class CheckpointMails {
  constructor(private readonly needs: { work: Work; checkpoints: Checkpoints }) {}

  /** Returns the firm's id. Throws MAIL_NOT_CONFIGURED. */
  async set(isOn: boolean, context: RequestContext): Promise<string> {
    const { work } = this.needs;
    const { firmId } = asFirmCaller(context.caller);
    if (isOn) work.mustSendMail();
    await work.do(async (unit) => {
      const firm = await unit.manager.findOneOrFail(Firm, { where: { id: firmId }, ...forUpdate(unit.manager) });
      if (firm.mailsCheckpoints === isOn) return;
      await unit.manager.update(Firm, { id: firmId }, { mailsCheckpoints: isOn });
      unit.record({
        type: "CHECKPOINT_MAIL_CHANGED",
        firmId,
        actor: actorIn(context),
        changes: changesBetween({ mailsCheckpoints: !isOn }, { mailsCheckpoints: isOn }),
        data: { isOn },
      });
    });
    return firmId;
  }

  /** Mails every firm whose turn it is. Stops early when aborted. */
  async mailDue(stopping: AbortSignal): Promise<void> {
    const { work, checkpoints } = this.needs;
    if (work.isMailOff) return;
    const aDayAgo = work.clock.now() - DAY_MS;
    for (const { firmId, firmName } of await work.unpreparedRows(DUE, [1, aDayAgo])) {
      if (stopping.aborted) return;
      const checkpoint = await checkpoints.state(firmId);
      await work.do(async (unit) => {
        // Another server may have mailed it meanwhile.
        if ((await unit.affected(MAILED, [unit.now, checkpoint.seq, firmId, aDayAgo])) === 0) return;
        await mailAdmins(unit, firmId, logCheckpoint({ firmName, checkpoint }));
      });
    }
  }
}
