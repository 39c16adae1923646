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

export interface TextFieldProps extends Omit<AriaTextFieldProps, "className" | "style" | "children"> {
  /** Left out only where an `aria-label` says it. */
  label?: string;
  /** Said below the field, always. */
  hint?: ReactNode;
  /** What is wrong with it; said below the field and to screen readers. */
  error?: string | null | undefined;
  placeholder?: string;
  /** Lines for a longer text; without it, one. */
  rows?: number;
  /** Set in fixed-width type: codes and keys. */
  mono?: boolean;
}

export const labelClass = "text-sm font-medium text-ink";
export const hintClass = "text-sm text-muted";
export const errorClass = "text-sm text-danger-text";

/** A text input with its label, hint and error. */
export function TextField({ label, hint, error, placeholder, rows, mono = false, ...props }: TextFieldProps) {
  const box = classes("field-box", mono && "font-mono tracking-wide");
  return (
    <AriaTextField {...props} isInvalid={Boolean(error)} validationBehavior="aria" className="flex flex-col gap-1">
      {label && (
        <Label className={labelClass}>
          {label}
          {props.isRequired && <span aria-hidden="true"> *</span>}
        </Label>
      )}
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} className={box} />
      ) : (
        <Input placeholder={placeholder} className={box} />
      )}
      {hint && (
        <Text slot="description" className={hintClass}>
          {hint}
        </Text>
      )}
      <FieldError className={errorClass}>{error}</FieldError>
    </AriaTextField>
  );
}
