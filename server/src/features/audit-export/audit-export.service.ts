import Papa from "papaparse";
import { auditEvents, withFormulaGuard } from "@gatehouse/shared";
import { unauthenticated } from "../../platform/graphql/failures.js";
import { asFirmCaller, credentialIdOf, type FirmCaller } from "../callers/caller.js";
import { checkAccess, type AccessRule } from "../access/access-rule.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { AuditEventFilter, AuditEventView } from "../audit/audit-event.results.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import { callersNow, type CallersNowNeeds } from "../request-contexts/callers-now.js";
import { sentenceOf } from "../work/event-sentence.js";
import type { Work } from "../work/unit-of-work.js";

/** Who may export the log: this takes more than reading it, since one file holds every client's address and actions. */
const exportRule = { team: "export", key: "AUDIT_READ" } as const satisfies AccessRule;

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
];
/** Without it Excel decodes UTF-8 as the machine's legacy code page. */
const BYTE_ORDER_MARK = "\uFEFF";
const NEWLINE = "\r\n";

const asCsv = (rows: (string | null)[][]): string =>
  rows.length === 0
    ? ""
    : Papa.unparse(
        rows.map((row) => row.map((cell) => withFormulaGuard(cell ?? ""))),
        { quotes: true, newline: NEWLINE },
      ) + NEWLINE;

/** The audit log as a file (CSV, RFC 4180), whatever its length. */
export class AuditExport {
  constructor(private readonly needs: CallersNowNeeds & { work: Work; log: AuditLog }) {}

  /**
   * Starts an export, which is itself an event. Throws UNAUTHENTICATED or FORBIDDEN, also while the file is being
   * written, once the caller's session or key has ended or lost the right.
   */
  async begin(filter: AuditEventFilter, context: RequestContext): Promise<AsyncGenerator<string>> {
    checkAccess(exportRule, context.caller);
    const caller = asFirmCaller(context.caller);
    await this.needs.work.do(async (unit) =>
      unit.record({
        type: "AUDIT_LOG_EXPORTED",
        firmId: caller.firmId,
        actor: actorIn(context),
        data: { isWhole: Object.keys(filter).length === 0 },
      }),
    );
    return this.write(caller, filter);
  }

  private async *write(caller: FirmCaller, filter: AuditEventFilter): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + asCsv([columns.map(([title]) => title)]);
    for await (const events of this.needs.log.all(caller.firmId, filter)) {
      const now = (await callersNow(this.needs, [caller])).get(credentialIdOf(caller));
      if (!now) throw unauthenticated();
      checkAccess(exportRule, now);
      yield asCsv(events.map((event) => columns.map(([, of]) => of(event))));
    }
  }
}
