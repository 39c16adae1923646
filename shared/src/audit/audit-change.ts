/** A value as JSON has it; lists for fields that hold several. */
export type ChangeValue = string | number | boolean | null | readonly ChangeValue[];

/** One field that an event changed, named as the API names it. Null: not set. */
export interface AuditChange {
  field: string;
  before: ChangeValue;
  after: ChangeValue;
}

/**
 * The fields that differ, in the order of `after`. A field that only one of them has was or becomes null: something new has no values
 * before, something deleted none after.
 */
export function changesBetween(
  before: Readonly<Record<string, ChangeValue>>,
  after: Readonly<Record<string, ChangeValue>>,
): AuditChange[] {
  const fields = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...fields].flatMap((field) => {
    const change = { field, before: before[field] ?? null, after: after[field] ?? null };
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
  });
}

const valueInWords = (value: ChangeValue): string => {
  if (value === null || value === "") return "none";
  if (typeof value === "string") return value;
  return typeof value === "object" ? value.map(valueInWords).join(", ") || "none" : String(value);
};

/** Changes for a person to read: `email: a@x → b@y; name: …`. A program reads them as JSON. */
export const changesInWords = (changes: readonly AuditChange[]): string =>
  changes.map(({ field, before, after }) => `${field}: ${valueInWords(before)} → ${valueInWords(after)}`).join("; ");
