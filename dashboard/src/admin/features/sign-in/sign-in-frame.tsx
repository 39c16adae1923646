import { useEffect, useRef, type ReactNode } from "react";

/** The page around a step of signing in. */
export const renderFrame = (title: string, children: ReactNode) => (
  <Frame key={title} title={title}>
    {children}
  </Frame>
);

function Frame({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that led to this step is gone. Without a focus, nobody would hear what is asked now.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 p-5">
      <p className="flex items-center gap-2 font-semibold text-ink">
        <img src="/favicon.svg" alt="" className="size-7" /> Gatehouse
      </p>
      <div className="flex flex-col gap-5 rounded-xl border border-line bg-surface p-6">
        <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold text-ink outline-none">
          {title}
        </h1>
        {children}
      </div>
    </main>
  );
}
