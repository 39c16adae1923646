import { In } from "typeorm";
import {
  changesBetween,
  dayAt,
  nextRollOutStep,
  rollOutStateUnder,
  waitBetweenMails,
  type Language,
  type RollOutFacts,
  type RollOutMail,
} from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { unpreparedWrite } from "../../platform/database/prepared-rows.js";
import { computed, leftJoined, placeholders, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import { systemActor, type UnitOfWork, type Work } from "../work/unit-of-work.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { Contact } from "../contacts/contact.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { sendInvitations } from "../invitations/invitations.service.js";
import { twoFactorAnnouncement, twoFactorCalledOff } from "../mail/roll-out-letters.js";
import { loadPolicy, type FirmPolicy } from "../firms/security-policy.reader.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { RollOut, RollOutRecipient } from "./roll-out.entity.js";
import { daysOf } from "./roll-out.results.js";

/** Short enough for the fastest rate, one mail per second. */
const POLL_MS = 250;
/** How many roll-outs one look processes. */
const AT_ONCE = 100;
/** How many recipients one commit examines until one of them is due a mail. */
const LOOKS = 100;

const o = table(RollOut, "o");
const p = table(SecurityPolicy, "p");
/** Those of disabled firms wait. */
const DUE = select({ id: o.id, firmId: o.firmId }).from`${o} JOIN ${p} ON ${p.firmId} = ${o.firmId}
  WHERE ${o.nextMailAt} <= ? AND ${o.state} <> 'PAUSED' AND ${p.firmDisabledAt} IS NULL ORDER BY ${o.nextMailAt} LIMIT ${AT_ONCE}`;
const recipients = table(RollOutRecipient);
const LOOK_AGAIN = sql`UPDATE ${recipients} SET ${recipients.dueAt} = ?
  WHERE ${recipients.rollOutId} = ? AND ${recipients.mailedAt} IS NOT NULL AND ${recipients.leftOutFor} IS NULL`;
const NEXT_LOOK = select({ dueAt: computed<number | null>(sql`MIN(${recipients.dueAt})`) })
  .from`${recipients} WHERE ${recipients.rollOutId} = ?`;
const NOTE = sql`
  UPDATE ${recipients} SET ${recipients.dueAt} = ?, ${recipients.leftOutFor} = ?, ${recipients.mailedAt} = ?, ${recipients.mailedTo} = ?,
    ${recipients.mails} = ${recipients.mails} + ?, ${recipients.hadAccount} = ?
  WHERE ${recipients.rollOutId} = ? AND ${recipients.contactId}`;
const r = table(RollOutRecipient, "r");
const c = table(Contact, "c");
const a = leftJoined(table(PortalAccount, "a"));
const t = leftJoined(table(TwoFactorState, "t"));
const RECIPIENTS = select({
  contactId: r.contactId,
  name: c.name,
  email: c.email,
  portalAccountId: c.portalAccountId,
  accountEmail: a.email,
  enrolledAt: t.enrolledAt,
  invitedAt: c.invitedAt,
  hadAccount: r.hadAccount,
  mailedAt: r.mailedAt,
  mailedTo: r.mailedTo,
}).from`${r} JOIN ${c} ON ${c.id} = ${r.contactId}
  LEFT JOIN ${a} ON ${a.id} = ${c.portalAccountId}
  LEFT JOIN ${t} ON ${t.ownerId} = ${c.portalAccountId} WHERE ${r.rollOutId} = ? AND `;
type RecipientRow = RowOf<typeof RECIPIENTS>;
const DUE_RECIPIENTS = RECIPIENTS.plus`${r.dueAt} <= ? ORDER BY ${r.dueAt}, ${r.contactId} LIMIT ${LOOKS}`;
const OF_ACCOUNT = RECIPIENTS.plus`${c.firmId} = ? AND ${c.portalAccountId} = ? ORDER BY ${c.id}`;
const OF_EMAIL = RECIPIENTS.plus`${c.firmId} = ? AND ${c.portalAccountId} IS NULL AND ${c.email} = ? ORDER BY ${c.id}`;
const OF_CONTACT = RECIPIENTS.plus`${c.firmId} = ? AND ${c.id} = ? ORDER BY ${c.id}`;

/** All recipients with one mailbox: they get one mail together. */
interface Client {
  rows: readonly [RecipientRow, ...RecipientRow[]];
  address: string | null;
  mailedAt: number | null;
  mailedTo: string | null;
}

/**
 * Writes the mails of roll-outs into the outbox as they fall due, no faster than the firm wants. A mail, its event, its
 * recipient's row and the time of the next mail are one commit under the roll-out's lock: a crash repeats and loses
 * nothing, and each mail is written by only one of several instances.
 */
export class RollOutMailer {
  readonly worker: Worker;

  constructor(private readonly needs: { work: Work; log: Log }) {
    this.worker = new Worker({
      look: () => this.runOnce(),
      onError: (error) => needs.log.error({ err: error }, "roll-outs wait for the next look"),
      everyMs: POLL_MS,
    });
  }

  /** Processes every roll-out that is due, once. */
  async runOnce(): Promise<void> {
    const { work } = this.needs;
    if (work.isMailOff) return;
    const due = await work.unpreparedRows(DUE, [work.clock.now()]);
    for (const { id, firmId } of due) if (!this.worker.stopping.aborted) await this.processDue(firmId, id);
  }

  /** Sends at most one mail. */
  private async processDue(firmId: string, id: string): Promise<void> {
    await this.needs.work.do(async (unit) => {
      const { manager, now } = unit;
      const policy = await loadPolicy(manager, firmId, { lock: "share" });
      const rollOut = await manager.findOneOrFail(RollOut, { where: { id }, ...forUpdate(manager) });
      if (
        policy.firmDisabledAt !== null ||
        rollOut.nextMailAt === null ||
        rollOut.nextMailAt > now ||
        rollOut.state === "PAUSED"
      )
        return;
      if (rollOut.state === "RUNNING" && rollOutStateUnder(rollOut.state, policy) === "UNDONE") {
        await manager.update(RollOut, { id }, { state: "UNDONE", nextMailAt: null });
        unit.record({
          type: "ROLL_OUT_UNDONE",
          firmId,
          actor: systemActor,
          changes: changesBetween({ state: rollOut.state }, { state: "UNDONE" }),
          data: { isTold: false, rollOutId: id },
        });
        return;
      }
      if (rollOut.state === "RUNNING") await followDate(unit, rollOut, policy);
      // From here on nobody can get or lose an account or an address.
      await lockContacts(unit, firmId);
      const isMailed = await mailNextRecipient(unit, rollOut);
      const next = await nextLook(unit, id);
      if (next !== null) {
        const earliest = isMailed ? now + waitBetweenMails(rollOut) : now;
        await manager.update(RollOut, { id }, { nextMailAt: Math.max(next, earliest) });
      } else if (rollOut.state === "RUNNING") {
        await manager.update(RollOut, { id }, { state: "FINISHED", nextMailAt: null });
        unit.record({
          type: "ROLL_OUT_FINISHED",
          firmId,
          actor: systemActor,
          changes: changesBetween({ state: rollOut.state }, { state: "FINISHED" }),
          data: { rollOutId: id },
        });
      } else await manager.update(RollOut, { id }, { nextMailAt: null });
    });
  }
}

/** The date was changed in the settings: mails say the new one, and everybody who was notified is considered again. */
async function followDate({ manager, now }: UnitOfWork, rollOut: RollOut, policy: FirmPolicy): Promise<void> {
  const enforcedFrom = policy.enforcedFrom ?? Math.min(rollOut.enforcedFrom, now);
  if (enforcedFrom === rollOut.enforcedFrom) return;
  rollOut.enforcedFrom = enforcedFrom;
  await manager.update(RollOut, { id: rollOut.id }, { enforcedFrom });
  await unpreparedWrite(manager, LOOK_AGAIN, [now, rollOut.id]);
}

async function nextLook(unit: UnitOfWork, rollOutId: string): Promise<number | null> {
  const [row] = await unit.unpreparedRows(NEXT_LOOK, [rollOutId]);
  return row?.dueAt ?? null;
}

/** Examines due recipients until one is mailed; returns whether one was. */
async function mailNextRecipient(unit: UnitOfWork, rollOut: RollOut): Promise<boolean> {
  const due = await unit.unpreparedRows(DUE_RECIPIENTS, [rollOut.id, unit.now]);
  const seen = new Set<string>();
  for (const row of due) {
    if (seen.has(row.contactId)) continue;
    const client = await clientOf(unit, rollOut, row);
    for (const { contactId } of client.rows) seen.add(contactId);
    const facts = factsOf(unit, rollOut, client);
    const step = nextRollOutStep(facts);
    if (step.kind === "MAIL") {
      await write(unit, rollOut, client, step.mail);
      return true;
    }
    const isUnreachable = step.kind === "STOP" && (step.because === "NO_ACCOUNT" || step.because === "NO_ADDRESS");
    await note(unit, rollOut, client, {
      dueAt: step.kind === "LOOK_AGAIN" ? step.at : null,
      leftOutFor: isUnreachable ? (step.because as "NO_ACCOUNT" | "NO_ADDRESS") : null,
    });
  }
  return false;
}

async function clientOf(unit: UnitOfWork, rollOut: RollOut, row: RecipientRow): Promise<Client> {
  const [statement, key] =
    row.portalAccountId !== null
      ? [OF_ACCOUNT, row.portalAccountId]
      : row.email !== null
        ? [OF_EMAIL, row.email]
        : [OF_CONTACT, row.contactId];
  const found = await unit.unpreparedRows(statement, [rollOut.id, rollOut.firmId, key]);
  const last = found.reduce((one, other) => ((other.mailedAt ?? 0) > (one.mailedAt ?? 0) ? other : one), row);
  return {
    // The recipient who was due comes first, since the mail addresses that name.
    rows: [row, ...found.filter(({ contactId }) => contactId !== row.contactId)],
    address: row.accountEmail ?? row.email,
    mailedAt: last.mailedAt,
    mailedTo: last.mailedTo,
  };
}

function factsOf({ now }: UnitOfWork, rollOut: RollOut, { rows, address, mailedAt }: Client): RollOutFacts {
  const invitedAt = Math.max(...rows.map((row) => row.invitedAt ?? 0));
  return {
    now,
    enforcedFrom: rollOut.enforcedFrom,
    timeZone: rollOut.timeZone,
    remindDaysBefore: daysOf(rollOut),
    isCalledOff: rollOut.state === "UNDONE",
    hasAccount: rows[0].portalAccountId !== null,
    hadAccount: rows.some(({ hadAccount }) => hadAccount),
    isEnrolled: rows[0].enrolledAt !== null,
    hasAddress: address !== null,
    mailedAt,
    invitedAt: invitedAt === 0 ? null : invitedAt,
  };
}

/** Writes one mail, and when to consider the client again. */
async function write(unit: UnitOfWork, rollOut: RollOut, client: Client, mail: RollOutMail): Promise<void> {
  const { manager, now } = unit;
  const { firmId, message, timeZone, startedByName: invitedBy } = rollOut;
  const [{ name }] = client.rows;
  const to = client.address ?? "";
  const startDay = (language: Language) => dayAt(rollOut.enforcedFrom, timeZone, language);
  if (mail === "INVITATION") {
    const contacts = await manager.findBy(Contact, { firmId, id: In(client.rows.map(({ contactId }) => contactId)) });
    await sendInvitations(unit, { firmId, contacts, message, invitedBy, actor: systemActor, twoFactorFrom: startDay });
  } else {
    const firm = await manager.findOneByOrFail(Firm, { id: firmId });
    const letter = { firmName: firm.name, contactName: name, startDay, link: unit.links.home(firm.slug) };
    const content =
      mail === "CALLED_OFF"
        ? twoFactorCalledOff(letter)
        : twoFactorAnnouncement({ ...letter, writtenBy: invitedBy, message, isReminder: mail === "REMINDER" });
    unit.mail({ firmId, to, content });
    const what = ({ ANNOUNCEMENT: "announcement", REMINDER: "reminder", CALLED_OFF: "calling off" } as const)[mail];
    for (const { contactId } of client.rows)
      unit.record({
        type: "TWO_FACTOR_ANNOUNCED",
        firmId,
        actor: systemActor,
        contactId,
        data: { email: to, what, rollOutId: rollOut.id },
      });
  }
  const mailed = { ...client, mailedAt: now, mailedTo: to };
  const next = mail === "CALLED_OFF" ? null : nextRollOutStep(factsOf(unit, rollOut, mailed));
  await note(unit, rollOut, mailed, { dueAt: next?.kind === "LOOK_AGAIN" ? next.at : null, leftOutFor: null }, 1);
}

async function note(
  unit: UnitOfWork,
  rollOut: RollOut,
  { rows, mailedAt, mailedTo }: Client,
  outcome: { dueAt: number | null; leftOutFor: string | null },
  mails = 0,
): Promise<void> {
  await unit.affected(sql`${NOTE} IN (${placeholders(rows.length)})`, [
    outcome.dueAt,
    outcome.leftOutFor,
    mailedAt,
    mailedTo,
    mails,
    rows.some(({ hadAccount, portalAccountId }) => hadAccount || portalAccountId !== null) ? 1 : 0,
    rollOut.id,
    ...rows.map(({ contactId }) => contactId),
  ]);
}
