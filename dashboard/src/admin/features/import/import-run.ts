import { importRefusals } from "@gatehouse/shared";
import { identityOf, type ImportedContact, type ImportRow } from "./column-matching.js";

export type RowOutcome = "CREATED" | "UPDATED" | "UNCHANGED" | "REFUSED";
/** What became of a row, or would become of it. */
export interface RowResult extends ImportRow {
  outcome: RowOutcome;
  /** Why it was refused. */
  reason: string | null;
}

/** What the server said to a part of the rows. */
export type Answer =
  | { kind: "DONE"; outcomes: readonly Pick<RowResult, "outcome" | "reason">[] }
  /** The same is to be sent again: after `waitMs` where the server says when; null: nothing was heard of it. */
  | { kind: "AGAIN"; waitMs: number | null; problem: string }
  | { kind: "FAILED"; problem: string };

export interface RunNeeds {
  /** Sends a part under a key, by which the server does it once, however often it is sent. */
  send(contacts: readonly ImportedContact[], key: string): Promise<Answer>;
  wait(ms: number): Promise<void>;
  newKey(): string;
  onProgress(results: readonly RowResult[]): void;
}

/** A part commits in moments and its answer is small; its body stays well below the server's 100 kB. */
const ROWS_AT_ONCE = 200;
const BYTES_AT_ONCE = 60_000;
/** So often a part is sent again by itself while nothing is heard; then somebody is asked. */
const TRIES = 5;
const firstWaitMs = 1000;

const size = new TextEncoder();
/** The rows in parts that a request can carry. */
export function partsOf(rows: readonly ImportRow[]): ImportRow[][] {
  const parts: ImportRow[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const own = size.encode(JSON.stringify(row.contact)).length;
    const part = parts.at(-1);
    if (!part || part.length === ROWS_AT_ONCE || bytes + own > BYTES_AT_ONCE) {
      parts.push([row]);
      bytes = own;
    } else {
      part.push(row);
      bytes += own;
    }
  }
  return parts;
}

/** One way of all rows to the server, in parts: it can be stopped or break off, and then goes on where it was. */
export class ImportRun {
  /** What is known by now: rows that are refused before anything is sent, then those of each part. */
  results: readonly RowResult[];
  private readonly parts: ImportRow[][];
  /** Of the part that is under way. */
  private key: string | null = null;
  private isStopped = false;

  constructor(
    rows: readonly ImportRow[],
    private readonly needs: RunNeeds,
  ) {
    const refusals = importRefusals(rows.map(identityOf));
    this.results = rows.flatMap((row, at): RowResult[] => {
      const reason = refusals[at] ?? null;
      return reason === null ? [] : [{ ...row, outcome: "REFUSED", reason }];
    });
    this.parts = partsOf(rows.filter((_, at) => refusals[at] === null));
  }

  get isDone(): boolean {
    return this.parts.length === 0;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Goes on to the end, or until it is stopped or needs help: then answers with the problem. Null: it is done, or was stopped. */
  async go(): Promise<string | null> {
    this.isStopped = false;
    let tries = 0;
    for (let part = this.parts[0]; part && !this.isStopped;) {
      this.key ??= this.needs.newKey();
      const answer = await this.needs.send(
        part.map(({ contact }) => contact),
        this.key,
      );
      if (answer.kind === "FAILED") {
        // The server would repeat its answer to this key; what of the part is done already will be found unchanged.
        this.key = null;
        return answer.problem;
      }
      if (answer.kind === "AGAIN") {
        tries += 1;
        if (answer.waitMs === null && tries === TRIES) return answer.problem;
        await this.needs.wait(answer.waitMs ?? firstWaitMs * 2 ** (tries - 1));
        continue;
      }
      const done = part.map((row, at): RowResult => ({
        ...row,
        ...(answer.outcomes[at] ?? { outcome: "REFUSED", reason: "The server said nothing about this row." }),
      }));
      this.results = [...this.results, ...done];
      this.parts.shift();
      this.key = null;
      tries = 0;
      this.needs.onProgress(this.results);
      part = this.parts[0];
    }
    return null;
  }
}
