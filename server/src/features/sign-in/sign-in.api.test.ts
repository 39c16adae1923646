import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { VERIFY, signInSteps } from "../../testing/sign-in-steps.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, type Answer, type Data } from "../../testing/world.js";

describeOnDatabases("getting in", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());
  const { setMode, enrolledClient, challengeOf } = signInSteps(() => ({ world, firm, owner }));

  it("the whole 2FA cycle: requested, mailed, created, required, enrolled, reset, enrolled again", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const events: string[] = [];
    const socket = world.socket(admin);
    socket.subscribe<{ auditEvents: { type: string; contact: { portalAccount: unknown } | null } }>(
      { query: "subscription { auditEvents { type contact { id portalAccount { email twoFactor { enrolled } } } } }" },
      {
        next: ({ data }) => void events.push(data?.auditEvents.type ?? ""),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    const { contactId, email, created } = await world.client(own, admin);
    expect(created.result).toMatchObject({ __typename: "SignedIn", session: { assurance: "PASSWORD" } });
    await until(() => events.includes("ACCOUNT_CREATED"));

    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own, admin);
    expect((await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer).toBeNull();

    const asked = await world.portalSignIn(own, email);
    expect(asked.result).toMatchObject({ __typename: "TwoFactorEnrollmentRequired", emailCodeRequired: true });
    const emailCode = /\b\d{6}\b/.exec((await world.mail(email, /code/i)).text)?.[0] ?? "";
    const phone = await world.enroll({ enrollmentToken: asked.result.enrollmentToken, emailCode });
    expect(phone.recoveryCodes).toHaveLength(10);
    await until(() => events.includes("TWO_FACTOR_ENROLLED"));

    const again = await world.portalSignIn(own, email);
    const verified = await world.signIn(...VERIFY, {
      challengeToken: again.result.challengeToken,
      code: world.freshCode(phone.secret),
    });
    expect(verified.result).toMatchObject({ __typename: "SignedIn", session: { assurance: "TWO_FACTOR" } });

    const reset = await world.mutate(
      "resetTwoFactor",
      "ContactReasonInput",
      "contact { portalAccount { twoFactor { enrolled } } }",
      { contactId, reason: "lost phone, called back on file number" },
      await world.ownerToken(own),
    );
    expect(reset.contact.portalAccount.twoFactor.enrolled).toBe(false);
    expect((await world.ask("{ viewer { __typename } }", {}, verified.result.sessionToken)).data.viewer).toBeNull();
    expect((await world.portalSignIn(own, email)).result).toMatchObject({
      __typename: "TwoFactorEnrollmentRequired",
      emailCodeRequired: true,
    });
    await world.mail(email, /two-factor authentication was reset/i);
    const { data } = await world.ask(
      "{ auditEvents(filter: { types: [TWO_FACTOR_RESET] }) { nodes { reason summary } } }",
      {},
      admin,
    );
    expect(data.auditEvents.nodes[0].reason).toBe("lost phone, called back on file number");
    await socket.dispose();
  });

  /** A failed sign-in to the last byte that a stranger sees. */
  const seenOf = ({ status, headers, data }: Answer) => {
    const fields = Object.fromEntries(headers);
    for (const varying of ["date", "x-request-id", "ratelimit-remaining", "ratelimit-reset"]) delete fields[varying];
    return JSON.stringify([status, fields, data]);
  };
  type Asker = [name: string, inputType: string, input: { email: string; firmSlug?: string }];
  const guess = async (...[name, type, input]: Asker) =>
    seenOf(
      await world.ask(
        `mutation($input: ${type}!) { attempt: ${name}(input: $input) { result { __typename } userErrors { code field message } } }`,
        { input: { ...input, password: "a wrong password here" } },
      ),
    );

  it("P01 nobody learns which addresses have accounts, not even by locking them", async () => {
    const { email } = await world.client(firm, owner);
    const other = await world.firm();
    const gone = await world.member(firm.id, "STAFF");
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE team_members SET disabledAt = ? WHERE email = ?", [1, gone]),
    );
    const portal = (address: string, firmSlug = firm.slug): Asker => [
      "portalSignIn",
      "PortalSignInInput",
      { firmSlug, email: address },
    ];
    const team = (address: string): Asker => ["teamSignIn", "TeamSignInInput", { email: address }];
    const askers = [
      portal(email),
      portal("nobody@client.example"),
      portal(email, other.slug),
      portal(email, "no-such-firm"),
      team(gone),
      team("nobody@team.example"),
      team(await world.member(firm.id, "ADMIN")),
    ];
    // The right password of a removed member does not work either.
    expect(
      codesOf(await world.signIn("teamSignIn", "TeamSignInInput", { email: gone, password: OWNER_PASSWORD })),
    ).toEqual(["INVALID_CREDENTIALS"]);
    const series = await Promise.all(
      askers.map(async (asker) => {
        const answers: string[] = [];
        // The tenth was the last; the remaining wait is the same to the second, so they run one after another.
        for (let tries = 0; tries < (asker[2].email === gone ? 10 : 11); tries++) answers.push(await guess(...asker));
        return answers;
      }),
    );
    expect(new Set(series.flatMap((answers) => answers.slice(0, 9))).size).toBe(1);
    expect(series[0]?.[0]).toContain("INVALID_CREDENTIALS");
    expect(new Set(series.map((answers) => answers.at(-1)?.replaceAll(/\d+ seconds?/g, "some seconds"))).size).toBe(1);
    expect(series[0]?.at(-1)).toContain("ACCOUNT_LOCKED");
    expect(codesOf(await world.portalSignIn(firm, "not an address"))).toEqual(["INVALID_CREDENTIALS"]);
  });

  it("F13 an address that only looks like an account's is somebody else's", async () => {
    const name = `mike-${randomBytes(4).toString("hex")}`;
    const { id } = await world.contact(owner, "Mike", `${name}@client.example`);
    expect(id).toMatch(/^con_/);
    const alike = [name.replace("i", "ı"), name.replace("i", "í"), name.replace("m", "ｍ")];
    for (const local of alike)
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
        firmSlug: firm.slug,
        email: `${local}@client.example`,
      });
    // A Kelvin sign lower-cases to k: the mail goes to the stored address, never to the typed one.
    const typed = `${name.replace("k", "\u212A").toUpperCase()}@Client.Example `;
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email: typed });
    const waiting = () => world.app.work.reader.query("SELECT id FROM portal_mail_requests") as Promise<unknown[]>;
    await until(async () => (await waiting()).length === 0);
    expect(await world.mails(`${name}@client.example`)).toHaveLength(1);
    for (const local of alike) expect(await world.mails(`${local}@client.example`)).toEqual([]);
  });

  it("P04 two passwords that differ anywhere are different, even past 72 bytes", async () => {
    const { id, email } = await world.contact(owner);
    expect(id).toMatch(/^con_/);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const password = `${"🦊🐻🐼🦁🐯🐸🐵🐔🐧🐦".repeat(6)} the end`;
    await world.signIn("createPortalAccount", "CreatePortalAccountInput", { confirmationToken, password });
    expect(codesOf(await world.portalSignIn(firm, email, password.replace("the end", "the END")))).toEqual([
      "INVALID_CREDENTIALS",
    ]);
    const signedIn = await world.portalSignIn(firm, email, password);
    expect(signedIn.result.__typename).toBe("SignedIn");
    const change = (currentPassword: string, newPassword: string): Promise<Data> =>
      world.mutate(
        "changePassword",
        "ChangePasswordInput",
        "session { id }",
        { currentPassword, newPassword },
        signedIn.result.sessionToken,
      );
    // Sixty-four characters of four bytes each; and two that differ only after a NUL, at which C strings end.
    const emoji = "🦊🐻🐼🦁🐯🐸🐵🐔".repeat(7) + "🐧🐦🐤🦆🦅🦉🦇🐺";
    const nul = "before the nul\u0000and after it";
    expect((await change(password, emoji)).userErrors).toEqual([]);
    expect(codesOf(await world.portalSignIn(firm, email, emoji.replace("🐺", "🐗")))).toEqual(["INVALID_CREDENTIALS"]);
    expect((await change(emoji, nul)).userErrors).toEqual([]);
    const wrong = ["before the nul", "before the nul\u0000and after me", nul.toUpperCase(), ` ${nul}`];
    const refused = await Promise.all(wrong.map((text) => world.portalSignIn(firm, email, text)));
    expect(refused.flatMap(codesOf)).toEqual(wrong.map(() => "INVALID_CREDENTIALS"));
    expect((await world.portalSignIn(firm, email, nul)).result.__typename).toBe("SignedIn");
  });

  it("P06 a text that is too long for a password is refused without a hash, by every door, and others are served", async () => {
    const { email, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const contact = await world.contact(owner);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
      firmSlug: firm.slug,
      email: contact.email,
    });
    const confirmationToken = await world.mailedToken(contact.email, /Create your account/);
    const long = "\u1E9B\u0323".repeat(9000);
    const hashes = [jest.spyOn(world.app.hasher, "matches"), jest.spyOn(world.app.hasher, "hash")];
    try {
      const doors: Promise<Data>[] = [
        world.portalSignIn(firm, email, long),
        world.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password: long }),
        world.signIn("createPortalAccount", "CreatePortalAccountInput", { confirmationToken, password: long }),
        world.mutate("stepUp", "StepUpInput", "session { id }", { password: long }, token),
        world.mutate(
          "changePassword",
          "ChangePasswordInput",
          "session { id }",
          { currentPassword: long, newPassword: long },
          token,
        ),
      ];
      const many = Array.from({ length: 200 }, (_, n) => world.portalSignIn(firm, `nobody-${n}@client.example`, long));
      const readers = Array.from({ length: 20 }, () => world.ask("{ viewer { __typename } }", {}, token));
      expect((await Promise.all(doors)).flatMap(codesOf)).toEqual([
        "INVALID_CREDENTIALS",
        "INVALID_CREDENTIALS",
        "WEAK_PASSWORD",
        "INVALID_CREDENTIALS",
        "INVALID_CREDENTIALS",
      ]);
      expect(new Set((await Promise.all(many)).flatMap(codesOf))).toEqual(new Set(["INVALID_CREDENTIALS"]));
      for (const { data } of await Promise.all(readers)) expect(data.viewer.__typename).toBe("PortalViewer");
      expect(hashes.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    } finally {
      jest.restoreAllMocks();
    }
  });

  it("P07 wrong passwords make password sign-in wait, and nothing else", async () => {
    const { email, secret } = await enrolledClient();
    const challengeToken = await challengeOf(email);
    for (let tries = 0; tries < 10; tries++)
      expect(codesOf(await world.portalSignIn(firm, email, "a wrong password here"))).toEqual(["INVALID_CREDENTIALS"]);
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["ACCOUNT_LOCKED"]);
    expect((await world.signIn(...VERIFY, { challengeToken, code: world.freshCode(secret) })).result.__typename).toBe(
      "SignedIn",
    );
    world.forward({ minutes: 1 });
    expect((await world.portalSignIn(firm, email)).result.__typename).toBe("TwoFactorRequired");
  });

  it("P07 two hundred parallel guesses count as ten", async () => {
    const { email } = await world.client(firm, owner);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => world.portalSignIn(firm, email, "a wrong password here")),
    );
    expect(answers.filter((answer) => codesOf(answer)[0] === "INVALID_CREDENTIALS")).toHaveLength(10);
  });

  it("P07 and P10 the source is what the connection or a trusted proxy says, whatever else is claimed; an account's wait shuts nobody out of a link or a code", async () => {
    const bare = await World.start(database.url(), { sourceLimitFactor: 1 });
    const proxied = await World.start(database.url(), {
      sourceLimitFactor: 1,
      trustedProxies: ["127.0.0.1", "192.0.2.1"],
    });
    const { email, secret } = await enrolledClient();
    const challengeToken = await challengeOf(email);
    const requester = await world.contact(owner);
    const sentTo = { contactId: requester.id, title: "Papers", items: ["One"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", sentTo, owner);
    const forget = () => world.app.work.do((unit) => unit.manager.query("DELETE FROM attempt_counters", []));
    await forget();
    for (const other of [bare, proxied]) other.forward({ seconds: (world.now() - other.now()) / 1000 });
    try {
      const from = async (
        at: World,
        address: string,
        forwarded: string,
        password = "a wrong password here",
      ): Promise<string> => {
        const { data, errors } = await at.ask(
          "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { __typename } userErrors { code } } }",
          { input: { firmSlug: firm.slug, email: address, password, transport: "TOKEN" } },
          undefined,
          {
            "x-forwarded-for": forwarded,
            forwarded: `for=${forwarded}`,
            "x-real-ip": forwarded,
            "client-ip": forwarded,
          },
        );
        return (
          errors?.[0]?.extensions.code ?? data.portalSignIn.userErrors[0]?.code ?? data.portalSignIn.result.__typename
        );
      };
      const counted = async (guesses: Promise<string>[]) =>
        (await Promise.all(guesses)).reduce<Record<string, number>>(
          (sum, code) => ({ ...sum, [code]: (sum[code] ?? 0) + 1 }),
          {},
        );
      const spray = (at: World, claimed: (n: number) => string) =>
        counted(
          Array.from({ length: 53 }, (_, n) =>
            from(at, `${randomBytes(4).toString("hex")}@client.example`, claimed(n)),
          ),
        );
      const held = { INVALID_CREDENTIALS: 50, RATE_LIMITED: 3 };
      expect(await spray(bare, (n) => `203.0.113.${n}`)).toEqual(held);
      // Anything before the address that the proxy wrote is the client's own claim; a port does not make another
      // address.
      expect(await spray(proxied, (n) => `203.0.113.${n}, 198.51.100.7`)).toEqual(held);
      expect(await spray(proxied, (n) => `127.0.0.1, 198.51.100.8:${1000 + n}, 192.0.2.1`)).toEqual(held);
      expect(await spray(proxied, (n) => `[2001:db8::${n}]:${1000 + n}`)).toEqual(held);
      expect(await spray(proxied, (n) => (n % 2 ? "::ffff:198.51.100.9" : `[::FFFF:198.51.100.9]:${n}`))).toEqual(held);
      const plain = await world.client(firm, owner);
      expect(await from(proxied, plain.email, "198.51.100.7", CLIENT_PASSWORD)).toBe("RATE_LIMITED");
      expect(await from(proxied, plain.email, "198.51.100.77", CLIENT_PASSWORD)).toBe("SignedIn");

      // Thirty strangers at thirty addresses: ten guesses in all, and the owner still has a code and a link.
      const strangers = Array.from({ length: 30 }, (_, n) => from(proxied, email, `198.51.100.${100 + n}`));
      expect(await counted(strangers)).toEqual({ INVALID_CREDENTIALS: 10, ACCOUNT_LOCKED: 20 });
      expect(await from(proxied, email, "198.51.100.200", CLIENT_PASSWORD)).toBe("ACCOUNT_LOCKED");
      const verified = await world.signIn(...VERIFY, { challengeToken, code: world.freshCode(secret) });
      expect(verified.result.__typename).toBe("SignedIn");
      const nobodys = Array.from({ length: 30 }, (_, n) => from(proxied, requester.email, `198.51.100.${100 + n}`));
      expect((await counted(nobodys)).ACCOUNT_LOCKED).toBe(20);
      const claimed = await world.mutate("claimMagicLink", "ClaimMagicLinkInput", "result { __typename }", {
        token: await world.mailedToken(requester.email, /Papers/),
        deviceKey: randomBytes(16).toString("base64url"),
        transport: "TOKEN",
      });
      expect(claimed.result.__typename).toBe("SignedIn");
    } finally {
      await forget();
      await bare.stop();
      await proxied.stop();
    }
  }, 120_000);

  it("P12 a weak password is refused with its reason, and the mailed link stays valid", async () => {
    // Its local part never ends with a digit: "maya" followed by digits is refused as a common password.
    const { email } = await world.contact(
      owner,
      "Maya Fields",
      `maya-${randomBytes(4).toString("hex")}-lindqvist@client.example`,
    );
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const local = email.slice(0, email.indexOf("@"));
    for (const [password, reason] of [
      ["Test&Sons Test&Sons 1", /firm's name/],
      [`${local}12345`, /email/],
      ["Gatehouse Gatehouse 1", /name/],
      ["qazwsxedcrfvtgb", /common/],
      ["QwertyUiop12345!", /common/],
      ["fourteen chars", /at least 15/],
    ] as const) {
      const { userErrors } = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
        confirmationToken,
        password,
      });
      expect(userErrors[0]).toMatchObject({ code: "WEAK_PASSWORD", field: ["input", "password"] });
      expect([password, userErrors[0].message]).toEqual([password, expect.stringMatching(reason)]);
    }
    expect(
      (
        await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        })
      ).result.__typename,
    ).toBe("SignedIn");
    expect(
      codesOf(
        await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        }),
      ),
    ).toEqual(["TOKEN_INVALID"]);
  });
});
