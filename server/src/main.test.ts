import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { NO_GENERATED_CODE } from "./platform/config/generated-code.js";
import { freePort, gatehouse, ServerProcess } from "./testing/server-process.js";

const main = join(__dirname, "../dist/main.js");
const directory = mkdtempSync(join(tmpdir(), "gatehouse-start-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, "gatehouse.sqlite");

const production = {
  NODE_ENV: "production",
  HOST: "127.0.0.1",
  DATABASE_URL: `sqlite:${file}`,
  PUBLIC_URL: "https://portal.example.org",
  SMTP_URL: "none",
  SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
};

/** Starts the built server until it ends by itself. */
function attempt(environment: Record<string, string>): Promise<{ code: number | null; out: string; errors: string }> {
  const child = spawn(process.execPath, [NO_GENERATED_CODE, main], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment },
  });
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, errors })));
}
/** The only line of a refused start. */
async function refusal(environment: Record<string, string>): Promise<{ msg: string; faults: string[]; level: number }> {
  const { code, out, errors } = await attempt({ ...production, ...environment });
  expect({ code, errors, lines: out.split("\n").length - 1 }).toEqual({ code: 1, errors: "", lines: 1 });
  return JSON.parse(out) as { msg: string; faults: string[]; level: number };
}

describe("the server in production", () => {
  let busy: ReturnType<typeof createServer>;
  let busyPort: string;
  beforeAll(async () => {
    busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
    busyPort = (busy.address() as AddressInfo).port.toString();
  });
  afterAll(() => new Promise((resolve) => busy.close(resolve)));

  it("refuses an invalid configuration in one line of JSON with every fault, without a stack", async () => {
    const { msg, faults, level } = await refusal({ NODE_ENV: "prod", SMTP_URL: "", PUBLIC_URL: "http://a.example" });
    expect({ msg, level }).toEqual({ msg: "The configuration is not valid:", level: 60 });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual(["NODE_ENV", "SMTP_URL", "PUBLIC_URL"]);
  });

  it("tries its port before it touches the database", async () => {
    const { msg } = await refusal({ PORT: busyPort });
    expect(msg).toBe(`Port ${busyPort} of 127.0.0.1 is in use: stop the program that uses it, or set PORT.`);
    expect(existsSync(file)).toBe(false);
  });

  it("names the database that does not answer, and the path that cannot be written", async () => {
    const port = await freePort();
    const gone = await refusal({ PORT: "0", DATABASE_URL: `mysql://gate:hunter2@127.0.0.1:${port}/portal` });
    expect(gone.msg).toMatch(new RegExp(`^The database at 127.0.0.1:${port} cannot be used: ECONNREFUSED`));
    expect(gone.msg).not.toContain("hunter2");
    const inFile = await refusal({ PORT: "0", DATABASE_URL: `sqlite:${main}/data/gatehouse.sqlite` });
    expect(inFile.msg).toContain(`${main}/data cannot be written by the user that runs Gatehouse (ENOTDIR)`);
    if (process.platform !== "linux") return;
    // Nobody can create files there, not even root.
    const closed = await refusal({ PORT: "0", DATABASE_URL: "sqlite:/sys/gatehouse.sqlite" });
    expect(closed.msg).toContain("/sys/gatehouse.sqlite cannot be written by the user that runs Gatehouse (");
  });

  it("writes JSON only, from the first line to the last", async () => {
    const server = new ServerProcess(await freePort(), production);
    server.start();
    await server.waitUntilReady();
    await server.end();
    expect(server.exitCode).toBe(0);
    expect(server.lines.length).toBeGreaterThan(0);
    const lines = server.lines.map((line) => JSON.parse(line) as { msg: string; url?: string });
    expect(lines[0]).toMatchObject({
      msg: "Gatehouse serves",
      url: "https://portal.example.org",
      listensAt: server.url,
    });
  });
});

describe("the server elsewhere", () => {
  it("says what is wrong in words", async () => {
    const { code, out, errors } = await attempt({ PORT: "70000", MAIL_FROM: "abc" });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(errors).toBe(
      "The configuration is not valid:\n  PORT must be a port: 4000.\n  MAIL_FROM must be an email address: no-reply@example.org.\n",
    );
  });
});

it("a command reads a password from the file that a variable names", async () => {
  const password = join(directory, "password");
  const firm = ["--slug=harbor", "--name=Harbor", "--plan=BUSINESS", "--owner-name=Olive", "--owner-email=o@a.example"];
  const create = () =>
    gatehouse(["firm", "create", ...firm], { ...production, GATEHOUSE_OWNER_PASSWORD_FILE: password });
  await expect(create()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`GATEHOUSE_OWNER_PASSWORD_FILE: ${password} cannot be read (ENOENT).`),
  });
  writeFileSync(password, "a long owner password\n");
  await create();
  const server = new ServerProcess(await freePort(), production);
  server.start();
  await server.waitUntilReady();
  const { result } = await server.signIn("teamSignIn", "TeamSignInInput", {
    email: "o@a.example",
    password: "a long owner password",
  });
  await server.end();
  expect(result.__typename).toBe("SignedIn");
});

it("a command with an invalid configuration is refused in words, with 1", async () => {
  const refused = gatehouse(["firm", "list"], { ...production, DATABASE_URL: "mysql://db.example.org" });
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The configuration is not valid:\n {2}DATABASE_URL must be mysql:/),
  });
});
