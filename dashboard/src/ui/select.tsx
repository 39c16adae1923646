import { useId } from "react";
import { classes } from "./classes.js";
import { ReadOut } from "./read-out.js";
import { errorClass, labelClass } from "./text-field.js";

export interface Option<Value extends string> {
  value: Value;
  label: string;
  /** The heading above it in the list, shared with neighbors that have the same one. */
  section?: string;
}

/** One of a few values, in the browser's own control, which phones show natively and which loads no code. */
export function Select<Value extends string>(props: {
  label: string;
  options: readonly Option<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  error?: string | null;
  /** The label is for screen readers only, because the values speak for themselves. */
  hideLabel?: boolean;
}) {
  const { label, options, value, onChange, error, hideLabel = false } = props;
  const id = useId();
  const sections = [...new Set(options.map(({ section }) => section))];
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={classes(labelClass, hideLabel && "sr-only")}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={({ target }) => {
          const chosen = options.find((option) => option.value === target.value);
          if (chosen) onChange(chosen.value);
        }}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        data-invalid={error ? true : undefined}
        className="field-box cursor-pointer truncate"
      >
        {sections.map((section) => {
          const items = options
            .filter((option) => option.section === section)
            .map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ));
          if (section === undefined) return items;
          return (
            <optgroup key={section} label={section}>
              {items}
            </optgroup>
          );
        })}
      </select>
      <ReadOut>
        {error && (
          <span id={`${id}-error`} className={errorClass}>
            {error}
          </span>
        )}
      </ReadOut>
    </div>
  );
}
