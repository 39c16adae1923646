import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { entities } from "../entities.js";
import { demoLogo } from "../demo/demo-logo.js";
import { applyBranding, checked } from "../features/branding/firm-branding.service.js";
import { Firm } from "../features/firms/firm.entity.js";
import { KeyRing } from "../platform/crypto/key-ring.js";
import { logOf } from "../testing/chaos/followers.js";
import { describeOnDatabases, freshDatabaseUrl, type FreshDatabase } from "../testing/databases.js";
import { gatehouse } from "../testing/server-process.js";
import { codesOf, World } from "../testing/world.js";
import { conditionOf } from "./firm-tables.js";

const secretKeys = (id: string) => `${id}:${randomBytes(32).toString("base64")}`;
const refused = async (args: string[], environment: Record<string, string>) => {
  const failure = await gatehouse(args, environment).then(
    () => null,
    (error: { code: number; stderr: string }) => error,
  );
  expect(failure?.code).toBe(1);
  return failure?.stderr ?? "";
};

describe("every table", () => {
  it("belongs to a firm, and then moves with it, or is named as one that stays", () => {
    const stays = entities.filter((entity) => conditionOf(entity) === null).map(({ name }) => name);
    expect(stays).toEqual([
      "PortalMailRequest",
      "PendingTotpEnrollment",
      "PasskeyCeremony",
      "SignInChallenge",
      "AttemptCounter",
      "TeamMailRequest",
      "Session",
      "AuditSigningKey",
      "OutboxMail",
      "IdempotencyRecord",
      "Report",
      "ReportPart",
      "Lease",
    ]);
  });

  it("is refused if nobody has said whose its rows are", () => {
    class Nobodys {
      readonly id = "without firmId";
    }
    expect(() => conditionOf(Nobodys)).toThrow("Nobodys has no firmId");
  });
});

