/** What stands between cells, or rows, in the files that spreadsheets read: each of them is a separator to some program or country. */
const SEPARATORS = /([;,|\t\r\n])/;
/**
 * How a cell begins that a spreadsheet would take for a formula (OWASP CSV Injection; ASVS 5.0 1.2.10), behind what it may skip:
 * blanks, quotation marks, control characters, and whatever is not seen. Apostrophes before it are counted, so that ours can be told and taken off again.
 */
const FORMULA = /^'*[\s"\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*[=+\-@＝＋－＠]/u;
/** A cell that begins with a tab or a line break hides what comes after it. */
const HIDING = /^'*\p{Cc}/u;

/** Changes what stands between separators, by what the change says of each piece and whether it is the cell's first. */
const mapPieces = (cell: string, change: (piece: string, isFirst: boolean) => string): string =>
  cell
    .split(SEPARATORS)
    .map((piece, at) => (at % 2 === 0 ? change(piece, at === 0) : piece))
    .join("");

/**
 * The cell with an apostrophe before each place where a spreadsheet could find a formula: at its start, and after whatever another
 * program takes for a separator, since a file with commas is split at semicolons in half of Europe. To be written in quotes.
 */
export const withFormulaGuard = (cell: string): string =>
  mapPieces(cell, (piece, isFirst) => (FORMULA.test(piece) || (isFirst && HIDING.test(cell)) ? `'${piece}` : piece));

/** The cell as it was: without the apostrophes that our own files and spreadsheets put before what would be a formula. */
export const withoutFormulaGuard = (cell: string): string =>
  mapPieces(cell, (piece, isFirst) =>
    piece.startsWith("'") && (FORMULA.test(piece) || (isFirst && HIDING.test(cell))) ? piece.slice(1) : piece,
  );
