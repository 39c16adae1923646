import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabaseServers } from "../databases.js";
import { freePort, ServerProcess } from "../server-process.js";
import { hasProgram, OwnRedis } from "../services.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, until, World } from "../world.js";
import { follow, logOf, untilListening, type Follower } from "./followers.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

describeOnDatabaseServers("two server processes on one database, with a Redis that fails", (database) => {
  if (!hasProgram("redis-server", "two server processes")) return;
  let redis: OwnRedis;
  let servers: [ServerProcess, ServerProcess];
  let firm: { id: string; slug: string; owner: string };
  let owner: string;
  let client: { email: string; secret: string };
  const followers: Follower[] = [];

  beforeAll(async () => {
    redis = await OwnRedis.start();
    const world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    const { email, created } = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: created.result.sessionToken });
    client = { email, secret };
    await world.stop();
    const environment = {
      DATABASE_URL: database.url(),
      REDIS_URL: redis.url,
      SECRET_KEYS: KEYS,
      SOURCE_LIMIT_FACTOR: "1000",
      DEMO: "0",
      LOG_LEVEL: "error",
    };
    servers = [new ServerProcess(await freePort(), environment), new ServerProcess(await freePort(), environment)];
    for (const server of servers) server.start();
    for (const server of servers) await server.waitUntilReady();
  }, 180_000);
  afterAll(async () => {
    for (const { client: socket } of followers) await socket.dispose();
    for (const server of servers ?? []) await server.end("SIGKILL");
    await redis?.stop();
  });

  const failures: [string, (() => Promise<unknown> | void)[]][] = [
    ["works", []],
    ["is flushed", [() => redis.flush()]],
    ["is stopped by SIGSTOP", [() => redis.signal("SIGSTOP")]],
    ["goes on", [() => redis.signal("SIGCONT")]],
    ["is killed", [() => redis.end("SIGKILL")]],
    ["is started again, empty", [() => redis.start()]],
  ];

  it("send each subscriber every event of either server once and in order, whatever Redis does", async () => {
    followers.push(...servers.map((server) => follow(server, owner)));
    const [{ seen }] = followers as [Follower];
    await untilListening(servers[0], owner, followers);
    const from = (await logOf(servers[0], owner)).indexOf(seen[0] ?? "");
    expect(from).toBeGreaterThan(0);
    for (const [name, deeds] of failures) {
      for (const deed of deeds) await deed();
      for (let n = 0; n < 12; n++) await servers[n % 2 ? 0 : 1].contact(owner, `While Redis ${name} ${n}`);
      // Nobody waits longer than the poll interval; the rest is what a busy machine takes.
      const log = await logOf(servers[1], owner);
      await until(() => followers.every((follower) => follower.seen.includes(log.at(-1) ?? "")));
    }
    await wait(300);
    const log = await logOf(servers[1], owner);
    for (const follower of followers) expect(follower.seen).toEqual(log.slice(log.indexOf(follower.seen[0] ?? "")));
    expect(log.length - from).toBeGreaterThanOrEqual(12 * failures.length);
  }, 240_000);

  it("C03 ten wrong passwords are checked across both servers, whatever Redis does in between; then the right one is refused", async () => {
    const email = client.email;
    const codes: string[] = [];
    const guess = async (server: ServerProcess, password: string) => {
      const { userErrors } = await server.portalSignIn(firm, email, password);
      codes.push(userErrors[0]?.code ?? "signed in");
    };
    for (const [name, deeds] of failures.slice(1)) {
      for (const deed of deeds) await deed();
      for (const server of servers) await guess(server, `wrong while Redis ${name}`);
    }
    expect(codes).toEqual(Array.from({ length: 10 }, () => "INVALID_CREDENTIALS"));
    await redis.flush();
    for (const server of servers) await guess(server, CLIENT_PASSWORD);
    expect(codes.slice(10)).toEqual(["ACCOUNT_LOCKED", "ACCOUNT_LOCKED"]);
  }, 240_000);

  it("C03 ten wrong codes are checked across both servers while Redis is gone; then the right one is refused", async () => {
    await redis.end("SIGKILL");
    // Clears the earlier wrong passwords, as their wait would.
    const world = await World.start(database.url());
    await world.app.work.do((unit) => unit.manager.query("DELETE FROM attempt_counters", []));
    await world.stop();
    const codes: string[] = [];
    for (let n = 0; n < 12; n++) {
      const signedIn = await servers[n % 2 ? 0 : 1].portalSignIn(firm, client.email);
      const challengeToken = signedIn.result?.challengeToken;
      if (challengeToken === undefined) {
        codes.push(signedIn.userErrors[0]?.code);
        continue;
      }
      const code = n < 10 ? "000000" : servers[0].code(client.secret);
      const { userErrors } = await servers[n % 2 ? 1 : 0].signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
        challengeToken,
        code,
      });
      codes.push(userErrors[0]?.code ?? "signed in");
    }
    await redis.start();
    expect(codes.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => "INVALID_CODE"));
    expect(codes.slice(9)).toEqual(["ACCOUNT_LOCKED", "ACCOUNT_LOCKED", "ACCOUNT_LOCKED"]);
  }, 240_000);

  it("C03 a server whose Redis hangs still answers, and recovers within ten seconds of its return", async () => {
    redis.signal("SIGSTOP");
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => servers[n % 2 ? 0 : 1].ask("{ firm { name } }", {}, owner)),
    );
    redis.signal("SIGCONT");
    expect(answers.map(({ errors }) => errors)).toEqual(Array.from({ length: 10 }, () => undefined));
    const { result } = await servers[0].signIn("teamSignIn", "TeamSignInInput", {
      email: firm.owner,
      password: OWNER_PASSWORD,
    });
    expect(result.__typename).toBe("SignedIn");
    // Wake-ups resume by themselves: each server listens for the events that the other publishes.
    await until(async () => (await redis.listeners("gatehouse:events")) === 2);
  }, 120_000);
});
