import type { ReactNode } from "react";
import { Checkbox } from "./checkbox.js";
import { classes } from "./classes.js";

export interface Column<Row> {
  id: string;
  title: ReactNode;
  renderCell: (row: Row) => ReactNode;
  sort?: "ascending" | "descending" | "none";
  align?: "end";
  /** A class with its width, for tables with fixed widths. */
  width?: string;
}

export interface Selecting<Row> {
  isSelected: (row: Row) => boolean;
  onChange: (row: Row, isSelected: boolean) => void;
  /** The name of a row's checkbox, after "Select". */
  nameOf: (row: Row) => string;
}

interface Rows<Row> {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Puts a checkbox before each row. */
  selection?: Selecting<Row> | undefined;
}

/** Rows and columns, all at once. */
export function Table<Row>(props: Rows<Row> & { label: string }) {
  const { label, columns, selection } = props;
  return (
    <TableFrame label={label} columns={columns} hasSelection={selection !== undefined}>
      <tbody className="@max-3xl:block">
        <TableRows {...props} />
      </tbody>
    </TableFrame>
  );
}

/**
 * A table's head around its groups of rows. In less than 768 pixels, each row becomes a block with the names of its columns (current
 * browsers keep a table's semantics when its display changes).
 */
export function TableFrame<Row>(props: {
  label: string;
  columns: readonly Column<Row>[];
  hasSelection: boolean;
  /** The number of all rows, including those that are not in the document; -1 if unknown. */
  rowCount?: number;
  /** Widths that do not depend on the cells, for rows that come and go. */
  hasFixedWidths?: boolean;
  children: ReactNode;
}) {
  const { label, columns, hasSelection, rowCount, hasFixedWidths, children } = props;
  return (
    <div className="@container">
      <table
        aria-label={label}
        aria-rowcount={rowCount}
        className={classes(
          "w-full border-collapse text-left text-sm @max-3xl:block",
          hasFixedWidths && "@3xl:table-fixed",
        )}
      >
        <thead className="@max-3xl:hidden">
          <tr aria-rowindex={rowCount === undefined ? undefined : 1} className="border-b border-line text-muted">
            {hasSelection && (
              <th scope="col" className={classes("py-2 pl-5", hasFixedWidths ? "w-10" : "w-0")}>
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
                  hasFixedWidths && column.width,
                )}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        {children}
      </table>
    </div>
  );
}

/** Rows for a `tbody`. */
export function TableRows<Row>(
  props: Rows<Row> & {
    /** The position of the first one among all rows, from 1. */
    firstIndex?: number;
  },
) {
  const { columns, rows, rowKey, selection, firstIndex } = props;
  return rows.map((row, index) => (
    <tr
      key={rowKey(row)}
      // The head is the first row of a table.
      aria-rowindex={firstIndex === undefined ? undefined : firstIndex + index + 1}
      className={classes(
        "border-b border-line hover:bg-canvas @max-3xl:block @max-3xl:px-5 @max-3xl:py-3 in-[tbody:last-child]:last:border-b-0",
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
            // A cell clips what is wider (styles.css): "Nov 20, 202" is no date.
            "[&_time]:whitespace-normal",
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
  ));
}
