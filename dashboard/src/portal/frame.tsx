import { useContext, useEffect, useRef, type ReactNode } from "react";
import { BrandMark } from "../features/branding/brand-mark.js";
import { PortalContext } from "./session.js";

/** A page of one thing to do: the firm's logo or name on top, its title, and the form. The title takes the focus, so it is read out. */
export function Frame(props: { firmName?: string; title: string; children: ReactNode; below?: ReactNode }) {
  const { firmName, title, children, below } = props;
  const branding = useContext(PortalContext)?.firm.branding;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = firmName ? `${title} · ${firmName}` : title;
    heading.current?.focus();
  }, [firmName, title]);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col gap-6 p-5 pt-8 sm:justify-center sm:pt-5">
      {firmName && <BrandMark firmName={firmName} branding={branding} size="large" />}
      <FrameSheet>
        <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold text-ink outline-none">
          {title}
        </h1>
        {children}
      </FrameSheet>
      {below && (
        <nav aria-label="Other ways in" className="flex flex-col items-start gap-1">
          {below}
        </nav>
      )}
    </main>
  );
}

/** The sheet that a frame's content stands on. */
export function FrameSheet({ children }: { children: ReactNode }) {
  return <div className="flex flex-col gap-5 rounded-xl border border-line bg-surface p-5 sm:p-6">{children}</div>;
}
