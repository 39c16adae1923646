import { VisuallyHidden } from "react-aria-components";
import { useWords } from "../language/language-context.js";
import { classes } from "./classes.js";

/** Something of unknown length is in progress. */
export function Spinner({ label, size = "normal" }: { label: string; size?: "normal" | "small" }) {
  return (
    <span className="inline-flex">
      <svg
        viewBox="0 0 24 24"
        aria-hidden="true"
        className={classes("animate-spin fill-none", size === "small" ? "size-4" : "size-7")}
      >
        <circle cx="12" cy="12" r="9" strokeWidth="3" className="stroke-current opacity-25" />
        <path d="M21 12a9 9 0 0 0-9-9" strokeWidth="3" strokeLinecap="round" className="stroke-current" />
      </svg>
      <VisuallyHidden elementType="span">{label}</VisuallyHidden>
    </span>
  );
}

/** A whole page or panel that is loading. */
export function Loading({ label }: { label?: string }) {
  const { ui } = useWords();
  return (
    <output className="flex justify-center p-12 text-muted">
      <Spinner label={label ?? ui.loading} />
    </output>
  );
}
