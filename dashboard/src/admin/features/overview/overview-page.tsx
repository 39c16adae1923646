import { useQuery } from "urql";
import { Link } from "@tanstack/react-router";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Card } from "../../../ui/card.js";
import { Ago, Moment } from "../../../ui/date-time.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { EventList } from "../audit/event-list.js";
import { EventRow_event, useLiveRefresh } from "../audit/live-feed.js";
import { Funnel } from "./funnel.js";
import { Trend } from "./trend.js";
import { UnlinkedLogins } from "./unlinked-logins.js";

const OverviewPage_firm = graphql(
  `
    query OverviewPage_firm {
      firm {
        id
        timeZone
        portalStats {
          contacts
          withoutEmail
          notInvited
          invited
          withAccount
          twoFactorEnrolled
          lockedOut
        }
        portalTrend(days: 30) {
          day
          accountsCreated
          twoFactorEnrolled
        }
      }
      locked: contacts(first: 5, filter: { lockedOut: true }) {
        nodes {
          id
          name
          portalAccount {
            id
            lockedUntil
          }
        }
      }
      waiting: contacts(first: 5, filter: { states: [INVITED] }, orderBy: { field: CREATED_AT, direction: ASC }) {
        nodes {
          id
          name
          invitedAt
        }
      }
      auditEvents(first: 15) {
        nodes {
          id
          ...EventRow_event
        }
      }
    }
  `,
  [EventRow_event],
);

/** How far the firm's clients have come on the way into the portal, who needs help, and what is happening right now. */
export function OverviewPage() {
  const [{ data, error }, again] = useQuery({ query: OverviewPage_firm, requestPolicy: "cache-and-network" });
  useLiveRefresh(again);
  if (!data)
    return error ? (
      <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
    ) : (
      <Skeleton lines={8} label="Loading the overview" />
    );
  const { firm, locked, waiting, auditEvents } = data;
  return (
    <>
      <PageHeader title="Overview">How far your clients have come on the way into the portal, updated live.</PageHeader>
      <div className="flex flex-col gap-6">
        <UnlinkedLogins />
        <Card
          title="Adoption"
          actions={
            <Link to="/settings/client-portal/roll-out" className="link text-sm">
              Roll out two-factor
            </Link>
          }
        >
          <Funnel stats={firm.portalStats} />
        </Card>
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-6">
            <Card title="Last 30 days">
              <Trend days={firm.portalTrend} timeZone={firm.timeZone} />
            </Card>
            <Card title="Clients who may need help">
              <h3 className="pb-1 text-sm font-medium text-ink">Locked out ({firm.portalStats.lockedOut})</h3>
              {locked.nodes.length === 0 && <p className="pb-4 text-sm text-muted">None.</p>}
              <ul className="flex flex-col gap-1 pb-4 text-sm">
                {locked.nodes.map(({ id, name, portalAccount }) => (
                  <li key={id} className="flex flex-wrap justify-between gap-x-4">
                    <ContactLink id={id} name={name} />
                    {portalAccount?.lockedUntil && (
                      <span className="text-muted">
                        until <Moment at={portalAccount.lockedUntil} />
                      </span>
                    )}
                  </li>
                ))}
              </ul>
              <h3 className="pb-1 text-sm font-medium text-ink">
                Invited, no account yet ({firm.portalStats.invited})
              </h3>
              {waiting.nodes.length === 0 && <p className="text-sm text-muted">None.</p>}
              <ul className="flex flex-col gap-1 text-sm">
                {waiting.nodes.map(({ id, name, invitedAt }) => (
                  <li key={id} className="flex flex-wrap justify-between gap-x-4">
                    <ContactLink id={id} name={name} />
                    {invitedAt && (
                      <span className="text-muted">
                        <Ago at={invitedAt} />
                      </span>
                    )}
                  </li>
                ))}
              </ul>
            </Card>
          </div>
          <div className="min-w-0">
            <Card
              title="Activity"
              actions={
                <Link to="/activity" className="link text-sm">
                  All activity
                </Link>
              }
            >
              <EventList loaded={auditEvents.nodes} />
            </Card>
          </div>
        </div>
      </div>
    </>
  );
}

function ContactLink({ id, name }: { id: string; name: string }) {
  return (
    <Link to="/contacts/$contactId" params={{ contactId: id }} className="link min-w-0 break-words">
      {name}
    </Link>
  );
}
