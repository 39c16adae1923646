import { lengths } from "../limits/limits.js";
import { isPlainLine, isVisible, normalizeLine } from "../names/name.js";

const codePoints = (text: string): number => [...text].length;

/** Whether the text is a real day as YYYY-MM-DD (ISO 8601), from 1900 to 2999: 2026-02-30 is not one. */
export function isCalendarDate(text: string): boolean {
  const parts = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/.exec(text)?.groups;
  if (!parts) return false;
  const [year, month, day] = [Number(parts["year"]), Number(parts["month"]), Number(parts["day"])];
  if (year < 1900 || year > 2999) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** A request as typed, cleaned: title and items are trimmed and composed. */
export interface RequestDraft {
  title: string;
  items: string[];
  dueOn: string | null;
}
/** What is wrong with a draft: the field, and a sentence to show. */
export interface RequestDraftFault {
  field: readonly string[];
  message: string;
}

/** Cleans a draft and returns the first thing that is wrong with it. The form uses it too, but the server decides. */
export function readRequestDraft(typed: {
  title: string;
  items: readonly string[];
  dueOn?: string | null | undefined;
}): { draft: RequestDraft; fault: RequestDraftFault | null } {
  const draft: RequestDraft = {
    title: normalizeLine(typed.title),
    items: typed.items.map(normalizeLine),
    dueOn: typed.dueOn ?? null,
  };
  return { draft, fault: faultOf(draft) };
}

function faultOf({ title, items, dueOn }: RequestDraft): RequestDraftFault | null {
  if (!isVisible(title)) return { field: ["title"], message: "Give the request a title." };
  if (codePoints(title) > lengths.requestTitle)
    return { field: ["title"], message: `Use at most ${lengths.requestTitle} characters for the title.` };
  if (!isPlainLine(title)) return { field: ["title"], message: "A title must be a single line of plain text." };
  if (items.length === 0) return { field: ["items"], message: "Ask for at least one thing." };
  if (items.length > lengths.requestItems)
    return { field: ["items"], message: `A request can have at most ${lengths.requestItems} items.` };
  for (const [index, item] of items.entries()) {
    const field = ["items", index.toString()];
    if (!isVisible(item)) return { field, message: "Say what you need for this item." };
    if (codePoints(item) > lengths.requestItem)
      return { field, message: `Use at most ${lengths.requestItem} characters for an item.` };
    if (!isPlainLine(item)) return { field, message: "An item must be a single line of plain text." };
  }
  if (dueOn !== null && !isCalendarDate(dueOn))
    return { field: ["dueOn"], message: "The due date must be a valid date, such as 2026-04-15." };
  return null;
}
