import { useMemo, useState } from "react";
import { importRule, languages } from "@gatehouse/shared";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Actions } from "../../../ui/dialog.js";
import { Select } from "../../../ui/select.js";
import { Table } from "../../../ui/table.js";
import { contactsIn, importFieldNames, importFields, type ImportField } from "./column-matching.js";
import { separators, UnreadableFile, type Separator } from "./csv-file.js";
import { encodings, type Encoding } from "./file-text.js";
import { importNotes } from "./import-notes.js";
import { headingsOf, peopleIn, rereadAs, withHeadingRow, type Matching } from "./matching.js";

const NONE = "NONE";
const shownRows = 5;
/** The rows that may name the columns. */
const headingChoices = 20;

/** Shows which column is which, as guessed and open to change, and the result for the first rows. */
export function MatchCard(props: {
  matching: Matching;
  onChange: (matching: Matching) => void;
  onCheck: () => void;
  onOtherFile: () => void;
}) {
  const { matching, onChange, onCheck, onOtherFile } = props;
  const { file, columns } = matching;
  const people = useMemo(() => peopleIn(matching), [matching]);
  const notes = useMemo(() => importNotes(matching), [matching]);
  const examples = people.slice(0, 50);
  const headings = headingsOf(matching);
  const width = Math.max(...file.rows.slice(0, 50).map(({ cells }) => cells.length));
  const nameOf = (column: number) => {
    const example = examples.find(({ cells }) => cells[column])?.cells[column];
    return `${headings[column] || `Column ${column + 1}`}${example ? ` (${example.slice(0, 40)})` : ""}`;
  };
  const options = [
    { value: NONE, label: "Not in this file" },
    ...Array.from({ length: width }, (_, column) => ({ value: String(column), label: nameOf(column) })),
  ];
  const set = (field: ImportField, value: string) =>
    onChange({ ...matching, columns: { ...columns, [field]: value === NONE ? null : Number(value) } });
  const has = (...fields: ImportField[]) => fields.some((field) => columns[field] !== null);
  const missing = !has("name", "firstName", "lastName")
    ? "Choose the column with the names."
    : !has("email", "externalId")
      ? "Choose the column with the emails or the external ids."
      : null;
  return (
    <Card
      title="Match the columns"
      intro={`${file.name}: ${people.length.toLocaleString()} ${people.length === 1 ? "row" : "rows"}. ${importRule}`}
      actions={<Button onPress={onOtherFile}>Choose another file</Button>}
    >
      <div className="flex flex-col gap-5">
        <HowRead matching={matching} onChange={onChange} />
        {notes.map((note) => (
          <Banner key={note}>{note}</Banner>
        ))}
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          {importFieldNames.map((field) => (
            <Select
              key={field}
              label={importFields[field].title}
              options={options}
              value={String(columns[field] ?? NONE)}
              onChange={(value) => set(field, value)}
            />
          ))}
        </div>
        <Table
          label="The first rows"
          rows={contactsIn(people.slice(0, shownRows), columns)}
          rowKey={({ number }) => String(number)}
          columns={[
            { id: "row", title: "Row", renderCell: ({ number }) => number },
            { id: "name", title: "Name", renderCell: ({ contact }) => contact.name },
            { id: "email", title: "Email", renderCell: ({ contact }) => contact.email },
            { id: "organization", title: "Organization", renderCell: ({ contact }) => contact.organization },
            {
              id: "language",
              title: "Language",
              renderCell: ({ contact: { language }, unknownLanguage }) =>
                language ? languages[language].englishName : unknownLanguage,
            },
            { id: "externalId", title: "External id", renderCell: ({ contact }) => contact.externalId },
          ]}
        />
        <Actions>
          {missing && <p className="self-center text-sm text-muted">{missing}</p>}
          <Button look="primary" isDisabled={missing !== null || people.length === 0} onPress={onCheck}>
            Check the file
          </Button>
        </Actions>
      </div>
    </Card>
  );
}

/** How the file was read, as guessed and open to change. */
function HowRead({ matching, onChange }: { matching: Matching; onChange: (matching: Matching) => void }) {
  const { file, headingRow } = matching;
  const [problem, setProblem] = useState<string | null>(null);
  const reread = (how: { encoding?: Encoding; separator?: Separator }) => {
    try {
      onChange(rereadAs(matching, how));
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof UnreadableFile ? error.message : "The file cannot be read this way.");
    }
  };
  const rowName = (at: number) => {
    const row = file.rows[at];
    return `Row ${row?.number ?? at + 1}: ${row?.cells.filter((cell) => cell !== "").join(", ") ?? ""}`.slice(0, 80);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Select
          label="Column names"
          options={[
            { value: NONE, label: "This file has none" },
            ...file.rows.slice(0, headingChoices).map((_, at) => ({ value: String(at), label: rowName(at) })),
          ]}
          value={String(headingRow ?? NONE)}
          onChange={(value) => onChange(withHeadingRow(file, value === NONE ? null : Number(value)))}
        />
        <Select
          label="Separator"
          options={Object.entries(separators).map(([value, label]) => ({ value: value as Separator, label }))}
          value={file.separator}
          onChange={(separator) => reread({ separator })}
        />
        <Select
          label="Encoding"
          options={Object.entries(encodings).map(([value, label]) => ({ value: value as Encoding, label }))}
          value={file.encoding}
          onChange={(encoding) => reread({ encoding })}
        />
      </div>
      {problem && <Banner tone="danger">{problem}</Banner>}
    </div>
  );
}
