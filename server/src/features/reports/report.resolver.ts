import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { exportRule } from "../audit-export/export-access.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import type { KeptReports } from "./kept-reports.service.js";
import { reportView } from "./report-view.js";
import { ForwardPageArgs, RequestReportInput } from "./report.inputs.js";
import { ReportConnection, ReportRowConnection, ReportView, RequestReportPayload } from "./report.results.js";

@Resolver(() => ReportView)
export class ReportResolver {
  constructor(private readonly kept: KeptReports) {}

  @Allow(exportRule)
  @Query(() => ReportConnection, {
    description:
      "The firm's reports of the last 30 days, newest first. For owners, administrators and keys with AUDIT_READ.",
  })
  reports(
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
    @Ctx() { caller }: RequestContext,
  ): Promise<ReportConnection> {
    return this.kept.page(asFirmCaller(caller).firmId, args);
  }

  @Allow(exportRule)
  @Query(() => ReportView, { nullable: true, description: "A report; null if there is none, or no longer." })
  async report(
    @Arg("id", () => ID, { description: "The report." }) id: string,
    @Ctx() { caller }: RequestContext,
  ): Promise<ReportView | null> {
    const found = await this.kept.find(asFirmCaller(caller).firmId, id);
    return found && reportView(found);
  }

  @Allow(exportRule)
  @FieldResolver(() => ReportRowConnection, {
    description:
      "The table's rows; none until it is ready. Looking at them is an event like fetching the file, once in ten minutes for each viewer: REPORT_EXPORTED.",
  })
  rows(
    @Root() report: ReportView,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
    @Ctx() context: RequestContext,
  ): Promise<ReportRowConnection> {
    return this.kept.rows(report, args, context);
  }

  @Allow(exportRule)
  @Mutation(() => RequestReportPayload, {
    description:
      "Asks for a report, which is made in the background from the log as it is now. At most 3 of a firm at once. For owners, administrators and keys with AUDIT_READ.",
  })
  requestReport(
    @Arg("input", () => RequestReportInput, { description: "What to report." }) input: RequestReportInput,
    @Ctx() context: RequestContext,
  ): Promise<RequestReportPayload> {
    return answer(RequestReportPayload, async () => ({ report: reportView(await this.kept.request(input, context)) }));
  }
}
