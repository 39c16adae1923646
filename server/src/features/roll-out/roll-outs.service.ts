import {
  HOUR_MS,
  changesBetween,
  chooseLanguage,
  dayAt,
  concernedGroups,
  isPlainText,
  isRollOutOpen,
  isVisible,
  lengths,
  lifetimes,
  planOffersMode,
  readRollOutPlan,
  readTimeZone,
  rollOutGroups,
  rollOutLimits,
  rollOutMode,
  rollOutStateUnder,
  textIsPlain,
  usableTimeZone,
  type Language,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { join, sql, table } from "../../platform/database/sql.js";
import { badInput, Refusal } from "../../platform/graphql/failures.js";
import { asTeamCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { momentFact } from "../work/moment-fact.js";
import { mustFind } from "../work/must-find.js";
import { systemActor, type UnitOfWork, type Work } from "../work/unit-of-work.js";
import { Contact } from "../contacts/contact.entity.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { filterOf } from "../contacts/contact-filter.js";
import { Firm } from "../firms/firm.entity.js";
import type { PortalLinks } from "../work/portal-links.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { withdrawMails } from "../mail/outbox.js";
import { invite } from "../mail/account-letters.js";
import { twoFactorAnnouncement } from "../mail/roll-out-letters.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { mustReadTimeZone, noSuchTimeZone } from "../time-zone/must-read-time-zone.js";
import { changePolicy } from "../security-mode/security-policies.service.js";
import { RollOut, RollOutRecipient } from "./roll-out.entity.js";
import type { RollOutPreviewInput, StartRollOutInput, UndoRollOutInput } from "./roll-out.inputs.js";
import type { RollOutMailPreview } from "./roll-out.results.js";
import { latestRollOut } from "./roll-outs.read-model.js";

const rollOuts = table(RollOut);
const END_EARLIER = sql`UPDATE ${rollOuts} SET ${rollOuts.state} = 'UNDONE', ${rollOuts.nextMailAt} = NULL
  WHERE ${rollOuts.firmId} = ? AND (${rollOuts.state} IN ('RUNNING', 'PAUSED') OR ${rollOuts.nextMailAt} IS NOT NULL)`;
const recipients = table(RollOutRecipient);
const TELL_THE_MAILED = sql`UPDATE ${recipients} SET ${recipients.dueAt} = CASE WHEN ${recipients.mailedAt} IS NULL THEN NULL ELSE ? END
  WHERE ${recipients.rollOutId} = ?`;
const r = table(RollOutRecipient, "r");
const mail = table(OutboxMail, "outbox_mails");
const ITS_MAILS = sql`EXISTS (SELECT 1 FROM ${r} WHERE ${r.rollOutId} = ? AND ${r.mailedAt} = ${mail.createdAt} AND ${r.mailedTo} = ${mail.recipient})`;
const c = table(Contact, "c");
const t = table(TwoFactorState, "t");
const ADD_RECIPIENTS = sql`
  INSERT INTO ${recipients} (${recipients.rollOutId}, ${recipients.contactId}, ${recipients.nameKey}, ${recipients.hadAccount}, ${recipients.dueAt}, ${recipients.mails})
  SELECT ?, ${c.id}, ${c.nameKey}, ?, ?, 0 FROM ${c} LEFT JOIN ${t} ON ${t.ownerId} = ${c.portalAccountId} WHERE ${c.firmId} = ? AND`;

/**
 * Starts, pauses, resumes and undoes a firm's roll-out of 2FA; RollOutMailer sends the mails. Every transaction locks
 * in one order: the policy, the roll-out, the firm's events.
 */
export class RollOuts {
  constructor(private readonly needs: { work: Work; links: PortalLinks; onChange: () => void }) {}

  /** Writes the policy, the recipients and the event in one commit. Returns the roll-out's id. */
  async start(input: StartRollOutInput, context: RequestContext): Promise<string> {
    const caller = asTeamCaller(context.caller);
    const { firmId } = caller;
    this.needs.work.mustSendMail();
    const { plan, fault } = readRollOutPlan(
      {
        enforcedFrom: input.enforcedFrom,
        message: input.message,
        invitesContacts: input.invitesContacts ?? true,
        remindDaysBefore: input.remindDaysBefore ?? [...rollOutLimits.reminders.usualDaysBefore],
        mailsPerMinute: input.mailsPerMinute ?? rollOutLimits.mailsPerMinute.usual,
      },
      this.needs.work.clock.now(),
    );
    if (fault) throw new Refusal("INVALID_INPUT", ["input", fault.field], fault.message);
    const wanted = input.timeZone == null ? null : mustReadTimeZone(input.timeZone);
    const id = await this.needs.work.do(async (unit) => {
      const { manager, now } = unit;
      const before = await loadPolicy(manager, firmId, { lock: "update" });
      const timeZone = wanted ?? usableTimeZone(before.timeZone);
      if (!planOffersMode(before.plan, rollOutMode)) throw new Refusal("PLAN_UPGRADE_REQUIRED");
      const latest = await latestRollOut(unit.manager, firmId);
      if (latest && isRollOutOpen(rollOutStateUnder(latest.state, before)))
        throw new Refusal("ALREADY_EXISTS", null, "A roll-out is in progress. Undo it before you start another one.");
      const { expectedVersion } = input;
      await changePolicy(unit, { mode: rollOutMode, enforcedFrom: plan.enforcedFrom, expectedVersion }, context);
      // Anything that an earlier one would still send would contradict this one.
      await unit.affected(END_EARLIER, [firmId]);
      if (latest && isRollOutOpen(latest.state))
        unit.record({
          type: "ROLL_OUT_UNDONE",
          firmId,
          actor: systemActor,
          changes: changesBetween({ state: latest.state }, { state: "UNDONE" }),
          data: { isTold: false, rollOutId: latest.id },
        });
      const { remindDaysBefore, ...rest } = plan;
      const rollOut = {
        ...rest,
        id: newId("rollOut", now),
        firmId,
        state: "RUNNING" as const,
        timeZone,
        remindDaysBefore: remindDaysBefore.join(" "),
        previousMode: before.mode,
        previousEnforcedFrom: before.enforcedFrom,
        startedAt: now,
        startedByName: caller.name,
        nextMailAt: now,
      };
      await manager.insert(RollOut, rollOut);
      // Nobody gets an account or an address until the recipients are recorded.
      await lockContacts(unit, firmId);
      const clients = await addRecipients(unit, rollOut);
      unit.record({
        type: "ROLL_OUT_STARTED",
        firmId,
        actor: actorIn(context),
        changes: changesBetween(
          {},
          {
            state: rollOut.state,
            enforcedFrom: momentFact(plan.enforcedFrom),
            timeZone,
            message: plan.message,
            invitesContacts: plan.invitesContacts,
            remindDaysBefore,
            mailsPerMinute: plan.mailsPerMinute,
          },
        ),
        data: { startDay: dayAt(plan.enforcedFrom, timeZone), clients, rollOutId: rollOut.id },
      });
      return rollOut.id;
    });
    this.needs.onChange();
    return id;
  }

  /** Repeating it changes nothing. */
  pause(rollOutId: string, context: RequestContext): Promise<string> {
    return this.switch(rollOutId, "RUNNING", "PAUSED", context);
  }
  async resume(rollOutId: string, context: RequestContext): Promise<string> {
    this.needs.work.mustSendMail();
    const id = await this.switch(rollOutId, "PAUSED", "RUNNING", context);
    this.needs.onChange();
    return id;
  }

  /**
   * Restores the previous policy, if nobody has changed the policy meanwhile. Mails that were not sent yet never will
   * be.
   */
  async undo({ rollOutId, expectedVersion, tellClients }: UndoRollOutInput, context: RequestContext): Promise<string> {
    const { firmId } = asTeamCaller(context.caller);
    const isTold = tellClients ?? false;
    await this.needs.work.do(async (unit) => {
      const { manager, now } = unit;
      const policy = await loadPolicy(manager, firmId, { lock: "update" });
      const rollOut = await lock(unit, firmId, rollOutId);
      const latest = await latestRollOut(unit.manager, firmId);
      if (latest?.id !== rollOut.id || rollOutStateUnder(rollOut.state, policy) === "UNDONE")
        throw new Refusal("INVALID_INPUT", ["input", "rollOutId"], "This roll-out is already undone.");
      const { previousMode: mode, previousEnforcedFrom } = rollOut;
      // A date that has passed meanwhile means the same as none: in force.
      const isAhead = previousEnforcedFrom !== null && previousEnforcedFrom > now;
      const enforcedFrom = isAhead ? previousEnforcedFrom : null;
      await changePolicy(unit, { mode, enforcedFrom, expectedVersion }, context);
      await withdrawMails(unit, firmId, ITS_MAILS, [rollOut.id]);
      await unit.affected(TELL_THE_MAILED, [isTold ? now : null, rollOut.id]);
      await manager.update(RollOut, { id: rollOut.id }, { state: "UNDONE", nextMailAt: isTold ? now : null });
      unit.record({
        type: "ROLL_OUT_UNDONE",
        firmId,
        actor: actorIn(context),
        changes: changesBetween({ state: rollOut.state }, { state: "UNDONE" }),
        data: { isTold, rollOutId },
      });
    });
    this.needs.onChange();
    return rollOutId;
  }

  /** The mails as clients will see them. Changes nothing. */
  async preview(
    { enforcedFrom, timeZone, message }: RollOutPreviewInput,
    context: RequestContext,
  ): Promise<RollOutMailPreview[]> {
    const { firmId, name } = asTeamCaller(context.caller);
    if ([...message].length > lengths.message) throw badInput(`Use at most ${lengths.message} characters.`);
    if ((message.trim() !== "" && !isVisible(message)) || !isPlainText(message)) throw badInput(textIsPlain);
    const wanted = timeZone == null ? null : readTimeZone(timeZone);
    if (timeZone != null && wanted === null) throw badInput(noSuchTimeZone);
    const { links, work } = this.needs;
    const firm = await work.reader.findOneByOrFail(Firm, { id: firmId });
    const zone = wanted ?? usableTimeZone(firm.timeZone);
    const startDay = (language: Language) => dayAt(enforcedFrom, zone, language);
    // In the language of clients who have not chosen one.
    const language = chooseLanguage({ own: null, asked: null, firm: firm.clientLanguage });
    const letter = {
      firmName: firm.name,
      contactName: "Maya Fields",
      message,
      startDay,
      writtenBy: name,
      link: links.home(firm.slug),
    };
    const invitation = invite({
      ...letter,
      invitedBy: name,
      twoFactorFrom: startDay,
      link: links.confirm(firm.slug, "each-client-has-its-own"),
      expiresInHours: lifetimes.invite / HOUR_MS,
    });
    return [
      { mail: "ANNOUNCEMENT", ...twoFactorAnnouncement({ ...letter, isReminder: false })(language) },
      { mail: "REMINDER", ...twoFactorAnnouncement({ ...letter, isReminder: true })(language) },
      { mail: "INVITATION", ...invitation(language) },
    ];
  }

  private async switch(
    rollOutId: string,
    from: "RUNNING" | "PAUSED",
    to: "RUNNING" | "PAUSED",
    context: RequestContext,
  ): Promise<string> {
    const { firmId } = asTeamCaller(context.caller);
    await this.needs.work.do(async (unit) => {
      const policy = await loadPolicy(unit.manager, firmId, { lock: "share" });
      const rollOut = await lock(unit, firmId, rollOutId);
      if (!isRollOutOpen(rollOutStateUnder(rollOut.state, policy)))
        throw new Refusal("INVALID_INPUT", ["input", "rollOutId"], "This roll-out has no more mails to send.");
      if (rollOut.state !== from) return;
      await unit.manager.update(RollOut, { id: rollOut.id }, { state: to });
      const type = to === "PAUSED" ? "ROLL_OUT_PAUSED" : "ROLL_OUT_RESUMED";
      const changes = changesBetween({ state: from }, { state: to });
      unit.record({ type, firmId, actor: actorIn(context), changes, data: { rollOutId } });
    });
    return rollOutId;
  }
}

const lock = ({ manager }: UnitOfWork, firmId: string, id: string): Promise<RollOut> =>
  mustFind(manager, RollOut, "rollOut", { id, firmId }, ["input", "rollOutId"], { lock: "update" });

/** Records the contacts concerned, in their current state; returns how many. */
async function addRecipients(
  unit: UnitOfWork,
  { id, firmId, invitesContacts }: Pick<RollOut, "id" | "firmId" | "invitesContacts">,
): Promise<number> {
  let added = 0;
  for (const group of concernedGroups({ invitesContacts })) {
    const { states, ...rest } = rollOutGroups[group].filter;
    const { conditions, parameters } = filterOf({ ...rest, states: [...states] }, unit.now);
    added += await unit.affected(sql`${ADD_RECIPIENTS} ${join(conditions, " AND ")}`, [
      id,
      group === "TO_ENROLL" ? 1 : 0,
      unit.now,
      firmId,
      ...parameters,
    ]);
  }
  return added;
}
