import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../language/language-context.js";
import { classes } from "./classes.js";

export interface Notice {
  tone?: "info" | "success" | "danger";
  text: string;
  /** A link or button that belongs to it. */
  action?: ReactNode;
}
type Shown = Notice & { id: number };

/** How long a notice stays; the time stops while it is hovered or focused. */
const stayMs = 7000;
const atMost = 4;

const NoticeContext = createContext<(notice: Notice) => void>(() => undefined);

/** Shows a short-lived notice in the corner of the page, and announces it to screen readers. */
export const useNotify = (): ((notice: Notice) => void) => useContext(NoticeContext);

/** Holds the notices of everything inside it. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const nextId = useRef(1);
  const { ui } = useWords();
  const notify = useCallback((notice: Notice) => {
    const id = nextId.current;
    nextId.current += 1;
    setShown((before) => [...before, { ...notice, id }].slice(-atMost));
  }, []);
  const dismiss = useCallback((id: number) => setShown((before) => before.filter((notice) => notice.id !== id)), []);
  return (
    <NoticeContext.Provider value={notify}>
      {children}
      <section
        aria-label={ui.notices}
        className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-center gap-2 p-4 sm:items-end print:hidden"
      >
        <div aria-live="polite" className="flex w-full max-w-sm flex-col gap-2">
          {shown.map((notice) => (
            <NoticeCard key={notice.id} notice={notice} onDismiss={dismiss} />
          ))}
        </div>
      </section>
    </NoticeContext.Provider>
  );
}

const marks = { info: "border-l-accent-text", success: "border-l-success-text", danger: "border-l-danger-text" };

function NoticeCard({ notice, onDismiss }: { notice: Shown; onDismiss: (id: number) => void }) {
  const [isHeld, setHeld] = useState(false);
  const { ui } = useWords();
  const hold = useMemo(
    () => ({
      onMouseEnter: () => setHeld(true),
      onMouseLeave: () => setHeld(false),
      onFocus: () => setHeld(true),
      onBlur: () => setHeld(false),
    }),
    [],
  );
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => onDismiss(notice.id), stayMs);
    return () => clearTimeout(timer);
  }, [isHeld, notice.id, onDismiss]);
  return (
    <div
      {...hold}
      className={classes(
        // On a phone they would cover the page, so only the newest one is visible.
        "pointer-events-auto flex items-start max-sm:not-last:hidden gap-3 rounded-md border border-l-4 border-line bg-surface p-3 text-sm text-ink shadow-lg",
        marks[notice.tone ?? "info"],
      )}
    >
      <p className="min-w-0 flex-1 break-words">{notice.text}</p>
      {notice.action}
      <Button
        aria-label={ui.dismiss}
        onPress={() => onDismiss(notice.id)}
        className="-m-1 cursor-pointer rounded p-1 text-muted hover:text-ink"
      >
        <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4 fill-none stroke-current">
          <path d="M4 4l8 8M12 4l-8 8" strokeWidth="1.5" strokeLinecap="round" />
        </svg>
      </Button>
    </div>
  );
}
