import { useState, type ReactNode } from "react";
import { Badge } from "../../../ui/badge.js";
import { RedirectSentence } from "../contacts/redirect-sentence.js";
import { Button } from "../../../ui/button.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Email } from "../../../ui/email.js";
import { saveFile } from "../../../ui/save-file.js";
import { Select } from "../../../ui/select.js";
import { Table } from "../../../ui/table.js";
import { csvBlob } from "./csv-file.js";
import type { RowOutcome, RowResult } from "./import-run.js";
import { headingsOf, peopleIn, type Matching } from "./matching.js";

const words: Readonly<
  Record<RowOutcome, { tone: "success" | "accent" | "neutral" | "danger"; would: string; did: string }>
> = {
  CREATED: { tone: "success", would: "New", did: "Added" },
  UPDATED: { tone: "accent", would: "Will change", did: "Changed" },
  UNCHANGED: { tone: "neutral", would: "No change", did: "No change" },
  REFUSED: { tone: "danger", would: "Refused", did: "Refused" },
};
const outcomes = Object.keys(words) as RowOutcome[];
const shownAtOnce = 100;

/** The outcome, or expected outcome, of each row; the buttons stand below the totals. */
export function Results(props: {
  results: readonly RowResult[];
  matching: Matching;
  isDone: boolean;
  /** The rows that a person allows to change who can open a contact's requests, by their numbers. */
  allowedRows: ReadonlySet<number>;
  /** Null: it is too late. */
  onAllow: ((number: number, isAllowed: boolean) => void) | null;
  children: ReactNode;
}) {
  const { results, matching, isDone, allowedRows, onAllow, children } = props;
  const sayOutcome = (outcome: RowOutcome) => words[outcome][isDone ? "did" : "would"];
  const of = (outcome: RowOutcome) => results.filter((row) => row.outcome === outcome);
  const refused = of("REFUSED");
  const [chosen, setChosen] = useState<RowOutcome | "ALL">(refused.length > 0 ? "REFUSED" : "ALL");
  const [shown, setShown] = useState(shownAtOnce);
  const rows = (chosen === "ALL" ? [...results] : of(chosen)).toSorted((a, b) => a.number - b.number);
  return (
    <div className="flex flex-col gap-4">
      <ul aria-label="Outcome" className="flex flex-wrap gap-x-6 gap-y-2 text-sm text-ink">
        {outcomes.map((outcome) => (
          <li key={outcome} className="flex items-center gap-2">
            <Badge tone={words[outcome].tone}>{sayOutcome(outcome)}</Badge> {of(outcome).length.toLocaleString()}
          </li>
        ))}
      </ul>
      {children}
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="w-48">
          <Select
            label="Show"
            value={chosen}
            onChange={(value) => {
              setShown(shownAtOnce);
              setChosen(value);
            }}
            options={[
              { value: "ALL" as const, label: "All rows" },
              ...outcomes.map((outcome) => ({ value: outcome, label: sayOutcome(outcome) })),
            ]}
          />
        </div>
        {refused.length > 0 && (
          <Button onPress={() => saveFile(refusedRows(refused, matching), "refused-rows.csv")}>
            Download refused rows
          </Button>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="text-sm text-muted">No rows.</p>
      ) : (
        <Table
          label="Rows"
          rows={rows.slice(0, shown)}
          rowKey={({ number }) => String(number)}
          columns={[
            { id: "row", title: "Row", renderCell: ({ number }) => number },
            { id: "name", title: "Name", renderCell: ({ contact }) => contact.name },
            { id: "email", title: "Email", renderCell: ({ contact: { email } }) => email && <Email address={email} /> },
            {
              id: "outcome",
              title: "Outcome",
              renderCell: ({ number, outcome: found }) => {
                const outcome = onAllow !== null && allowedRows.has(number) ? "UPDATED" : found;
                return <Badge tone={words[outcome].tone}>{sayOutcome(outcome)}</Badge>;
              },
            },
            {
              id: "reason",
              title: "Reason",
              renderCell: ({ number, reason, redirect }) =>
                redirect === null || onAllow === null ? (
                  reason
                ) : (
                  <div className="flex flex-col items-start gap-2 text-start">
                    <RedirectSentence change={redirect.change} />
                    <Checkbox isSelected={allowedRows.has(number)} onChange={(isAllowed) => onAllow(number, isAllowed)}>
                      Allow this for row {number}
                    </Checkbox>
                  </div>
                ),
            },
          ]}
        />
      )}
      {rows.length > shown && (
        <div className="flex items-center justify-between gap-3 text-sm text-muted">
          <p>
            {shown.toLocaleString()} of {rows.length.toLocaleString()}
          </p>
          <Button onPress={() => setShown(shown + shownAtOnce)}>Show more</Button>
        </div>
      )}
    </div>
  );
}

/** The refused rows as they were in the file, each followed by its reason: to be corrected there and imported again. */
function refusedRows(refused: readonly RowResult[], matching: Matching): Blob {
  const reasons = new Map(refused.map(({ number, reason }) => [number, reason ?? ""]));
  const headings = matching.headingRow === null ? [] : [[...headingsOf(matching), "Row", "Why it was refused"]];
  const rows = peopleIn(matching).flatMap(({ number, cells }) => {
    const reason = reasons.get(number);
    return reason === undefined ? [] : [[...cells, String(number), reason]];
  });
  return csvBlob([...headings, ...rows]);
}
