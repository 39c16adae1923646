import { useEffect, useRef } from "react";

/*
 * What was typed on a page that fails, to be filled in when its fields are shown again. It stays in the page's memory only, and never
 * includes a secret.
 */

interface Field {
  label: string;
  /** What it held when it appeared. */
  first: string;
  text: string;
}
const shownFields = new Set<{ current: Field }>();
const kept = new Map<string, Field>();
const keyOf = (label: string) => `${location.pathname}\n${label}`;

/** Keeps what was typed into the fields that are shown. */
export function keepTexts(): void {
  for (const { current: field } of shownFields) if (field.text !== field.first) kept.set(keyOf(field.label), field);
}

/** Forgets it: another session begins. */
export const forgetTexts = (): void => kept.clear();

/** Fills in what was typed into the field before the page failed. `label`: null if its text must not be kept. */
export function useKeptText(label: string | null, text: string, onChange: ((text: string) => void) | undefined): void {
  const field = useRef<Field>({ label: label ?? "", first: text, text });
  useEffect(() => {
    field.current = { ...field.current, label: label ?? "", text };
  }, [label, text]);
  const fill = useRef(onChange);
  useEffect(() => {
    fill.current = onChange;
  }, [onChange]);
  useEffect(() => {
    if (label === null) return undefined;
    const found = kept.get(keyOf(label));
    if (found && found.first === field.current.first) {
      kept.delete(keyOf(label));
      fill.current?.(found.text);
    }
    shownFields.add(field);
    return () => void shownFields.delete(field);
  }, [label]);
}
