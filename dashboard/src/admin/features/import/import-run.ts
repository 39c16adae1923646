import { importRefusals } from "@gatehouse/shared";
import type { FragmentOf } from "../../../graphql/graphql.js";
import type { RedirectSentence_change } from "../contacts/redirect-sentence.js";
import { identityOf, type ImportedContact, type ImportRow } from "./column-matching.js";

export type RowOutcome = "CREATED" | "UPDATED" | "UNCHANGED" | "REFUSED";
/** The outcome of a row, or the expected outcome in a check. */
export interface RowResult extends ImportRow {
  outcome: RowOutcome;
  /** Why it was refused. */
  reason: string | null;
  /** It was refused only because it would change who can open a contact's requests, unless a person allows that. */
  redirect: RowRedirect | null;
}
/** What a row would do to who can open a contact's requests. */
interface RowRedirect {
  /** Identifies what was shown. */
  version: string;
  change: FragmentOf<typeof RedirectSentence_change>;
}

/** The row as it is sent once a person has seen what it does and allows it. */
export const allowed = ({ number, contact, redirect }: RowResult): ImportRow =>
  redirect === null
    ? { number, contact }
    : { number, contact: { ...contact, allowRedirect: true, expectedEmailChange: redirect.version } };

/** The server's answer to a batch of rows. */
export type Answer =
  | { kind: "DONE"; outcomes: readonly Pick<RowResult, "outcome" | "reason" | "redirect">[] }
  /** Send the same batch again: after `waitMs` if the server said when; null: the server did not answer. */
  | { kind: "AGAIN"; waitMs: number | null; problem: string }
  | { kind: "FAILED"; problem: string };

export interface RunNeeds {
  /** Sends a batch with an idempotency key: the server processes it once, however often it is sent. */
  send(contacts: readonly ImportedContact[], key: string): Promise<Answer>;
  wait(ms: number): Promise<void>;
  newKey(): string;
  onProgress(results: readonly RowResult[]): void;
}

/** A batch of this size commits quickly, its answer is small, and its body stays well below the server's 100 kB. */
const ROWS_AT_ONCE = 200;
const BYTES_AT_ONCE = 60_000;
/** How often a batch is sent automatically without an answer, before the user is asked. */
const MAX_ATTEMPTS = 5;
const firstWaitMs = 1000;

const size = new TextEncoder();
/** The rows in batches that fit into a request. */
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

/** One pass over all rows, in batches: it can be stopped or interrupted, and then continues where it was. */
export class ImportRun {
  /** The results so far: rows that were refused before sending, then those of each batch. */
  results: readonly RowResult[];
  private readonly parts: ImportRow[][];
  /** The key of the current batch. */
  private key: string | null = null;
  private isStopped = false;

  constructor(
    rows: readonly ImportRow[],
    private readonly needs: RunNeeds,
  ) {
    const refusals = importRefusals(rows.map(identityOf));
    this.results = rows.flatMap((row, at): RowResult[] => {
      const reason = refusals[at] ?? null;
      return reason === null ? [] : [{ ...row, outcome: "REFUSED", reason, redirect: null }];
    });
    this.parts = partsOf(rows.filter((_, at) => refusals[at] === null));
  }

  get isDone(): boolean {
    return this.parts.length === 0;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Runs to the end, or until it is stopped or needs the user: then returns the problem. Null: it is done, or was stopped. */
  async go(): Promise<string | null> {
    this.isStopped = false;
    let attempts = 0;
    for (let part = this.parts[0]; part && !this.isStopped;) {
      this.key ??= this.needs.newKey();
      const answer = await this.needs.send(
        part.map(({ contact }) => contact),
        this.key,
      );
      if (answer.kind === "FAILED") {
        // The server would repeat its answer to this key. Rows of the batch that are already done will come back as unchanged.
        this.key = null;
        return answer.problem;
      }
      if (answer.kind === "AGAIN") {
        attempts += 1;
        if (answer.waitMs === null && attempts === MAX_ATTEMPTS) return answer.problem;
        await this.needs.wait(answer.waitMs ?? firstWaitMs * 2 ** (attempts - 1));
        continue;
      }
      const done = part.map((row, at): RowResult => ({
        ...row,
        ...(answer.outcomes[at] ?? {
          outcome: "REFUSED",
          reason: "The server did not report on this row.",
          redirect: null,
        }),
      }));
      this.results = [...this.results, ...done];
      this.parts.shift();
      this.key = null;
      attempts = 0;
      this.needs.onProgress(this.results);
      part = this.parts[0];
    }
    return null;
  }
}
