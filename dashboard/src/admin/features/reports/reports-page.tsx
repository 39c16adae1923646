import { useState } from "react";
import { useQuery } from "urql";
import { Link, useSearch } from "@tanstack/react-router";
import { DAY_MS, languages, lifetimes, roleMay } from "@gatehouse/shared";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Ago, Day } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { useTeamSession } from "../../session.js";
import { AgainButton } from "./again-button.js";
import { MonthlyMailCard } from "./monthly-mail-card.js";
import { ReportRow_report } from "./report-row.fragment.js";
import { ReportState, useTellWhenMade } from "./report-status.js";
import { ReportView } from "./report-view.js";
import { isInProgress } from "./report-words.js";
import { RequestReportForm } from "./request-report-form.js";
import { useRefreshWhile } from "./use-refresh-while.js";

const ReportsPage_reports = graphql(
  `
    query ReportsPage_reports($after: String) {
      reports(first: 20, after: $after) {
        nodes {
          id
          ...ReportRow_report
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [ReportRow_report],
);
type Report = ResultOf<typeof ReportsPage_reports>["reports"]["nodes"][number];

/** What the firm can prove about its clients' access: one report if the address names it, otherwise all that are kept. */
export function ReportsPage() {
  const { report } = useSearch({ from: "/reports" });
  const { role } = useTeamSession();
  if (!roleMay(role, "export"))
    return (
      <>
        <PageHeader title="Reports" />
        <EmptyState title="Only owners and administrators can make reports." />
      </>
    );
  return report === undefined ? <AllReports /> : <ReportView key={report} id={report} />;
}

function AllReports() {
  const [after, setAfter] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [{ data, error, fetching }, again] = useQuery({
    query: ReportsPage_reports,
    variables: { after },
    requestPolicy: "cache-and-network",
  });
  const found = data?.reports;
  useRefreshWhile(found?.nodes.some(isInProgress) ?? false, fetching, again);
  const tellWhenMade = useTellWhenMade(found?.nodes);
  const refresh = () => again({ requestPolicy: "network-only" });
  /** A new report is the first of the newest page. */
  const showAsked = (id: string) => {
    tellWhenMade(id);
    if (after === null) refresh();
    else setAfter(null);
  };
  return (
    <>
      <PageHeader
        title="Reports"
        actions={
          <Button look="primary" onPress={() => setAsking(true)}>
            New report
          </Button>
        }
      >
        Who can get in, and what changed: rebuilt from the signed log, for auditors and insurers.
      </PageHeader>
      <div className="flex flex-col gap-6">
        <Card
          title="All reports"
          intro={`Each is kept for ${lifetimes.report / DAY_MS} days. Until then, you can read and save it as often as you like.`}
        >
          {!found && error && <ErrorState message={sayError(error)} onRetry={refresh} />}
          {!found && !error && <Skeleton lines={5} label="Loading the reports" />}
          {found?.nodes.length === 0 && (
            <EmptyState title={after === null ? "There are no reports yet." : "There are no older reports."} />
          )}
          {found && found.nodes.length > 0 && (
            <div className="-mx-5">
              <Table<Report>
                label="Reports"
                rows={found.nodes}
                rowKey={({ id }) => id}
                columns={[
                  {
                    id: "report",
                    title: "Report",
                    renderCell: ({ id, title, subtitle, language }) => (
                      <div lang={languages[language].tag}>
                        <Link to="/reports" search={{ report: id }} className="link font-medium">
                          {title}
                        </Link>
                        <p className="text-muted">{subtitle}</p>
                      </div>
                    ),
                  },
                  {
                    id: "state",
                    title: "State",
                    renderCell: (report) => (
                      <div className="flex flex-wrap items-center gap-2 max-md:justify-end">
                        <ReportState report={report} />
                        {report.status === "FAILED" && <AgainButton report={report} onAsked={showAsked} />}
                      </div>
                    ),
                  },
                  {
                    id: "asked",
                    title: "Asked for",
                    renderCell: ({ requestedAt, requestedBy }) => (
                      <>
                        <Ago at={requestedAt} /> {requestedBy === null ? "by the monthly mail" : `by ${requestedBy}`}
                      </>
                    ),
                  },
                  { id: "expires", title: "Kept until", renderCell: ({ expiresAt }) => <Day on={expiresAt} /> },
                ]}
              />
            </div>
          )}
          {(found?.pageInfo.hasNextPage || after !== null) && (
            <div className="flex flex-wrap gap-2 pt-4">
              {found?.pageInfo.hasNextPage && (
                <Button onPress={() => setAfter(found.pageInfo.endCursor)}>Show older</Button>
              )}
              {after !== null && <Button onPress={() => setAfter(null)}>Show newest</Button>}
            </div>
          )}
        </Card>
        <MonthlyMailCard />
      </div>
      <Dialog title="New report" isOpen={isAsking} onClose={() => setAsking(false)}>
        <RequestReportForm
          onAsked={(id) => {
            setAsking(false);
            showAsked(id);
          }}
          onCancel={() => setAsking(false)}
        />
      </Dialog>
    </>
  );
}
