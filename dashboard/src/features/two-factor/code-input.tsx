import { useState } from "react";
import { CODE_DIGITS, countDigits, foldCode, readDigitCode } from "@gatehouse/shared";
import { useWords } from "../../language/language-context.js";
import { TextField } from "../../ui/text-field.js";

/** What a text means as a code: the code in it, or else the text, so that the server can say what is wrong with it. */
const meant = (text: string) => readDigitCode(text) ?? foldCode(text);

/**
 * A 6-digit code from an authenticator app or a mail. It shows what was typed or pasted, in any script's digits or within a sentence, and
 * passes on the code. A seventh digit cannot be typed; a text that was pasted is never cut (the browser's own `maxLength` would).
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
  const shown = meant(typed) === props.value ? typed : props.value;
  return (
    <TextField
      label={props.label ?? twoFactor.appCode}
      value={shown}
      onChange={(text) => {
        const isTyped = text.length === shown.length + 1;
        if (isTyped && countDigits(shown) === CODE_DIGITS && countDigits(text) > CODE_DIGITS) return;
        setTyped(text);
        props.onChange(meant(text));
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
