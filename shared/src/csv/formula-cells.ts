/** What separates cells or rows in files that spreadsheets read: each of these is a separator in some program or country. */
const SEPARATORS = /([;,|\t\r\n])/;
/**
 * The start of a cell that a spreadsheet would take for a formula (OWASP CSV Injection; ASVS 5.0 1.2.10), after characters that it may
 * skip: blanks, quotation marks, control characters and invisible ones. Leading apostrophes match too, so that ours can be recognized and
 * removed again.
 */
const FORMULA = /^['\s"\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*[=+\-@＝＋－＠]/u;
/** A cell that starts with a tab or a line break hides what comes after it. */
const HIDING = /^'*\p{Cc}/u;

/** Applies a change to each piece between separators; the change knows whether it is the cell's first piece. */
const mapPieces = (cell: string, change: (piece: string, isFirst: boolean) => string): string =>
  cell
    .split(SEPARATORS)
    .map((piece, at) => (at % 2 === 0 ? change(piece, at === 0) : piece))
    .join("");

/**
 * The cell with an apostrophe before each place where a spreadsheet could find a formula: at the start, and after everything that another
 * program may take for a separator, because half of Europe splits a comma-separated file at semicolons. Write it in quotes.
 */
export const withFormulaGuard = (cell: string): string =>
  mapPieces(cell, (piece, isFirst) => (FORMULA.test(piece) || (isFirst && HIDING.test(cell)) ? `'${piece}` : piece));

/** The original cell: without the apostrophes that our own files and spreadsheets put before a possible formula. */
export const withoutFormulaGuard = (cell: string): string =>
  mapPieces(cell, (piece, isFirst) =>
    piece.startsWith("'") && (FORMULA.test(piece) || (isFirst && HIDING.test(cell))) ? piece.slice(1) : piece,
  );
