import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { describeOnDatabaseServers } from "../../testing/databases.js";
import { signInSteps, VERIFY } from "../../testing/sign-in-steps.js";
import { TcpProxy, type Interference } from "../../testing/tcp-proxy.js";
import { OWNER_PASSWORD, until, World } from "../../testing/world.js";
import { isRolledBackAtCommit } from "./outages.js";

const EVENT = "INSERT INTO `audit_events`";
const error = (errno: number, sqlState = "HY000"): Interference => ({ kind: "error", errno, sqlState });

describeOnDatabaseServers("a database that fails in the middle of a write", (database) => {
  let proxy: TcpProxy;
  let world: World;
  let owner: string;
  beforeAll(async () => {
    proxy = await TcpProxy.start(database.url());
    world = await World.start(proxy.url);
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(async () => {
    await world?.stop();
    await proxy?.stop();
  });
  // Each fault has happened.
  afterEach(() => expect(proxy.isDone).toBe(true));

  const create = (name: string, key?: string) =>
    world.ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }",
      { input: { name } },
      owner,
      key === undefined ? {} : { "idempotency-key": key },
    );
  /** How many contacts and how many of their events there are. */
  const kept = async (name: string) => {
    const [row] = (await world.app.work.reader.query(
      `SELECT COUNT(DISTINCT c.id) AS contacts, COUNT(e.id) AS events FROM contacts c
       LEFT JOIN audit_events e ON e.contactId = c.id AND e.type = 'CONTACT_CREATED' WHERE c.name = ?`,
      [name],
    )) as { contacts: number; events: number }[];
    return [Number(row?.contacts), Number(row?.events)];
  };
  const once = [1, 1];
  const never = [0, 0];

  it.each<[string, string, Interference]>([
    ["the connection breaks before the last statement", EVENT, { kind: "cut-before" }],
    ["the connection breaks after it", EVENT, { kind: "cut-after" }],
    ["the server has become read-only (1290)", EVENT, error(1290)],
    ["the transaction is read-only (1792)", EVENT, error(1792, "25006")],
    ["InnoDB is read-only (1836)", EVENT, error(1836)],
    ["Galera's node is not ready (1047)", EVENT, error(1047, "08S01")],
    ["the server shuts down (1053)", EVENT, error(1053, "08S01")],
    ["it is read-only at the commit (1290)", "COMMIT", error(1290)],
    ["Group Replication's hook fails at the commit (3100)", "COMMIT", error(3100)],
    ["Group Replication rolls the commit back (3101)", "COMMIT", error(3101, "40000")],
    ["Galera refuses the commit (1180)", "COMMIT", error(1180)],
    ["the commit loses to another one (1213)", "COMMIT", error(1213, "40001")],
  ])("does it once, by itself, where nothing was committed: %s", async (what, text, how) => {
    proxy.interfere(text, how, { after: text === EVENT ? null : EVENT });
    const { status, data } = await create(what);
    expect([status, data?.createContact.userErrors]).toEqual([200, []]);
    expect(await kept(what)).toEqual(once);
  });

  it.each<[string, Interference, number[]]>([
    ["its answer is lost", { kind: "cut-after" }, once],
    ["it never arrives", { kind: "cut-before" }, never],
    ["the server shuts down meanwhile (1053)", error(1053, "08S01"), never],
  ])("says that nobody knows what became of a commit, and does not repeat it: %s", async (what, how, expected) => {
    proxy.interfere("COMMIT", how, { after: EVENT });
    const { status, data, errors } = await create(`Unknown: ${what}`);
    expect([status, data, errors?.map(({ extensions }) => extensions)]).toEqual([
      503,
      null,
      [expect.objectContaining({ code: "OUTCOME_UNKNOWN" })],
    ]);
    await until(async () => (await kept(`Unknown: ${what}`)).join() === expected.join());
  });

  it.each<[string, Interference, string]>([
    ["it was done", { kind: "cut-after" }, "IDEMPOTENCY_OUTCOME_UNKNOWN"],
    ["it was not done", { kind: "cut-before" }, "done"],
  ])("settles it by a retry with the same Idempotency-Key, so that it happens once: %s", async (what, how, settled) => {
    const [name, key] = [`Settled: ${what}`, randomUUID()];
    proxy.interfere("COMMIT", how, { after: EVENT });
    expect((await create(name, key)).errors?.[0]?.extensions.code).toBe("OUTCOME_UNKNOWN");
    const again = await until(async () => {
      const { data, errors } = await create(name, key);
      const code = data?.createContact?.contact ? "done" : errors?.[0]?.extensions.code;
      if (code !== "IDEMPOTENCY_KEY_IN_USE") return code;
      // The claim of a request that was cut off ends by itself.
      world.forward({ seconds: 61 });
      return null;
    });
    expect(again).toBe(settled);
    expect(await kept(name)).toEqual(once);
  });

  it("a mutation that was done is not called unavailable if only its answer cannot be read", async () => {
    // The only statement here that names the table, when it is prepared.
    proxy.interfere("client_requests", { kind: "cut-before" });
    const { status, errors } = await world.ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id requests(first: 1) { nodes { id } } } userErrors { code } } }",
      { input: { name: "Half an answer" } },
      owner,
    );
    expect([status, errors?.[0]?.extensions.code]).toEqual([503, "OUTCOME_UNKNOWN"]);
    expect(await kept("Half an answer")).toEqual(once);
  });

  describe("counts tries at a password", () => {
    const FULL = error(1021);
    const signIn = async (email: string, password: string): Promise<unknown> => {
      const { data, errors } = await world.ask(
        "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } result { __typename } } }",
        { input: { email, password, transport: "TOKEN" } },
      );
      const { userErrors, result } = data?.teamSignIn ?? {};
      return errors?.[0]?.extensions.code ?? userErrors[0]?.code ?? result.__typename;
    };
    /** Of accounts and of sources. */
    const counted = async () => {
      const [row] = (await world.app.work.reader.query("SELECT SUM(attempts) AS n FROM attempt_counters")) as {
        n: number;
      }[];
      return Number(row?.n);
    };
    /** More than an account has. */
    const elevenTimes = async (email: string, password: string) => {
      const answers = new Set<unknown>();
      for (let n = 0; n < 11; n++) {
        proxy.interfere(EVENT, FULL);
        answers.add(await signIn(email, password));
        if (!proxy.isDone) break;
      }
      return [...answers];
    };

    it("not the right one if nothing was committed, which the answer says", async () => {
      const { owner: email } = await world.firm();
      expect(await signIn(email, OWNER_PASSWORD)).toBe("SignedIn");
      const before = await counted();
      expect(await elevenTimes(email, OWNER_PASSWORD)).toEqual(["UNAVAILABLE"]);
      expect(await counted()).toBe(before);
      expect(await signIn(email, OWNER_PASSWORD)).toBe("SignedIn");
    });

    it("nor a right code, whose place is the account and the challenge", async () => {
      const firm = await world.firm();
      const token = await world.ownerToken(firm);
      const { enrolledClient, challengeOf } = signInSteps(() => ({ world, firm, owner: token }));
      const client = await enrolledClient();
      const challengeToken = await challengeOf(client.email);
      const verify = async (code: string): Promise<unknown> => {
        const { data, errors } = await world.ask(
          "mutation($input: VerifyTwoFactorInput!) { verifyTwoFactor(input: $input) { userErrors { code } result { __typename } } }",
          { input: { challengeToken, code, transport: "TOKEN" } },
        );
        const { userErrors, result } = data?.verifyTwoFactor ?? {};
        return errors?.[0]?.extensions.code ?? userErrors[0]?.code ?? result.__typename;
      };
      const code = world.freshCode(client.secret);
      // More than the challenge has.
      for (let n = 0; n < 6; n++) {
        proxy.interfere(EVENT, FULL);
        expect(await verify(code)).toBe("UNAVAILABLE");
      }
      expect(await verify(code)).toBe("SignedIn");
    });

    it("every wrong code", async () => {
      const firm = await world.firm();
      const token = await world.ownerToken(firm);
      const { enrolledClient, challengeOf } = signInSteps(() => ({ world, firm, owner: token }));
      const client = await enrolledClient();
      const input = { challengeToken: await challengeOf(client.email), code: "000000", transport: "TOKEN" };
      const answers: unknown[] = [];
      for (let n = 0; n < 5; n++) {
        proxy.interfere(EVENT, FULL);
        answers.push(
          (await world.signIn(...VERIFY, input).catch(() => ({ userErrors: [{ code: "thrown" }] }))).userErrors[0].code,
        );
      }
      expect(answers).toEqual(Array.from({ length: 5 }, () => "thrown"));
      const { userErrors } = await world.signIn(...VERIFY, { ...input, code: world.freshCode(client.secret) });
      expect(userErrors[0].code).toBe("CHALLENGE_EXPIRED");
    });

    it("every wrong one, although its event cannot be written", async () => {
      const { owner: email } = await world.firm();
      expect(await elevenTimes(email, "a wrong password, surely")).toEqual(["UNAVAILABLE", "ACCOUNT_LOCKED"]);
      // The eleventh wrote nothing.
      proxy.interfere("COMMIT", error(1213, "40001"));
      expect(await signIn(email, OWNER_PASSWORD)).toBe("ACCOUNT_LOCKED");
    });

    it("the right one if nobody knows what became of the commit", async () => {
      const { owner: email } = await world.firm();
      const before = await counted();
      proxy.interfere("COMMIT", { kind: "cut-before" }, { after: EVENT });
      expect(await signIn(email, OWNER_PASSWORD)).toBe("OUTCOME_UNKNOWN");
      expect(await counted()).toBe(before + 2);
    });
  });
});

it.each([
  [5, "busy", true],
  [13, "full", true],
  [10, "an input or output error", false],
  [1034, "that of a flush", false],
])("SQLite's error %i at a commit (%s) is certainly rolled back: %s", (errcode, _name, isCertain) => {
  expect(isRolledBackAtCommit({ errcode })).toBe(isCertain);
});
