import { importRule, languages } from "@gatehouse/shared";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Actions } from "../../../ui/dialog.js";
import { Select } from "../../../ui/select.js";
import { Table } from "../../../ui/table.js";
import {
  contactsIn,
  guessColumns,
  importFieldNames,
  importFields,
  looksLikeHeadings,
  type Columns,
  type ImportField,
} from "./column-matching.js";
import type { SheetRow } from "./csv-file.js";

/** A file and the meaning of its columns. */
export interface Matching {
  fileName: string;
  sheet: readonly SheetRow[];
  hasHeadings: boolean;
  columns: Columns;
}

/** The most likely matching for a file. */
export function matchingOf(fileName: string, sheet: readonly SheetRow[]): Matching {
  const [first] = sheet;
  const hasHeadings = first !== undefined && looksLikeHeadings(first);
  return { fileName, sheet, hasHeadings, columns: guessColumns(hasHeadings ? first.cells : []) };
}
/** The rows below the headings. */
export const peopleIn = ({ sheet, hasHeadings }: Matching): readonly SheetRow[] =>
  hasHeadings ? sheet.slice(1) : sheet;

const NONE = "NONE";
const shownRows = 5;

/** Shows which column is which, as guessed and open to change, and the result for the first rows. */
export function MatchCard(props: {
  matching: Matching;
  onChange: (matching: Matching) => void;
  onCheck: () => void;
  onOtherFile: () => void;
}) {
  const { matching, onChange, onCheck, onOtherFile } = props;
  const { sheet, hasHeadings, columns, fileName } = matching;
  const people = peopleIn(matching);
  const width = Math.max(...sheet.slice(0, 50).map(({ cells }) => cells.length));
  const nameOf = (column: number) => {
    const heading = hasHeadings ? sheet[0]?.cells[column] : "";
    const example = people.find(({ cells }) => cells[column])?.cells[column];
    return `${heading || `Column ${column + 1}`}${example ? ` (${example.slice(0, 40)})` : ""}`;
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
      intro={`${fileName}: ${people.length.toLocaleString()} ${people.length === 1 ? "row" : "rows"}. ${importRule}`}
      actions={<Button onPress={onOtherFile}>Choose another file</Button>}
    >
      <div className="flex flex-col gap-5">
        <Checkbox isSelected={hasHeadings} onChange={(isOn) => onChange({ ...matching, hasHeadings: isOn })}>
          The first row contains the column names
        </Checkbox>
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
