import { classes } from "../../../ui/classes.js";
import { Day } from "../../../ui/date-time.js";

interface TrendDay {
  day: string;
  accountsCreated: number;
  twoFactorEnrolled: number;
}
const series = [
  { key: "accountsCreated", name: "Accounts created", color: "bg-accent/60" },
  { key: "twoFactorEnrolled", name: "2FA set up", color: "bg-accent" },
] as const;

/** Two bars for each day of `timeZone`, in which the server counted them; a screen reader reads only the totals, which are the point of the picture. */
export function Trend({ days, timeZone }: { days: readonly TrendDay[]; timeZone: string }) {
  const highest = Math.max(1, ...days.flatMap((day) => series.map(({ key }) => day[key])));
  const first = days[0]?.day;
  return (
    <>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 pb-3 text-sm">
        {series.map(({ key, name, color }) => (
          <div key={key} className="flex items-center gap-2">
            <dt className="flex items-center gap-2 text-muted">
              <span aria-hidden="true" className={classes("size-2.5 rounded-full", color)} />
              {name}
            </dt>
            <dd className="font-semibold text-ink tabular-nums">{days.reduce((sum, day) => sum + day[key], 0)}</dd>
          </div>
        ))}
      </dl>
      <div aria-hidden="true" className="flex h-28 items-end gap-0.5 border-b border-line">
        {days.map((day) => (
          <div key={day.day} className="flex h-full flex-1 items-end gap-px" title={day.day}>
            {series.map(({ key, color }) => (
              <div
                key={key}
                className={classes("flex-1 rounded-t-sm transition-[height] duration-500", color)}
                style={{ height: `${(day[key] / highest) * 100}%` }}
              />
            ))}
          </div>
        ))}
      </div>
      <p aria-hidden="true" className="flex justify-between pt-1 text-xs text-muted">
        <span>{first && <Day on={first} />}</span>
        <span>today</span>
      </p>
      <p className="pt-1 text-sm text-muted">Days in {timeZone}</p>
    </>
  );
}
