import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { round, type Result, type Row, type Table } from "./bench.js";
import { root } from "./processes.js";
import { rangeOf, type Metric, type Verdict } from "./statistics.js";

/** A row's results, stored beside the code so that a report can contain rows of several runs. */
interface Kept extends Result {
  title: string;
  at: string;
  commit: string;
  rounds: number;
  machine: string;
}
const DATA = `${root}server/bench/data/`;
const file = (name: string) => `${DATA}${name}.json`;

const run = (command: string, args: string[]): string => {
  try {
    return execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
};

/** A row that compares another tree is stored separately, so that the peers' figures stay. */
export const besideOf = (row: Row): Row => ({
  ...row,
  name: `${row.name}-beside`,
  title: `${row.title}: before and after`,
});

/** A row measured on two database servers is stored separately too. */
export const onServersOf = (row: Row): Row => ({
  ...row,
  name: `${row.name}-databases`,
  title: `${row.title}: MariaDB and MySQL`,
});

export function keep({ name, title }: Row, result: Result, rounds: number, machine: string): void {
  mkdirSync(DATA, { recursive: true });
  const isClean = run("git", ["status", "--porcelain", "--", "server/src", "shared/src", "pnpm-lock.yaml"]) === "";
  const commit = run("git", ["rev-parse", "--short", "HEAD"]) + (isClean ? "" : " and uncommitted changes");
  const kept: Kept = { ...result, title, at: new Date().toISOString().slice(0, 16), commit, rounds, machine };
  writeFileSync(file(name), JSON.stringify(kept, null, 1));
}

export function machineOf(database: string, peers: Record<string, string> | null): string {
  const [cpu] = cpus();
  const system = /PRETTY_NAME="(.*)"/.exec(
    existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "",
  )?.[1];
  return [
    `${cpus().length} cores (${cpu?.model.trim() ?? "unknown"}), ${round(totalmem() / 2 ** 30)} GiB, ${system ?? process.platform}, Node ${process.versions.node}, ${database}`,
    ...(peers
      ? [
          `peers: ${Object.entries(peers)
            .map(([name, version]) => `${name} ${version}`)
            .join(", ")}`,
        ]
      : []),
  ].join("; ");
}

const cell = (metric: Metric, values: number[]): string => {
  if (values.length === 0 || values.some(Number.isNaN)) return "–";
  const { median, min, max } = rangeOf(values);
  const middle = round(median, metric.digits);
  return values.length === 1 ? middle : `${middle} (${round(min, metric.digits)}–${round(max, metric.digits)})`;
};

export function tableText({ title, metrics, rows }: Table): string {
  const floor = rows.find(({ role }) => role === "floor");
  const [first] = metrics;
  const median = (row: Table["rows"][number] | undefined) =>
    first && row ? rangeOf(row.samples.map((sample) => sample[first.key] ?? Number.NaN)).median : Number.NaN;
  const ratio = (row: Table["rows"][number]) => (median(row) / median(floor)).toFixed(2);
  const head = ["", ...metrics.map((metric) => metric.title), ...(floor ? [`${first?.title} ÷ floor`] : [])];
  const lines = rows.map((row) => [
    row.role === "gatehouse" ? `**${row.name}**` : row.role === "peer" ? row.name : `${row.name} (${row.role})`,
    ...metrics.map((metric) =>
      cell(
        metric,
        row.samples.map((sample) => sample[metric.key] ?? Number.NaN),
      ),
    ),
    ...(floor ? [ratio(row)] : []),
  ]);
  const text = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [...(title ? [`${title}`, ""] : []), text(head), text(head.map(() => "---")), ...lines.map(text)].join("\n");
}

const words: Record<Verdict, string> = {
  met: "**met**",
  missed: "**missed**",
  overlap: "overlap: the ranges cross the bound, nothing is claimed",
  "not measured": "not measured",
};
const goalsText = (goals: Result["goals"]): string =>
  [
    "| goal | verdict | figures |",
    "| --- | --- | --- |",
    ...goals.map(({ text, verdict, detail }) => `| ${text} | ${words[verdict]} | ${detail} |`),
  ].join("\n");
export const resultText = ({ tables, goals, notes }: Result): string =>
  [...tables.map(tableText), ...(goals.length > 0 ? [goalsText(goals)] : []), ...notes].join("\n\n");

/** One row of the report as text, with its line in the summary. */
interface Section {
  title: string;
  text: string;
  goals: Result["goals"];
}
const REPORT = `${root}server/bench/RESULTS.md`;

const sectionOf = (kept: Kept): Section => ({
  title: kept.title,
  text: `${resultText(kept)}\n\n${kept.rounds} rounds, ${kept.at} UTC, commit ${kept.commit}.`,
  goals: kept.goals,
});

/** A report's sections, and the machines that it names: rows that were measured elsewhere stay as they are. */
function readReport(report: string): { sections: Section[]; machines: string[] } {
  const [head = "", ...parts] = report.split(/^## /m);
  const verdicts = Object.entries(words) as [Verdict, string][];
  const sections = parts.map((part): Section => {
    const [title = "", ...lines] = part.split("\n");
    const goals = lines.flatMap((line) => {
      const [, text = "", said = "", detail = ""] = /^\| (.+) \| (.+) \| (.+) \|$/.exec(line) ?? [];
      const verdict = verdicts.find(([, word]) => word === said)?.[0];
      return verdict ? [{ text, verdict, detail }] : [];
    });
    return { title, text: lines.join("\n").trim(), goals };
  });
  return { sections, machines: [...head.matchAll(/^- (\d+ cores .*)$/gm)].map(([, machine = ""]) => machine) };
}

/** Writes RESULTS.md: every row that was measured now, and the existing text of the others. */
export function writeReport(rows: Row[]): void {
  const before = readReport(existsSync(REPORT) ? readFileSync(REPORT, "utf8") : "");
  const machines = new Set<string>();
  const all = rows.flatMap((row) => [row, besideOf(row), onServersOf(row)]);
  const sections = all.flatMap(({ name, title }) => {
    if (existsSync(file(name))) {
      const kept = JSON.parse(readFileSync(file(name), "utf8")) as Kept;
      machines.add(kept.machine);
      return [sectionOf(kept)];
    }
    const section = before.sections.find((one) => one.title === title);
    for (const machine of section ? before.machines : []) machines.add(machine);
    return section ? [section] : [];
  });
  const goals = sections.flatMap((section) => section.goals.map((goal) => ({ ...goal, title: section.title })));
  const of = (verdict: Verdict) => goals.filter((goal) => goal.verdict === verdict);
  const list = (verdict: Verdict) =>
    of(verdict).map(({ title, text, detail }) => `- ${title.split(":")[0]}: ${text}; measured ${detail}`);
  const text = `# Measured

\`npm run bench\` writes this file; [README.md](README.md) explains how it measures. Each cell is the median of the rounds (minimum–maximum),
with a fresh process for each round. "÷ floor" compares medians. A goal is met or missed only if whole ranges lie on one side of the bound.

${[...machines].map((machine) => `- ${machine}`).join("\n")}

Goals: ${of("met").length} met, ${of("missed").length} missed, ${of("overlap").length} undecided (overlap).

## Where Gatehouse loses

${[...list("missed"), ""].join("\n")}
${of("overlap").length > 0 ? `Undecided after these rounds:\n\n${list("overlap").join("\n")}\n` : ""}
${sections.map(({ title, text: body }) => `## ${title}\n\n${body}\n`).join("\n")}`;
  writeFileSync(REPORT, text.replaceAll(/\n{3,}/g, "\n\n"));
}
