import { classes } from "../../../ui/classes.js";
import { Day } from "../../../ui/date-time.js";

interface Share {
  label: string;
  count: number;
}
interface Line {
  label: string;
  counts: readonly number[];
}

/** Told apart by more than the color: the second is dashed, or paler. */
const looks = [
  { fill: "fill-accent", dot: "bg-accent", stroke: "stroke-accent-text", dash: undefined },
  { fill: "fill-accent/50", dot: "bg-accent/50", stroke: "stroke-line-strong", dash: "5 4" },
] as const;
const lookOf = (index: number) => looks[index % looks.length] ?? looks[0];
const [WIDTH, HEIGHT] = [600, 120];

/** What a report counts, as a picture: parts of a whole as a bar, counts by day as lines. The names beside it say the same in numbers. */
export function ReportPicture(props: {
  picture: { shares: readonly Share[]; lines: readonly Line[] };
  days: { since: string | null; until: string | null };
}) {
  const { shares, lines } = props.picture;
  return (
    <>
      {shares.length > 0 && <Shares shares={shares} />}
      {lines.length > 0 && <Lines lines={lines} days={props.days} />}
    </>
  );
}

function Shares({ shares }: { shares: readonly Share[] }) {
  const whole = shares.reduce((sum, { count }) => sum + count, 0);
  const parts = shares.map(({ label, count }, index) => ({
    label,
    count,
    look: lookOf(index),
    start: shares.slice(0, index).reduce((sum, before) => sum + before.count, 0),
  }));
  const percent = (count: number) => (whole === 0 ? 0 : Math.round((count / whole) * 100));
  return (
    <figure className="flex flex-col gap-3">
      <svg
        role="img"
        aria-label={parts.map(({ label, count }) => `${label}: ${count} (${percent(count)}%)`).join(", ")}
        viewBox={`0 0 ${Math.max(whole, 1)} 1`}
        preserveAspectRatio="none"
        className="h-6 w-full rounded-md bg-sunken"
      >
        {parts.map(({ label, count, start, look }) => (
          <rect key={label} x={start} y={0} width={count} height={1} className={look.fill} />
        ))}
      </svg>
      <dl className="flex flex-wrap gap-x-8 gap-y-2 text-sm">
        {parts.map(({ label, count, look }) => (
          <div key={label} className="flex items-center gap-2">
            <dt className="flex items-center gap-2 text-muted">
              <span aria-hidden="true" className={classes("size-2.5 shrink-0 rounded-full", look.dot)} />
              {label}
            </dt>
            <dd className="font-semibold text-ink tabular-nums">
              {count} <span className="font-normal text-muted">{percent(count)}%</span>
            </dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}

function Lines({ lines, days }: { lines: readonly Line[]; days: { since: string | null; until: string | null } }) {
  const highest = Math.max(1, ...lines.flatMap(({ counts }) => counts));
  const y = (count: number) => HEIGHT - (count / highest) * HEIGHT;
  const pathOf = (counts: readonly number[]) =>
    // One day is a line as well.
    (counts.length === 1 ? [...counts, ...counts] : counts)
      .map((count, index, all) => `${index === 0 ? "M" : "L"}${(index / (all.length - 1)) * WIDTH} ${y(count)}`)
      .join("");
  return (
    <figure className="flex flex-col gap-1">
      <dl className="flex flex-wrap gap-x-8 gap-y-1 pb-2 text-sm">
        {lines.map(({ label, counts }, index) => (
          <div key={label} className="flex items-center gap-2">
            <dt className="flex items-center gap-2 text-muted">
              <svg aria-hidden="true" viewBox="0 0 24 4" className="h-1 w-6">
                <path
                  d="M0 2H24"
                  strokeWidth="3"
                  strokeDasharray={lookOf(index).dash}
                  className={lookOf(index).stroke}
                />
              </svg>
              {label}
            </dt>
            <dd className="font-semibold text-ink tabular-nums">{counts.at(-1) ?? 0}</dd>
          </div>
        ))}
      </dl>
      <div className="flex gap-2">
        <p aria-hidden="true" className="flex flex-col justify-between text-right text-xs text-muted tabular-nums">
          <span>{highest}</span>
          <span>0</span>
        </p>
        <svg
          role="img"
          aria-label={lines
            .map(
              ({ label, counts }) => `${label}: ${counts[0] ?? 0} on the first day, ${counts.at(-1) ?? 0} on the last`,
            )
            .join("; ")}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-32 min-w-0 flex-1 overflow-visible border-b border-l border-line"
        >
          {lines.map(({ label, counts }, index) => (
            <path
              key={label}
              d={pathOf(counts)}
              fill="none"
              strokeWidth="2.5"
              strokeDasharray={lookOf(index).dash}
              vectorEffect="non-scaling-stroke"
              className={lookOf(index).stroke}
            />
          ))}
        </svg>
      </div>
      <p aria-hidden="true" className="flex justify-between pl-5 text-xs text-muted">
        <span>{days.since && <Day on={days.since} />}</span>
        <span>{days.until && <Day on={days.until} />}</span>
      </p>
    </figure>
  );
}
