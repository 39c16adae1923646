import type { ReactNode } from "react";
import { classes } from "./classes.js";

const tones = {
  info: "border-accent-text/40 bg-accent-soft text-ink",
  success: "border-success-text/40 bg-success-soft text-success-text",
  warning: "border-warning-text/40 bg-warning-soft text-warning-text",
  danger: "border-danger-text/40 bg-danger-soft text-danger-text",
};

/** A sentence that stays on the page; errors and warnings are announced immediately. */
export function Banner({ tone = "info", children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return (
    <div
      role={tone === "danger" || tone === "warning" ? "alert" : "status"}
      className={classes("rounded-md border px-3 py-2 text-sm", tones[tone])}
    >
      {children}
    </div>
  );
}
