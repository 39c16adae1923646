import { useEffect, useRef, useState } from "react";
import { useClient } from "urql";
import { Link, useBlocker } from "@tanstack/react-router";
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
import { ImportRun, type RowResult } from "./import-run.js";
import { MatchCard, matchingOf, peopleIn, type Matching } from "./match-card.js";
import { Results } from "./results.js";
import { upsert } from "./upsert.js";

/** A way of the rows to the server: the check, which writes nothing, or the import. */
interface Way {
  run: ImportRun;
  isCheck: boolean;
  results: readonly RowResult[];
  isRunning: boolean;
  /** What it waits for help with. */
  problem: string | null;
}

const newKey = () =>
  `import-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Brings contacts in from a file: chosen, matched, checked without a trace, imported. */
export function ImportPage() {
  const { mayWrite } = useTeamSession();
  const client = useClient();
  const [matching, setMatching] = useState<Matching | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const [way, setWay] = useState<Way | null>(null);
  // The button that was pressed goes with its step: the focus goes to the next one, not back to the page's beginning.
  const stepRef = useRef<HTMLDivElement>(null);
  const step = way ? [way.isCheck, way.isRunning].join() : matching ? "match" : null;
  useEffect(() => {
    if (step !== null) stepRef.current?.focus();
  }, [step]);
  const isUnfinished = way !== null && !way.isCheck && !way.run.isDone;
  const leaving = useBlocker({
    shouldBlockFn: () => isUnfinished,
    enableBeforeUnload: () => isUnfinished,
    withResolver: true,
  });
  const take = async (file: File) => {
    try {
      const sheet = await readFile(file);
      setMatching(matchingOf(file.name, sheet));
      setUnreadable(null);
    } catch (error) {
      setUnreadable(error instanceof UnreadableFile ? error.message : "This file could not be read.");
    }
  };
  const go = async (run: ImportRun, isCheck: boolean) => {
    setWay({ run, isCheck, results: run.results, isRunning: true, problem: null });
    const problem = await run.go();
    setWay({ run, isCheck, results: run.results, isRunning: false, problem });
  };
  const begin = (rows: readonly ImportRow[], isCheck: boolean) => {
    const run = new ImportRun(rows, {
      send: (contacts, key) => upsert(client, contacts, { key, dryRun: isCheck }),
      wait,
      newKey,
      onProgress: (results) => setWay((before) => before && { ...before, results }),
    });
    void go(run, isCheck);
  };
  if (!mayWrite)
    return <EmptyState title="Owners and administrators import contacts.">Ask one of them to do it.</EmptyState>;
  const rows = matching ? contactsIn(peopleIn(matching), matching.columns) : [];
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
        From a CSV file, as every spreadsheet saves it. Nothing is written before you have seen what would change.
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
        {matching && !way && (
          <MatchCard
            matching={matching}
            onChange={setMatching}
            onCheck={() => begin(rows, true)}
            onOtherFile={() => setMatching(null)}
          />
        )}
        {matching && way && (
          <WayCard
            key={way.isCheck ? "check" : "import"}
            way={way}
            total={rows.length}
            matching={matching}
            onGoOn={() => void go(way.run, way.isCheck)}
            onImport={() => begin(rows, false)}
            onBack={() => setWay(null)}
            onOtherFile={() => {
              setWay(null);
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
          way?.run.stop();
          leaving.proceed?.();
        }}
        confirmLabel="Leave"
        cancelLabel="Stay"
        isDanger
      >
        <p>The rows that were not sent yet stay out. You can import the same file again: nothing is added twice.</p>
      </AlertDialog>
    </>
  );
}

function WayCard(props: {
  way: Way;
  total: number;
  matching: Matching;
  onGoOn: () => void;
  onImport: () => void;
  onBack: () => void;
  onOtherFile: () => void;
}) {
  const { way, total, matching, onGoOn, onImport, onBack, onOtherFile } = props;
  const { run, isCheck, isRunning, results, problem } = way;
  const [isStopping, setStopping] = useState(false);
  const changes = results.filter(({ outcome }) => outcome === "CREATED" || outcome === "UPDATED").length;
  const stop = () => {
    setStopping(true);
    run.stop();
  };
  const goOn = () => {
    setStopping(false);
    onGoOn();
  };
  const isDone = !isRunning && run.isDone;
  return (
    <Card title={isCheck ? "What would happen" : isDone ? "Imported" : "Importing"}>
      <div className="flex flex-col gap-5">
        {!isDone && <ProgressBar label={isCheck ? "Rows checked" : "Rows done"} done={results.length} of={total} />}
        {problem && <Banner tone="danger">{problem} What is done stays; the rest waits.</Banner>}
        {!problem && !isRunning && !run.isDone && <Banner>Stopped. What is done stays; the rest waits.</Banner>}
        {isDone && !isCheck && (
          <Banner tone="success">
            Done: {changes.toLocaleString()} of {total.toLocaleString()} rows changed something.
          </Banner>
        )}
        {isRunning ? (
          <Actions>
            <Button onPress={stop} isPending={isStopping}>
              Stop
            </Button>
          </Actions>
        ) : (
          <Results results={results} matching={matching} isDone={!isCheck}>
            <Actions>
              {!run.isDone && (
                <Button look="primary" onPress={goOn}>
                  Go on
                </Button>
              )}
              {isCheck && <Button onPress={onBack}>Back to the columns</Button>}
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
