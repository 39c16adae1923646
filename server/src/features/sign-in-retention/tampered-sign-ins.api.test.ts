import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { DAY_MS, isSignInEvent, type AuditEventData } from "@gatehouse/shared";
import { CommandError } from "../../commands/command-error.js";
import { verifyLogFile, verifyLogs } from "../../commands/log-verification.js";
import { SigningKey } from "../../platform/crypto/signing-key.js";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, World, WORLD_KEYS } from "../../testing/world.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { CHECKPOINT_PURPOSE, signCheckpoint } from "../audit-chain/checkpoint.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { eraseFacts } from "../audit-chain/erase-facts.js";
import { chainedEvent, eventDigest } from "../audit-chain/event-digest.js";
import { deleteOldEvents, LOGS } from "../retention/old-events.js";
import { systemActor } from "../work/unit-of-work.js";
import { OldSignIns } from "./old-sign-ins.js";

const run = promisify(execFile);
const IS_AS_RECORDED = /, as recorded\.$/m;
type Statement = AuditEventData["SIGN_IN_EVENTS_ERASED"];

describeOnDatabases("X92 whoever can write the database erases who signed in", (database) => {
  let world: World;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "gatehouse-sign-ins-"));
    world = await World.start(database.url());
  });
  afterAll(async () => {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  type TestFirm = Awaited<ReturnType<World["firm"]>>;
  const query = (sql: string, parameters: unknown[] = []): Promise<unknown> =>
    world.app.work.do((unit) => unit.manager.query(sql, parameters));
  const rows = (firm: TestFirm): Promise<AuditEvent[]> =>
    world.app.work.reader.find(AuditEvent, { where: { firmId: firm.id }, order: { seq: "ASC" } });
  const forwardHours = (hours: number) => world.forward({ minutes: hours * 60 });
  const outcomeOf = async (verify: (print: (line: string) => void) => Promise<void>): Promise<string> => {
    const said: string[] = [];
    try {
      await verify((line) => said.push(line));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      said.push(error.message);
    }
    return said.join("\n");
  };
  const verify = (firm: TestFirm) =>
    outcomeOf((print) =>
      verifyLogs({ work: world.app.work, keys: WORLD_KEYS, print }, { slug: firm.slug, checkpoints: null }),
    );
  const sweepTwice = async () => {
    const old = new OldSignIns({ work: world.app.work, keys: WORLD_KEYS, log: createLog("silent") });
    await old.run();
    forwardHours(1);
    await old.run();
  };
  const erase = (row: AuditEvent | undefined) =>
    world.app.work.do(async (unit) => {
      if (!row) throw new Error("no such event");
      await eraseFacts(unit.manager, row, { actor: true, subject: true });
    });
  /** A firm with sign-ins and a contact of 31 days ago, and younger ones. */
  const firmWithHistory = async () => {
    const firm = await world.firm();
    await world.contact(await world.ownerToken(firm), "Ann Bell");
    await world.portalSignIn(firm, "stranger@nowhere.example", "no account here");
    const old = (await rows(firm)).at(-1)?.seq ?? 0;
    forwardHours(31 * 24);
    const owner = await world.ownerToken(firm);
    return { firm, owner, old };
  };
  const firmThatErased = async () => {
    const given = await firmWithHistory();
    const input = { days: 30, reason: "Our privacy policy" };
    const done = await world.mutate("setSignInEventDays", "SignInEventDaysInput", "firm { id }", input, given.owner);
    expect(codesOf(done)).toEqual([]);
    forwardHours(25);
    await sweepTwice();
    expect(await verify(given.firm)).toMatch(IS_AS_RECORDED);
    const statement = (await rows(given.firm)).find(({ type }) => type === "SIGN_IN_EVENTS_ERASED");
    if (!statement) throw new Error("nothing was erased");
    return { ...given, statement, stated: JSON.parse(statement.data) as Statement };
  };
  /** Computes every digest anew, as somebody who knows the format could, and the counter with it. */
  const rechain = async (firm: TestFirm) => {
    let previous: string | null = null;
    for (const row of await rows(firm)) {
      previous = eventDigest(firm.id, chainedEvent(row), previous);
      await query("UPDATE audit_events SET digest = ? WHERE firmId = ? AND seq = ?", [previous, firm.id, row.seq]);
    }
    await query("UPDATE audit_counters SET chainDigest = ? WHERE firmId = ?", [previous, firm.id]);
  };
  const record = (firm: TestFirm, data: Statement) =>
    world.app.work.do((unit) => {
      unit.record({ type: "SIGN_IN_EVENTS_ERASED", firmId: firm.id, actor: systemActor, data });
      return Promise.resolve();
    });

  /** Appends an event to the chain, as somebody who knows the format could without any key. */
  const append = async (firm: TestFirm, type: AuditEvent["type"], facts: object, occurredAt = world.now()) => {
    const all = await rows(firm);
    const last = all.at(-1);
    const model = all.findLast((row) => row.type === "CONTACT_CREATED");
    if (!last || !model) throw new Error("there is nothing to append to");
    const place = { seq: last.seq + 1, id: `evt_${randomBytes(12).toString("hex")}` };
    const said = { type, occurredAt, data: JSON.stringify(facts), changes: null, contactId: null };
    const row = { ...model, ...place, ...said };
    const { digest: previous } = last;
    const digest = eventDigest(firm.id, chainedEvent(row), previous);
    await world.app.work.do((unit) => unit.manager.insert(AuditEvent, { ...row, digest }));
    const counters = "UPDATE audit_counters SET chainDigest = ?, lastSeq = ?, chainedSeq = ? WHERE firmId = ?";
    await query(counters, [digest, row.seq, row.seq, firm.id]);
    return row.seq;
  };
  /** Deletes the oldest events, as the server does where AUDIT_RETENTION_DAYS is set. */
  const trim = (firm: TestFirm, most: number) =>
    world.app.work.do(async (unit) => {
      const log = (await unit.unpreparedRows(LOGS, [])).find(({ firmId }) => firmId === firm.id);
      if (!log) throw new Error("there is no log");
      const trimmed = await deleteOldEvents(unit, log, { until: world.now() - 20 * DAY_MS, most, keys: WORLD_KEYS });
      expect(trimmed?.deleted).toBe(most);
    });
  /** What the file says that the firm downloads, to Gatehouse and to the program in docs/audit-format.md. */
  const fileVerdicts = async (firm: TestFirm) => {
    const page = readFileSync(join(__dirname, "../../../../docs/audit-format.md"), "utf8");
    const [, program = ""] = /```python\n([\s\S]*?)```/.exec(page) ?? [];
    const [script, file] = [join(folder, "verify.py"), join(folder, "log.jsonl")];
    writeFileSync(script, program);
    const headers = { authorization: `Bearer ${await world.ownerToken(firm)}` };
    writeFileSync(file, await (await fetch(`${world.url}/audit-log.jsonl`, { headers })).text());
    const gatehouse = await outcomeOf((print) => verifyLogFile({ file, checkpoints: null, keys: null }, print));
    const python = await run("python3", [script, file]).then(
      ({ stdout }) => stdout,
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    return { gatehouse, python };
  };

  it("of a firm that keeps them for ever", async () => {
    const { firm } = await firmWithHistory();
    const signIn = (await rows(firm)).find(({ type }) => isSignInEvent(type));
    await erase(signIn);
    expect(await verify(firm)).toContain(
      `WRONG: what event ${signIn?.seq} (${signIn?.type}) said was erased, and no event says`,
    );
  });

  it("of events that are younger than the server has stated, though their type is that of sign-ins", async () => {
    const { firm, old } = await firmThatErased();
    const young = (await rows(firm)).find(({ type, seq }) => isSignInEvent(type) && seq > old);
    await erase(young);
    expect(await verify(firm)).toContain(`WRONG: what event ${young?.seq} (${young?.type}) said was erased`);
  });

  it("of events that are old enough, but are no sign-ins", async () => {
    const { firm, old } = await firmThatErased();
    for (const row of (await rows(firm)).filter(({ type, seq }) => !isSignInEvent(type) && seq <= old)) {
      await erase(row);
      expect(await verify(firm)).toContain(`WRONG: what event ${row.seq} (${row.type}) said was erased`);
      await world.app.work.do((unit) => unit.manager.update(AuditEvent, { firmId: firm.id, seq: row.seq }, row));
    }
    expect(await verify(firm)).toMatch(IS_AS_RECORDED);
  });

  it("and states it, with a key of their own, the server's key's name, or the server's statement of before", async () => {
    const { firm, stated } = await firmThatErased();
    const mine = new SigningKey(Buffer.alloc(32, 9));
    const last = (await rows(firm)).at(-1);
    const beside = { throughSeq: last?.seq ?? 0, olderThan: new Date(world.now() + DAY_MS).toISOString() };
    const place = { firmId: firm.id, seq: last?.seq ?? 0, digest: last?.digest ?? "", signedAt: stated.signedAt };
    const { digest, signedAt, keyId, signature } = signCheckpoint(mine, place, "gatehouse-audit-sign-ins", beside);
    const forged = { ...beside, signIns: 1, digest, signedAt, keyId, signature };
    const counter = (await query("SELECT * FROM audit_counters WHERE firmId = ?", [firm.id])) as Record<
      string,
      unknown
    >[];
    const tries: [Statement, RegExp][] = [
      [
        forged,
        /WRONG: event \d+, which says that old sign-ins were erased,, is signed by the key \S+ which is not among/,
      ],
      [{ ...forged, keyId: stated.keyId }, /WRONG: .*does not have the signature of the key that it names/],
      [stated, /WRONG: .*does not have the signature of the key that it names/],
      [{ ...stated, digest }, /WRONG: .*does not have the signature of the key that it names/],
    ];
    for (const [data, finding] of tries) {
      await record(firm, data);
      const young = (await rows(firm)).findLast(({ type }) => isSignInEvent(type));
      await erase(young);
      const text = await verify(firm);
      expect(text).toMatch(finding);
      expect(text).toContain(`WRONG: what event ${young?.seq} (${young?.type}) said was erased`);
      // As it was.
      await query("DELETE FROM audit_events WHERE firmId = ? AND seq > ?", [firm.id, last?.seq]);
      await world.app.work.do((unit) =>
        unit.manager.update(AuditEvent, { firmId: firm.id, seq: young?.seq ?? 0 }, young ?? {}),
      );
      const names = Object.keys(counter[0] ?? {});
      await query(`UPDATE audit_counters SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE firmId = ?`, [
        ...Object.values(counter[0] ?? {}),
        firm.id,
      ]);
      expect(await verify(firm)).toMatch(IS_AS_RECORDED);
    }
  });

  it("and makes the server's own statement say more, and chains everything anew", async () => {
    const more: Partial<Statement>[] = [
      { olderThan: "2099-01-01T00:00:00.000Z" },
      { throughSeq: 1_000_000 },
      { signature: Buffer.alloc(64).toString("base64url") },
    ];
    for (const change of more) {
      const { firm, statement, stated } = await firmThatErased();
      const data = JSON.stringify({ ...stated, ...change });
      await query("UPDATE audit_events SET data = ? WHERE firmId = ? AND seq = ?", [data, firm.id, statement.seq]);
      await rechain(firm);
      expect(await verify(firm)).toMatch(/WRONG: .*does not have the signature of the key that it names/);
    }
  });

  it("and rewrites what stands in front of the server's statement, and chains everything anew", async () => {
    const { firm } = await firmThatErased();
    const contact = (await rows(firm)).find(({ type }) => type === "CONTACT_CREATED");
    await query("UPDATE audit_events SET actorName = 'Mallory' WHERE firmId = ? AND seq = ?", [firm.id, contact?.seq]);
    await rechain(firm);
    expect(await verify(firm)).toMatch(/WRONG: .*was signed for another log than the one before it/);
  });

  it("by setting the days in the table, so that the server erases and signs it itself", async () => {
    const { firm } = await firmWithHistory();
    await query("UPDATE firms SET signInEventDays = 30, signInEventDaysSetAt = 1 WHERE id = ?", [firm.id]);
    await sweepTwice();
    expect((await rows(firm)).filter(({ type }) => type === "SIGN_IN_EVENTS_ERASED")).toHaveLength(1);
    const text = await verify(firm);
    expect(text).toContain("says so of more than the firm had set, as the log tells it");
    expect(text).toMatch(/WRONG: what event \d+ \(SIGN_IN_\w+\) said was erased/);
  });

  it("by setting fewer days, or an earlier time, in the table than the firm did", async () => {
    for (const column of ["signInEventDays = 30", "signInEventDaysSetAt = 1"]) {
      const { firm, owner } = await firmWithHistory();
      const days = column.startsWith("signInEventDays =") ? 365 : 30;
      const input = { days, reason: "Our privacy policy" };
      await world.mutate("setSignInEventDays", "SignInEventDaysInput", "firm { id }", input, owner);
      await query(`UPDATE firms SET ${column} WHERE id = ?`, [firm.id]);
      forwardHours(days === 365 ? 25 : 1);
      await sweepTwice();
      expect((await rows(firm)).filter(({ type }) => type === "SIGN_IN_EVENTS_ERASED")).toHaveLength(1);
      expect(await verify(firm)).toContain("says so of more than the firm had set");
    }
  });

  it("by days in the table that nobody may choose, which the server takes as for ever, also where the log was trimmed", async () => {
    for (const days of [-30, 0, 3651]) {
      const { firm } = await firmWithHistory();
      await trim(firm, 2);
      await world.portalSignIn(firm, "intruder@nowhere.example", "just now");
      await query("UPDATE firms SET signInEventDays = ?, signInEventDaysSetAt = 1 WHERE id = ?", [days, firm.id]);
      await sweepTwice();
      const log = await rows(firm);
      expect(JSON.stringify(log)).toContain("intruder@nowhere.example");
      expect(log.filter(({ type }) => type === "SIGN_IN_EVENTS_ERASED")).toEqual([]);
      expect(await verify(firm)).toMatch(IS_AS_RECORDED);
    }
  });

  it("of the last thirty days, with a statement that the server's key signed, where the log does not tell the setting", async () => {
    for (const daysAgo of [-1, 29]) {
      const { firm } = await firmWithHistory();
      await trim(firm, 2);
      await world.portalSignIn(firm, "intruder@nowhere.example", "just now");
      const last = (await rows(firm)).at(-1);
      if (last?.type !== "SIGN_IN_FAILED" || last.digest === null) throw new Error("nobody failed to sign in");
      const beside = { throughSeq: last.seq, olderThan: new Date(world.now() - daysAgo * DAY_MS).toISOString() };
      const signedAt = new Date(world.now()).toISOString();
      const place = { firmId: firm.id, seq: last.seq, digest: last.digest, signedAt };
      const key = WORLD_KEYS.signingKey(CHECKPOINT_PURPOSE);
      const { digest, keyId, signature } = signCheckpoint(key, place, "gatehouse-audit-sign-ins", beside);
      await record(firm, { ...beside, signIns: 1, digest, signedAt, keyId, signature });
      await erase(last);
      const { gatehouse, python } = await fileVerdicts(firm);
      for (const text of [await verify(firm), gatehouse]) {
        expect(text).toMatch(/WRONG: event \d+, which says that old sign-ins were erased, says so of the last 30 days/);
        expect(text).toContain(`WRONG: what event ${last.seq} (SIGN_IN_FAILED) said was erased`);
      }
      expect(python).toMatch(/^event \d+ erases sign-ins of the last 30 days/m);
    }
  });

  it("a day too early, and says afterwards that the server stated it later than it did", async () => {
    const { firm, owner } = await firmWithHistory();
    const input = { days: 30, reason: "Our privacy policy" };
    await world.mutate("setSignInEventDays", "SignInEventDaysInput", "firm { id }", input, owner);
    await query("UPDATE firms SET signInEventDaysSetAt = 1 WHERE id = ?", [firm.id]);
    await sweepTwice();
    const statement = (await rows(firm)).find(({ type }) => type === "SIGN_IN_EVENTS_ERASED");
    if (!statement) throw new Error("nothing was erased");
    const later = [statement.occurredAt + 2 * DAY_MS, firm.id, statement.seq];
    await query("UPDATE audit_events SET occurredAt = ? WHERE firmId = ? AND seq = ?", later);
    await rechain(firm);
    const { gatehouse, python } = await fileVerdicts(firm);
    for (const text of [await verify(firm), gatehouse]) expect(text).toContain("says so of more than the firm had set");
    expect(python).toMatch(/^event \d+ erases sign-ins that the firm keeps/m);
  });

  it("X107 before anybody has read that they will be, by a setting that they append and that says it was made long before", async () => {
    const { firm } = await firmWithHistory();
    await new Checkpoints({ work: world.app.work, keys: WORLD_KEYS }).sign(firm.id);
    const setAt = world.now() - 2 * DAY_MS;
    await append(firm, "SIGN_IN_RETENTION_CHANGED", { days: 30 }, setAt);
    await query("UPDATE firms SET signInEventDays = 30, signInEventDaysSetAt = ? WHERE id = ?", [setAt, firm.id]);
    await sweepTwice();
    expect((await rows(firm)).filter(({ type }) => type === "SIGN_IN_EVENTS_ERASED")).toHaveLength(1);
    const { gatehouse, python } = await fileVerdicts(firm);
    for (const text of [await verify(firm), gatehouse]) expect(text).toContain("says so of more than the firm had set");
    expect(python).toMatch(/^event \d+ erases sign-ins that the firm keeps/m);
  });

  it("and nothing is wrong with a setting that stands behind a checkpoint", async () => {
    const { firm, owner } = await firmWithHistory();
    await new Checkpoints({ work: world.app.work, keys: WORLD_KEYS }).sign(firm.id);
    const input = { days: 30, reason: "Our privacy policy" };
    await world.mutate("setSignInEventDays", "SignInEventDaysInput", "firm { id }", input, owner);
    forwardHours(24);
    await sweepTwice();
    expect((await rows(firm)).filter(({ type }) => type === "SIGN_IN_EVENTS_ERASED")).toHaveLength(1);
    const { gatehouse, python } = await fileVerdicts(firm);
    for (const text of [await verify(firm), gatehouse]) expect(text).toMatch(IS_AS_RECORDED);
    expect(python).toMatch(/^whole: /m);
  });

  it("and appends a setting that nobody may choose", async () => {
    for (const facts of [
      { days: -30 },
      { days: 0 },
      { days: 29 },
      { days: 3651 },
      { days: 30.5 },
      { days: "30" },
      {},
    ]) {
      const { firm } = await firmWithHistory();
      const seq = await append(firm, "SIGN_IN_RETENTION_CHANGED", facts);
      const { gatehouse, python } = await fileVerdicts(firm);
      for (const text of [await verify(firm), gatehouse])
        expect(text).toContain(`WRONG: event ${seq} (SIGN_IN_RETENTION_CHANGED) sets what no firm may choose`);
      expect(python).toContain(`event ${seq} sets what no firm may choose`);
    }
    for (const days of [30, 3650, null]) {
      const { firm } = await firmWithHistory();
      await append(firm, "SIGN_IN_RETENTION_CHANGED", { days });
      const { gatehouse, python } = await fileVerdicts(firm);
      expect(await verify(firm)).toMatch(IS_AS_RECORDED);
      expect(gatehouse).toMatch(IS_AS_RECORDED);
      expect(python).toMatch(/^whole: /m);
    }
  });

  it("is found in the exported file too, by Gatehouse and by the program in docs/audit-format.md", async () => {
    const { firm, old } = await firmThatErased();
    const whole = await fileVerdicts(firm);
    expect(readFileSync(join(folder, "log.jsonl"), "utf8")).not.toContain("stranger@nowhere.example");
    expect(whole.gatehouse).toMatch(IS_AS_RECORDED);
    expect(whole.python).toMatch(/^whole: \d+ events, the last is \d+, \d+ parts erased/m);

    const young = (await rows(firm)).find(({ type, seq }) => isSignInEvent(type) && seq > old);
    await erase(young);
    const erased = await fileVerdicts(firm);
    expect(erased.gatehouse).toContain(`WRONG: what event ${young?.seq} `);
    expect(erased.python).toMatch(`event ${young?.seq} was erased, and no event says`);

    const { firm: other } = await firmWithHistory();
    await query("UPDATE firms SET signInEventDays = 30, signInEventDaysSetAt = 1 WHERE id = ?", [other.id]);
    await sweepTwice();
    const more = await fileVerdicts(other);
    expect(more.gatehouse).toContain("says so of more than the firm had set");
    expect(more.python).toMatch(/event \d+ erases sign-ins that the firm keeps/);
  });
});
