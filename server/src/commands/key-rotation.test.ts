import { randomBytes } from "node:crypto";
import { afterAll, expect, it } from "@jest/globals";
import { KeyRing } from "../platform/crypto/key-ring.js";
import { describeOnDatabases } from "../testing/databases.js";
import { freePort, gatehouse, ServerProcess } from "../testing/server-process.js";
import { OWNER_PASSWORD, until, World } from "../testing/world.js";

const [k1, k2] = ["k1", "k2"].map((id) => `${id}:${randomBytes(32).toString("base64")}`) as [string, string];

describeOnDatabases("C09 the key ring", (database) => {
  let server: ServerProcess | null = null;
  afterAll(() => server?.end("SIGKILL"));

  it("rotates while people sign in; without the old key, what needs it is refused and the operator gets a list", async () => {
    const old = await World.start(database.url(), { keys: KeyRing.parse(k1) });
    const firm = await old.firm();
    const owner = await old.ownerToken(firm);
    const [active, idle] = [await old.client(firm, owner), await old.client(firm, owner)];
    const enrolled = await old.enroll({ token: active.created.result.sessionToken });
    await old.stop();

    // With both keys, the old rows can be read.
    const both = await World.start(database.url(), { keys: KeyRing.parse(`${k2},${k1}`) });
    both.forward({ minutes: 2 });
    const step = async (world: World, email: string) => (await world.portalSignIn(firm, email)).result?.challengeToken;
    const byRecoveryCode = async (world: World, code: string | undefined) =>
      world.signIn("useRecoveryCode", "UseRecoveryCodeInput", {
        challengeToken: await step(world, active.email),
        code: code ?? "",
      });
    const byApp = async (world: World) =>
      world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
        challengeToken: await step(world, active.email),
        code: world.code(enrolled.secret),
      });
    expect((await byRecoveryCode(both, enrolled.recoveryCodes[0])).result.__typename).toBe("SignedIn");
    expect((await byApp(both)).result.__typename).toBe("SignedIn");
    expect((await both.mails(active.email)).length).toBeGreaterThan(0);
    await both.stop();

    const rotate = (keys: string) => gatehouse(["keys", "rotate"], { DATABASE_URL: database.url(), SECRET_KEYS: keys });
    const said = await rotate(`${k2},${k1}`);
    expect(said).toMatch(/authenticator secrets: 1 renewed, 0 current, 0 unreadable/);
    expect(said).toMatch(/2 passwords still need the key "k1"/);
    expect(said).toMatch(/9 recovery codes still need the key "k1"/);

    // The old key is removed too early: the idle client, the owner and the recovery codes still needed it.
    const late = await World.start(database.url(), { keys: KeyRing.parse(k2) });
    late.forward({ minutes: 10 });
    expect((await byApp(late)).result.__typename).toBe("SignedIn");
    expect((await byRecoveryCode(late, enrolled.recoveryCodes[1])).userErrors[0]?.code).toBe("INVALID_CODE");
    await expect(late.portalSignIn(firm, idle.email)).rejects.toThrow("INTERNAL");
    await late.stop();
    server = new ServerProcess(await freePort(), { DATABASE_URL: database.url(), SECRET_KEYS: k2, DEMO: "0" });
    server.start();
    await server.waitUntilReady();
    const { lines } = server;
    const alarm = await until(() => lines.find((line) => line.includes("SECRET_KEYS lacks keys")));
    expect(JSON.parse(alarm)).toMatchObject({
      level: 50,
      lost: ['2 passwords need the key "k1"', '9 recovery codes need the key "k1"'],
    });

    // Once it is restored, everything works again.
    const restored = await World.start(database.url(), { keys: KeyRing.parse(`${k2},${k1}`) });
    expect((await restored.portalSignIn(firm, idle.email)).result.__typename).toBe("SignedIn");
    const signedIn = await restored.signIn("teamSignIn", "TeamSignInInput", {
      email: firm.owner,
      password: OWNER_PASSWORD,
    });
    expect(signedIn.result.__typename).toBe("SignedIn");
    await restored.stop();
    expect(await rotate(`${k2},${k1}`)).not.toMatch(/passwords still need/);
  }, 600_000);
});
