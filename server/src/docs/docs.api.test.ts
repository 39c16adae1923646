import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { transformSync } from "esbuild";
import { buildSchema, lexicographicSortSchema, printSchema } from "graphql";
import { freshDatabaseUrl, type FreshDatabase } from "../testing/databases.js";
import { until, World } from "../testing/world.js";
import { writtenPages } from "./docs-pages.js";

const server = join(__dirname, "../..");
const root = join(server, "..");
const guide = readFileSync(join(root, "docs/guide.md"), "utf8");
const blocks = [...guide.matchAll(/^```(\w+)( setup)?\n(.*?)^```$/gms)].map(([, language, setup, text = ""]) => ({
  language,
  isSetup: setup !== undefined,
  text,
}));
const shell = blocks.filter(({ language, isSetup }) => language === "sh" && !isSetup);
const scripts = new Map(
  blocks
    .filter(({ language }) => language === "ts")
    .map(({ text }) => [/^\/\/ (\S+\.ts)\n/.exec(text)?.[1] ?? "without a name", text]),
);
const scopes = [
  "CONTACTS_READ",
  "CONTACTS_WRITE",
  "ACCESS_WRITE",
  "ACCESS_RESET",
  "POLICY_WRITE",
  "AUDIT_READ",
  "WEBHOOKS_WRITE",
];

/** `got` reduced to what the guide shows: "…" stands for whatever differs from run to run. */
function asShown(shown: unknown, got: unknown): unknown {
  if (shown === "…") return got === null || got === undefined ? got : "…";
  if (typeof shown !== "object" || shown === null || typeof got !== "object" || got === null) return got;
  if (Array.isArray(shown)) return Array.isArray(got) ? got.map((of, at) => asShown(shown[at], of)) : got;
  return Object.fromEntries(
    Object.entries(shown).map(([key, of]) => [key, asShown(of, (got as Record<string, unknown>)[key])]),
  );
}

