import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { CommandError } from "../../commands/command-error.js";
import { verifyLogFile, verifyLogs } from "../../commands/log-verification.js";
import { encodeCursor } from "../../platform/graphql/pages.js";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { SigningKey } from "../../platform/crypto/signing-key.js";
import { systemActor } from "../work/unit-of-work.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, World, WORLD_KEYS } from "../../testing/world.js";
import { chainedEvent, eventDigest, withoutFacts } from "../audit-chain/event-digest.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import { Checkpoints } from "./checkpoints.service.js";

const run = promisify(execFile);

/** The verdict. What the command ends with otherwise is "not as recorded". */
const IS_AS_RECORDED = /, as recorded\.$/m;

describeOnDatabases("a firm's log", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let other: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let folder: string;
  let signer: Checkpoints;
  let kept: Checkpoint;
  const inFolder = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "gatehouse-log-"));
    world = await World.start(database.url());
    signer = new Checkpoints({ work: world.app.work, keys: WORLD_KEYS });
    firm = await world.firm();
    other = await world.firm();
    owner = await world.ownerToken(firm);
    await world.ownerToken(other);
    // People, reasons, a code, names that JSON has to escape.
    await world.contact(owner, 'Zoë "Zed" O\u2019Brien 🦊');
    const client = await world.client(firm, owner);
    await world.portalSignIn(firm, client.email, "a wrong password, surely");
    await world.portalSignIn(firm, client.email, CLIENT_PASSWORD);
    await world.mutate(
      "resetTwoFactor",
      "ContactReasonInput",
      "contact { id }",
      { contactId: client.contactId, reason: "Lost phone; called back" },
      owner,
    );
    await signer.sign(firm.id);
    for (const name of ["Ann Bell", "Cora Diaz", "Eve Fox"]) await world.contact(owner, name);
    kept = await signer.state(firm.id);
    writeFileSync(inFolder("kept.json"), JSON.stringify(kept));
    await world.contact(owner, "Gia Hart");
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const query = (sql: string, parameters: unknown[] = []): Promise<unknown> =>
    world.app.work.do((unit) => unit.manager.query(sql, parameters));
  const rows = (firmId = firm.id): Promise<AuditEvent[]> =>
    world.app.work.reader.find(AuditEvent, { where: { firmId }, order: { seq: "ASC" } });
  const said: string[] = [];
  const print = (line: string) => said.push(line);
  /** What the operator reads, once the command has ended with what it throws. */
  const outcomeOf = async (verify: () => Promise<void>): Promise<string> => {
    said.length = 0;
    try {
      await verify();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      said.push(error.message);
    }
    return said.join("\n");
  };
  const verify = (withKept = false) =>
    outcomeOf(() =>
      verifyLogs(
        { work: world.app.work, keys: WORLD_KEYS, print },
        { slug: firm.slug, checkpoints: withKept ? inFolder("kept.json") : null },
      ),
    );

  /** The firm's log and counter as they were, put back after each attack. */
  let before: AuditEvent[] = [];
  let counter: Record<string, unknown> = {};
  beforeEach(async () => {
    before = await rows();
    [counter = {}] = (await query("SELECT * FROM audit_counters WHERE firmId = ?", [firm.id])) as [typeof counter];
  });
  afterEach(async () => {
    await query("DELETE FROM audit_events WHERE firmId = ?", [firm.id]);
    await world.app.work.do((unit) => unit.manager.insert(AuditEvent, before));
    const names = Object.keys(counter);
    await query(`UPDATE audit_counters SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE firmId = ?`, [
      ...Object.values(counter),
      firm.id,
    ]);
    expect(await verify(true)).toMatch(IS_AS_RECORDED);
  });
  /** Computes every digest anew, as somebody who knows the format could, and the counter with it. */
  const rechain = async () => {
    let previous: string | null = null;
    let checkpointSeq = 0;
    const all = await rows();
    for (const row of all) {
      previous = eventDigest(firm.id, chainedEvent(row), previous);
      await query("UPDATE audit_events SET digest = ? WHERE firmId = ? AND seq = ?", [previous, firm.id, row.seq]);
      if (row.type === "AUDIT_LOG_CHECKPOINT") checkpointSeq = row.seq;
    }
    const lastSeq = all.at(-1)?.seq;
    await query(
      "UPDATE audit_counters SET lastSeq = ?, chainedSeq = ?, chainDigest = ?, checkpointSeq = ? WHERE firmId = ?",
      [lastSeq, lastSeq, previous, checkpointSeq, firm.id],
    );
  };

  it("is as recorded, says how far it goes, and which checkpoints agree with it", async () => {
    const text = await verify(true);
    expect(text).toMatch(
      new RegExp(`^${firm.slug}: ${before.length} events, 1 to ${before.length}, as recorded\\.$`, "m"),
    );
    expect(text).toMatch(/^ {2}2 signed checkpoints agree, by the key [\w-]{43}\.$/m);
    expect(text).not.toContain("WRONG");
  });

  it("is as recorded while the server goes on recording", async () => {
    const ending = new AbortController();
    const recording = Array.from({ length: 4 }, async () => {
      while (!ending.signal.aborted) await world.contact(owner, "Meanwhile");
    });
    try {
      for (let n = 0; n < 40; n++) expect(await verify(true)).toMatch(IS_AS_RECORDED);
    } finally {
      ending.abort();
      await Promise.all(recording);
    }
  });

  describe("X76 whoever changes it is found out", () => {
    const columns = columnsOfEvents();
    it.each(columns)("by the column %s of any event", async (column) => {
      for (const { seq } of before) {
        const row = before[seq - 1];
        const value = row?.[column];
        const changed =
          column === "changes" || column === "methods"
            ? value === null
              ? '["PASSWORD"]'
              : null
            : column === "data"
              ? JSON.stringify({ ...(JSON.parse(String(value)) as object), email: "somebody@else.example" })
              : typeof value === "number"
                ? value + 1
                : value === null
                  ? "x"
                  : `${String(value).slice(0, -1)}${String(value).endsWith("0") ? "1" : "0"}`;
        await query(`UPDATE audit_events SET ${column} = ? WHERE firmId = ? AND seq = ?`, [changed, firm.id, seq]);
        const text = await verify();
        expect([column, seq, /WRONG: event (\d+)/.exec(text)?.[1]]).toEqual([column, seq, seq.toString()]);
        await query(`UPDATE audit_events SET ${column} = ? WHERE firmId = ? AND seq = ?`, [value, firm.id, seq]);
      }
    });

    it("by deleting an event", async () => {
      await query("DELETE FROM audit_events WHERE firmId = ? AND seq = 3", [firm.id]);
      expect(await verify()).toMatch(/WRONG: event 3 is missing/);
    });

    it("by deleting the first ones, as if they were old", async () => {
      await query("DELETE FROM audit_events WHERE firmId = ? AND seq <= 2", [firm.id]);
      await query("UPDATE audit_counters SET trimmedDigest = ? WHERE firmId = ?", [before[1]?.digest, firm.id]);
      expect(await verify()).toMatch(
        /WRONG: events 1 to 2 are missing, and no event says that they were deleted as old/,
      );
    });

    it("by cutting the end, also with the counter", async () => {
      const last = before.length;
      await query("DELETE FROM audit_events WHERE firmId = ? AND seq = ?", [firm.id, last]);
      expect(await verify()).toMatch(`WRONG: the log ends with event ${last - 1}, but there were ${last}`);
      const seq = kept.seq - 1;
      await query("DELETE FROM audit_events WHERE firmId = ? AND seq > ?", [firm.id, seq]);
      await query("UPDATE audit_counters SET lastSeq = ?, chainedSeq = ?, chainDigest = ? WHERE firmId = ?", [
        seq,
        seq,
        before[seq - 1]?.digest,
        firm.id,
      ]);
      expect(await verify()).toMatch(IS_AS_RECORDED);
      expect(await verify(true)).toMatch(
        `WRONG: the log ends with event ${seq}, but a checkpoint of event ${kept.seq} was signed`,
      );
    });

    it("by adding an event, at the end and in between", async () => {
      const last = before.at(-1);
      if (!last) throw new Error("no event");
      await world.app.work.do((unit) =>
        unit.manager.insert(AuditEvent, { ...last, id: `${last.id.slice(0, -1)}~`, seq: last.seq + 1 }),
      );
      expect(await verify()).toMatch(`WRONG: event ${last.seq + 1}`);
      await query("DELETE FROM audit_events WHERE firmId = ? AND seq > ?", [firm.id, last.seq]);
      for (const { seq } of before.slice(4).toReversed())
        await query("UPDATE audit_events SET seq = ? WHERE firmId = ? AND seq = ?", [seq + 1, firm.id, seq]);
      await world.app.work.do((unit) =>
        unit.manager.insert(AuditEvent, { ...last, id: `${last.id.slice(0, -1)}~`, seq: 5 }),
      );
      await query("UPDATE audit_counters SET lastSeq = lastSeq + 1, chainedSeq = chainedSeq + 1 WHERE firmId = ?", [
        firm.id,
      ]);
      expect(await verify()).toMatch(/WRONG: event 5 /);
    });

    it("by swapping two events, with their digests or without", async () => {
      const [, , third, fourth] = before;
      if (!third || !fourth) throw new Error("too few events");
      const swap = async (with_: (row: AuditEvent, place: AuditEvent) => AuditEvent) => {
        await query("DELETE FROM audit_events WHERE firmId = ? AND seq IN (3, 4)", [firm.id]);
        await world.app.work.do((unit) =>
          unit.manager.insert(AuditEvent, [with_(fourth, third), with_(third, fourth)]),
        );
        return verify();
      };
      expect(await swap((row, { seq }) => ({ ...row, seq }))).toMatch(/WRONG: event 3 /);
      expect(await swap((row, { seq, digest }) => ({ ...row, seq, digest }))).toMatch(/WRONG: event 3 /);
    });

    it("by chaining everything anew after a change: a checkpoint in the log finds it, and if those are gone, one kept elsewhere", async () => {
      await query("UPDATE audit_events SET actorName = 'Mallory' WHERE firmId = ? AND seq = 2", [firm.id]);
      await rechain();
      expect(await verify()).toMatch(/WRONG: event \d+, a checkpoint, was signed for another log/);
      const signed = before.find(({ type }) => type === "AUDIT_LOG_CHECKPOINT");
      await query("DELETE FROM audit_events WHERE firmId = ? AND type = 'AUDIT_LOG_CHECKPOINT'", [firm.id]);
      for (const { seq } of before.filter((row) => row.seq > (signed?.seq ?? 0)))
        await query("UPDATE audit_events SET seq = ? WHERE firmId = ? AND seq = ?", [seq - 1, firm.id, seq]);
      await rechain();
      expect(await verify()).toMatch(IS_AS_RECORDED);
      expect(await verify(true)).toMatch(`WRONG: the checkpoint of event ${kept.seq} was signed for another log`);
    });

    it("by another firm's log in its place", async () => {
      await query("DELETE FROM audit_events WHERE firmId = ?", [firm.id]);
      const replay = (await rows(other.id)).map((row) => ({ ...row, firmId: firm.id, id: `${row.id.slice(0, -1)}~` }));
      await world.app.work.do((unit) => unit.manager.insert(AuditEvent, replay));
      expect(await verify()).toMatch(/WRONG: event 1 /);
      await rechain();
      expect(await verify()).toMatch(IS_AS_RECORDED);
      expect(await verify(true)).toContain("WRONG");
      const theirs = await signer.state(other.id);
      writeFileSync(inFolder("theirs.json"), JSON.stringify(theirs));
      const against = () =>
        verifyLogs(
          { work: world.app.work, keys: WORLD_KEYS, print },
          { slug: firm.slug, checkpoints: inFolder("theirs.json") },
        );
      expect(await outcomeOf(against)).toContain("is one of another firm");
    });

    it("by a checkpoint that is changed, or signed by somebody else's key", async () => {
      for (const changed of [
        { ...kept, seq: kept.seq - 1 },
        { ...kept, signedAt: "2020-01-01T00:00:00.000Z" },
        { ...kept, signature: Buffer.alloc(64).toString("base64url") },
        { ...kept, keyId: "A".repeat(43) },
      ]) {
        writeFileSync(inFolder("changed.json"), JSON.stringify(changed));
        const against = () =>
          verifyLogs(
            { work: world.app.work, keys: WORLD_KEYS, print },
            { slug: firm.slug, checkpoints: inFolder("changed.json") },
          );
        expect(await outcomeOf(against)).toMatch(/WRONG: the checkpoint of event \d+, /);
      }
    });

    it("by facts that stand beside the digest of those that were erased", async () => {
      const row = before.find(({ actorName }) => actorName !== null);
      if (!row) throw new Error("no actor");
      const erased = withoutFacts(row, "actor");
      await query("UPDATE audit_events SET actorSeal = ? WHERE firmId = ? AND seq = ?", [
        erased.actorSeal,
        firm.id,
        row.seq,
      ]);
      await query("UPDATE audit_events SET actorName = 'Mallory' WHERE firmId = ? AND seq = ?", [firm.id, row.seq]);
      expect(await verify()).toMatch(`WRONG: event ${row.seq} `);
    });
  });

  const erase = async (row: AuditEvent) => {
    const { actorName, ipAddress, userAgent, actorSeal, reason, changes, data, subjectSeal } = withoutFacts(
      row.actorKind === "CLIENT" ? withoutFacts(row, "actor") : row,
      "subject",
    );
    await query(
      "UPDATE audit_events SET actorName = ?, ipAddress = ?, userAgent = ?, actorSeal = ?, reason = ?, changes = ?, data = ?, subjectSeal = ? WHERE firmId = ? AND seq = ?",
      [actorName, ipAddress, userAgent, actorSeal, reason, changes, data, subjectSeal, firm.id, row.seq],
    );
  };

  it("X76 is not as recorded when facts are erased and no event says that the person was deleted", async () => {
    for (const row of before.slice(0, 6)) {
      await erase(row);
      expect(await verify()).toMatch(`WRONG: what event ${row.seq} (${row.type}) said was erased, and no event says`);
      await query("DELETE FROM audit_events WHERE firmId = ? AND seq = ?", [firm.id, row.seq]);
      await world.app.work.do((unit) => unit.manager.insert(AuditEvent, row));
    }
  });

  it("X76 tells whether events that are not sealed are those of a server of the version before", async () => {
    // Somebody who knows no format: changes what they like, and takes the digests away.
    await query("UPDATE audit_events SET digest = NULL, actorName = 'Mallory' WHERE firmId = ?", [firm.id]);
    await query("UPDATE audit_counters SET chainedSeq = 0, chainDigest = NULL WHERE firmId = ?", [firm.id]);
    expect(await verify()).toMatch(/WRONG: event 1 \(\w+\) was sealed, and has no digest now/);
    await query("UPDATE audit_events SET actorSeal = NULL, subjectSeal = NULL WHERE firmId = ?", [firm.id]);
    expect(await verify()).toMatch(/WRONG: event \d+ \(AUDIT_LOG_CHECKPOINT\) was sealed/);
    await query("UPDATE audit_events SET type = 'CONTACT_UPDATED' WHERE firmId = ? AND type LIKE 'AUDIT%'", [firm.id]);
    await query("UPDATE audit_counters SET checkpointSeq = 0 WHERE firmId = ?", [firm.id]);
    const text = await verify();
    expect(text).not.toContain("as recorded");
    expect(text).toContain("of which none is sealed yet: nothing could be checked.");
    expect(await verify(true)).toContain("WRONG");
  });

  it("X76 finds an event that says that it is old, and was slipped in for the server to seal", async () => {
    world.forward({ minutes: 60 });
    const at = await world.ownerToken(firm);
    await signer.sign(firm.id);
    const last = (await rows()).at(-1);
    if (!last) throw new Error("no event");
    const forged = {
      ...last,
      id: `${last.id.slice(0, -1)}~`,
      seq: last.seq + 1,
      type: "SIGN_IN_SUCCEEDED" as const,
      occurredAt: last.occurredAt - 40 * 86_400_000,
      actorSeal: null,
      subjectSeal: null,
      digest: null,
    };
    await world.app.work.do((unit) => unit.manager.insert(AuditEvent, forged));
    await query("UPDATE audit_counters SET lastSeq = lastSeq + 1 WHERE firmId = ?", [firm.id]);
    await world.contact(at, "Sealed with it");
    expect(await verify()).toMatch(
      `WRONG: event ${forged.seq} says that it happened before a checkpoint that stands in front of it`,
    );
    owner = at;
  });

  it.each<[string, (seq: number) => Promise<unknown>, RegExp]>([
    [
      "an event in front of the first one",
      () =>
        world.app.work.do((unit) =>
          unit.manager.insert(AuditEvent, {
            ...(before[0] as AuditEvent),
            id: `${before[0]?.id.slice(0, -1)}~`,
            seq: -5,
          }),
        ),
      /WRONG: event -5 has a number before the first one/,
    ],
    [
      "a time that is none",
      (seq) =>
        query("UPDATE audit_events SET occurredAt = 9000000000000000 WHERE firmId = ? AND seq = ?", [firm.id, seq]),
      /WRONG: event 4 /,
    ],
    [
      "data that is no JSON",
      (seq) => query("UPDATE audit_events SET data = '{oops' WHERE firmId = ? AND seq = ?", [firm.id, seq]),
      /WRONG: event 4 /,
    ],
    [
      "checkpoints that are held back",
      () => query("UPDATE audit_counters SET checkpointSeq = 2000000000 WHERE firmId = ?", [firm.id]),
      /WRONG: the last checkpoint should be event 2000000000/,
    ],
  ])("X76 finds %s", async (_what, attack, said_) => {
    await attack(4);
    expect(await verify()).toMatch(said_);
  });

  it("X76 is not deleted as old by anybody but the server", async () => {
    const digest = before[2]?.digest ?? null;
    await query("DELETE FROM audit_events WHERE firmId = ? AND seq <= 3", [firm.id]);
    await query("UPDATE audit_counters SET trimmedDigest = ? WHERE firmId = ?", [digest, firm.id]);
    const data = {
      throughSeq: 3,
      digest,
      signedAt: new Date(world.now()).toISOString(),
      keyId: "k",
      signature: "s",
    } as const;
    await world.app.work.do((unit) => {
      unit.record({
        type: "AUDIT_LOG_TRIMMED",
        firmId: firm.id,
        actor: systemActor,
        data: { ...data, digest: digest ?? "" },
      });
      return Promise.resolve();
    });
    expect(await verify(true)).toMatch(/WRONG: .*which says that old events were deleted,/);
  });

  it("X76 trusts no key that somebody has put into the database", async () => {
    const mine = new SigningKey(Buffer.alloc(32, 9));
    await query("INSERT INTO audit_signing_keys (id, publicKey, proof, createdAt) VALUES (?, ?, ?, ?)", [
      mine.jwk.kid,
      mine.jwk.x,
      `k1.${"0".repeat(64)}`,
      1,
    ]);
    expect((await signer.publicKeys()).map(({ kid }) => kid)).not.toContain(mine.jwk.kid);
    await query("DELETE FROM audit_signing_keys WHERE id = ?", [mine.jwk.kid]);
    const [first] = await signer.publicKeys();
    const fresh = { id: "k2", key: Buffer.alloc(32, 8) };
    const both = new Checkpoints({
      work: world.app.work,
      keys: new KeyRing([fresh, { id: "k1", key: Buffer.alloc(32, 7) }]),
    });
    await both.renewProofs();
    // The old key has left SECRET_KEYS, and is still known.
    const after = new Checkpoints({ work: world.app.work, keys: new KeyRing([fresh]) });
    expect((await after.publicKeys()).map(({ kid }) => kid)).toContain(first?.kid);
    await new Checkpoints({
      work: world.app.work,
      keys: new KeyRing([{ id: "k1", key: Buffer.alloc(32, 7) }, fresh]),
    }).renewProofs();
  });

  describe("as a file", () => {
    const download = async (after = "") => {
      const address = `${world.url}/audit-log.jsonl${after}`;
      // One caller may export three times a minute.
      const key = await world.key(owner, ["AUDIT_READ"]);
      const answer = await fetch(address, { headers: { authorization: `Bearer ${key}` } });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/jsonl; charset=utf-8"]);
      return (await answer.text()).split("\n").slice(0, -1);
    };
    const verifyFile = (
      lines: string[],
      { checkpoints = null as string | null, keys = null as string | null } = {},
    ) => {
      writeFileSync(inFolder("log.jsonl"), lines.map((line) => `${line}\n`).join(""));
      return outcomeOf(() => verifyLogFile({ file: inFolder("log.jsonl"), checkpoints, keys }, print));
    };
    const keysOf = async () => {
      const answer = await fetch(`${world.url}/.well-known/gatehouse-audit-keys.json`);
      writeFileSync(inFolder("keys.json"), await answer.text());
      return inFolder("keys.json");
    };
    // Each download is an event of its own.
    beforeEach(async () => {
      before = await rows();
    });
    afterEach(async () => {
      before = await rows();
      [counter = {}] = (await query("SELECT * FROM audit_counters WHERE firmId = ?", [firm.id])) as [typeof counter];
    });

    it("is verified by anybody, without the database or the server's secrets", async () => {
      const lines = await download();
      const text = await verifyFile(lines, { checkpoints: inFolder("kept.json"), keys: await keysOf() });
      expect(text).toMatch(/: \d+ events, 1 to \d+, as recorded\.$/m);
      expect(text).toContain("3 signed checkpoints agree");
      expect(await verifyFile(lines)).toContain("The keys come from the file itself.");
      const ofNow = await rows();
      expect(lines).toHaveLength(ofNow.length + 2);
    });

    it("can go on after an event, and is one with the earlier file by that one's checkpoint", async () => {
      const first = await download();
      const end = JSON.parse(first.at(-1) ?? "") as { checkpoint: Checkpoint };
      writeFileSync(inFolder("first.jsonl"), `${first.at(-1)}\n`);
      await world.contact(owner, "Ivy Jones");
      const second = await download(`?after=${encodeCursor("audit", [end.checkpoint.seq])}`);
      // The contact, the key of the download, and the download itself.
      expect(second).toHaveLength(1 + 3 + 1);
      const text = await verifyFile(second, { checkpoints: inFolder("first.jsonl") });
      expect(text).toContain(`the file begins after event ${end.checkpoint.seq}`);
      expect(text).toContain("signed checkpoints agree");
    });

    it.each<[string, (lines: string[]) => string[], RegExp]>([
      [
        "a changed name",
        (lines) => lines.map((line) => line.replace("Ann Bell", "Ann Ball")),
        /WRONG: event \d+ .* not as it was recorded/,
      ],
      ["a missing line", (lines) => lines.toSpliced(4, 1), /but has/],
      ["two lines that changed places", (lines) => lines.toSpliced(3, 2, lines[4] ?? "", lines[3] ?? ""), /WRONG/],
      ["no end", (lines) => lines.slice(0, -1), /is cut/],
      ["half a line", (lines) => [...lines.slice(0, -1), (lines.at(-1) ?? "").slice(0, 30)], /is not/],
      ["text that is no log", () => ["hello"], /the first line is not JSON/],
      ["nothing", () => [], /is empty/],
      ["a line too many", (lines) => [...lines, lines[2] ?? ""], /comes after the end/],
      [
        "a name that stands twice",
        (lines) => lines.map((line) => line.replace('{"seq":3,', '{"type":"FAKE","seq":3,')),
        /line 4 is not as/,
      ],
      [
        "what JavaScript hides",
        (lines) => lines.map((line) => line.replace('"facts":{', '"facts":{"__proto__":{},')),
        /is not as/,
      ],
      [
        "the first events taken off",
        (lines) => [
          lines[0] ?? "",
          ...lines.slice(4, -1),
          (lines.at(-1) ?? "").replace(/"events":\d+/, `"events":${lines.length - 5}`),
        ],
        /WRONG: events 1 to 3 are missing/,
      ],
      [
        "a field that no event has",
        (lines) => lines.map((line) => line.replace('{"seq":3,', '{"note":"x","seq":3,')),
        /line 4 is not as/,
      ],
    ])("is refused with %s", async (_what, change, refusal) => {
      expect(await verifyFile(change(await download()))).toMatch(refusal);
    });

    it("is refused if it was signed with another key than the server's", async () => {
      const keys = await keysOf();
      const lines = await download();
      const someone = JSON.stringify({
        keys: [{ kty: "OKP", crv: "Ed25519", x: "A".repeat(43), kid: "B".repeat(43) }],
      });
      writeFileSync(inFolder("others.json"), someone);
      expect(await verifyFile(lines, { keys })).toMatch(IS_AS_RECORDED);
      expect(await verifyFile(lines, { keys: inFolder("others.json") })).toMatch(
        /WRONG: .* which is not among the given ones/,
      );
    });

    it("is verified by another language, with the program in docs/audit-format.md", async () => {
      const page = readFileSync(join(__dirname, "../../../../docs/audit-format.md"), "utf8");
      const [, program = ""] = /```python\n([\s\S]*?)```/.exec(page) ?? [];
      writeFileSync(inFolder("verify.py"), program);
      const check = async (lines: string[]) => {
        writeFileSync(inFolder("log.jsonl"), lines.map((line) => `${line}\n`).join(""));
        return run("python3", [inFolder("verify.py"), inFolder("log.jsonl")]).then(
          ({ stdout }) => stdout,
          (error: { stdout: string }) => error.stdout,
        );
      };
      const lines = await download();
      expect(await check(lines)).toMatch(/^whole: \d+ events/m);
      const change = (from: RegExp | string, to: string) => lines.map((line) => line.replace(from, to));
      expect(await check(change("Cora Diaz", "Cora Dias"))).toMatch(/^event \d+ is not as recorded/m);
      expect(await check(change(/("signature":")(.)/, "$1-$2"))).toMatch(/^the checkpoint|^event/m);
      expect(await check(change('{"seq":3,', '{"note":"x","seq":3,'))).toMatch(/other fields/);
      expect(await check(change('{"seq":3,', '{"type":"FAKE","seq":3,'))).toMatch(/stands twice/);
      expect(await check(change(/"actor":\{/, '"actor":{"erased":"0",'))).toMatch(/other fields/);
      const end = (lines.at(-1) ?? "").replace(/"events":\d+/, `"events":${lines.length - 5}`);
      expect(await check([lines[0] ?? "", ...lines.slice(4, -1), end])).toMatch(/the events before 4 are missing/);
    });
  });

  it("goes on beside a server of the version before, whose events are sealed afterwards, which an event says", async () => {
    const [last] = (await rows()).slice(-1);
    if (!last) throw new Error("no event");
    const { methods: _m, changes: _c, actorSeal: _a, subjectSeal: _s, digest: _d, ...known } = last;
    const writeAsBefore = async (count: number) => {
      for (let n = 1; n <= count; n++) {
        const [{ lastSeq }] = (await query("SELECT lastSeq FROM audit_counters WHERE firmId = ?", [firm.id])) as [
          { lastSeq: number },
        ];
        await world.app.work.do(async (unit) => {
          await unit.manager.query("UPDATE audit_counters SET lastSeq = lastSeq + 1 WHERE firmId = ?", [firm.id]);
          await unit.manager.insert(AuditEvent, {
            ...known,
            id: `${last.id.slice(0, -6)}${(100000 + lastSeq).toString()}`,
            seq: lastSeq + 1,
          });
        });
      }
    };
    await writeAsBefore(3);
    expect(await verify()).toContain("the others are not sealed yet and were not checked");
    await world.contact(owner, "Kim Lane");
    const sealed = (await rows()).find(({ type }) => type === "AUDIT_LOG_SEALED");
    expect(sealed?.data).toBe(JSON.stringify({ fromSeq: last.seq + 1, throughSeq: last.seq + 3 }));
    expect(await verify(true)).toMatch(`events ${last.seq + 1} to ${last.seq + 3} were sealed only at`);

    // Too many to seal in passing: nobody waits for them, and a worker seals them.
    await writeAsBefore(120);
    await world.contact(owner, "Mia North");
    expect(await verify()).toContain("the others are not sealed yet and were not checked");
    expect(await signer.sign(firm.id)).toBeNull();
    await signer.sealAll(new AbortController().signal);
    expect(await verify(true)).toMatch(IS_AS_RECORDED);
    const ranges = (await rows())
      .filter(({ type }) => type === "AUDIT_LOG_SEALED")
      .map(({ data }) => JSON.parse(data) as unknown);
    expect(ranges).toHaveLength(2);
  }, 120_000);
});

/** Every column of an event but its key, which names the place. */
function columnsOfEvents(): (keyof AuditEvent)[] {
  return [
    "id",
    "type",
    "occurredAt",
    "actorKind",
    "actorId",
    "actorName",
    "contactId",
    "accountId",
    "reason",
    "ipAddress",
    "userAgent",
    "data",
    "methods",
    "changes",
    "actorSeal",
    "subjectSeal",
    "digest",
  ];
}
