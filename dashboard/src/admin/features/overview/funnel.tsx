import { classes } from "../../../ui/classes.js";

/** The counts of firm.portalStats. */
interface Stats {
  contacts: number;
  withoutEmail: number;
  notInvited: number;
  invited: number;
  withAccount: number;
  twoFactorEnrolled: number;
}

/** How many contacts have reached each stage: each contact is in exactly one part, and the parts fill the bar. */
export function Funnel({ stats }: { stats: Stats }) {
  const parts = [
    { name: "No email", count: stats.withoutEmail, color: "bg-line-strong/40" },
    { name: "Not invited", count: stats.notInvited, color: "bg-line-strong" },
    { name: "Invited", count: stats.invited, color: "bg-warning-text" },
    { name: "Account, no 2FA", count: stats.withAccount - stats.twoFactorEnrolled, color: "bg-accent/60" },
    { name: "Account with 2FA", count: stats.twoFactorEnrolled, color: "bg-accent" },
  ];
  const share = (count: number) => (stats.contacts === 0 ? 0 : (count / stats.contacts) * 100);
  return (
    <>
      {/* The list below says the same in words. */}
      <div aria-hidden="true" className="mb-4 flex h-6 overflow-hidden rounded-md bg-sunken">
        {parts.map(({ name, count, color }) => (
          <div
            key={name}
            className={classes("transition-[width] duration-500", color)}
            style={{ width: `${share(count)}%` }}
          />
        ))}
      </div>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-5">
        {parts.map(({ name, count, color }) => (
          <div key={name}>
            <dt className="flex items-center gap-2 text-xs text-muted">
              <span aria-hidden="true" className={classes("size-2.5 shrink-0 rounded-full", color)} />
              {name}
            </dt>
            <dd className="text-xl font-semibold text-ink tabular-nums">
              {count} <span className="text-sm font-normal text-muted">{Math.round(share(count))}%</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
