/**
 * How a cell begins that a spreadsheet would take for a formula, or that hides one (OWASP CSV Injection; ASVS 5.0 1.2.10). Said by
 * its first character alone: a pattern that looks at the whole cell misses one with a line break in it.
 */
export const formulaStart = /^[=+\-@＝＋－＠\p{Cc}]/u;

/** The cell without the apostrophe that our own files and spreadsheets put before what would be a formula. */
export const withoutFormulaGuard = (cell: string): string =>
  cell.startsWith("'") && formulaStart.test(cell.slice(1)) ? cell.slice(1) : cell;
