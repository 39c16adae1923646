import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { SoftwarePasskey } from "../../testing/software-passkey.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World } from "../../testing/world.js";

describeOnDatabases("passkeys", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const begin = async (token: string): Promise<{ options: string; userErrors: { code: string }[] }> =>
    (await world.ask("mutation { beginPasskeyRegistration { options userErrors { code } } }", {}, token)).data
      .beginPasskeyRegistration;
  const add = (token: string, response: string, name = "Work laptop") =>
    world.mutate("addPasskey", "AddPasskeyInput", "passkey { id name synced lastUsedAt }", { response, name }, token);
  const newPasskey = () => new SoftwarePasskey(`http://localhost:${new URL(world.url).port}`);
  /** A client with an authenticator and a passkey. */
  const clientWithPasskey = async () => {
    const client = await world.client(firm, owner);
    const token = client.created.result.sessionToken as string;
    const phone = await world.enroll({ token });
    const passkey = newPasskey();
    const { passkey: kept } = await add(token, passkey.register((await begin(token)).options));
    return { ...client, ...phone, token, passkey, passkeyId: kept.id as string };
  };
  const required = (email: string) =>
    world.mutate(
      "portalSignIn",
      "PortalSignInInput",
      "result { __typename ... on TwoFactorRequired { challengeToken hasPasskey methods } }",
      { firmSlug: firm.slug, email, password: CLIENT_PASSWORD },
    );
  const challengeOf = async (email: string): Promise<string> => (await required(email)).result.challengeToken;
  const optionsFor = async (challengeToken: string): Promise<string> =>
    (await world.mutate("beginPasskeyVerification", "BeginPasskeyVerificationInput", "options", { challengeToken }))
      .options;
  const verify = (challengeToken: string, response: string) =>
    world.signIn("verifyPasskey", "VerifyPasskeyInput", { challengeToken, response });

  it("replace the code at sign-in, for clients", async () => {
    const { email, passkey, token } = await clientWithPasskey();
    const asked = await required(email);
    expect(asked.result).toMatchObject({ hasPasskey: true, methods: ["AUTHENTICATOR", "RECOVERY_CODE", "PASSKEY"] });
    const { challengeToken } = asked.result;
    const signedIn = await verify(challengeToken, passkey.prove(await optionsFor(challengeToken)));
    expect(signedIn.result).toMatchObject({ __typename: "SignedIn", session: { assurance: "TWO_FACTOR" } });
    const { data } = await world.ask("{ passkeys { name lastUsedAt } }", {}, token);
    expect(data.passkeys).toEqual([{ name: "Work laptop", lastUsedAt: expect.any(String) }]);
  });

  it("and for the firm's team, also at stepUp", async () => {
    const own = await world.firm();
    const session = await world.ownerToken(own);
    await world.enroll({ token: session });
    const passkey = newPasskey();
    await add(session, passkey.register((await begin(session)).options));
    world.forward({ minutes: 11 });
    expect((await begin(session)).userErrors).toEqual([{ code: "STEP_UP_REQUIRED" }]);
    const optionsForStepUp = async (): Promise<string> =>
      (await world.mutate("beginPasskeyVerification", "BeginPasskeyVerificationInput", "options", {}, session)).options;
    const stepUp = (proof: object) =>
      world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD, ...proof }, session);
    expect(codesOf(await stepUp({ code: null }))).toEqual(["INVALID_CODE"]);
    expect(codesOf(await stepUp({ passkeyResponse: "{}" }))).toEqual(["INVALID_CODE"]);
    const replaced = await optionsForStepUp();
    await optionsForStepUp();
    expect(codesOf(await stepUp({ passkeyResponse: passkey.prove(replaced) }))).toEqual(["INVALID_CODE"]);
    passkey.keepsCounter = false;
    const passkeyResponse = passkey.prove(await optionsForStepUp());
    expect(codesOf(await stepUp({ passkeyResponse }))).toEqual([]);
    expect(codesOf(await stepUp({ passkeyResponse }))).toEqual(["INVALID_CODE"]);
    expect((await begin(session)).userErrors).toEqual([]);
  });

  it("exist only beside an authenticator: without one, none can be added", async () => {
    const { created } = await world.client(firm, owner);
    expect((await begin(created.result.sessionToken)).userErrors).toEqual([{ code: "TWO_FACTOR_NOT_ENROLLED" }]);
  });

  it("are reported by mail and in the log; ten at most", async () => {
    const { token, email, contactId, passkeyId } = await clientWithPasskey();
    expect((await world.mail(email, /passkey was added/)).text).toContain("Work laptop");
    for (let n = 1; n < 10; n++)
      expect(codesOf(await add(token, newPasskey().register((await begin(token)).options)))).toEqual([]);
    expect((await begin(token)).userErrors).toEqual([{ code: "INVALID_INPUT" }]);
    const removed = await world.mutate("removePasskey", "RemovePasskeyInput", "removedPasskeyId", { passkeyId }, token);
    expect(removed.removedPasskeyId).toBe(passkeyId);
    await world.mail(email, /passkey was removed/);
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { auditEvents(first: 20) { nodes { type summary } } } }",
      { id: contactId },
      owner,
    );
    const types = data.contact.auditEvents.nodes.map(({ type }: { type: string }) => type);
    expect(types.filter((type: string) => type === "PASSKEY_ADDED")).toHaveLength(10);
    expect(types).toContain("PASSKEY_REMOVED");
  });

  it("answer only challenges from our own page: a look-alike site can relay nothing", async () => {
    const { email, passkey } = await clientWithPasskey();
    const lies = [{ origin: "https://gatehouse.evil.example" }, { rpId: "evil.example" }];
    for (const lie of lies) {
      const challengeToken = await challengeOf(email);
      const response = passkey.prove(await optionsFor(challengeToken), lie);
      expect(codesOf(await verify(challengeToken, response))).toEqual(["INVALID_CODE"]);
    }
    const own = await world.client(firm, owner);
    await world.enroll({ token: own.created.result.sessionToken });
    const { options } = await begin(own.created.result.sessionToken);
    const elsewhere = newPasskey().register(options, { origin: "https://gatehouse.evil.example" });
    expect(codesOf(await add(own.created.result.sessionToken, elsewhere))).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("cannot make the server fetch what their certificates name, nor block its database meanwhile (X25a)", async () => {
    const { created } = await world.client(firm, owner);
    const token = created.result.sessionToken as string;
    await world.enroll({ token });
    const asked: string[] = [];
    // Never answers: anything that waits for it keeps a transaction open.
    const inside = createServer(({ url = "" }) => void asked.push(url));
    await new Promise<void>((resolve) => inside.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = inside.address() as AddressInfo;
      const crlUrl = `http://127.0.0.1:${port}/latest/meta-data/`;
      const { options } = await begin(token);
      const refusal = await Promise.race([
        add(token, newPasskey().register(options, { crlUrl })).then(codesOf),
        new Promise((resolve) => inside.once("connection", () => resolve("it connected"))),
      ]);
      expect({ refusal, asked }).toEqual({ refusal: ["CHALLENGE_EXPIRED"], asked: [] });
    } finally {
      inside.closeAllConnections();
      inside.close();
    }
  });

  it("can be reached as browsers say; what no browser says is refused without an internal error", async () => {
    const { created } = await world.client(firm, owner);
    const token = created.result.sessionToken as string;
    await world.enroll({ token });
    for (const transports of ["usb", { length: 3 }, [["usb"]], [7], Array(100).fill("usb"), ["x".repeat(100)]]) {
      const { options } = await begin(token);
      expect([transports, codesOf(await add(token, newPasskey().register(options, { transports })))]).toEqual([
        transports,
        ["CHALLENGE_EXPIRED"],
      ]);
    }
    for (const transports of [undefined, [], ["usb", "hybrid", "cable-of-tomorrow"]]) {
      const { options } = await begin(token);
      expect(codesOf(await add(token, newPasskey().register(options, { transports })))).toEqual([]);
    }
    const { options } = await begin(token);
    expect(codesOf(await add(token, newPasskey().register(options, { isSelfSigned: true })))).toEqual([]);
  });

  it("answer once: neither the same response again nor another sign-in's challenge opens anything", async () => {
    const { email, passkey } = await clientWithPasskey();
    const [first, second] = [await challengeOf(email), await challengeOf(email)];
    const forFirst = passkey.prove(await optionsFor(first));
    await optionsFor(second);
    expect(codesOf(await verify(second, forFirst))).toEqual(["INVALID_CODE"]);
    expect((await verify(first, forFirst)).result?.__typename).toBe("SignedIn");
    expect(codesOf(await verify(first, forFirst))).toEqual(["CHALLENGE_EXPIRED"]);
    const third = await challengeOf(email);
    expect(codesOf(await verify(third, forFirst))).toEqual(["INVALID_CODE"]);
    // Of five at once, one succeeds.
    const fourth = await challengeOf(email);
    const answer = passkey.prove(await optionsFor(fourth));
    const all = await Promise.all(Array.from({ length: 5 }, () => verify(fourth, answer)));
    expect(all.filter(({ result }) => result?.__typename === "SignedIn")).toHaveLength(1);
  });

  it("belong to one person: another person's passkey, or an unknown one, is a wrong code", async () => {
    const victim = await clientWithPasskey();
    const thief = await clientWithPasskey();
    const challengeToken = await challengeOf(victim.email);
    const options = await optionsFor(challengeToken);
    expect(options).not.toContain(thief.passkey.id.toString("base64url"));
    expect(codesOf(await verify(challengeToken, thief.passkey.prove(options)))).toEqual(["INVALID_CODE"]);
    for (const nonsense of ["", "{}", "null", "[]", '{"id":"x","response":{}}', "x".repeat(5000)])
      expect(codesOf(await verify(await challengeOf(victim.email), nonsense))).toEqual(["INVALID_CODE"]);
    // A challenge for one client cannot be used to create another client's passkey.
    const { options: forThief } = await begin(thief.token);
    expect(codesOf(await add(victim.token, newPasskey().register(forThief)))).toEqual(["CHALLENGE_EXPIRED"]);
    const remove = { passkeyId: victim.passkeyId };
    expect(
      codesOf(await world.mutate("removePasskey", "RemovePasskeyInput", "removedPasskeyId", remove, thief.token)),
    ).toEqual(["NOT_FOUND"]);
  });

  it("a cloned authenticator, whose counter does not increase, is refused", async () => {
    const { email, passkey } = await clientWithPasskey();
    passkey.signCount = 40;
    const once = await challengeOf(email);
    expect((await verify(once, passkey.prove(await optionsFor(once)))).result?.__typename).toBe("SignedIn");
    passkey.signCount = 40;
    const challengeToken = await challengeOf(email);
    expect(codesOf(await verify(challengeToken, passkey.prove(await optionsFor(challengeToken))))).toEqual([
      "INVALID_CODE",
    ]);
  });

  it("failures count together with the codes': ten lock the second factor, for both", async () => {
    const { email, passkey } = await clientWithPasskey();
    for (let n = 0; n < 10; n++) {
      const payload = await verify(await challengeOf(email), "{}");
      expect(codesOf(payload)).toEqual([n < 9 ? "INVALID_CODE" : "ACCOUNT_LOCKED"]);
    }
    expect(codesOf(await required(email))).toEqual(["ACCOUNT_LOCKED"]);
    world.forward({ minutes: 16 });
    const challengeToken = await challengeOf(email);
    expect((await verify(challengeToken, passkey.prove(await optionsFor(challengeToken)))).result?.__typename).toBe(
      "SignedIn",
    );
  });

  it("are removed with the authenticator when the firm resets it, and with a reported stranger", async () => {
    const { email, contactId, passkey } = await clientWithPasskey();
    const open = await challengeOf(email);
    const answer = passkey.prove(await optionsFor(open));
    const admin = await world.ownerToken(firm);
    await world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", { contactId, reason: "lost" }, admin);
    expect(codesOf(await verify(open, answer))).toEqual(["CHALLENGE_EXPIRED"]);
    const after = await world.portalSignIn(firm, email);
    await world.enroll({ token: after.result.sessionToken });
    const again = (await required(email)).result;
    expect(again).toMatchObject({ hasPasskey: false, methods: ["AUTHENTICATOR", "RECOVERY_CODE"] });

    const robbed = await clientWithPasskey();
    const { links } = await world.mail(robbed.email, /passkey was added/);
    const link = links.find((address) => address.includes("/not-me#token=")) ?? "";
    const token = decodeURIComponent(/#token=([^&]+)/.exec(link)?.[1] ?? "");
    await world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token });
    expect(await passkeysOf(robbed.contactId)).toBe(0);
  });

  const passkeysOf = async (contactId: string) => {
    const [{ n }] = (await world.app.work.reader.query(
      "SELECT COUNT(*) AS n FROM passkeys WHERE ownerId = (SELECT portalAccountId FROM contacts WHERE id = ?)",
      [contactId],
    )) as [{ n: number | string }];
    return Number(n);
  };
});
