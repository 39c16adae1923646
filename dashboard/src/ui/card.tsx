import { useId, type ReactNode } from "react";

/** A part of a page under its own heading. */
export function Card(props: { title: string; actions?: ReactNode; intro?: ReactNode; children?: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="rounded-xl border border-line bg-surface">
      <div className="flex flex-wrap items-center justify-between gap-3 px-5 pt-5">
        <h2 id={id} className="text-base font-semibold text-ink">
          {props.title}
        </h2>
        {props.actions && <div className="flex flex-wrap gap-2">{props.actions}</div>}
      </div>
      {props.intro && <p className="px-5 pt-1 text-sm text-muted">{props.intro}</p>}
      <div className="px-5 pt-4 pb-5">{props.children}</div>
    </section>
  );
}

/** Names and values, one below the other on a phone, side by side if there is room. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-3 text-sm sm:grid-cols-[minmax(9rem,auto)_1fr]">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="-mt-2 min-w-0 break-words text-ink sm:mt-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
