import { useState } from "react";
import { fitCode, foldCode } from "@gatehouse/shared";
import { useWords } from "../../language/language-context.js";
import { TextField } from "../../ui/text-field.js";

const DIGITS = 6;

/**
 * A 6-digit code from an authenticator app or a mail. It shows what was typed or pasted, in any script's digits, and passes on the code.
 * Its length counts digits: the browser's own `maxLength` would cut a code that was pasted with blanks.
 */
export function CodeInput(props: {
  label?: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | null | undefined;
  hint?: string;
}) {
  const { twoFactor } = useWords();
  const [typed, setTyped] = useState(props.value);
  return (
    <TextField
      label={props.label ?? twoFactor.appCode}
      value={foldCode(typed) === props.value ? typed : props.value}
      onChange={(text) => {
        const fitting = fitCode(text, DIGITS);
        setTyped(fitting);
        props.onChange(foldCode(fitting));
      }}
      error={props.error}
      hint={props.hint}
      inputMode="numeric"
      autoComplete="one-time-code"
      isRequired
      mono
    />
  );
}
