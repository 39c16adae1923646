import { In, IsNull, MoreThan } from "typeorm";
import {
  addMonths,
  changesBetween,
  counts,
  dayOf,
  dayStart,
  firstDayOf,
  HOUR_MS,
  monthOf,
  reportKinds,
  roleMay,
  usableTimeZone,
  type ReportKind,
} from "@gatehouse/shared";
import { isId } from "../../platform/crypto/ids.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Log } from "../../platform/log.js";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import { asFirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";
import { Firm } from "../firms/firm.entity.js";
import { monthlyReports } from "../mail/team-letters.js";
import { insertReport } from "../reports/insert-report.js";
import { isUnfinished, readHead } from "../reports/kept-table.js";
import { Report } from "../reports/report.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { systemActor, type UnitOfWork, type Work } from "../work/unit-of-work.js";
import { dropRecipients, lockRecipients } from "./drop-recipients.js";
import { ReportRecipient, ReportSchedule } from "./report-schedule.entity.js";
import { monthlyPeriod } from "./monthly-period.js";
import { ReportScheduleView } from "./report-schedule.results.js";

/** A month begins nowhere earlier. */
const FIRST_ON_EARTH = 14 * HOUR_MS;

const s = table(ReportSchedule, "s");
const f = table(Firm, "f");
const p = table(SecurityPolicy, "p");
const schedules = table(ReportSchedule);
/** Those of disabled firms wait. */
const OPEN = select({ ...s, firmName: f.name, timeZone: f.timeZone }).from`${s} JOIN ${f} ON ${f.id} = ${s.firmId}
  JOIN ${p} ON ${p.firmId} = ${s.firmId} AND ${p.firmDisabledAt} IS NULL WHERE `;
const UNASKED = OPEN.plus`${s.askedMonth} < ? ORDER BY ${s.firmId}`;
const UNMAILED = OPEN.plus`${s.mailedMonth} < ${s.askedMonth} ORDER BY ${s.firmId}`;
const ASK = sql`UPDATE ${schedules} SET ${schedules.askedMonth} = ? WHERE ${schedules.firmId} = ? AND ${schedules.askedMonth} = ?`;
const MAIL = sql`UPDATE ${schedules} SET ${schedules.mailedMonth} = ? WHERE ${schedules.firmId} = ? AND ${schedules.mailedMonth} = ?`;

/** The reports that a firm gets every month. */
export class ReportSchedules {
  constructor(private readonly needs: { work: Work; checkpoints: Checkpoints; log: Log }) {}

  /** Who gets them, and when the next ones come. */
  async of(firmId: string): Promise<ReportScheduleView> {
    const { reader } = this.needs.work;
    const schedule = await reader.findOneBy(ReportSchedule, { firmId });
    const recipients = await reader.findBy(ReportRecipient, { firmId });
    const members = await reader.find(TeamMember, {
      where: { firmId, id: In(recipients.map(({ teamMemberId }) => teamMemberId)) },
      order: { name: "ASC", id: "ASC" },
    });
    const able = members.filter(mayGetReports);
    const { timeZone } = await reader.findOneByOrFail(Firm, { id: firmId });
    const nextAt =
      schedule && able.length > 0
        ? dayStart(firstDayOf(addMonths(schedule.askedMonth, 1)), usableTimeZone(timeZone))
        : null;
    return Object.assign(new ReportScheduleView(), {
      members: able.map((member) => TeamMemberView.of(member)),
      nextAt,
    });
  }

  /** Returns the firm's id. Refuses with NOT_FOUND, INVALID_INPUT for somebody who may not export, and MAIL_NOT_CONFIGURED. */
  async set(memberIds: readonly string[], context: RequestContext): Promise<string> {
    const { work } = this.needs;
    const { firmId } = asFirmCaller(context.caller);
    const field = ["input", "memberIds"];
    const wanted = [...new Set(memberIds)].toSorted();
    if (wanted.length > 0) work.mustSendMail();
    if (wanted.length > counts.reportRecipients)
      throw new Refusal("INVALID_INPUT", field, `At most ${counts.reportRecipients} colleagues.`);
    if (!wanted.every((id) => isId("teamMember", id))) throw new Refusal("NOT_FOUND", field);
    await work.do(async (unit) => {
      const { manager, now } = unit;
      const firm = await manager.findOneOrFail(Firm, { where: { id: firmId }, ...forUpdate(manager) });
      // Nobody is removed or demoted until the commit.
      const members = await manager.find(TeamMember, {
        where: { id: In(wanted), firmId, disabledAt: IsNull() },
        order: { id: "ASC" },
        ...forUpdate(manager),
      });
      if (members.length < wanted.length) throw new Refusal("NOT_FOUND", field);
      if (!members.every(mayGetReports))
        throw new Refusal("INVALID_INPUT", field, "Choose owners and administrators who have joined.");
      const before = await lockRecipients(unit, firmId);
      const changes = changesBetween({ memberIds: before }, { memberIds: wanted });
      if (changes.length === 0) return;
      await manager.delete(ReportRecipient, { firmId });
      await manager.insert(
        ReportRecipient,
        wanted.map((teamMemberId) => ({ teamMemberId, firmId })),
      );
      const month = monthOf(dayOf(now, usableTimeZone(firm.timeZone)));
      if (wanted.length === 0) await manager.delete(ReportSchedule, { firmId });
      else if (!(await manager.existsBy(ReportSchedule, { firmId })))
        await manager.insert(ReportSchedule, { firmId, askedMonth: month, mailedMonth: month });
      const data = { colleagues: wanted.length };
      unit.record({ type: "REPORT_SCHEDULE_CHANGED", firmId, actor: actorIn(context), changes, data });
    });
    return firmId;
  }

