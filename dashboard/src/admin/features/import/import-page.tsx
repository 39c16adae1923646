import { useEffect, useMemo, useRef, useState } from "react";
import { useClient } from "urql";
import { Link, useBlocker } from "@tanstack/react-router";
import { useStepUp } from "../../../graphql/step-up-context.js";
import { AlertDialog } from "../../../ui/alert-dialog.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Actions } from "../../../ui/dialog.js";
import { FileDrop } from "../../../ui/file-drop.js";
import { PageHeader } from "../../../ui/page-header.js";
import { ProgressBar } from "../../../ui/progress-bar.js";
import { EmptyState } from "../../../ui/states.js";
import { useTeamSession } from "../../session.js";
import { contactsIn, type ImportRow } from "./column-matching.js";
import { readFile, UnreadableFile } from "./csv-file.js";
import { allowed, ImportRun, type RowResult } from "./import-run.js";
import { MatchCard } from "./match-card.js";
import { matchingOf, peopleIn, type Matching } from "./matching.js";
import { Results } from "./results.js";
import { upsert } from "./upsert.js";

/** A pass over all rows: the check, which writes nothing, or the import. */
interface Pass {
  run: ImportRun;
  isCheck: boolean;
  results: readonly RowResult[];
  isRunning: boolean;
  /** Why it stopped and needs the user; null: no problem. */
  problem: string | null;
}

