import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { insertMember } from "../firm-staff/insert-member.js";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { NO_GENERATED_CODE } from "../../platform/config/generated-code.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { freePort, ServerProcess } from "../../testing/server-process.js";
import { until, World, type Answer } from "../../testing/world.js";
import { operatorsShare } from "./hash-share.js";
import { HashingChild } from "./hashing-child.js";
import { PasswordHasher } from "./password-hasher.js";

const PASSWORD = "a long password of the team";
const built = join(process.cwd(), "server/dist/features/passwords/hashing-process.js");

const textOf = (path: string) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // It has ended meanwhile.
  }
};
/** The processes that hash for `parent`, including those that have ended and were not reaped. */
const hashingOf = (parent: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [state, ppid] = textOf(`/proc/${pid}/stat`)
        .replace(/^.*\) /s, "")
        .split(" ");
      const isOurs = textOf(`/proc/${pid}/cmdline`).includes("hashing-process.js") || state === "Z";
      return Number(ppid) === parent && isOurs;
    });
const isThere = (pid: number) => textOf(`/proc/${pid}/stat`) !== "";

const SIGN_IN = `mutation($input: TeamSignInInput!) {
  teamSignIn(input: $input) { result { __typename ... on SignedIn { sessionToken } } userErrors { code } }
}`;
type Outcome = "SignedIn" | "INVALID_CREDENTIALS" | "RATE_LIMITED";
const outcomeOf = ({ data, errors }: Answer): Outcome =>
  errors?.[0]?.extensions.code ?? data.teamSignIn.userErrors[0]?.code ?? data.teamSignIn.result.__typename;
const signIn = async (at: World | ServerProcess, email: string, password: string): Promise<Outcome> =>
  outcomeOf(await at.ask(SIGN_IN, { input: { email, password, transport: "TOKEN" } }));

it("hashes in the server itself if no process can be started", async () => {
  const keys = KeyRing.parse(`k1:${Buffer.alloc(32, 7).toString("base64")}`);
  const hasher = new PasswordHasher(keys, 4, new HashingChild(join(process.cwd(), "no-such-file.js")));
  const stored = await hasher.hash(PASSWORD, operatorsShare);
  expect(await hasher.matches(PASSWORD, stored, operatorsShare)).toBe(true);
  expect(await hasher.matches(`${PASSWORD}!`, stored, operatorsShare)).toBe(false);
  expect(await hasher.matches(PASSWORD, null, operatorsShare)).toBe(false);
  await hasher.stop();
});

const isLinux = process.platform === "linux";
describeOnDatabases("passwords are hashed by a low-priority process", (database) => {
  let world: World;
  let emails: string[];
  beforeAll(async () => {
    // Expensive enough that a sign-in takes a while.
    world = await World.start(database.url(), {}, { passwordCost: 10, hashingProcess: built });
    const { id, slug } = await world.firm();
    const stored = await world.app.hasher.hash(PASSWORD, operatorsShare);
    emails = await world.app.work.do(async (unit) => {
      const made = Array.from({ length: 20 }, (_, n) => `staff-${n}@${slug}.example`);
      for (const email of made)
        await insertMember(unit, { firmId: id, name: "Sam Staff", email, role: "STAFF" }, stored);
      return made;
    });
  }, 60_000);
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await world.stop();
    isStopped = true;
  };
  afterAll(stop);

  it("lets the right password in, and neither a wrong one nor an unknown address", async () => {
    const [known = ""] = emails;
    expect(await signIn(world, known, PASSWORD)).toBe("SignedIn");
    expect(await signIn(world, known, `${PASSWORD}!`)).toBe("INVALID_CREDENTIALS");
    expect(await signIn(world, `nobody-${known}`, PASSWORD)).toBe("INVALID_CREDENTIALS");
    if (!isLinux) return;
    const [child = 0, ...more] = hashingOf(process.pid);
    expect(more).toEqual([]);
    expect(getPriority(child)).toBeGreaterThan(getPriority());
    // It received nothing but what it hashes.
    expect(textOf(`/proc/${child}/environ`)).not.toMatch(/DATABASE|SECRET|PATH/);
    expect(textOf(`/proc/${child}/cmdline`).split("\0").filter(Boolean)).toEqual([
      process.execPath,
      NO_GENERATED_CODE,
      built,
    ]);
  });

  it("killed during twenty sign-ins, time and again, it lets no wrong password in, and retrying fixes what was refused", async () => {
    if (!isLinux) return;
    const signIns = { areOver: false };
    const killer = (async () => {
      const killed = new Set<number>();
      while (!signIns.areOver) {
        for (const pid of hashingOf(process.pid)) {
          if (killed.size < 8 && textOf(`/proc/${pid}/stat`).includes(") S")) {
            process.kill(pid, "SIGKILL");
            killed.add(pid);
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return killed.size;
    })();
    const outcomes = await Promise.all(
      emails.map((email, n) => signIn(world, email, n % 2 === 0 ? PASSWORD : `${PASSWORD}!`)),
    );
    signIns.areOver = true;
    expect(await killer).toBeGreaterThan(1);
    const right = outcomes.filter((_, n) => n % 2 === 0);
    const wrong = outcomes.filter((_, n) => n % 2 === 1);
    expect(new Set([...right, "SignedIn", "RATE_LIMITED"])).toEqual(new Set(["SignedIn", "RATE_LIMITED"]));
    expect(new Set([...wrong, "INVALID_CREDENTIALS", "RATE_LIMITED"])).toEqual(
      new Set(["INVALID_CREDENTIALS", "RATE_LIMITED"]),
    );
    for (const email of emails.filter((_, n) => n % 2 === 0 && outcomes[n] !== "SignedIn"))
      expect(await signIn(world, email, PASSWORD)).toBe("SignedIn");
  });

  it("exits with the server, even if hashes are in progress or the server is killed", async () => {
    await stop();
    if (!isLinux) return;
    expect(hashingOf(process.pid)).toEqual([]);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const server = new ServerProcess(await freePort(), {
        DATABASE_URL: database.url(),
        SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
        SOURCE_LIMIT_FACTOR: "1000",
        DEMO: "0",
      });
      server.start();
      await server.waitUntilReady();
      const parent = server.pid;
      const signIns = emails
        .slice(0, 6)
        .map((email) => signIn(server, email, PASSWORD).catch(() => "cut off" as const));
      const child = await until(() => hashingOf(parent)[0]);
      await server.end(signal);
      expect(server.lines.join("\n")).not.toContain("stopping failed");
      const allowed = signal === "SIGTERM" ? ["SignedIn", "RATE_LIMITED", "cut off"] : ["SignedIn", "cut off"];
      for (const outcome of await Promise.all(signIns)) expect(allowed).toContain(outcome);
      await until(() => !isThere(child));
    }
  });
});
