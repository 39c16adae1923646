import type { ReactNode } from "react";
import { useQuery } from "urql";
import { Link, useNavigate } from "@tanstack/react-router";
import { languages } from "@gatehouse/shared";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Card, Facts } from "../../../ui/card.js";
import { Day, Moment } from "../../../ui/date-time.js";
import { PageHeader } from "../../../ui/page-header.js";
import { quantity } from "../../../ui/quantity.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { AgainButton } from "./again-button.js";
import { ReportFiles } from "./report-files.js";
import { ReportPicture } from "./report-picture.js";
import { ReportRow_report } from "./report-row.fragment.js";
import { ReportRows } from "./report-rows.js";
import { ReportState, useTellWhenMade } from "./report-status.js";
import { isInProgress } from "./report-words.js";
import { useRefreshWhile } from "./use-refresh-while.js";

const ReportView_report = graphql(
  `
    query ReportView_report($id: ID!) {
      report(id: $id) {
        id
        ...ReportRow_report
        note
        facts {
          label
          value
        }
        columns
        rowCount
        picture {
          shares {
            label
            count
          }
          lines {
            label
            counts
          }
        }
        checkpoint {
          seq
          digest
          keyId
          signature
          signedAt
        }
      }
    }
  `,
  [ReportRow_report],
);
type Report = NonNullable<ResultOf<typeof ReportView_report>["report"]>;

const none: readonly Report[] = [];
const backToAll = (
  <Link to="/reports" search={{}} className="link">
    Reports
  </Link>
);

/** One report: how far it is, and once it is ready, all that it says. */
export function ReportView({ id }: { id: string }) {
  const navigate = useNavigate({ from: "/reports" });
  const [{ data, error, fetching }, again] = useQuery({
    query: ReportView_report,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const report = data?.report;
  useRefreshWhile(report ? isInProgress(report) : false, fetching, again);
  useTellWhenMade(report ? [report] : none);
  if (!report)
    return (
      <>
        <PageHeader above={backToAll} title="Report" />
        {data && <EmptyState title="This report does not exist, or not any more." action={backToAll} />}
        {!data && error && (
          <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
        )}
        {!data && !error && <Skeleton lines={8} label="Loading the report" />}
      </>
    );
  const { tag } = languages[report.language];
  return (
    <>
      <PageHeader
        above={backToAll}
        title={<span lang={tag}>{report.title}</span>}
        actions={report.status === "READY" && <ReportFiles report={report} />}
      >
        <p lang={tag}>{report.subtitle}</p>
      </PageHeader>
      {report.status === "READY" && <ReadyReport report={report} tag={tag} />}
      {isInProgress(report) && (
        <Card title="In progress">
          <div className="flex max-w-md flex-col items-start gap-3">
            <ReportState report={report} />
            <p className="text-sm text-muted">
              You can leave this page. The report will be in the list until <Day on={report.expiresAt} />.
            </p>
          </div>
        </Card>
      )}
      {report.status === "FAILED" && (
        <Card title="Failed">
          <div className="flex flex-col items-start gap-3">
            <Banner tone="danger">This report could not be made.</Banner>
            <AgainButton report={report} onAsked={(asked) => void navigate({ search: { report: asked } })} />
          </div>
        </Card>
      )}
    </>
  );
}

function ReadyReport({ report, tag }: { report: Report; tag: string }) {
  const { id, title, facts, picture, note, columns, rowCount, checkpoint, since, until } = report;
  return (
    <div className="flex flex-col gap-6">
      {(facts.length > 0 || picture || note) && (
        <Card title="At a glance">
          <div lang={tag} className="flex flex-col gap-6">
            {picture && <ReportPicture picture={picture} days={{ since, until }} />}
            {facts.length > 0 && <Facts facts={facts.map(({ label, value }) => [label, value] as const)} />}
            {note && <p className="text-sm text-muted">{note}</p>}
          </div>
        </Card>
      )}
      <Card title={quantity(rowCount ?? 0, "row")}>
        <ReportRows id={id} label={title} columns={columns} tag={tag} />
      </Card>
      <Card
        title="About this report"
        intro="It was made from the audit log up to the event named here. In the exported log, that event has the same digest."
      >
        <Facts facts={[...madeBy(report), ...(checkpoint ? standsOn(checkpoint) : [])]} />
      </Card>
    </div>
  );
}

type Fact = readonly [name: string, value: ReactNode];

const madeBy = ({ requestedBy, requestedAt, expiresAt }: Report): Fact[] => [
  ["Asked for by", requestedBy ?? "The monthly mail"],
  ["Asked for", <Moment key="at" at={requestedAt} />],
  ["Kept until", <Day key="until" on={expiresAt} />],
];

/** With what anybody who has the exported log can check the report. */
const standsOn = ({ seq, digest, signedAt, keyId, signature }: NonNullable<Report["checkpoint"]>): Fact[] => [
  ["Event", seq],
  ["Digest", <Code key="digest" text={digest} />],
  ["Signed", <Moment key="signed" at={signedAt} />],
  ["Key", <Code key="key" text={keyId} />],
  ["Signature", <Code key="signature" text={signature} />],
];

const Code = ({ text }: { text: string }) => (
  <code translate="no" className="font-mono text-xs break-all">
    {text}
  </code>
);
