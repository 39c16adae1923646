import type { ReactNode } from "react";
import { auditFields, auditFieldTitle, changeInWords } from "@gatehouse/shared";
import { Day, Moment } from "../../../ui/date-time.js";
import { Email } from "../../../ui/email.js";

interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

const columns = ["Field", "Before", "After"] as const;

/** What an event changed, folded until somebody opens it. Nothing for an event that says no changes. */
export function EventChanges({ changes, of }: { changes: readonly Change[]; of: string }) {
  if (changes.length === 0) return null;
  return (
    <details>
      <summary className="w-fit max-w-full cursor-pointer py-1 text-accent-text">
        {changes.length} {changes.length === 1 ? "field" : "fields"}, before and after
        <span className="sr-only">: {of}</span>
      </summary>
      <table className="mt-1 mb-2 w-full table-fixed border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-muted">
            {columns.map((title) => (
              <th key={title} scope="col" className="py-1 pr-3 font-medium last:pr-0">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, before, after }) => (
            <tr key={field} className="border-b border-line align-top last:border-b-0">
              <th scope="row" className="py-1 pr-3 font-normal break-words text-muted">
                {auditFieldTitle(field)}
              </th>
              <td className="py-1 pr-3 break-words text-ink">
                <Value field={field} value={before} />
              </td>
              <td className="py-1 break-words text-ink">
                <Value field={field} value={after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Value({ field, value }: { field: string; value: unknown }): ReactNode {
  const text = changeInWords(field, value);
  if (text === null) return <span className="text-muted">None</span>;
  switch (auditFields[field]?.shows) {
    case "MOMENT":
      return <Moment at={text} />;
    case "DAY":
      return <Day on={text} />;
    case "EMAIL":
      return <Email address={text} />;
    case "COLOR":
      return (
        <span className="inline-flex items-center gap-2">
          <span
            aria-hidden="true"
            className="size-4 shrink-0 rounded-sm border border-line-strong"
            style={{ backgroundColor: text }}
          />
          <span translate="no">{text}</span>
        </span>
      );
    default:
      return <Text text={text} />;
  }
}

const SHOWN = 80;

/** As it was written. A long text is cut until somebody opens it. */
function Text({ text }: { text: string }) {
  const letters = [...text];
  if (letters.length <= SHOWN)
    return (
      <bdi translate="no" className="whitespace-pre-wrap">
        {text}
      </bdi>
    );
  return (
    <details translate="no" className="group">
      <summary className="cursor-pointer">
        <bdi className="group-open:hidden">{letters.slice(0, SHOWN).join("")}…</bdi>
        <span className="hidden text-muted group-open:inline">Whole text</span>
      </summary>
      <bdi className="whitespace-pre-wrap">{text}</bdi>
    </details>
  );
}
