import { useWords } from "../../language/language-context.js";
import { TextField } from "../../ui/text-field.js";

/** The email address to sign in with, which browsers can fill in. */
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
