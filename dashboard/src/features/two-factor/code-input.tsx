import { useWords } from "../../language/language-context.js";
import { TextField } from "../../ui/text-field.js";

/** A 6-digit code from an authenticator app or a mail; pasted spaces are dropped. */
export function CodeInput(props: {
  label?: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | null | undefined;
  hint?: string;
}) {
  const { twoFactor } = useWords();
  return (
    <TextField
      label={props.label ?? twoFactor.appCode}
      value={props.value}
      onChange={(value) => props.onChange(value.replaceAll(/\s/g, ""))}
      error={props.error}
      hint={props.hint}
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={7}
      isRequired
      mono
    />
  );
}
