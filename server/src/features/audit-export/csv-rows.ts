import Papa from "papaparse";
import { withFormulaGuard } from "@gatehouse/shared";

/** At the beginning of a file: without it Excel decodes UTF-8 as the machine's legacy code page. */
export const BYTE_ORDER_MARK = "\uFEFF";
const NEWLINE = "\r\n";

/** Rows of a file that spreadsheets open: quoted, and without formulas. */
export const asCsv = (rows: (string | null)[][]): string =>
  rows.length === 0
    ? ""
    : Papa.unparse(
        rows.map((row) => row.map((cell) => withFormulaGuard(cell ?? ""))),
        { quotes: true, newline: NEWLINE },
      ) + NEWLINE;
