import type { ReactNode } from "react";
import { Label, Radio, RadioGroup as AriaRadioGroup, Text } from "react-aria-components";
import { classes } from "./classes.js";
import { ReadOut } from "./read-out.js";
import { errorClass, hintClass, labelClass } from "./text-field.js";

export interface Choice<Value extends string> {
  value: Value;
  title: string;
  description?: ReactNode;
  isDisabled?: boolean;
}

/** One of a few choices that each need a sentence. */
export function RadioGroup<Value extends string>(props: {
  label: string;
  choices: readonly Choice<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  isDisabled?: boolean;
  error?: string | null | undefined;
}) {
  const { label, choices, value, onChange, error, isDisabled = false } = props;
  return (
    <AriaRadioGroup
      value={value}
      onChange={(key) => {
        const chosen = choices.find((choice) => choice.value === key);
        if (chosen) onChange(chosen.value);
      }}
      isDisabled={isDisabled}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className="flex flex-col gap-2"
    >
      <Label className={labelClass}>{label}</Label>
      {choices.map((choice) => (
        <Radio
          key={choice.value}
          value={choice.value}
          isDisabled={choice.isDisabled ?? false}
          className={classes(
            "group flex cursor-pointer gap-3 rounded-lg border border-line bg-surface p-4 hover:border-line-strong",
            "data-selected:border-accent-text data-selected:bg-accent-soft data-disabled:cursor-not-allowed data-disabled:bg-sunken",
          )}
        >
          <span
            aria-hidden="true"
            className="mt-0.5 size-5 shrink-0 rounded-full border-2 border-line-strong bg-surface group-data-selected:border-6 group-data-selected:border-accent-text"
          />
          <span className="flex min-w-0 flex-col gap-1">
            <span className="font-medium text-ink">{choice.title}</span>
            {choice.description && <span className={hintClass}>{choice.description}</span>}
          </span>
        </Radio>
      ))}
      <ReadOut>
        {error && (
          <Text slot="errorMessage" className={errorClass}>
            {error}
          </Text>
        )}
      </ReadOut>
    </AriaRadioGroup>
  );
}
