import { encodeCursor } from "../../platform/graphql/pages.js";
import { badInput } from "../../platform/graphql/failures.js";
import {
  auditEvents,
  changesInWords,
  EXPORT_ACT,
  isolatedIn,
  signInMethods,
  type AuditEventData,
  type ExportFilter,
} from "@gatehouse/shared";
import type { FirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { AUDIT_CURSOR, type AuditEventFilter, type AuditEventView } from "../audit/audit-event.results.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import { sentenceOf } from "../work/event-sentence.js";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { LOG_FORMAT, type LogEnd, type LogHead, type LogLine } from "../checkpoints/log-file.js";
import { readLog } from "../checkpoints/read-log.js";
import { Firm } from "../firms/firm.entity.js";
import type { Work } from "../work/unit-of-work.js";
import type { ExportAccess } from "./export-access.js";
import { asCsv, BYTE_ORDER_MARK } from "./csv-rows.js";

/** The columns, in the firm's words. */
const columns: readonly [title: string, of: (event: AuditEventView) => string | null][] = [
  ["Time (UTC)", ({ occurredAt }) => new Date(occurredAt).toISOString()],
  ["Event", ({ type }) => auditEvents[type].title],
  ["What happened", ({ stored, contactName }) => sentenceOf(stored, contactName ?? null)],
  ["Who", ({ actorName }) => actorName],
  ["Kind of caller", ({ actorKind }) => actorKind],
  ["Client", ({ contactName }) => contactName ?? null],
  ["Reason", ({ reason }) => reason],
  ["IP address", ({ ipAddress }) => ipAddress],
  ["Browser or program", ({ userAgent }) => userAgent],
  ["Type", ({ type }) => type],
  ["Id", ({ id }) => id],
  ["Proven by", ({ methods }) => methods && methods.map((method) => signInMethods[method].words.EN).join(", ")],
  ["What changed", ({ changes }) => changesInWords(isolatedIn(changes))],
  ["Methods", ({ methods }) => methods && methods.join(" ")],
  ["Changes (JSON)", ({ changes }) => JSON.stringify(changes)],
  ["Data (JSON)", ({ stored }) => stored.data],
  ["Erased", ({ isErased }) => (isErased ? "yes" : null)],
];
/** The filter as the event keeps it. */
const recordedFilter = ({ types, contactId, actorKinds, actorId, since, until }: AuditEventFilter): ExportFilter => ({
  ...(types ? { types } : {}),
  ...(contactId == null ? {} : { contactId }),
  ...(actorKinds ? { actorKinds } : {}),
  ...(actorId == null ? {} : { actorId }),
  ...(since == null ? {} : { since: new Date(since).toISOString() }),
  ...(until == null ? {} : { until: new Date(until).toISOString() }),
});
const asLine = (line: LogHead | LogLine | LogEnd): string => `${JSON.stringify(line)}\n`;

/** The audit log as a file, whatever its length: as CSV (RFC 4180) for people, or as lines of JSON that can be verified. */
export class AuditExport {
  constructor(
    private readonly needs: { work: Work; log: AuditLog; checkpoints: Checkpoints; exportAccess: ExportAccess },
  ) {}

  /**
   * Starts an export, which is itself an event. Throws UNAUTHENTICATED or FORBIDDEN, also while the file is being
   * written, once the caller's session or key has ended or lost the right.
   */
  async begin(filter: AuditEventFilter, context: RequestContext): Promise<AsyncGenerator<string>> {
    const caller = await this.needs.exportAccess.mayExport(context, EXPORT_ACT);
    const isWhole = Object.keys(filter).length === 0;
    await this.recordExport(caller, context, { isWhole, file: "csv", filter: recordedFilter(filter) });
    // The file begins with it: whoever keeps the file can tell later whether the log was rewritten.
    await this.needs.checkpoints.sign(caller.firmId);
    return this.write(caller, filter);
  }

  /**
   * Starts an export of the whole log, or of the events after one of them, as a file that can be verified by itself
   * (docs/audit-format.md). Throws like `begin`.
   */
  async beginLog(afterSeq: number, context: RequestContext): Promise<AsyncGenerator<string>> {
    const caller = await this.needs.exportAccess.mayExport(context, EXPORT_ACT);
    const { work, checkpoints } = this.needs;
    if (afterSeq > (await this.needs.log.lastSeq(caller.firmId)))
      throw badInput("There is no event with this cursor yet.");
    if (afterSeq > 0 && afterSeq < (await this.needs.log.firstSeq(caller.firmId)) - 1)
      throw badInput("Events after this cursor were deleted as old: leave it out to get all that are kept.");
    const isWhole = afterSeq === 0;
    await this.recordExport(caller, context, { isWhole, file: "jsonl", filter: isWhole ? {} : { afterSeq } });
    const checkpoint = await checkpoints.state(caller.firmId);
    const { name } = await work.reader.findOneByOrFail(Firm, { id: caller.firmId });
    const head: LogHead = {
      format: LOG_FORMAT,
      version: 1,
      firmId: caller.firmId,
      firmName: name,
      exportedAt: checkpoint.signedAt,
      afterSeq,
      keys: await checkpoints.publicKeys(),
    };
    return this.writeLog(caller, head, checkpoint);
  }

  private async *writeLog(caller: FirmCaller, head: LogHead, checkpoint: Checkpoint): AsyncGenerator<string> {
    yield asLine(head);
    let events = 0;
    const range = { afterSeq: head.afterSeq, throughSeq: checkpoint.seq };
    for await (const lines of readLog(this.needs.work.reader, caller.firmId, range)) {
      await this.needs.exportAccess.mustStillExport(caller);
      events += lines.length;
      yield lines.map(asLine).join("");
    }
    yield asLine({
      end: true,
      events,
      cursor: encodeCursor(AUDIT_CURSOR, [checkpoint.seq]),
      checkpoint,
    } satisfies LogEnd);
  }

  private recordExport(
    { firmId }: FirmCaller,
    context: RequestContext,
    data: AuditEventData["AUDIT_LOG_EXPORTED"],
  ): Promise<void> {
    const actor = actorIn(context);
    return this.needs.work.do(async (unit) => unit.record({ type: "AUDIT_LOG_EXPORTED", firmId, actor, data }));
  }

  private async *write(caller: FirmCaller, filter: AuditEventFilter): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + asCsv([columns.map(([title]) => title)]);
    for await (const events of this.needs.log.all(caller.firmId, filter)) {
      await this.needs.exportAccess.mustStillExport(caller);
      yield asCsv(events.map((event) => columns.map(([, of]) => of(event))));
    }
  }
}
