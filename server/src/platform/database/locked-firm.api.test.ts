import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createConnection, type Connection } from "mysql2/promise";
import { describeOnDatabaseServers } from "../../testing/databases.js";
import { OWNER_PASSWORD, until, World } from "../../testing/world.js";

/** More than there are connections. */
const MANY = 20;

describeOnDatabaseServers("a firm whose row somebody keeps locked", (database) => {
  let world: World;
  let blocker: Connection;
  beforeAll(async () => {
    world = await World.start(database.url());
    blocker = await createConnection({ uri: database.url(), disableEval: true });
  });
  afterAll(async () => {
    await blocker?.end();
    await world?.stop();
  });

  const create = async (owner: string, name: string) => {
    const { status, data, headers, errors } = await world.ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }",
      { input: { name } },
      owner,
    );
    const code = data?.createContact.contact ? "done" : errors?.[0]?.extensions.code;
    return { status, code, retryAfter: headers.get("retry-after") };
  };

  const lock = async ({ id }: { id: string }) => {
    await blocker.query("BEGIN");
    await blocker.query("SELECT * FROM audit_counters WHERE firmId = ? FOR UPDATE", [id]);
  };

  /** How many connections wait. */
  const waitingForLocks = async () => {
    const [rows] = await blocker.query("SHOW FULL PROCESSLIST");
    return (rows as { Info: string | null }[]).filter(({ Info }) => /FOR UPDATE|audit_counters/.test(Info ?? ""))
      .length;
  };

  it.each<[string, number, (token: string, email: string) => Promise<unknown>]>([
    ["changes by people who are signed in", 6, (token, email) => create(token, email)],
    [
      "sign-ins from one address",
      3,
      (_token, email) =>
        world
          .signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD })
          .catch((error: Error) => error.message),
    ],
  ])("stops no other firm, and heals: %s", async (_what, part, wait) => {
    const locked = await world.firm();
    const other = await world.firm();
    const [lockedToken, otherToken] = [await world.ownerToken(locked), await world.ownerToken(other)];
    const members: string[] = [];
    while (members.length < MANY) members.push(await world.member(locked.id, "ADMIN"));
    const tokens = await Promise.all(members.map((owner) => world.ownerToken({ owner })));
    await lock(locked);
    let over = 0;
    let most = 0;
    const waiting = members.map((email, n) =>
      wait(tokens[n] ?? "", email).then((answer) => {
        over += 1;
        return answer;
      }),
    );
    try {
      await until(async () => (await waitingForLocks()) >= part);
      for (let n = 0; n < 5; n++) {
        most = Math.max(most, await waitingForLocks());
        expect(await create(otherToken, `Not waiting ${n}`)).toMatchObject({ code: "done" });
        expect((await world.ask("{ firm { name } }", {}, lockedToken)).data?.firm.name).toBe("Test & Sons");
      }
      expect(over).toBeLessThan(MANY);
      // The others would find all 14 connections taken, and be served only between two waits.
      expect(most).toBeLessThanOrEqual(10);
    } finally {
      await blocker.query("COMMIT");
    }
    await Promise.all(waiting);
    expect(await create(lockedToken, "Healed")).toMatchObject({ code: "done" });
  });

  it("is not stopped by one client's many requests, of which each waits for the last", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { email, created } = await world.client(firm, owner);
    await blocker.query("BEGIN");
    await blocker.query(
      "SELECT s.id FROM sessions s JOIN portal_accounts a ON a.id = s.ownerId WHERE a.email = ? FOR UPDATE",
      [email],
    );
    let over = 0;
    const revoke = "mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { userErrors { code } } }";
    const flood = Array.from({ length: MANY }, () =>
      world
        .ask(revoke, { input: { sessionId: "ses_01m8ntbk14n3bkgxd5cwx32rn0" } }, created.result.sessionToken)
        .finally(() => (over += 1)),
    );
    try {
      await until(async () => (await waitingForLocks()) >= 3);
      for (let n = 0; n < 5; n++) expect(await create(owner, `Beside ${n}`)).toMatchObject({ code: "done" });
      expect(over).toBe(0);
    } finally {
      await blocker.query("COMMIT");
    }
    await Promise.all(flood);
  });

  it("its own writers are told after a while, and nothing of theirs is kept", async () => {
    // It takes ten seconds, and they are ours: the same on both.
    if (database.name !== "mariadb") return;
    const firm = await world.firm();
    const token = await world.ownerToken(firm);
    await lock(firm);
    try {
      expect(await create(token, "Told")).toEqual({ status: 503, code: "UNAVAILABLE", retryAfter: "2" });
    } finally {
      await blocker.query("COMMIT");
    }
    expect(await world.app.work.reader.query("SELECT id FROM contacts WHERE name = 'Told'")).toEqual([]);
  });
});
