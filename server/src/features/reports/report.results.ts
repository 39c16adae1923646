import { Field, Int, ObjectType } from "type-graphql";
import { reportKinds, reportStatuses, type Language, type ReportKindName, type ReportStatus } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { LanguageEnum } from "../client-language/client-language.results.js";

const kindTitles: Record<ReportKindName, string> = {
  ACCESS: reportKinds.access.title.EN,
  ADOPTION: reportKinds.adoption.title.EN,
  CHANGES: reportKinds.changes.title.EN,
};
export const ReportKindEnum = tableEnum(
  "ReportKind",
  "The reports that a firm makes from its log.",
  kindTitles,
  String,
);
const ReportStatusEnum = tableEnum("ReportStatus", "How far a report has come.", reportStatuses, String);

@ObjectType({ description: "Something that stands above a report's table." })
export class ReportFact {
  @Field(() => String, { description: "What it is, in the report's language." }) label: string;
  @Field(() => String, { description: "The value." }) value: string;
}
@ObjectType({ description: "A part of a whole." })
export class ReportShare {
  @Field(() => String, { description: "What it is, in the report's language." }) label: string;
  @Field(() => Int, { description: "How many." }) count: number;
}
@ObjectType({ description: "Counts by day." })
export class ReportLine {
  @Field(() => String, { description: "What is counted, in the report's language." }) label: string;
  @Field(() => [Int], { description: "The count of each day, oldest first." }) counts: number[];
}
@ObjectType({ description: "What a report's picture shows: parts of a whole, or lines." })
export class ReportPicture {
  @Field(() => [ReportShare], { description: "The parts; empty if it shows lines." }) shares: ReportShare[];
  @Field(() => [ReportLine], { description: "The lines; empty if it shows parts." }) lines: ReportLine[];
}
@ObjectType({ description: "The signed state of the log that a report stands on (docs/audit-format.md)." })
export class ReportCheckpoint {
  @Field(() => Int, { description: "The number of the last event that the report was made from." }) seq: number;
  @Field(() => String, { description: "Its digest, which covers everything before it." }) digest: string;
  @Field(() => DateTime, { description: "When it was signed." }) signedAt: number;
  @Field(() => String, { description: "The key's thumbprint (RFC 7638)." }) keyId: string;
  @Field(() => String, { description: "The Ed25519 signature, in base64url." }) signature: string;
}

@ObjectType({ description: "A row of a report." })
export class ReportRow {
  @Field(() => [String], {
    nullable: "items",
    description: "One for each of the columns, moments in the firm's time zone; null: there is nothing to say.",
  })
  cells: (string | null)[];
}
@ObjectType({ description: "A page of a report's rows." })
export class ReportRowConnection {
  @Field(() => [ReportRow], { description: "The rows, in the report's order." }) nodes: ReportRow[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@ObjectType("Report", {
  implements: Node,
  description:
    "A report on the firm's log. It is made in the background and kept for 30 days; GET /reports/<id>.csv and .pdf return it as a file.",
})
export class ReportView extends Node {
  firmId: string;
  @Field(() => ReportKindEnum, { description: "What it is about." }) kind: ReportKindName;
  @Field(() => ReportStatusEnum, { description: "How far it has come." }) status: ReportStatus;
  @Field(() => Int, { description: "How much of it is made, in percent." }) progress: number;
  @Field(() => DateTime, { nullable: true, description: "The moment that it is about; null: it is about days." })
  asOf: number | null;
  @Field(() => String, {
    nullable: true,
    description: "The first day, like 2026-01-31, in the firm's time zone; null: it is about a moment.",
  })
  since: string | null;
  @Field(() => String, { nullable: true, description: "The last day, which is included." }) until: string | null;
  @Field(() => LanguageEnum, { description: "The language of its words." }) language: Language;
  @Field(() => DateTime, { description: "When it was asked for." }) requestedAt: number;
  @Field(() => String, {
    nullable: true,
    description: "The name of the member or key that asked for it; null: the monthly schedule did.",
  })
  requestedBy: string | null;
  @Field(() => DateTime, { nullable: true, description: "Since when it can be looked at." }) readyAt: number | null;
  @Field(() => DateTime, { description: "When it is deleted." }) expiresAt: number;
  @Field(() => String, { description: "Its title." }) title: string;
  @Field(() => String, { description: "The moment or the days that it is about, in words." }) subtitle: string;
  @Field(() => String, { nullable: true, description: "What a reader has to know of its rows." }) note: string | null;
  @Field(() => [ReportFact], { description: "What stands above the table. Empty until it is ready." })
  facts: ReportFact[];
  @Field(() => [String], { description: "The titles of the table's columns. Empty until it is ready." })
  columns: string[];
  @Field(() => Int, { nullable: true, description: "How many rows it has; null until it is ready." })
  rowCount: number | null;
  @Field(() => ReportPicture, { nullable: true, description: "What its picture shows; null: it has none." })
  picture: ReportPicture | null;
  @Field(() => ReportCheckpoint, { nullable: true, description: "What it stands on." })
  checkpoint: ReportCheckpoint | null;
}

@ObjectType({ description: "A page of reports, newest first." })
export class ReportConnection {
  @Field(() => [ReportView], { description: "The reports." }) nodes: ReportView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@ObjectType({ description: "The payload of requestReport." })
export class RequestReportPayload extends Payload {
  @Field(() => ReportView, { nullable: true, description: "The report, which is made from now on." })
  report: ReportView | null = null;
}
