import { useState } from "react";
import { useQuery } from "urql";
import { Link } from "@tanstack/react-router";
import { rollOutGroupNames, rollOutGroups, rollOutMode, type RollOutGroup } from "@gatehouse/shared";
import { graphql, readFragment, type FragmentOf, type ResultOf, type VariablesOf } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { Email } from "../../../ui/email.js";
import { quantity } from "../../../ui/quantity.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";

export const Groups_firm = graphql(`
  fragment Groups_firm on Firm {
    portalStats {
      withoutEmail
      notInvited
      invited
      withAccount
      twoFactorEnrolled
    }
  }
`);
const Groups_contacts = graphql(`
  query Groups_contacts($filter: ContactFilter!, $after: String) {
    contacts(first: 20, after: $after, filter: $filter) {
      nodes {
        id
        name
        email
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
const Groups_impact = graphql(`
  query Groups_impact($mode: SecurityMode!) {
    securityModeImpact(mode: $mode) {
      sessionsToEnd
    }
  }
`);

/** How many contacts are in a group. */
export function countOf({ portalStats: stats }: ResultOf<typeof Groups_firm>, group: RollOutGroup): number {
  switch (group) {
    case "ENROLLED":
      return stats.twoFactorEnrolled;
    case "TO_ENROLL":
      return stats.withAccount - stats.twoFactorEnrolled;
    case "INVITED":
      return stats.invited;
    case "NOT_INVITED":
      return stats.notInvited;
    case "NO_EMAIL":
      return stats.withoutEmail;
  }
}

/** The firm's contacts by group, in numbers; each group opens to show the names. */
export function Groups(props: { firm: FragmentOf<typeof Groups_firm> }) {
  const firm = readFragment(Groups_firm, props.firm);
  const [opened, setOpened] = useState<ReadonlySet<RollOutGroup>>(new Set());
  const [{ data }] = useQuery({ query: Groups_impact, variables: { mode: rollOutMode } });
  return (
    <>
      <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
        {rollOutGroupNames.map((group) => (
          <li key={group}>
            <details onToggle={() => setOpened(new Set([...opened, group]))}>
              <summary className="cursor-pointer px-4 py-3 text-sm marker:text-muted">
                <span className="font-medium text-ink">
                  {rollOutGroups[group].title}: <span className="tabular-nums">{countOf(firm, group)}</span>
                </span>
                <span className="block pl-4 text-muted">{rollOutGroups[group].what}</span>
              </summary>
              <div className="border-t border-line px-4 py-3">{opened.has(group) && <Names group={group} />}</div>
            </details>
          </li>
        ))}
      </ul>
      {data && data.securityModeImpact.sessionsToEnd > 0 && (
        <p className="text-sm text-muted">
          If it started right now, {quantity(data.securityModeImpact.sessionsToEnd, "open session")} would end. A later
          start date interrupts nobody.
        </p>
      )}
    </>
  );
}

function Names({ group }: { group: RollOutGroup }) {
  const { states, ...rest } = rollOutGroups[group].filter;
  const [filter] = useState(() => ({ ...rest, states: [...states] }));
  return <PageOfNames filter={filter} after={null} />;
}

/** Twenty names, followed by the next twenty on demand. */
function PageOfNames({ filter, after }: VariablesOf<typeof Groups_contacts>) {
  const [isNextShown, setNextShown] = useState(false);
  const [{ data, error }, again] = useQuery({ query: Groups_contacts, variables: { filter, after } });
  if (!data)
    return error ? <ErrorState message={sayError(error)} onRetry={again} /> : <Skeleton label="Loading the names" />;
  const { nodes, pageInfo } = data.contacts;
  if (nodes.length === 0) return after ? null : <p className="text-sm text-muted">None.</p>;
  return (
    <div className="flex flex-col items-start gap-1">
      <ul className="flex w-full flex-col gap-1 text-sm">
        {nodes.map(({ id, name, email }) => (
          <li key={id} className="flex flex-wrap justify-between gap-x-4">
            <Link to="/contacts/$contactId" params={{ contactId: id }} className="link min-w-0 break-words">
              {name}
            </Link>
            {email && (
              <span className="min-w-0 text-muted">
                <Email address={email} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {isNextShown && (
        <div className="w-full">
          <PageOfNames filter={filter} after={pageInfo.endCursor} />
        </div>
      )}
      {pageInfo.hasNextPage && !isNextShown && (
        <div className="pt-2">
          <Button size="small" onPress={() => setNextShown(true)}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
