import type { ReactNode } from "react";
import { Checkbox as AriaCheckbox } from "react-aria-components";

/** Something that is on or off, and is read when the form is submitted. */
export function Checkbox(props: {
  isSelected?: boolean;
  /** Represents several things of which some are on. */
  isIndeterminate?: boolean;
  onChange?: (isSelected: boolean) => void;
  isDisabled?: boolean;
  /** Its value inside a group. */
  value?: string;
  /** Its name if there is no visible text. */
  "aria-label"?: string;
  children?: ReactNode;
}) {
  const { children, ...rest } = props;
  return (
    <AriaCheckbox
      {...rest}
      className="group flex cursor-pointer items-start gap-3 text-sm text-ink data-disabled:opacity-60"
    >
      <span
        aria-hidden="true"
        className="mt-0.5 flex size-5 shrink-0 items-center justify-center rounded border-2 border-line-strong bg-surface group-data-indeterminate:border-accent-shape group-data-indeterminate:bg-accent group-data-selected:border-accent-shape group-data-selected:bg-accent"
      >
        <svg viewBox="0 0 16 16" className="size-4 fill-none stroke-on-accent" strokeWidth="2" strokeLinecap="round">
          <path d="M4 8h8" className="hidden group-data-indeterminate:block" />
          <path
            d="M3.5 8.5l3 3 6-7"
            strokeLinejoin="round"
            className="hidden group-data-selected:block group-data-indeterminate:hidden"
          />
        </svg>
      </span>
      {children && <span className="min-w-0">{children}</span>}
    </AriaCheckbox>
  );
}
