import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from "react";
import { normalizeEmail } from "@gatehouse/shared";

/** What is wrong and cannot be said to be `aria-invalid`, such as a button that chooses a file. */
export const wrongMark = { "data-wrong": "" };

const FaultsMarked = createContext(false);
/** Whether the form around this was submitted while a field had a fault that needs no server to see: such fields say so. */
export const useMarksFaults = (): boolean => useContext(FaultsMarked);

/** What is wrong with a text that needs no server to see. */
export const faultOf = (text: string, of: { isRequired: boolean; isEmail: boolean }): "EMPTY" | "NO_EMAIL" | null =>
  text === "" ? (of.isRequired ? "EMPTY" : null) : of.isEmail && normalizeEmail(text) === null ? "NO_EMAIL" : null;

const hasFault = (form: HTMLFormElement): boolean =>
  [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")].some(
    (field) =>
      faultOf(field.value, {
        isRequired: field.required || field.ariaRequired === "true",
        isEmail: field.type === "email",
      }) !== null,
  );

/** The first control that is wrong; of a group, the one that has or would take the focus. */
function firstWrong(form: HTMLFormElement): HTMLElement | null {
  const wrong = form.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong]');
  return wrong?.querySelector<HTMLElement>("input:checked, input, button") ?? wrong;
}

/**
 * A form whose refusal cannot be missed. It is not sent while a required field is empty (an empty password or code would cost an attempt) or an
 * address is none. Once `onSubmit` is done, the first field that is wrong takes the focus (WCAG 2.2, 3.3.1). Each
 * field of `ui` is described by its error, which is read out when it appears.
 */
export function Form(props: { onSubmit: () => Promise<unknown>; className?: string; children: ReactNode }) {
  const { onSubmit, className, children } = props;
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  const [marksFaults, setMarksFaults] = useState(false);
  const submit = async (sent: HTMLFormElement) => {
    const isFaulty = hasFault(sent);
    setMarksFaults(isFaulty);
    if (!isFaulty) await onSubmit();
    setTries((n) => n + 1);
  };
  // After the problems are drawn.
  useEffect(() => {
    if (tries > 0 && form.current) firstWrong(form.current)?.focus();
  }, [tries]);
  return (
    <form
      ref={form}
      // A browser refuses addresses such as "zoë@client.example", which are right, and says so in a language of its own.
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
      className={className}
    >
      <FaultsMarked value={marksFaults}>{children}</FaultsMarked>
    </form>
  );
}