describeOnDatabases("a firm that moves to another server", (database) => {
  const theirKey = secretKeys("k7");
  const ourKeys = `${secretKeys("k8")},${theirKey}`;
  let directory: string;
  let file: string;
  let other: FreshDatabase;
  let firm: { id: string; slug: string; owner: string };
  let neighbour: { slug: string; owner: string };
  let client: { email: string; secret: string };
  let apiKey: string;
  let log: string[];
  const there = (keys: string) => ({ DATABASE_URL: other.url, SECRET_KEYS: keys });
  const firmsThere = async () => {
    const world = await World.start(other.url, { keys: KeyRing.parse(ourKeys) });
    const firms = await world.app.work.reader.find(Firm);
    await world.stop();
    return firms.map(({ slug }) => slug);
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "gatehouse-firm-"));
    file = join(directory, "firm.ndjson");
    other = await freshDatabaseUrl(database.name);
    const keys = KeyRing.parse(theirKey);
    const world = await World.start(database.url(), { keys });
    firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { email, created } = await world.client(firm, owner);
    client = { email, secret: (await world.enroll({ token: created.result.sessionToken })).secret };
    apiKey = await world.key(owner, ["CONTACTS_READ", "AUDIT_READ"]);
    await world.app.work.do((unit) =>
      applyBranding(unit, firm.id, checked(firm.id, { color: "#1d4e89", logo: demoLogo })),
    );
    await world.mutate("setTimeZone", "TimeZoneInput", "firm { id }", { timeZone: "America/St_Johns" }, owner);
    const kept = { days: 730, reason: "Our privacy policy" };
    await world.mutate("setSignInEventDays", "SignInEventDaysInput", "firm { id }", kept, owner);
    // More than one page of rows, with the words to search them by.
    const contacts = Array.from({ length: 200 }, (_, n) => ({ externalId: `c${n}`, name: `Contact Number ${n}` }));
    const upserted = await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", { contacts }, owner);
    expect(codesOf(upserted)).toEqual([]);
    log = await logOf(world, owner);
    // Somebody else, who must not move.
    const elsewhere = await world.firm();
    neighbour = elsewhere;
    await world.client(elsewhere, await world.ownerToken(elsewhere));
    await world.stop();
    const environment = { DATABASE_URL: database.url(), SECRET_KEYS: theirKey };
    await gatehouse(["firm", "export", "--slug", firm.slug, "--to", file], environment);
    expect(await refused(["firm", "export", "--slug", firm.slug, "--to", file], environment)).toContain("overwrites");
  });
  afterAll(async () => {
    await other.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("is a file for its owner alone, with nothing of other firms and no secret in plain text", () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain(neighbour.slug);
    for (const secret of [client.secret, apiKey, theirKey.slice(3)]) expect(text).not.toContain(secret);
  });

  it.each([
    ["without its key", () => [file, secretKeys("k8")], "SECRET_KEYS does not open this firm"],
    [
      "cut off",
      () => {
        const cut = join(directory, "cut.ndjson");
        writeFileSync(cut, readFileSync(file, "utf8").split("\n").slice(0, -20).join("\n"));
        return [cut, ourKeys];
      },
      "not a whole export",
    ],
    [
      "changed",
      () => {
        const changed = join(directory, "changed.ndjson");
        writeFileSync(changed, readFileSync(file, "utf8").replace("Contact Number 7", "Contact Number X"));
        return [changed, ourKeys];
      },
      "not a whole export",
    ],
    [
      "with a row of another firm's that somebody without the keys added",
      () => {
        const lines = readFileSync(file, "utf8").trimEnd().split("\n");
        const at = lines.findIndex((line) => line.startsWith('{"table":"api_keys"'));
        const row = (lines[at] ?? "").replaceAll(/(?:key|fir)_[0-9a-z]+/g, (id) => `${id.slice(0, -3)}zzz`);
        const { rows } = JSON.parse(lines.at(-1) ?? "") as { rows: number };
        const content = lines.slice(0, -1).toSpliced(at, 0, row).join("\n");
        const mac = createHash("sha256").update(`${content}\n`).digest("hex");
        const forged = join(directory, "forged.ndjson");
        writeFileSync(forged, `${content}\n${JSON.stringify({ rows: rows + 1, mac, digest: mac })}\n`);
        return [forged, ourKeys];
      },
      "not a whole export",
    ],
  ])("is refused %s, and nothing of it is left", async (_how, make, reason) => {
    const [from = "", keys = ""] = make();
    expect(await refused(["firm", "import", "--from", from], there(keys))).toContain(reason);
    expect(await firmsThere()).toEqual([]);
  });

  it("arrives whole: the client's password and authenticator, keys, search and counts work, and the log keeps its numbers", async () => {
    expect(await gatehouse(["firm", "import", "--from", file], there(ourKeys))).toContain(firm.slug);
    // Exported again, it has the same rows.
    const again = join(directory, "again.ndjson");
    await gatehouse(["firm", "export", "--slug", firm.slug, "--to", again], there(ourKeys));
    const rowsOf = (path: string) => readFileSync(path, "utf8").split("\n").slice(1, -2);
    expect(rowsOf(again).length).toBeGreaterThan(500);
    expect(rowsOf(again)).toEqual(rowsOf(file));
    const world = await World.start(other.url, { keys: KeyRing.parse(ourKeys) });
    try {
      expect(await logOf(world, apiKey)).toEqual(log);
      const found = await world.ask(
        '{ contacts(first: 5, filter: { search: "number 77" }) { nodes { name } totalCount } }',
        {},
        apiKey,
      );
      expect(found.data.contacts).toEqual({ nodes: [{ name: "Contact Number 77" }], totalCount: 1 });
      expect((await world.ask("{ firm { timeZone signInEventDays } }", {}, apiKey)).data.firm).toEqual({
        timeZone: "America/St_Johns",
        signInEventDays: 730,
      });
      const { challengeToken } = (await world.portalSignIn(firm, client.email)).result;
      const code = world.freshCode(client.secret);
      const { result } = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code });
      expect(result.__typename).toBe("SignedIn");
      // The next event gets the next number.
      expect((await logOf(world, await world.ownerToken(firm))).slice(0, log.length)).toEqual(log);
      expect(await refused(["firm", "import", "--from", file], there(ourKeys))).toContain("already has a firm");
    } finally {
      await world.stop();
    }
    expect(await firmsThere()).toEqual([firm.slug]);
  });

  it("has days in UTC, and keeps sign-ins for ever, if the server that exported it knew neither setting", async () => {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(0, -1);
    const content = lines.map((line) =>
      line.replace(',"timeZone":"America/St_Johns"', "").replaceAll(/,"signIn(?:EventDays|s)\w*":(?:\d+|null)/g, ""),
    );
    expect(content.filter((line, index) => line !== lines[index])).toHaveLength(2);
    const digest = createHash("sha256")
      .update(`${content.join("\n")}\n`)
      .digest("hex");
    const mac = KeyRing.parse(theirKey).hmac(digest, "firm export", "k7");
    const before = join(directory, "before.ndjson");
    writeFileSync(before, `${content.join("\n")}\n${JSON.stringify({ rows: content.length - 1, mac })}\n`);
    const third = await freshDatabaseUrl(database.name);
    try {
      await gatehouse(["firm", "import", "--from", before], { DATABASE_URL: third.url, SECRET_KEYS: ourKeys });
      const world = await World.start(third.url, { keys: KeyRing.parse(ourKeys) });
      const { data } = await world.ask(
        "{ firm { timeZone signInEventDays portalTrend(days: 1) { invitesSent } } }",
        {},
        apiKey,
      );
      expect(data.firm).toEqual({ timeZone: "UTC", signInEventDays: null, portalTrend: [{ invitesSent: 0 }] });
      await world.stop();
    } finally {
      await third.drop();
    }
  });
});
