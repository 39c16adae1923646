import { useQuery } from "urql";
import { graphql } from "../../../graphql/graphql.js";
import { useLiveRefresh } from "../audit/live-feed.js";

const PortalStats_firm = graphql(`
  query PortalStats_firm {
    firm {
      id
      portalStats {
        contacts
        withoutEmail
        notInvited
        invited
        withAccount
        twoFactorEnrolled
        lockedOut
      }
    }
  }
`);

/** The firm's counters; they reload as events arrive. */
export function PortalStats() {
  const [{ data }, again] = useQuery({ query: PortalStats_firm, requestPolicy: "cache-and-network" });
  useLiveRefresh(again);
  const stats = data?.firm.portalStats;
  const counters = [
    ["Contacts", stats?.contacts],
    ["With account", stats?.withAccount],
    ["2FA on", stats?.twoFactorEnrolled],
    ["Invited", stats?.invited],
    ["Not invited", stats?.notInvited],
    ["Without email", stats?.withoutEmail],
    ["Locked out", stats?.lockedOut],
  ] as const;
  return (
    <dl className="mb-6 grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4 lg:grid-cols-7">
      {counters.map(([name, count]) => (
        <div key={name} className="flex flex-col bg-surface px-4 py-3 max-lg:first:col-span-2">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="text-xl font-semibold text-ink tabular-nums">{count ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
