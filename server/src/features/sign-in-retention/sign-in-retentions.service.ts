import {
  changesBetween,
  isSignInRetention,
  SIGN_IN_RETENTION_WAIT_MS,
  signInEventTypes,
  signInRetentionDays,
  tooOldBefore,
} from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { computed, placeholders, select, sql, table } from "../../platform/database/sql.js";
import { badInput, Refusal } from "../../platform/graphql/failures.js";
import { readReason } from "../../platform/graphql/input-texts.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import { asFirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { mailAdmins } from "../firm-staff/mail-admins.js";
import { Firm } from "../firms/firm.entity.js";
import { signInRetentionChanged } from "../mail/team-letters.js";
import type { Work } from "../work/unit-of-work.js";
import { SignInRetentionPreviewView } from "./sign-in-retention.results.js";

const e = table(AuditEvent, "e");
const c = table(AuditCounter, "c");
const n = computed<number>(sql`COUNT(*)`);
const NEWEST_OF_BEFORE = select({ seq: e.seq })
  .from`${e} WHERE ${e.firmId} = ? AND ${e.occurredAt} < ? ORDER BY ${e.occurredAt} DESC, ${e.seq} DESC LIMIT 1`;
const STATED = select({ seq: c.signInsStatedSeq }).from`${c} WHERE ${c.firmId} = ?`;
/** Counted in the index by type, without reading an event. */
const SIGN_INS = select({ n })
  .from`${e} WHERE ${e.firmId} = ? AND ${e.type} IN (${placeholders(signInEventTypes.length)}) AND ${e.seq} > ? AND ${e.seq} <= ?`;

const { least, most } = signInRetentionDays;

/** For how long a firm's sign-in events keep who it was, and from where. */
export class SignInRetentions {
  constructor(private readonly work: Work) {}

  /** Sets it. Returns the firm's id. Refuses with STEP_UP_REQUIRED, and with INVALID_INPUT what may not be chosen. */
  async set(input: { days?: number | null; reason: string }, context: RequestContext): Promise<string> {
    const caller = asFirmCaller(context.caller);
    const { firmId } = caller;
    mustBeFresh(caller, this.work.clock.now());
    const { days = null } = input;
    if (!isSignInRetention(days))
      throw new Refusal(
        "INVALID_INPUT",
        ["input", "days"],
        `Choose ${least} to ${most} days, or none to keep them for ever.`,
      );
    const reason = readReason(input.reason);
    await this.work.do(async (unit) => {
      const firm = await unit.manager.findOneOrFail(Firm, { where: { id: firmId }, ...forUpdate(unit.manager) });
      if (firm.signInEventDays === days) return;
      await unit.manager.update(Firm, { id: firmId }, { signInEventDays: days, signInEventDaysSetAt: unit.now });
      const actor = actorIn(context);
      unit.record({
        type: "SIGN_IN_RETENTION_CHANGED",
        firmId,
        actor,
        reason,
        changes: changesBetween({ signInEventDays: firm.signInEventDays }, { signInEventDays: days }),
        data: { days },
      });
      // Also to whoever did it: a stolen session is not the person.
      await mailAdmins(
        unit,
        firmId,
        signInRetentionChanged({
          firmName: firm.name,
          by: actor.name,
          from: firm.signInEventDays,
          to: days,
          erasesFrom: unit.now + SIGN_IN_RETENTION_WAIT_MS,
        }),
      );
    });
    return firmId;
  }

  /** What a shorter time would erase. Throws BAD_USER_INPUT for days that may not be chosen. */
  async preview(days: number, context: RequestContext): Promise<SignInRetentionPreviewView> {
    const { firmId } = asFirmCaller(context.caller);
    if (!isSignInRetention(days)) throw badInput(`days must be ${least} to ${most}.`);
    const { work } = this;
    const now = work.clock.now();
    const [newest] = await work.unpreparedRows(NEWEST_OF_BEFORE, [firmId, tooOldBefore(days, now)]);
    const [stated] = await work.unpreparedRows(STATED, [firmId]);
    const range = [stated?.seq ?? 0, newest?.seq ?? 0];
    const [counted] = await work.unpreparedRows(SIGN_INS, [firmId, ...signInEventTypes, ...range]);
    const from = now + SIGN_IN_RETENTION_WAIT_MS;
    return Object.assign(new SignInRetentionPreviewView(), { days, events: counted?.n ?? 0, from });
  }
}
