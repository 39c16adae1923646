import { useQuery } from "urql";
import { Link } from "@tanstack/react-router";
import { planOffersMode, plans, requiresTwoFactor, rollOutMode, type SecurityMode } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Day } from "../../../ui/date-time.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { useTeamSession } from "../../session.js";
import { useLiveRefresh } from "../audit/live-feed.js";
import { Assistant, Assistant_firm } from "./assistant.js";
import { Progress, Progress_rollOut } from "./progress.js";

const RollOutPage_rollOut = graphql(
  `
    query RollOutPage_rollOut {
      rollOut {
        id
        state
        startedAt
        nextMailAt
        ...Progress_rollOut
      }
      firm {
        id
        plan
        securityPolicy {
          mode
          enforcedFrom
          version
        }
        ...Assistant_firm
      }
    }
  `,
  [Progress_rollOut, Assistant_firm],
);

const isRequiredNow = ({ mode, enforcedFrom }: { mode: SecurityMode; enforcedFrom: string | null }) =>
  requiresTwoFactor({ mode, enforcedFrom: enforcedFrom === null ? null : Date.parse(enforcedFrom) }, Date.now());

/** Settings > Client Portal > Roll out two-factor: takes clients from passwords alone to a second factor, step by step, and back. */
export function RollOutPage() {
  const { mayWrite } = useTeamSession();
  const [{ data, error }, again] = useQuery({ query: RollOutPage_rollOut, requestPolicy: "cache-and-network" });
  const refresh = () => again({ requestPolicy: "network-only" });
  useLiveRefresh(again);
  const isUndone = data?.rollOut?.state === "UNDONE";
  return (
    <>
      <PageHeader
        title="Roll out two-factor"
        above={
          <>
            Settings ›{" "}
            <Link to="/settings/client-portal" className="link">
              Client Portal
            </Link>
          </>
        }
      >
        Introduce a second step at sign-in for all your clients, with a notice before it starts.
      </PageHeader>
      {!data ? (
        error ? (
          <ErrorState message={sayError(error)} onRetry={refresh} />
        ) : (
          <Skeleton lines={8} />
        )
      ) : data.rollOut && !isUndone ? (
        <Progress rollOut={data.rollOut} version={data.firm.securityPolicy.version} onChange={refresh} />
      ) : (
        <div className="flex max-w-3xl flex-col gap-6">
          {data.rollOut && (
            <Banner>
              The last roll-out, started on <Day on={data.rollOut.startedAt} />, was undone.
              {data.rollOut.nextMailAt && " Clients already notified are being told that it is no longer required."}
            </Banner>
          )}
          {!planOffersMode(data.firm.plan, rollOutMode) ? (
            <Banner tone="warning">
              Your plan ({plans[data.firm.plan].name}) does not include two-factor authentication for clients. Upgrade
              to Business or Enterprise.
            </Banner>
          ) : mayWrite ? (
            <>
              {isRequiredNow(data.firm.securityPolicy) && (
                <Banner tone="warning">
                  Two-factor authentication is already required. If you start a roll-out, clients can sign in without it
                  again until the day that you choose.
                </Banner>
              )}
              <Assistant firm={data.firm} version={data.firm.securityPolicy.version} onStarted={refresh} />
            </>
          ) : (
            <Banner>No roll-out is in progress. An owner or administrator can start one.</Banner>
          )}
        </div>
      )}
    </>
  );
}