  /**
   * Asks for the reports of every firm whose month has begun, and mails those that are ready. Stops early when aborted. A firm
   * with an error waits for the next look.
   */
  async runDue(stopping: AbortSignal): Promise<void> {
    const { work } = this.needs;
    if (work.isMailOff) return;
    const newest = monthOf(dayOf(work.clock.now() + FIRST_ON_EARTH, "UTC"));
    for (const due of await work.unpreparedRows(UNASKED, [newest]))
      if (!stopping.aborted) await this.apart(due, () => this.ask(due));
    for (const due of await work.unpreparedRows(UNMAILED, []))
      if (!stopping.aborted) await this.apart(due, () => this.mail(due));
  }

  /** One firm's error must not cost the others their reports. */
  private async apart({ firmId }: { firmId: string }, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.needs.log.error({ err: error, firmId }, "a firm's monthly reports wait for the next look");
    }
  }

  /** Once for each firm and month, whatever the number of servers. */
  private async ask(due: { firmId: string; askedMonth: string; timeZone: string | null }): Promise<void> {
    const { work, checkpoints } = this.needs;
    const { firmId, askedMonth } = due;
    const timeZone = usableTimeZone(due.timeZone);
    const month = monthOf(dayOf(work.clock.now(), timeZone));
    if (month <= askedMonth) return;
    const checkpoint = await checkpoints.state(firmId);
    await work.do(async (unit) => {
      await recipientsOf(unit, firmId);
      // Another server may have asked meanwhile, or nobody gets them any more.
      if ((await unit.affected(ASK, [month, firmId, askedMonth])) === 0) return;
      for (const kind of Object.keys(reportKinds) as ReportKind[])
        await insertReport(unit, {
          firmId,
          kind,
          period: monthlyPeriod(kind, month, timeZone),
          language: "EN",
          timeZone,
          checkpoint,
          actor: systemActor,
          askedByMonth: month,
        });
    });
  }

  /** Once the month's reports are finished. Each colleague who still may see them gets one mail. */
  private async mail(due: {
    firmId: string;
    firmName: string;
    askedMonth: string;
    mailedMonth: string;
  }): Promise<void> {
    const { work } = this.needs;
    const { firmId, firmName, askedMonth, mailedMonth } = due;
    await work.do(async (unit) => {
      const reports = await unit.manager.findBy(Report, {
        firmId,
        askedByMonth: askedMonth,
        expiresAt: MoreThan(unit.now),
      });
      if (reports.some(isUnfinished)) return;
      const recipients = await recipientsOf(unit, firmId);
      // Another server may have mailed them meanwhile, or nobody gets them any more.
      if ((await unit.affected(MAIL, [askedMonth, firmId, mailedMonth])) === 0) return;
      const content = monthlyReports({
        firmName,
        month: addMonths(askedMonth, -1),
        ...figuresIn(reports),
        link: unit.links.reports(),
      });
      for (const { email } of recipients) unit.mail({ isNotice: true, firmId, to: email, content });
    });
  }
}

const mayGetReports = ({ role, joinedAt, disabledAt }: TeamMember): boolean =>
  disabledAt === null && joinedAt !== null && roleMay(role, "export");

/** Who gets the mail, by address. Whoever may no longer see reports drops out. */
async function recipientsOf(unit: UnitOfWork, firmId: string): Promise<TeamMember[]> {
  const ids = await lockRecipients(unit, firmId);
  const members = await unit.manager.find(TeamMember, { where: { firmId, id: In(ids) }, order: { email: "ASC" } });
  const able = members.filter(mayGetReports);
  const gone = ids.filter((id) => !able.some((member) => member.id === id));
  if (gone.length > 0) await dropRecipients(unit, firmId, gone);
  return able;
}

/** What the mail says of them: counts, which name nobody, and which of them there are. */
function figuresIn(reports: readonly Report[]) {
  const ready = reports.filter(({ status }) => status === "READY");
  const access = ready.find(({ kind }) => kind === "access");
  const [first] = ready;
  const kinds = Object.keys(reportKinds) as ReportKind[];
  const titlesOf = (isReady: boolean) =>
    kinds
      .filter((kind) => ready.some((report) => report.kind === kind) === isReady)
      .map((kind) => reportKinds[kind].title.EN);
  return {
    facts: (access && readHead(access)?.facts) ?? [],
    ready: titlesOf(true),
    missing: titlesOf(false),
    checkpoint: first ? (JSON.parse(first.checkpoint) as Checkpoint) : null,
  };
}
