import { useContext, useEffect, useRef, type ReactNode } from "react";
import type { Language } from "@gatehouse/shared";
import { BrandMark } from "../features/branding/brand-mark.js";
import { usePageLanguage } from "../language/language-context.js";
import { LanguageSwitch } from "./language-switch.js";
import { usePortalWords } from "./portal-language.js";
import { PortalContext } from "./session.js";

/** A page with one task: the firm's logo or name on top, a title, and the form. The title takes the focus, so that it is read out. */
export function Frame(props: { firmName?: string; title: string; children: ReactNode; below?: ReactNode }) {
  const { firmName, title, children, below } = props;
  const branding = useContext(PortalContext)?.firm.branding;
  const say = usePortalWords();
  const heading = useTitle(firmName ? `${title} · ${firmName}` : title);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col gap-6 p-5 pt-8 sm:justify-center sm:pt-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        {firmName && <BrandMark firmName={firmName} branding={branding} size="large" />}
        <LanguageSwitch />
      </div>
      <FrameSheet>
        <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold text-ink outline-none">
          {title}
        </h1>
        {children}
      </FrameSheet>
      {below && (
        <nav aria-label={say.otherWays} className="flex flex-col items-start gap-1">
          {below}
        </nav>
      )}
    </main>
  );
}

/** The sheet that holds a frame's content. */
export function FrameSheet({ children }: { children: ReactNode }) {
  return <div className="flex flex-col gap-5 rounded-xl border border-line bg-surface p-5 sm:p-6">{children}</div>;
}

/** Sets the document's title and focuses the page's heading, so that it is read out; a mere change of language leaves the focus alone. */
export function useTitle(title: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { language } = usePageLanguage();
  const readIn = useRef<Language | null>(null);
  useEffect(() => {
    document.title = title;
    if (readIn.current === null || readIn.current === language) heading.current?.focus();
    readIn.current = language;
  }, [language, title]);
  return heading;
}
