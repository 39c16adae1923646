import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from "react";

/** What is wrong and cannot be said to be `aria-invalid`, such as a button that chooses a file. */
export const wrongMark = { "data-wrong": "" };

const EmptyFieldsMarked = createContext(false);
/** Whether the form around this was submitted while a required field was empty: such fields say so. */
export const useMarksEmptyFields = (): boolean => useContext(EmptyFieldsMarked);

const hasEmptyField = (form: HTMLFormElement): boolean =>
  [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('[aria-required="true"], [required]')].some(
    ({ value }) => value === "",
  );

/** The first control that is wrong; of a group, the one that has or would take the focus. */
function firstWrong(form: HTMLFormElement): HTMLElement | null {
  const wrong = form.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong]');
  return wrong?.querySelector<HTMLElement>("input:checked, input, button") ?? wrong;
}

/**
 * A form whose refusal cannot be missed. It is not sent while a required field is empty: an empty password or code would cost an attempt. Once `onSubmit` is done, the first field that is wrong takes the focus (WCAG 2.2, 3.3.1). Each
 * field of `ui` is described by its error, which is read out when it appears.
 */
export function Form(props: { onSubmit: () => Promise<unknown>; className?: string; children: ReactNode }) {
  const { onSubmit, className, children } = props;
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  const [marksEmpty, setMarksEmpty] = useState(false);
  const submit = async (sent: HTMLFormElement) => {
    const isIncomplete = hasEmptyField(sent);
    setMarksEmpty(isIncomplete);
    if (!isIncomplete) await onSubmit();
    setTries((n) => n + 1);
  };
  // After the problems are drawn.
  useEffect(() => {
    if (tries > 0 && form.current) firstWrong(form.current)?.focus();
  }, [tries]);
  return (
    <form
      ref={form}
      // A browser refuses addresses such as "zoë@client.example", which are right, and in a language of its own.
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
      className={className}
    >
      <EmptyFieldsMarked value={marksEmpty}>{children}</EmptyFieldsMarked>
    </form>
  );
}