const none: ReadonlySet<number> = new Set();
const newKey = () =>
  `import-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Imports contacts from a file: choose it, match its columns, check it without writing anything, import it. */
export function ImportPage() {
  const { mayWrite } = useTeamSession();
  const client = useClient();
  const [matching, setMatching] = useState<Matching | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const [pass, setPass] = useState<Pass | null>(null);
  /** The numbers of the rows that a person allows to change who can open a contact's requests. */
  const [allowedRows, setAllowedRows] = useState<ReadonlySet<number>>(none);
  const stepUp = useStepUp();
  // The pressed button disappears with its step: the focus moves to the next step, not back to the top of the page.
  const stepRef = useRef<HTMLDivElement>(null);
  const step = pass ? [pass.isCheck, pass.isRunning].join() : matching ? "match" : null;
  useEffect(() => {
    if (step !== null) stepRef.current?.focus();
  }, [step]);
  const isUnfinished = pass !== null && !pass.isCheck && !pass.run.isDone;
  const leaving = useBlocker({
    shouldBlockFn: () => isUnfinished,
    enableBeforeUnload: () => isUnfinished,
    withResolver: true,
  });
  const rows = useMemo(() => (matching ? contactsIn(peopleIn(matching), matching.columns) : []), [matching]);
  const take = async (file: File) => {
    try {
      setMatching(matchingOf(await readFile(file)));
      setUnreadable(null);
    } catch (error) {
      setUnreadable(error instanceof UnreadableFile ? error.message : "This file could not be read.");
    }
  };
  const go = async (run: ImportRun, isCheck: boolean) => {
    setPass({ run, isCheck, results: run.results, isRunning: true, problem: null });
    const problem = await run.go();
    setPass({ run, isCheck, results: run.results, isRunning: false, problem });
  };
  const begin = (given: readonly ImportRow[], isCheck: boolean) => {
    if (isCheck) setAllowedRows(none);
    const run = new ImportRun(given, {
      send: (contacts, key) => upsert(client, contacts, { key, dryRun: isCheck }),
      wait,
      newKey,
      onProgress: (results) => setPass((before) => before && { ...before, results }),
    });
    void go(run, isCheck);
  };
  /** The rows that were allowed take a proof of who is at the keyboard, which is asked for before anything is sent. */
  const importRows = async (results: readonly RowResult[]) => {
    if (allowedRows.size > 0 && !(await stepUp())) return;
    const named = new Map(
      results.filter(({ number }) => allowedRows.has(number)).map((row) => [row.number, allowed(row)]),
    );
    begin(
      rows.map((row) => named.get(row.number) ?? row),
      false,
    );
  };
  if (!mayWrite)
    return (
      <EmptyState title="Only owners and administrators can import contacts.">Ask one of them to do it.</EmptyState>
    );
  return (
    <>
      <PageHeader
        above={
          <Link to="/" className="link">
            Contacts
          </Link>
        }
        title="Import contacts"
      >
        From a CSV file, which every spreadsheet program can save. Nothing is changed until you have seen what the
        import will do.
      </PageHeader>
      {!matching && (
        <div className="flex flex-col gap-4">
          {unreadable && <Banner tone="danger">{unreadable}</Banner>}
          <FileDrop
            label="Drop a CSV file here, or choose one."
            accept={[".csv", ".tsv", ".txt", "text/csv"]}
            onFile={(file) => void take(file)}
          />
        </div>
      )}
      <div ref={stepRef} tabIndex={-1} className="outline-none">
        {matching && !pass && (
          <MatchCard
            matching={matching}
            onChange={setMatching}
            onCheck={() => begin(rows, true)}
            onOtherFile={() => setMatching(null)}
          />
        )}
        {matching && pass && (
          <PassCard
            key={pass.isCheck ? "check" : "import"}
            pass={pass}
            total={rows.length}
            matching={matching}
            onResume={() => void go(pass.run, pass.isCheck)}
            allowedRows={allowedRows}
            onAllow={(number, isAllowed) =>
              setAllowedRows((before) => new Set([...before, number].filter((one) => isAllowed || one !== number)))
            }
            onImport={() => void importRows(pass.results)}
            onBack={() => setPass(null)}
            onOtherFile={() => {
              setPass(null);
              setMatching(null);
            }}
          />
        )}
      </div>
      <AlertDialog
        title="Leave the import?"
        isOpen={leaving.status === "blocked"}
        onCancel={() => leaving.reset?.()}
        onConfirm={() => {
          pass?.run.stop();
          leaving.proceed?.();
        }}
        confirmLabel="Leave"
        cancelLabel="Stay"
        isDanger
      >
        <p>
          The rows that have not been sent yet are not imported. You can import the same file again; nothing is added
          twice.
        </p>
      </AlertDialog>
    </>
  );
}

function PassCard(props: {
  pass: Pass;
  total: number;
  matching: Matching;
  allowedRows: ReadonlySet<number>;
  onAllow: (number: number, isAllowed: boolean) => void;
  onResume: () => void;
  onImport: () => void;
  onBack: () => void;
  onOtherFile: () => void;
}) {
  const { pass, total, matching, allowedRows, onAllow, onResume, onImport, onBack, onOtherFile } = props;
  const { run, isCheck, isRunning, results, problem } = pass;
  const [isStopping, setStopping] = useState(false);
  const changes =
    results.filter(({ outcome }) => outcome === "CREATED" || outcome === "UPDATED").length +
    (isCheck ? allowedRows.size : 0);
  const stop = () => {
    setStopping(true);
    run.stop();
  };
  const resume = () => {
    setStopping(false);
    onResume();
  };
  const isDone = !isRunning && run.isDone;
  return (
    <Card title={isCheck ? "What the import will do" : isDone ? "Imported" : "Importing"}>
      <div className="flex flex-col gap-5">
        {!isDone && <ProgressBar label={isCheck ? "Rows checked" : "Rows done"} done={results.length} of={total} />}
        {problem && <Banner tone="danger">{problem} Rows already done are kept; the rest is waiting.</Banner>}
        {!problem && !isRunning && !run.isDone && (
          <Banner>Stopped. Rows already done are kept; the rest is waiting.</Banner>
        )}
        {isDone && !isCheck && (
          <Banner tone="success">
            Done: {changes.toLocaleString()} of {total.toLocaleString()} rows added or changed a contact.
          </Banner>
        )}
        {isRunning ? (
          <Actions>
            <Button onPress={stop} isPending={isStopping}>
              Stop
            </Button>
          </Actions>
        ) : (
          <Results
            results={results}
            matching={matching}
            isDone={!isCheck}
            allowedRows={allowedRows}
            onAllow={isCheck ? onAllow : null}
          >
            <Actions>
              {!run.isDone && (
                <Button look="primary" onPress={resume}>
                  Continue
                </Button>
              )}
              {isCheck && <Button onPress={onBack}>Back to columns</Button>}
              {isDone && !isCheck && <Button onPress={onOtherFile}>Import another file</Button>}
              {isDone && isCheck && (
                <Button look="primary" isDisabled={changes === 0} onPress={onImport}>
                  {changes === 0
                    ? "Nothing to import"
                    : `Import ${changes.toLocaleString()} ${changes === 1 ? "row" : "rows"}`}
                </Button>
              )}
            </Actions>
          </Results>
        )}
      </div>
    </Card>
  );
}
