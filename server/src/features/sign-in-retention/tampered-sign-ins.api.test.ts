import { execFile } from "node:child_process";
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
import { signCheckpoint } from "../audit-chain/checkpoint.js";
import { eraseFacts } from "../audit-chain/erase-facts.js";
import { chainedEvent, eventDigest } from "../audit-chain/event-digest.js";
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

  it("is found in the exported file too, by Gatehouse and by the program in docs/audit-format.md", async () => {
    const page = readFileSync(join(__dirname, "../../../../docs/audit-format.md"), "utf8");
    const [, program = ""] = /```python\n([\s\S]*?)```/.exec(page) ?? [];
    writeFileSync(join(folder, "verify.py"), program);
    const file = join(folder, "log.jsonl");
    const download = async (firm: TestFirm) => {
      const headers = { authorization: `Bearer ${await world.ownerToken(firm)}` };
      writeFileSync(file, await (await fetch(`${world.url}/audit-log.jsonl`, { headers })).text());
    };
    const ofGatehouse = () => outcomeOf((print) => verifyLogFile({ file, checkpoints: null, keys: null }, print));
    const ofProgram = () =>
      run("python3", [join(folder, "verify.py"), file]).then(
        ({ stdout }) => stdout,
        (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
      );
    const { firm, old } = await firmThatErased();
    await download(firm);
    expect(readFileSync(file, "utf8")).not.toContain("stranger@nowhere.example");
    expect(await ofGatehouse()).toMatch(IS_AS_RECORDED);
    expect(await ofProgram()).toMatch(/^whole: \d+ events, the last is \d+, \d+ parts erased/m);

    const young = (await rows(firm)).find(({ type, seq }) => isSignInEvent(type) && seq > old);
    await erase(young);
    await download(firm);
    expect(await ofGatehouse()).toContain(`WRONG: what event ${young?.seq} `);
    expect(await ofProgram()).toMatch(`event ${young?.seq} was erased, and no event says`);

    const { firm: other } = await firmWithHistory();
    await query("UPDATE firms SET signInEventDays = 30, signInEventDaysSetAt = 1 WHERE id = ?", [other.id]);
    await sweepTwice();
    await download(other);
    expect(await ofGatehouse()).toContain("says so of more than the firm had set");
    expect(await ofProgram()).toMatch(/event \d+ erases sign-ins that the firm keeps/);
  });
});
