import { useWords } from "../../language/language-context.js";
import { TextField } from "../../ui/text-field.js";

/** The address that signs in, as browsers fill it in. */
export function EmailField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (email: string) => void;
  error: string | null;
}) {
  const { signIn: say } = useWords();
  return (
    <TextField
      label={say.email}
      type="email"
      name="email"
      autoComplete="username"
      value={value}
      onChange={onChange}
      error={error}
      isRequired
    />
  );
}
