import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { setCookieOf } from "../../testing/api.js";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, until, World, type Answer, type Data } from "../../testing/world.js";

const VERIFY = ["verifyTwoFactor", "VerifyTwoFactorInput"] as const;
const RECOVER = ["useRecoveryCode", "UseRecoveryCodeInput"] as const;
const codesOf = (payload: Data): string[] => payload.userErrors.map(({ code }: { code: string }) => code);

describeOnBothDatabases("getting in", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const setMode = async (mode: string, of: { owner: string } = firm, token?: string) => {
    const asking = token ?? (await world.ownerToken(of));
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, asking);
    return world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "firm { securityPolicy { mode } }",
      { mode, expectedVersion: data.firm.securityPolicy.version },
      asking,
    );
  };
  /** A client of the firm with an authenticator, enrolled of their own accord. */
  const enrolledClient = async () => {
    const client = await world.client(firm, owner);
    const phone = await world.enroll({ token: client.created.result.sessionToken });
    return { ...client, ...phone };
  };
  const challengeOf = async (email: string): Promise<string> =>
    (await world.portalSignIn(firm, email)).result.challengeToken;

  it("the whole 2FA loop: asked for, mailed, created, demanded, enrolled, reset, enrolled again", async () => {
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

  it("P01 nobody learns which addresses have accounts, also not by locking them", async () => {
    const { email } = await world.client(firm, owner);
    const other = await world.firm();
    const gone = await world.member(firm.id, "STAFF");
    await world.app.work.do((unit) =>
      unit.affected("UPDATE team_members SET disabledAt = ? WHERE email = ?", [1, gone]),
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
    // The right password of whoever was disabled is none either.
    expect(
      codesOf(await world.signIn("teamSignIn", "TeamSignInInput", { email: gone, password: OWNER_PASSWORD })),
    ).toEqual(["INVALID_CREDENTIALS"]);
    const series = await Promise.all(
      askers.map(async (asker) => {
        const answers: string[] = [];
        // The tenth was the last; what the wait says is the same to the second, hence one after another.
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
    // A Kelvin sign is a k in small letters: the mail goes to the address that is stored, never to the one that was typed.
    const typed = `${name.replace("k", "\u212A").toUpperCase()}@Client.Example `;
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email: typed });
    const waiting = () => world.app.work.reader.query("SELECT id FROM portal_mail_requests") as Promise<unknown[]>;
    await until(async () => (await waiting()).length === 0);
    expect(await world.mails(`${name}@client.example`)).toHaveLength(1);
    for (const local of alike) expect(await world.mails(`${local}@client.example`)).toEqual([]);
  });

  it("P04 two passwords that differ anywhere are different, also past 72 bytes", async () => {
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
    // Sixty-four characters of four bytes; and two that part at a NUL, which C's strings end at.
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

  it("P06 what is too long for a password is refused without a hash, by every door, and others are served", async () => {
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

  it("P07 two hundred parallel guesses are ten", async () => {
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
    const forget = () => world.app.work.do((unit) => unit.affected("DELETE FROM attempt_counters", []));
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
      // What stands before the address that the proxy wrote is the client's own claim; a port is no other address.
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

  it("P12 a weak password is refused with its reason, and the mailed link stays good", async () => {
    // Its local part never ends with a digit: "maya" alone, with digits behind it, is refused as a common password.
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

  it("T02 a code is good once: for another sign-in, and for another purpose", async () => {
    const { email, secret } = await enrolledClient();
    const [first, second] = [await challengeOf(email), await challengeOf(email)];
    const code = world.freshCode(secret);
    const signedIn = await world.signIn(...VERIFY, { challengeToken: first, code });
    expect(signedIn.result.__typename).toBe("SignedIn");
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: second, code }))).toEqual(["INVALID_CODE"]);
    expect(
      codesOf(
        await world.mutate(
          "disableTwoFactor",
          "CodeInput",
          "twoFactor { enrolled }",
          { code },
          signedIn.result.sessionToken,
        ),
      ),
    ).toEqual(["INVALID_CODE"]);
  });

  it("T03 twenty parallel requests with one code open one session", async () => {
    const { email, secret } = await enrolledClient();
    const challenges = [await challengeOf(email), await challengeOf(email)];
    const code = world.freshCode(secret);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.signIn(...VERIFY, { challengeToken: challenges[n % 2], code })),
    );
    expect(answers.filter((answer) => answer.result?.__typename === "SignedIn")).toHaveLength(1);
  });

  // SQLite serves one instance.
  if (database.name === "mysql")
    it("T03 and R01 hold over two instances on one database", async () => {
      const { email, secret, recoveryCodes } = await enrolledClient();
      const other = await World.start(database.url());
      try {
        const challenges = await Promise.all(Array.from({ length: 4 }, () => challengeOf(email)));
        const code = world.freshCode(secret);
        other.forward({ seconds: (world.now() - other.now()) / 1000 });
        const spend = ([name, input]: readonly [string, string], given: string) =>
          Promise.all(
            Array.from({ length: 20 }, (_, n) =>
              (n % 2 ? world : other).signIn(name, input, { challengeToken: challenges[n % 4], code: given }),
            ),
          );
        const opened = (answers: Data[]) => answers.filter(({ result }) => result?.__typename === "SignedIn").length;
        expect(opened(await spend(VERIFY, code))).toBe(1);
        const unlock = () =>
          world.app.work.do((unit) =>
            unit.affected("UPDATE two_factor_states SET consecutiveFailures = 0, lockedUntil = NULL", []),
          );
        await unlock();
        const more = await Promise.all(Array.from({ length: 4 }, () => challengeOf(email)));
        challenges.splice(0, 4, ...more);
        expect(opened(await spend(RECOVER, recoveryCodes[0] ?? ""))).toBe(1);

        await unlock();
        // S02: signed out at one is signed out at the other.
        const { result } = await world.signIn(...RECOVER, {
          challengeToken: await challengeOf(email),
          code: recoveryCodes[1],
        });
        const viewerAt = async (at: World) =>
          (await at.ask("{ viewer { __typename } }", {}, result.sessionToken)).data.viewer;
        expect((await viewerAt(other)).__typename).toBe("PortalViewer");
        await world.ask("mutation { signOut { userErrors { code } } }", {}, result.sessionToken);
        expect([await viewerAt(other), await viewerAt(world)]).toEqual([null, null]);
      } finally {
        await other.stop();
      }
    });

  it("T04 and T07 codes one step off are good, two are not, and steps only go up", async () => {
    const { email, secret } = await enrolledClient();
    const verify = async (steps: number) =>
      world.signIn(...VERIFY, { challengeToken: await challengeOf(email), code: world.code(secret, steps) });
    world.forward({ minutes: 5 });
    for (const steps of [-2, 2]) {
      world.forwardToNewStep();
      expect(codesOf(await verify(steps))).toEqual(["INVALID_CODE"]);
    }
    world.forwardToNewStep();
    for (const steps of [-1, 0, 1]) expect((await verify(steps)).result?.__typename).toBe("SignedIn");
    expect(codesOf(await verify(0))).toEqual(["INVALID_CODE"]);
  });

  it("T09 a challenge dies at five wrong codes, the second factor locks at ten, and the firm unlocks it", async () => {
    const { email, secret, recoveryCodes, contactId } = await enrolledClient();
    const [first, second, third] = [await challengeOf(email), await challengeOf(email), await challengeOf(email)];
    world.forward({ seconds: 31 });
    for (let tries = 0; tries < 5; tries++)
      expect(codesOf(await world.signIn(...VERIFY, { challengeToken: first, code: "000000" }))).toEqual([
        "INVALID_CODE",
      ]);
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: first, code: world.code(secret) }))).toEqual([
      "CHALLENGE_EXPIRED",
    ]);
    for (let tries = 0; tries < 4; tries++)
      await world.signIn(...RECOVER, { challengeToken: second, code: "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF" });
    expect(
      codesOf(await world.signIn(...RECOVER, { challengeToken: second, code: "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF" })),
    ).toEqual(["ACCOUNT_LOCKED"]);
    // Not even the right code, for a sign-in that was under way.
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: third, code: world.code(secret) }))).toEqual([
      "ACCOUNT_LOCKED",
    ]);
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["ACCOUNT_LOCKED"]);
    // Somebody has the password: its owner is told.
    await world.mail(email, /locked/i);
    const lockedFor = async () => {
      const { data } = await world.ask(
        "query($id: ID!) { contact(id: $id) { portalAccount { lockedUntil } } }",
        { id: contactId },
        await world.ownerToken(firm),
      );
      return Date.parse(data.contact.portalAccount.lockedUntil) - world.now();
    };
    expect(await lockedFor()).toBeGreaterThan(14 * 60_000);
    expect(await lockedFor()).toBeLessThanOrEqual(15 * 60_000);
    // The hundredth wrong code in a row is the last one ever, until the firm helps.
    world.forward({ minutes: 16 });
    await world.app.work.do((unit) =>
      unit.affected(
        "UPDATE two_factor_states SET lockedUntil = NULL, lockCount = 9, consecutiveFailures = 9 WHERE lockCount = 1",
        [],
      ),
    );
    const hundredth = { challengeToken: await challengeOf(email), code: "000000" };
    expect(codesOf(await world.signIn(...VERIFY, hundredth))).toEqual(["ACCOUNT_LOCKED"]);
    expect(await lockedFor()).toBeGreaterThan(10 * 365 * 86_400_000);
    world.forward({ minutes: 3 * 24 * 60 });
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["ACCOUNT_LOCKED"]);
    owner = await world.ownerToken(firm);
    await world.mutate(
      "unlockPortalAccount",
      "ContactIdInput",
      "contact { id }",
      { contactId },
      await world.ownerToken(firm),
    );
    expect(
      (await world.signIn(...RECOVER, { challengeToken: await challengeOf(email), code: recoveryCodes[0] })).result
        .__typename,
    ).toBe("SignedIn");
  });

  it("T11 a half-done sign-in is no session", async () => {
    const { email } = await enrolledClient();
    const half = await challengeOf(email);
    const own = await world.firm();
    const client = await world.client(own, await world.ownerToken(own));
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    const { enrollmentToken } = (await world.portalSignIn(own, client.email)).result;
    const tries = [
      "{ viewer { __typename } }",
      "{ passkeys { id } }",
      "{ apiKeys { id } }",
      "{ contacts(first: 1) { totalCount } }",
      "mutation { beginTwoFactorEnrollment(input: {}) { enrollment { secret } userErrors { code } } }",
      'mutation { confirmTwoFactorEnrollment(input: { code: "000000" }) { recoveryCodes userErrors { code } } }',
      'mutation { disableTwoFactor(input: { code: "000000" }) { userErrors { code } } }',
      'mutation { regenerateRecoveryCodes(input: { code: "000000" }) { recoveryCodes userErrors { code } } }',
      "mutation { beginPasskeyRegistration { userErrors { code } } }",
      `mutation { stepUp(input: { password: "${CLIENT_PASSWORD}" }) { session { id } userErrors { code } } }`,
      `mutation { changePassword(input: { currentPassword: "${CLIENT_PASSWORD}", newPassword: "a thief's long password" }) { session { id } userErrors { code } } }`,
      'mutation { revokeSession(input: { sessionId: "ses_01m625dgsrfdref8yrhtsvjgg" }) { userErrors { code } } }',
      'mutation { createApiKey(input: { name: "x", scopes: [AUDIT_READ] }) { token userErrors { code } } }',
    ];
    for (const token of [half, enrollmentToken])
      for (const query of tries) {
        const cookie = `gatehouse_portal=${token}; gatehouse_team=${token}; gatehouse_device=${token}`;
        for (const { data, errors } of [
          await world.ask(query, {}, token),
          await world.ask(query, {}, undefined, {
            cookie,
            origin: world.app.publicUrl,
            "gatehouse-audience": "portal",
          }),
        ])
          expect([query, errors?.[0]?.extensions.code ?? data.viewer]).toEqual([
            query,
            errors ? "UNAUTHENTICATED" : null,
          ]);
      }
    // Each is good for its own step alone.
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: enrollmentToken, code: "000000" }))).toEqual([
      "CHALLENGE_EXPIRED",
    ]);
    const socket = world.socket(half);
    const closed = await new Promise((resolve) =>
      socket.subscribe(
        { query: "subscription { auditEvents { id } }" },
        { next: resolve, error: resolve, complete: () => resolve("complete") },
      ),
    );
    expect(closed).toMatchObject({ code: 4403 });
    await socket.dispose();
    expect(
      codesOf(
        await world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
          enrollmentToken: half,
        }),
      ),
    ).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("T13 and T14 only the server's newest pending secret can be confirmed, for ten minutes", async () => {
    const { created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const begin = async () =>
      (
        await world.mutate(
          "beginTwoFactorEnrollment",
          "BeginTwoFactorEnrollmentInput",
          "enrollment { secret }",
          {},
          token,
        )
      ).enrollment.secret;
    const confirm = (code: string) =>
      world.mutate("confirmTwoFactorEnrollment", "ConfirmTwoFactorEnrollmentInput", "recoveryCodes", { code }, token);
    const [first, second] = [await begin(), await begin()];
    expect(codesOf(await confirm(world.code(first)))).toEqual(["INVALID_CODE"]);
    const own = await world.ask(
      'mutation { confirmTwoFactorEnrollment(input: { code: "000000", secret: "JBSWY3DPEHPK3PXP" }) { recoveryCodes } }',
      {},
      token,
    );
    expect(own.status).toBe(400);
    world.forwardToNewStep();
    expect(codesOf(await confirm(world.code(second, 8)))).toEqual(["INVALID_CODE"]);
    expect((await confirm(world.code(second, -8))).userErrors[0].message).toMatch(/4 minutes behind/);
    world.forward({ minutes: 11 });
    expect(codesOf(await confirm(world.code(second)))).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("a database's writer cannot give a client the secret of his own phone", async () => {
    const victim = await enrolledClient();
    const thief = await enrolledClient();
    const idOf = async ({ email }: { email: string }) =>
      (
        (await world.app.work.reader.query("SELECT id FROM portal_accounts WHERE email = ?", [email])) as [
          { id: string },
        ]
      )[0].id;
    const [{ encryptedSecret }] = (await world.app.work.reader.query(
      "SELECT encryptedSecret FROM totp_credentials WHERE ownerId = ?",
      [await idOf(thief)],
    )) as [{ encryptedSecret: string }];
    const victimId = await idOf(victim);
    await world.app.work.do((unit) =>
      unit.affected("UPDATE totp_credentials SET encryptedSecret = ? WHERE ownerId = ?", [encryptedSecret, victimId]),
    );
    const challengeToken = await challengeOf(victim.email);
    const code = world.freshCode(thief.secret);
    await expect(world.signIn(...VERIFY, { challengeToken, code })).rejects.toThrow("INTERNAL");
  });

  it("T19 a stolen password enrols nobody's phone without the mailbox", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const { email } = await world.client(own, admin);
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own, admin);
    const { enrollmentToken } = (await world.portalSignIn(own, email)).result;
    const begin = (emailCode?: string) =>
      world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
        enrollmentToken,
        emailCode,
      });
    expect(codesOf(await begin())).toEqual(["EMAIL_CODE_REQUIRED"]);
    for (let tries = 0; tries < 5; tries++) expect(codesOf(await begin("000000"))).toEqual(["EMAIL_CODE_REQUIRED"]);
    const emailCode = /\b\d{6}\b/.exec((await world.mail(email, /code/i)).text)?.[0];
    expect(codesOf(await begin(emailCode))).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("R01 and R03 a recovery code works once, also for twenty at the same moment, in any spelling, and only after the password", async () => {
    const { email, recoveryCodes } = await enrolledClient();
    const [code = "", next = ""] = recoveryCodes;
    expect(codesOf(await world.signIn(...RECOVER, { challengeToken: "gch_nothing", code }))).toEqual([
      "CHALLENGE_EXPIRED",
    ]);
    const challenges = [
      await challengeOf(email),
      await challengeOf(email),
      await challengeOf(email),
      await challengeOf(email),
    ];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => world.signIn(...RECOVER, { challengeToken: challenges[n % 4], code })),
    );
    expect(answers.filter((answer) => answer.result?.__typename === "SignedIn")).toHaveLength(1);
    const spelled = next.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
    const signedIn = await world.signIn(...RECOVER, { challengeToken: await challengeOf(email), code: spelled });
    const { data } = await world.ask(
      "{ viewer { ... on PortalViewer { account { twoFactor { enrolled recoveryCodesRemaining } } } } }",
      {},
      signedIn.result.sessionToken,
    );
    expect(data.viewer.account.twoFactor).toEqual({ enrolled: true, recoveryCodesRemaining: 8 });
    await world.mail(email, /recovery code was used/i);
  });

  it("R04 new recovery codes need a fresh sign-in and a code, and void the old ones", async () => {
    const { email, secret, recoveryCodes } = await enrolledClient();
    const { result } = await world.signIn(...VERIFY, {
      challengeToken: await challengeOf(email),
      code: world.freshCode(secret),
    });
    const regenerate = (code: string) =>
      world.mutate("regenerateRecoveryCodes", "CodeInput", "recoveryCodes", { code }, result.sessionToken);
    expect((await regenerate(world.freshCode(secret))).recoveryCodes).toHaveLength(10);
    expect(
      codesOf(await world.signIn(...RECOVER, { challengeToken: await challengeOf(email), code: recoveryCodes[0] })),
    ).toEqual(["INVALID_CODE"]);
    world.forward({ minutes: 11 });
    expect(codesOf(await regenerate(world.code(secret)))).toEqual(["STEP_UP_REQUIRED"]);
  });

  it("R09 a password reset by mail ends every session and still asks for the code", async () => {
    const { email, created, secret } = await enrolledClient();
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const resetToken = await world.mailedToken(email, /Reset your password/);
    const newPassword = "another long password";
    const reset = await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword });
    expect(reset.result.__typename).toBe("TwoFactorRequired");
    expect((await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer).toBeNull();
    expect(
      (await world.signIn(...VERIFY, { challengeToken: reset.result.challengeToken, code: world.freshCode(secret) }))
        .result.__typename,
    ).toBe("SignedIn");
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["INVALID_CREDENTIALS"]);
    expect(codesOf(await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword }))).toEqual([
      "TOKEN_INVALID",
    ]);
  });

  it("M12 a mailed reset link is void after the password was changed, the mode or the account", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const withLink = async () => {
      const client = await world.client(own, admin);
      await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", {
        firmSlug: own.slug,
        email: client.email,
      });
      return { ...client, resetToken: await world.mailedToken(client.email, /Reset your password/) };
    };
    const use = async ({ resetToken }: { resetToken: string }) =>
      codesOf(
        await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: "another long password" }),
      );
    const [changed, deleted, waiting] = [await withLink(), await withLink(), await withLink()];
    const change = { currentPassword: CLIENT_PASSWORD, newPassword: "another long password" };
    await world.mutate(
      "changePassword",
      "ChangePasswordInput",
      "session { id }",
      change,
      changed.created.result.sessionToken,
    );
    expect(await use(changed)).toEqual(["TOKEN_INVALID"]);
    const { contactId } = deleted;
    await world.mutate(
      "deletePortalAccount",
      "ContactReasonInput",
      "contact { id }",
      { contactId, reason: "left" },
      admin,
    );
    expect(await use(deleted)).toEqual(["TOKEN_INVALID"]);
    await setMode("MAGIC_LINK_ONLY", own);
    expect(await use(waiting)).toEqual(["LOGIN_DISABLED"]);
  });

  it("M04 what is mailed is good until its time is up, and not two seconds longer", async () => {
    const own = await world.firm();
    const reset = async (secondsLater: number) => {
      const { email } = await world.client(own, await world.ownerToken(own));
      await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: own.slug, email });
      const resetToken = await world.mailedToken(email, /Reset your password/);
      world.forward({ seconds: secondsLater });
      return world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: "another long password" });
    };
    expect((await reset(60 * 60 - 20)).result.__typename).toBe("SignedIn");
    expect(codesOf(await reset(60 * 60 + 1))).toEqual(["TOKEN_INVALID"]);

    const create = async (secondsLater: number) => {
      const { email } = await world.contact(await world.ownerToken(own));
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: own.slug, email });
      const confirmationToken = await world.mailedToken(email, /Create your account/);
      world.forward({ seconds: secondsLater });
      return world.signIn("createPortalAccount", "CreatePortalAccountInput", {
        confirmationToken,
        password: CLIENT_PASSWORD,
      });
    };
    expect((await create(24 * 60 * 60 - 20)).result.__typename).toBe("SignedIn");
    expect(codesOf(await create(24 * 60 * 60 + 1))).toEqual(["TOKEN_INVALID"]);

    // The code for setting up a phone, ten minutes.
    const clients = [];
    for (let n = 0; n < 2; n++) clients.push(await world.client(own, await world.ownerToken(own)));
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    const began: string[][] = [];
    for (const [{ email }, secondsLater] of [
      [clients[0], 10 * 60 - 20],
      [clients[1], 10 * 60 + 1],
    ] as [{ email: string }, number][]) {
      const { enrollmentToken } = (await world.portalSignIn(own, email)).result;
      const emailCode = /\b\d{6}\b/.exec((await world.mail(email, /code/i)).text)?.[0];
      world.forward({ seconds: secondsLater });
      began.push(
        codesOf(
          await world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
            enrollmentToken,
            emailCode,
          }),
        ),
      );
    }
    expect(began).toEqual([[], ["CHALLENGE_EXPIRED"]]);
    owner = await world.ownerToken(firm);
  });

  it("S08 an authenticator set up or taken away ends the other sessions", async () => {
    const { email, created } = await world.client(firm, owner);
    const here = created.result.sessionToken;
    const viewer = async (token: string) => (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer;
    const elsewhere = (await world.portalSignIn(firm, email)).result.sessionToken;
    const { secret } = await world.enroll({ token: here });
    expect([await viewer(elsewhere), (await viewer(here)).__typename]).toEqual([null, "PortalViewer"]);
    const again = await world.signIn(...VERIFY, {
      challengeToken: await challengeOf(email),
      code: world.freshCode(secret),
    });
    const off = { code: world.freshCode(secret) };
    expect(
      (await world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", off, here)).userErrors,
    ).toEqual([]);
    expect([await viewer(again.result.sessionToken), (await viewer(here)).__typename]).toEqual([null, "PortalViewer"]);
    await world.mail(email, /is off/i);
  });

  it("S08 changing the password ends the other sessions", async () => {
    const { email, created } = await world.client(firm, owner);
    const other = (await world.portalSignIn(firm, email)).result.sessionToken;
    const changed = await world.mutate(
      "changePassword",
      "ChangePasswordInput",
      "session { id }",
      { currentPassword: CLIENT_PASSWORD, newPassword: "another long password" },
      created.result.sessionToken,
    );
    expect(changed.session.id).toMatch(/^ses_/);
    expect((await world.ask("{ viewer { __typename } }", {}, other)).data.viewer).toBeNull();
    expect((await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer.__typename).toBe(
      "PortalViewer",
    );
  });

  it("S01, S02 and S05 a browser's session is one HttpOnly cookie, new at each step, dead after signing out", async () => {
    const origin = world.app.publicUrl;
    const signIn = await world.ask(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { ... on SignedIn { sessionToken } } userErrors { code } } }",
      { input: { email: firm.owner, password: OWNER_PASSWORD } },
      undefined,
      { origin, cookie: "gatehouse_team=attackers" },
    );
    const cookie = setCookieOf(signIn.headers, "team");
    expect(cookie).toMatch(/^gatehouse_team=gts_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
    expect(signIn.data.teamSignIn.result.sessionToken).toBeNull();
    const pair = cookie.split(";")[0] ?? "";
    expect(JSON.stringify(signIn.data)).not.toContain(pair.split("=")[1]);
    const stepUp = await world.ask(
      "mutation($input: StepUpInput!) { stepUp(input: $input) { session { id } userErrors { code } } }",
      { input: { password: OWNER_PASSWORD } },
      undefined,
      { origin, cookie: pair },
    );
    const renewed = setCookieOf(stepUp.headers, "team").split(";")[0] ?? "";
    expect(renewed).not.toBe(pair);
    const viewer = async (with_: string) =>
      (await world.ask("{ viewer { __typename } }", {}, undefined, { origin, cookie: with_ })).data.viewer;
    expect(await viewer(pair)).toBeNull();
    expect((await viewer(renewed)).__typename).toBe("TeamMember");
    await world.ask("mutation { signOut { userErrors { code } } }", {}, undefined, { origin, cookie: renewed });
    expect(await viewer(renewed)).toBeNull();
    const token = await world.ask(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } } }",
      { input: { email: firm.owner, password: OWNER_PASSWORD, transport: "TOKEN" } },
      undefined,
      { origin },
    );
    expect(codesOf(token.data.teamSignIn)).toEqual(["INVALID_INPUT"]);
  });

  it("S03 a session ends after half an hour without use, and after twelve hours at the latest", async () => {
    const { created } = await world.client(firm, owner);
    const viewer = async () =>
      (await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer;
    const found: unknown[] = [];
    for (let used = 0; used < 29; used++) {
      world.forward({ minutes: 25 });
      found.push(await viewer());
    }
    expect(found.slice(0, 28)).not.toContain(null);
    expect(found[28]).toBeNull();
    const fresh = (await world.client(firm, await world.ownerToken(firm))).created.result.sessionToken;
    world.forward({ minutes: 31 });
    expect((await world.ask("{ viewer { __typename } }", {}, fresh)).data.viewer).toBeNull();
  });

  it("B01 and B03 the plan decides which modes can be chosen; losing it never switches enforcement off", async () => {
    const small = await world.firm("TEAM");
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", small))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    const smallOwner = await world.ownerToken(small);
    const key = await world.key(smallOwner, ["POLICY_WRITE"]);
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", small, key))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    const twice = await world.ask(
      `mutation { ${["a", "b"].map((alias) => `${alias}: updateSecurityPolicy(input: { mode: MAGIC_LINK_AND_LOGIN_2FA, expectedVersion: 1 }) { userErrors { code } }`).join(" ")} }`,
      {},
      smallOwner,
    );
    expect([twice.data.a, twice.data.b].flatMap(codesOf)).toEqual(["PLAN_UPGRADE_REQUIRED", "PLAN_UPGRADE_REQUIRED"]);
    // A tab that still shows what the plan offered before.
    await world.app.work.do((unit) => unit.affected("UPDATE firms SET plan = 'BUSINESS' WHERE id = ?", [small.id]));
    const offered = await world.ask("{ firm { securityPolicy { availableModes } } }", {}, smallOwner);
    expect(offered.data.firm.securityPolicy.availableModes).toContain("MAGIC_LINK_AND_LOGIN_2FA");
    await world.app.work.do((unit) => unit.affected("UPDATE firms SET plan = 'TEAM' WHERE id = ?", [small.id]));
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", small, smallOwner))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    const { data } = await world.ask("{ firm { securityPolicy { mode version } } }", {}, smallOwner);
    expect(data.firm.securityPolicy).toEqual({ mode: "MAGIC_LINK_AND_LOGIN", version: 1 });
    const large = await world.firm("ENTERPRISE");
    const { email } = await world.client(large, await world.ownerToken(large));
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", large);
    await world.app.work.do((unit) => unit.affected("UPDATE firms SET plan = 'TEAM' WHERE id = ?", [large.id]));
    expect((await world.portalSignIn(large, email)).result.__typename).toBe("TwoFactorEnrollmentRequired");
    expect((await setMode("MAGIC_LINK_AND_LOGIN", large)).userErrors).toEqual([]);
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", large))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
  });

  it("B04 link-only ends password sessions at once, and accounts wake up as they were", async () => {
    const own = await world.firm();
    const { email, created } = await world.client(own, await world.ownerToken(own));
    const token = created.result.sessionToken;
    await setMode("MAGIC_LINK_ONLY", own);
    expect((await world.ask("{ viewer { __typename } }", {}, token)).data.viewer).toBeNull();
    expect(codesOf(await world.portalSignIn(own, email))).toEqual(["LOGIN_DISABLED"]);
    await setMode("MAGIC_LINK_AND_LOGIN", own);
    expect((await world.ask("{ viewer { __typename } }", {}, token)).data.viewer).toBeNull();
    expect((await world.portalSignIn(own, email)).result.__typename).toBe("SignedIn");
  });

  it("announced 2FA lets clients in with a reminder until its day, and asks from then on", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const { created } = await world.client(own, admin);
    const token = created.result.sessionToken;
    const enforcedFrom = new Date(world.now() + 20 * 60_000).toISOString();
    const change = { mode: "MAGIC_LINK_AND_LOGIN_2FA", enforcedFrom, expectedVersion: 1 };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", change, admin);
    const dueAt = async () =>
      (await world.ask("{ viewer { ... on PortalViewer { twoFactorDueAt } } }", {}, token)).data.viewer?.twoFactorDueAt;
    expect(await dueAt()).toBe(enforcedFrom);
    world.forward({ minutes: 19 });
    expect(await dueAt()).toBe(enforcedFrom);
    world.forward({ minutes: 2 });
    expect(await dueAt()).toBeUndefined();
  });

  it("B06 of two admins who change the policy at once, one wins whole", async () => {
    const own = await world.firm();
    const token = await world.ownerToken(own);
    const change = (mode: string) =>
      world.mutate(
        "updateSecurityPolicy",
        "UpdateSecurityPolicyInput",
        "firm { id }",
        { mode, expectedVersion: 1 },
        token,
      );
    const seen: string[] = [];
    const socket = world.socket(token);
    socket.subscribe<{ auditEvents: { type: string; summary: string } }>(
      { query: "subscription { auditEvents { type summary } }" },
      {
        next: ({ data }) => void seen.push(data?.auditEvents.summary ?? ""),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    await until(async () => {
      await world.contact(token, "Here?");
      return seen.length > 0;
    });
    const modes = ["MAGIC_LINK_ONLY", "MAGIC_LINK_AND_LOGIN_2FA"];
    const answers = await Promise.all(modes.map(change));
    expect(answers.flatMap(codesOf)).toEqual(["VERSION_CONFLICT"]);
    const winner = modes[answers.findIndex(({ userErrors }) => userErrors.length === 0)];
    const { data } = await world.ask(
      "{ firm { securityPolicy { mode version } } auditEvents(first: 1, filter: { types: [SECURITY_POLICY_CHANGED] }) { nodes { summary } } }",
      {},
      token,
    );
    expect(data.firm.securityPolicy).toEqual({ mode: winner, version: 2 });
    // Whoever watches is told of the one that holds, once.
    await world.contact(token, "The end");
    await until(() => seen.at(-1)?.includes("The end"));
    const told = data.auditEvents.nodes[0].summary;
    expect(seen.filter((summary) => !summary.includes("Here?"))).toEqual([told, expect.stringContaining("The end")]);
    await socket.dispose();
  });

  it("team members enrol by the same code, and are asked for it whatever the firm asks of its clients", async () => {
    const own = await world.firm("TEAM");
    const token = await world.ownerToken(own);
    const { secret } = await world.enroll({ token });
    const asked = await world.signIn("teamSignIn", "TeamSignInInput", { email: own.owner, password: OWNER_PASSWORD });
    expect(asked.result.__typename).toBe("TwoFactorRequired");
    expect(
      (await world.signIn(...VERIFY, { challengeToken: asked.result.challengeToken, code: world.freshCode(secret) }))
        .result.__typename,
    ).toBe("SignedIn");
  });
});
