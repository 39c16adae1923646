import type { ReactNode } from "react";

/** The page around a step of signing in. */
export const renderFrame = (title: string, children: ReactNode) => (
  <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 p-5">
    <p className="flex items-center gap-2 font-semibold text-ink">
      <img src="/favicon.svg" alt="" className="size-7" /> Gatehouse
    </p>
    <div className="flex flex-col gap-5 rounded-xl border border-line bg-surface p-6">
      <h1 className="text-xl font-semibold text-ink">{title}</h1>
      {children}
    </div>
  </main>
);
