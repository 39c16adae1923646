import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { exportRule } from "../audit-export/export-access.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { SetReportScheduleInput } from "./report-schedule.inputs.js";
import { ReportSchedulePayload, ReportScheduleView } from "./report-schedule.results.js";
import type { ReportSchedules } from "./report-schedules.service.js";

@Resolver()
export class ReportScheduleResolver {
  constructor(private readonly schedules: ReportSchedules) {}

  @Allow(exportRule)
  @Query(() => ReportScheduleView, {
    description: "The firm's monthly reports. For owners, administrators and keys with AUDIT_READ.",
  })
  reportSchedule(@Ctx() { caller }: RequestContext): Promise<ReportScheduleView> {
    return this.schedules.of(asFirmCaller(caller).firmId);
  }

  @Allow({ team: "write", key: "POLICY_WRITE" })
  @Mutation(() => ReportSchedulePayload, {
    description:
      "Sets who gets reports by mail every month: figures, the checkpoint that they stand on, and a link to the page. Requires POLICY_WRITE.",
  })
  setReportSchedule(
    @Arg("input", () => SetReportScheduleInput, { description: "Who gets them." })
    { memberIds }: SetReportScheduleInput,
    @Ctx() context: RequestContext,
  ): Promise<ReportSchedulePayload> {
    return answer(ReportSchedulePayload, async () => ({
      schedule: await this.schedules.of(await this.schedules.set(memberIds, context)),
    }));
  }
}
