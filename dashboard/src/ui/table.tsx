import type { ReactNode } from "react";
import { Checkbox } from "./checkbox.js";
import { classes } from "./classes.js";

export interface Column<Row> {
  id: string;
  title: ReactNode;
  renderCell: (row: Row) => ReactNode;
  sort?: "ascending" | "descending" | "none";
  align?: "end";
}

/**
 * Rows and columns; where there is less room than 768 pixels each row becomes a block with its columns' names (current
 * browsers keep a table's meaning when its display changes).
 */
export function Table<Row>(props: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Puts a checkbox before each row. */
  selection?:
    | {
        isSelected: (row: Row) => boolean;
        onChange: (row: Row, isSelected: boolean) => void;
        /** What a row's checkbox is called, after "Select". */
        nameOf: (row: Row) => string;
      }
    | undefined;
}) {
  const { label, columns, rows, rowKey, selection } = props;
  return (
    <div className="@container">
      <table aria-label={label} className="w-full border-collapse text-left text-sm @max-3xl:block">
        <thead className="@max-3xl:hidden">
          <tr className="border-b border-line text-muted">
            {selection && (
              <th scope="col" className="w-0 py-2 pl-5">
                <span className="sr-only">Select</span>
              </th>
            )}
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                aria-sort={column.sort}
                className={classes(
                  "px-3 py-2 font-medium first:pl-5 last:pr-5",
                  column.align === "end" && "text-right",
                )}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="@max-3xl:block">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={classes(
                "border-b border-line last:border-b-0 hover:bg-canvas @max-3xl:block @max-3xl:px-5 @max-3xl:py-3",
                selection && "relative @max-3xl:pl-13",
              )}
            >
              {selection && (
                <td className="py-2 pl-5 @max-3xl:absolute @max-3xl:top-2 @max-3xl:left-0">
                  <Checkbox
                    aria-label={`Select ${selection.nameOf(row)}`}
                    isSelected={selection.isSelected(row)}
                    onChange={(isSelected) => selection.onChange(row, isSelected)}
                  />
                </td>
              )}
              {columns.map((column) => (
                <td
                  key={column.id}
                  className={classes(
                    "px-3 py-2.5 align-middle break-words @3xl:max-w-64 @3xl:first:pl-5 @3xl:last:pr-5",
                    "@max-3xl:flex @max-3xl:items-baseline @max-3xl:justify-between @max-3xl:gap-4 @max-3xl:has-[>div:empty]:hidden @max-3xl:px-0 @max-3xl:py-1",
                    column.align === "end" && "@3xl:text-right",
                  )}
                >
                  <span aria-hidden="true" className="shrink-0 text-muted @3xl:hidden">
                    {column.title}
                  </span>
                  <div className="min-w-0 @max-3xl:text-right">{column.renderCell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
