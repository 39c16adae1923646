import { useState } from "react";
import { lengths, passwordFault, type PasswordContext } from "@gatehouse/shared";
import { Meter } from "react-aria-components";
import { useWords } from "../../language/language-context.js";
import { Button } from "../../ui/button.js";
import { TextField } from "../../ui/text-field.js";

interface PasswordInputProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: "current-password" | "new-password";
  error?: string | null | undefined;
  hint?: string;
}

/** A password field, hidden until shown; pasting and password managers work. */
export function PasswordInput(props: PasswordInputProps) {
  const { passwords: say } = useWords();
  const [isShown, setShown] = useState(false);
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <TextField {...props} type={isShown ? "text" : "password"} isRequired />
      </div>
      <div className="pt-6">
        <Button onPress={() => setShown(!isShown)} aria-label={isShown ? say.hidePassword : say.showPassword}>
          {isShown ? say.hide : say.show}
        </Button>
      </div>
    </div>
  );
}

/** A new password, with its length and the first rule that it breaks. The server checks the list of common passwords when it is sent. */
export function NewPasswordField(
  props: Omit<PasswordInputProps, "autoComplete" | "hint"> & { context?: PasswordContext | undefined },
) {
  const { context, ...field } = props;
  const { passwords: say, refusals } = useWords();
  const length = [...field.value].length;
  const fault = passwordFault(field.value, context ?? { email: "", firmName: "" }, () => false);
  const assessment = length === 0 ? say.atLeast(lengths.passwordMin) : (fault?.(refusals) ?? say.good);
  return (
    <div className="flex flex-col gap-2">
      <PasswordInput {...field} autoComplete="new-password" />
      <Meter
        aria-label={say.length}
        value={Math.min(length, lengths.passwordMin)}
        maxValue={lengths.passwordMin}
        valueLabel={say.lengthOf(length, lengths.passwordMin)}
      >
        {({ percentage }) => (
          <span className="block h-1.5 overflow-hidden rounded-full bg-sunken">
            <span
              className={fault ? "block h-full bg-line-strong" : "block h-full bg-accent-shape"}
              style={{ width: `${percentage}%` }}
            />
          </span>
        )}
      </Meter>
      <p aria-live="polite" className="text-sm text-muted">
        {assessment}
      </p>
    </div>
  );
}