describe("the documentation for integrators", () => {
  let database: FreshDatabase;
  let world: World;
  let directory: string;
  let owner: string;
  let receiverPort: number;
  let environment: NodeJS.ProcessEnv;
  const running: ChildProcess[] = [];

  /** Starts an example; `lines` collects what it prints. */
  function start(
    script: string,
    more: NodeJS.ProcessEnv = {},
  ): { lines: string[]; ended: Promise<unknown>; stop(): Promise<unknown> } {
    const child = spawn(process.execPath, [script.replace(/\.ts$/, ".js")], {
      cwd: directory,
      env: { ...environment, ...more },
    });
    running.push(child);
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text: Buffer) => lines.push(...text.toString().trim().split("\n")));
    const ended = new Promise((resolve) => child.once("close", resolve));
    return {
      lines,
      ended,
      stop: () => {
        child.kill("SIGKILL");
        return ended;
      },
    };
  }

  beforeAll(async () => {
    database = await freshDatabaseUrl("sqlite");
    world = await World.start(database.url);
    owner = await world.ownerToken(await world.firm());
    // Below node_modules the examples can resolve the libraries that they import.
    directory = mkdtempSync(join(server, "node_modules/.guide-"));
    writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
    for (const [name, text] of scripts) {
      writeFileSync(join(directory, name), text);
      writeFileSync(join(directory, name.replace(/ts$/, "js")), transformSync(text, { loader: "ts" }).code);
    }
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    receiverPort = (probe.address() as AddressInfo).port;
    await new Promise((resolve) => probe.close(resolve));
    environment = {
      PATH: process.env.PATH,
      GATEHOUSE_URL: world.app.url,
      GATEHOUSE_KEY: await world.key(owner, scopes),
      RECEIVER_URL: `http://127.0.0.1:${receiverPort}/gatehouse`,
    };
  });
  afterAll(async () => {
    for (const child of running) child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
    await world.stop();
    await database.drop();
  });

  let secret = "";
  it("every command of the guide runs in order and answers as shown", async () => {
    const commands = shell.map(({ text }) => `${text}\nprintf '\\n@@\\n'`).join("\n");
    const { stdout, stderr } = await promisify(execFile)("bash", ["--norc", "-euo", "pipefail", "-c", commands], {
      cwd: directory,
      env: environment,
    });
    expect(stderr).toBe("");
    const outputs = stdout.split("\n@@\n").map((text) => text.trim());
    expect(outputs).toHaveLength(shell.length + 1);
    const answers = shell.flatMap((block, at) => {
      const shown = blocks[blocks.indexOf(block) + 1];
      return shown?.language === "json" ? [{ shown: shown.text, got: outputs[at] ?? "" }] : [];
    });
    expect(answers.length).toBeGreaterThan(7);
    for (const { shown, got } of answers) {
      const wanted: unknown = JSON.parse(shown);
      expect(asShown(wanted, JSON.parse(got))).toEqual(wanted);
    }
    const other = outputs.filter((text) => text !== "" && !text.startsWith("{"));
    expect(other).toEqual([
      expect.stringMatching(/^idempotent-replayed: true/i),
      expect.stringMatching(/ratelimit-limit: 60000\r?\nratelimit-remaining: \d+\r?\nratelimit-reset: \d+/i),
    ]);
    secret = outputs.flatMap((text) => /"signingSecret":"([^"]+)"/.exec(text)?.[1] ?? [])[0] ?? "";
  });

  it("every TypeScript example type-checks", () => {
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--target",
      "es2022",
      "--module",
      "nodenext",
    ];
    const files = [...scripts.keys()];
    expect(files).toEqual(["gatehouse.ts", "invite-everybody.ts", "receiver.ts", "feed.ts"]);
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, "--types", "node", ...files], {
      cwd: directory,
      encoding: "utf8",
    });
    expect([stdout, status]).toEqual(["", 0]);
  });

  it("the webhook receiver accepts what Gatehouse signed, and nothing else", async () => {
    const receiver = start("receiver.ts", { WEBHOOK_SECRET: secret, PORT: String(receiverPort) });
    const forge = () => fetch(`http://127.0.0.1:${receiverPort}/`, { method: "POST", body: "{}" }).catch(() => null);
    const refused = await until(forge);
    expect(refused.status).toBe(401);
    await world.contact(owner, "Wanda Hook");
    // Deliveries found no receiver so far, and would wait for the next retry.
    const { data } = await world.ask(
      "{ webhookEndpoints { id } auditEvents(first: 2) { nodes { cursor } } }",
      {},
      owner,
    );
    await world.mutate(
      "replayWebhookEvents",
      "ReplayWebhookEventsInput",
      "webhookEndpoint { id }",
      { webhookEndpointId: data.webhookEndpoints[0].id, after: data.auditEvents.nodes[1].cursor },
      owner,
    );
    await until(() => receiver.lines.some((line) => /^contact\.created: .*Wanda Hook/.test(line)));
    expect(receiver.lines.filter((line) => line.includes("Wanda Hook"))).toHaveLength(1);
    await receiver.stop();
  });

  it("the paging example finds everybody and invites them", async () => {
    const rows = Array.from({ length: 105 }, (_, n) => ({ name: `Client ${n}`, email: `client-${n}@many.example` }));
    await world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "results { contact { id } }",
      { contacts: rows },
      owner,
    );
    const { lines, ended } = start("invite-everybody.ts");
    await ended;
    expect(lines).toEqual(["107 to invite"]);
    const { data } = await world.ask("{ firm { portalStats { invited } } }", {}, owner);
    expect(data.firm.portalStats.invited).toBe(107);
  });

  it("the live example shows each event once, including those that happened while it was away", async () => {
    const first = start("feed.ts");
    await until(async () => {
      await world.contact(owner, "Before");
      return first.lines.length > 0;
    });
    const { data } = await world.ask("{ auditEvents(first: 1) { nodes { cursor } } }", {}, owner);
    const file = join(directory, "cursor.txt");
    await until(() => existsSync(file) && readFileSync(file, "utf8") === data.auditEvents.nodes[0].cursor);
    await first.stop();
    await world.contact(owner, "Meanwhile");
    const second = start("feed.ts");
    await until(() => second.lines.length > 0);
    await world.contact(owner, "Afterwards");
    await until(() => second.lines.some((line) => line.includes("Afterwards")));
    const missed = second.lines.filter((line) => /Meanwhile|Afterwards/.test(line));
    expect(missed.map((line) => /Meanwhile|Afterwards/.exec(line)?.[0])).toEqual(["Meanwhile", "Afterwards"]);
    await second.stop();
  });

  it("is served to everybody under a strict policy, with the real address, and its links work", async () => {
    const targets = new Set<string>();
    const ids = new Map<string, Set<string>>();
    for (const path of ["/docs/reference", ...writtenPages.map((page) => page.path)]) {
      const response = await world.raw({ path });
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
      const html = await response.text();
      expect(html).not.toMatch(/<script|style=|localhost:4000/);
      ids.set(path, new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id)));
      for (const [, href = ""] of html.matchAll(/ href="([^"]+)"/g))
        if (!href.startsWith("http")) targets.add(href.startsWith("#") ? path + href : href);
    }
    expect(await (await world.raw({ path: "/docs" })).text()).toContain(world.app.publicUrl);
    const dead: string[] = [];
    for (const target of targets) {
      const [path = "", id] = target.split("#");
      if (path === "/favicon.svg" || path === "/docs/explorer") continue;
      const isThere = ids.has(path)
        ? id === undefined || ids.get(path)?.has(id)
        : (await world.raw({ path })).status === 200;
      if (!isThere) dead.push(target);
    }
    expect(dead).toEqual([]);
    expect(targets.size).toBeGreaterThan(100);
  });

  it("the served schema is the running one, and the reference has every field of it", async () => {
    const response = await world.raw({ path: "/schema.graphql" });
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const text = await response.text();
    expect(text.trim()).toBe(printSchema(lexicographicSortSchema(world.app.schema)).trim());
    const reference = await (await world.raw({ path: "/docs/reference" })).text();
    const schema = buildSchema(text);
    for (const [kind, type] of [
      ["query", schema.getQueryType()],
      ["mutation", schema.getMutationType()],
      ["subscription", schema.getSubscriptionType()],
    ] as const)
      for (const name of Object.keys(type?.getFields() ?? {}))
        expect(reference).toContain(`id="${kind}-${name.toLowerCase()}"`);
  });
});
