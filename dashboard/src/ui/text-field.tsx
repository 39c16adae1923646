import type { ReactNode } from "react";
import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from "react-aria-components";
import { classes } from "./classes.js";
import { useWords } from "../language/language-context.js";
import { faultOf, useMarksFaults } from "./form.js";
import { useKeptText } from "./kept-texts.js";
import { ReadOut } from "./read-out.js";

export interface TextFieldProps extends Omit<AriaTextFieldProps, "className" | "style" | "children"> {
  /** Left out only if there is an `aria-label`. */
  label?: string;
  /** Always shown below the field. */
  hint?: ReactNode;
  /** What is wrong; shown below the field and announced to screen readers. */
  error?: string | null | undefined;
  placeholder?: string;
  /** The number of lines for a longer text; one by default. */
  rows?: number;
  /** The first and the last day that a calendar offers (YYYY-MM-DD). Others can be typed: whoever submits the form says so. */
  min?: string;
  max?: string;
  /** Uses a monospaced font, for codes and keys. */
  mono?: boolean;
}

export const labelClass = "text-sm font-medium text-ink";
export const hintClass = "text-sm text-muted";
export const errorClass = "text-sm text-danger-text";

/** A text input with its label, hint and error. */
export function TextField({ label, hint, error, placeholder, rows, min, max, mono = false, ...props }: TextFieldProps) {
  const isSecret = mono || props.type === "password" || /password|code/.test(props.autoComplete ?? "");
  useKeptText(isSecret || label === undefined ? null : label, props.value ?? "", props.onChange);
  const { ui, refusals } = useWords();
  const isRequired = props.isRequired === true;
  const fault = useMarksFaults() ? faultOf(props.value ?? "", { isRequired, isEmail: props.type === "email" }) : null;
  const wrong = error ?? (fault && { EMPTY: ui.fillIn, NO_EMAIL: refusals.codes.INVALID_EMAIL }[fault]);
  const box = classes("field-box", mono && "font-mono tracking-wide");
  return (
    <AriaTextField {...props} isInvalid={Boolean(wrong)} validationBehavior="aria" className="flex flex-col gap-1">
      {label && (
        <Label className={labelClass}>
          {label}
          {props.isRequired && <span aria-hidden="true"> *</span>}
        </Label>
      )}
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} className={box} />
      ) : (
        <Input placeholder={placeholder} min={min} max={max} className={box} />
      )}
      {hint && (
        <Text slot="description" className={hintClass}>
          {hint}
        </Text>
      )}
      <ReadOut>
        <FieldError className={errorClass}>{wrong}</FieldError>
      </ReadOut>
    </AriaTextField>
  );
}
