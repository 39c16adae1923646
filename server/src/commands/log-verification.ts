import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { PublicJwk } from "../platform/crypto/signing-key.js";
import type { Checkpoint } from "../features/audit-chain/checkpoint.js";
import { AuditCounter } from "../features/audit/audit-event.entity.js";
import { Checkpoints } from "../features/checkpoints/checkpoints.service.js";
import { NotALog, readCheckpoints, readHead, readKeySet, readLine } from "../features/checkpoints/log-file.js";
import { lastStoredSeq, readLog } from "../features/checkpoints/read-log.js";
import { LogVerifier, type Verdict } from "../features/checkpoints/verify-log.js";
import { Firm } from "../features/firms/firm.entity.js";
import type { Work } from "../features/work/unit-of-work.js";
import { CommandError } from "./command-error.js";

/** Events in front of the first one were added. */
const BEFORE = Number.MIN_SAFE_INTEGER;
/** Somebody has deleted the counter. */
const NO_LOG = { lastSeq: 0, chainedSeq: 0, chainDigest: null, checkpointSeq: 0 };

type Print = (line: string) => void;

const keysIn = (path: string, text: string): PublicJwk[] => {
  try {
    return readKeySet(text);
  } catch (error) {
    if (error instanceof NotALog) throw new CommandError(`${path}: ${error.message}.`);
    throw error;
  }
};
/** A file without a checkpoint would compare nothing, unnoticed. */
const someOf = (checkpoints: Checkpoint[]): Checkpoint[] => {
  if (checkpoints.length === 0) throw new CommandError("The file of checkpoints contains none.");
  return checkpoints;
};

/** Prints what was found; returns whether the log is wrong. */
function report(name: string, verdict: Verdict, print: Print): boolean {
  const { events, firstSeq, lastSeq, lastDigest, unsealed, checkpoints, keyIds, findings, notes } = verdict;
  const range = firstSeq === null ? "no events" : `${events} events, ${firstSeq} to ${lastSeq}`;
  const sealed = events - unsealed;
  if (findings.length > 0) print(`${name}: ${range}.`);
  else if (unsealed === 0) print(`${name}: ${range}, as recorded.`);
  else if (sealed === 0) print(`${name}: ${range}, of which none is sealed yet: nothing could be checked.`);
  else
    print(
      `${name}: ${range}. The first ${sealed} are as recorded; the others are not sealed yet and were not checked.`,
    );
  for (const { text } of findings) print(`  WRONG: ${text}.`);
  for (const note of notes) print(`  ${note}.`);
  if (unsealed > 0)
    print("  The server seals events of the version before within minutes; if it has run for longer, find out why.");
  if (lastDigest !== null) print(`  The digest of event ${lastSeq} is ${lastDigest}.`);
  if (checkpoints > 0)
    print(
      `  ${checkpoints === 1 ? "1 signed checkpoint agrees" : `${checkpoints} signed checkpoints agree`}, by the key ${keyIds.join(", ")}.`,
    );
  else if (findings.length === 0)
    print("  No checkpoint was compared: whoever can write the whole log could have rewritten it.");
  return findings.length > 0;
}

const textOf = async (path: string): Promise<string> =>
  readFile(path, "utf8").catch(() => {
    throw new CommandError(`The file ${path} cannot be read.`);
  });

/** Verifies the logs in the database: one firm's, or all. Throws CommandError if one is not as it was recorded. */
export async function verifyLogs(
  { work, keys, print }: { work: Work; keys: KeyRing; print: Print },
  { slug, checkpoints }: { slug: string | null; checkpoints: string | null },
): Promise<void> {
  const firms = await work.reader.find(Firm, { where: slug === null ? {} : { slug }, order: { slug: "ASC" } });
  if (slug !== null && firms.length === 0) throw new CommandError(`There is no firm with the slug ${slug}.`);
  if (firms.length === 0) throw new CommandError("There is no firm in this database.");
  const publicKeys = await new Checkpoints({ work, keys }).publicKeys();
  const kept = checkpoints === null ? null : await textOf(checkpoints);
  let wrong = 0;
  for (const { id, slug: name } of firms) {
    const earlier = kept === null ? [] : someOf(readCheckpoints(kept, id));
    const mine = slug === null ? earlier.filter(({ firmId }) => firmId === id) : earlier;
    const endNow = async () => (await work.reader.findOneBy(AuditCounter, { firmId: id })) ?? NO_LOG;
    const end = await endNow();
    const verifier = new LogVerifier({ firmId: id, keys: publicKeys, earlier: mine });
    for await (const lines of readLog(work.reader, id, { afterSeq: BEFORE, throughSeq: end.lastSeq }))
      for (const line of lines) verifier.add(line);
    // The server may record more meanwhile: a later end covers what was there before.
    const last = await lastStoredSeq(work.reader, id);
    const { lastSeq } = await endNow();
    if (report(name, verifier.end({ ...end, addedSeq: last > lastSeq ? lastSeq + 1 : null }), print)) wrong++;
  }
  if (wrong > 0) throw new CommandError(`${wrong === 1 ? "One log is" : `${wrong} logs are`} not as recorded.`);
}

/** Verifies an exported file, without a database or secret keys. Throws CommandError for what is no such file, or wrong. */
export async function verifyLogFile(
  { file, checkpoints, keys }: { file: string; checkpoints: string | null; keys: string | null },
  print: Print,
): Promise<void> {
  const trusted = keys === null ? null : keysIn(keys, await textOf(keys));
  const kept = checkpoints === null ? null : await textOf(checkpoints);
  const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity });
  let verifier: LogVerifier | null = null;
  let name = "";
  let isEnded = false;
  let number = 0;
  try {
    for await (const text of lines) {
      number++;
      if (isEnded) throw new NotALog(`line ${number} comes after the end`);
      if (verifier === null) {
        const head = readHead(text);
        // A terminal obeys what is no text.
        name = head.firmName.replaceAll(/\p{C}/gu, "?");
        const earlier = kept === null ? [] : someOf(readCheckpoints(kept, head.firmId));
        verifier = new LogVerifier({
          firmId: head.firmId,
          keys: trusted ?? head.keys,
          earlier,
          afterSeq: head.afterSeq,
        });
        continue;
      }
      const line = readLine(text, number);
      if (!("end" in line)) {
        verifier.add(line);
        continue;
      }
      isEnded = true;
      if (line.events !== number - 2)
        throw new NotALog(`it says that it has ${line.events} events, but has ${number - 2}`);
      verifier.closeWith(line.checkpoint);
    }
  } catch (error) {
    if (error instanceof NotALog) throw new CommandError(`${file}: ${error.message}.`);
    throw new CommandError(`The file ${file} cannot be read.`);
  }
  if (verifier === null) throw new CommandError(`${file} is empty.`);
  if (!isEnded) throw new CommandError(`${file} is cut: it has no last line.`);
  const isWrong = report(name, verifier.end(), print);
  if (trusted === null)
    print(
      "The keys come from the file itself. Compare them with those that the server gives at /.well-known/gatehouse-audit-keys.json, or name them with --keys.",
    );
  if (isWrong) throw new CommandError("This log is not as recorded.");
}
