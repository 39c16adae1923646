import type { ReactNode } from "react";

/** The page's title, a line below it, and the main acts. */
export function PageHeader(props: { title: ReactNode; children?: ReactNode; above?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="flex flex-col gap-3 pb-6 sm:flex-row sm:items-start sm:justify-between">
      <div className="min-w-0">
        {props.above && <div className="pb-1 text-sm text-muted">{props.above}</div>}
        <h1 className="text-2xl font-semibold break-words text-ink">{props.title}</h1>
        {props.children && <div className="contained pt-1 text-sm text-muted">{props.children}</div>}
      </div>
      {props.actions && <div className="flex flex-wrap gap-2">{props.actions}</div>}
    </header>
  );
}
