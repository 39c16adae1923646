/** Joins class names, leaving out those that do not apply. */
export const classes = (...names: (string | false | null | undefined)[]): string => names.filter(Boolean).join(" ");

/** An item of a list that opens. */
export const itemClass = classes(
  "cursor-pointer rounded px-3 py-2 text-sm text-ink outline-none",
  "data-focused:bg-accent-soft data-selected:font-semibold data-disabled:cursor-not-allowed data-disabled:opacity-50",
);
