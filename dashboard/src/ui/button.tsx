import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { useWords } from "../language/language-context.js";
import { classes } from "./classes.js";
import { Spinner } from "./spinner.js";

export interface ButtonProps extends Omit<AriaButtonProps, "className" | "children" | "style"> {
  /** primary: the main act here; secondary: other acts; quiet: in rows and menus; danger: removes something. */
  look?: "primary" | "secondary" | "quiet" | "danger";
  size?: "normal" | "small";
  wide?: boolean;
  children: ReactNode;
}

const looks = {
  primary: "border-accent-edge bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border-line-strong bg-surface text-ink hover:bg-sunken",
  quiet: "border-transparent bg-transparent text-accent-text hover:bg-accent-soft",
  danger: "border-transparent bg-danger text-white hover:bg-danger-hover",
};

/**
 * A button; `isPending` shows that its act is in progress and prevents a second press, without losing the focus. (The library's own
 * pending state announces an element that is gone a moment later, which axe reports as an image without a name.)
 */
export function Button(props: ButtonProps) {
  const {
    look = "secondary",
    size = "normal",
    wide = false,
    isPending = false,
    children,
    type,
    onPress,
    ...rest
  } = props;
  const { ui } = useWords();
  return (
    <AriaButton
      {...rest}
      type={isPending ? "button" : (type ?? "button")}
      onPress={(event) => {
        if (!isPending) onPress?.(event);
      }}
      data-pending={isPending || undefined}
      className={classes(
        "inline-flex cursor-pointer items-center justify-center gap-2 max-w-full rounded-md border font-medium transition-colors sm:whitespace-nowrap",
        "disabled:cursor-not-allowed disabled:opacity-60 data-pending:cursor-progress",
        size === "small" ? "min-h-8 px-2.5 py-1 text-sm" : "min-h-10 px-4 py-2 text-sm",
        // A name of 200 letters on it does not make the page wider.
        "[&>span]:min-w-0 [&>span]:overflow-hidden [&>span]:text-ellipsis",
        wide && "w-full",
        looks[look],
      )}
    >
      {isPending && <Spinner label={ui.working} size="small" />}
      {children}
    </AriaButton>
  );
}
