/**
 * What a run's unnoticed changes amount to: each file's score, and everything that is wrong. A change is identified by
 * its file, its line of code, the original text and the replacement. So an entry survives lines added above it, and
 * dies with its line.
 */
const plain = (text) => text.trim().replaceAll(/\s+/g, " ");

/** The text between two positions (lines and columns from 1, the end exclusive). */
function textAt(lines, { start, end }) {
  if (start.line === end.line) return lines[start.line - 1].slice(start.column - 1, end.column - 1);
  const between = lines.slice(start.line, end.line - 1);
  return [lines[start.line - 1].slice(start.column - 1), ...between, lines[end.line - 1].slice(0, end.column - 1)].join(
    "\n",
  );
}
const nameOf = ({ line, from, to }) => JSON.stringify({ line: plain(line), from: plain(from), to: plain(to) });

/**
 * `report`: Stryker's, in the mutation testing report schema. `reasons`: survivors.json, lists of `{ line, from, to,
 * same | why }` by file; `same` says why no caller could notice the change, `why` why a test does not. `least`: the
 * percentage of changes that must be noticed in each file, of those that a caller could notice.
 */
export function judge(report, reasons, least) {
  const scores = [];
  const wrong = [];
  for (const [file, { source, mutants }] of Object.entries(report.files)) {
    const lines = source.split("\n");
    const counted = mutants.filter(({ status }) => ["Killed", "Timeout", "Survived", "NoCoverage"].includes(status));
    const lived = counted.filter(({ status }) => status === "Survived" || status === "NoCoverage");
    const listed = new Map((reasons[file] ?? []).map((entry) => [nameOf(entry), entry]));
    const seen = new Set();
    let same = 0;
    for (const { location, replacement, mutatorName } of lived) {
      const entry = { line: lines[location.start.line - 1], from: textAt(lines, location), to: replacement };
      const name = nameOf(entry);
      seen.add(name);
      if (listed.get(name)?.same) same++;
      else if (!listed.get(name)?.why)
        wrong.push(`${file}:${location.start.line} ${mutatorName} goes unnoticed, without a reason: ${name}`);
    }
    for (const name of listed.keys())
      if (!seen.has(name)) wrong.push(`${file}: survivors.json lists a change that is noticed, or is gone: ${name}`);
    const changes = counted.length - same;
    const noticed = counted.length - lived.length;
    const score = changes === 0 ? 100 : (100 * noticed) / changes;
    scores.push({ file, changes, noticed, same, score });
    if (score < least) wrong.push(`${file}: ${score.toFixed(1)} % noticed, the minimum is ${least} %`);
  }
  return { scores, wrong };
}
