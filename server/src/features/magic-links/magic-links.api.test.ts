import { request as httpRequest } from "node:http";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, World, type Data } from "../../testing/world.js";

const DAY_IN_MINUTES = 24 * 60;
const newDevice = (): string => randomBytes(16).toString("base64url");

describeOnDatabases("magic links", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const setMode = async (mode: string, of: { owner: string }, more: object = {}) => {
    const token = await world.ownerToken(of);
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, token);
    const { userErrors } = await world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "firm { id }",
      { mode, expectedVersion: data.firm.securityPolicy.version, ...more },
      token,
    );
    expect(userErrors).toEqual([]);
  };
  /** A request mailed to a contact, by default a new one. */
  const sent = async (token = owner, to?: { id: string; email: string }) => {
    const contact = to ?? (await world.contact(token));
    const title = `Papers ${randomBytes(3).toString("hex")}`;
    const { request, userErrors } = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { id linkState items { id } }",
      { contactId: contact.id, title, items: ["Payroll", "Bank statement"] },
      token,
    );
    expect(userErrors).toEqual([]);
    return {
      id: request.id as string,
      items: request.items.map(({ id }: { id: string }) => id) as string[],
      title,
      contact,
      email: contact.email,
      link: await world.mailedToken(contact.email, new RegExp(`Request from .*: ${title}`)),
    };
  };
  const claim = (token: string, deviceKey: string, at = world): Promise<Data> =>
    at.mutate(
      "claimMagicLink",
      "ClaimMagicLinkInput",
      `result { __typename ... on SignedIn { sessionToken session { id assurance } } ... on TwoFactorRequired { challengeToken }
        ... on AccountRequired { confirmationToken maskedEmail } ... on SignInRequired { maskedEmail } ... on MagicLinkNotUsable { state maskedEmail } }`,
      { token, deviceKey, transport: "TOKEN" },
    );
  const preview = async (token: string, deviceKey: string | null = null): Promise<Data> =>
    (
      await world.ask(
        "query($token: String!, $deviceKey: String) { magicLink(token: $token, deviceKey: $deviceKey) { state claimedByThisDevice requestTitle maskedEmail firm { slug } } }",
        { token, deviceKey },
      )
    ).data.magicLink;
  const sendAccessLink = (token: string): Promise<Data> =>
    world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token });
  const viewer = async (session: string): Promise<Data> =>
    (
      await world.ask(
        "{ viewer { ... on PortalViewer { email session { assurance } account { id } requests { nodes { id } } } } }",
        {},
        session,
      )
    ).data.viewer;
  const requestIds = async (session: string): Promise<string[]> =>
    (await viewer(session)).requests.nodes.map(({ id }: { id: string }) => id).toSorted();
  const createAccount = (token: string | undefined, confirmationToken?: string): Promise<Data> =>
    world.mutate(
      "createPortalAccount",
      "CreatePortalAccountInput",
      "result { __typename ... on SignedIn { sessionToken session { assurance } } ... on TwoFactorEnrollmentRequired { enrollmentToken emailCodeRequired } }",
      { confirmationToken, password: CLIENT_PASSWORD, transport: "TOKEN" },
      token,
    );
  const rows = (sql: string, ...values: unknown[]): Promise<Data[]> => world.app.work.reader.query(sql, values);

  it("M01 looking at it, however often, changes nothing; the click still works", async () => {
    const { id, link, title, email } = await sent();
    const all = async () =>
      JSON.stringify([
        await rows("SELECT * FROM magic_links WHERE requestId = ?", id),
        await rows("SELECT COUNT(*) AS n FROM audit_events WHERE firmId = ?", firm.id),
        await rows("SELECT COUNT(*) AS n FROM sessions WHERE firmId = ?", firm.id),
      ]);
    const before = await all();
    for (let times = 0; times < 5; times++) {
      expect(await preview(link, newDevice())).toMatchObject({
        state: "UNCLAIMED",
        claimedByThisDevice: false,
        requestTitle: title,
        firm: { slug: firm.slug },
      });
      await world.raw({ path: `/portal/${firm.slug}/link`, method: times % 2 ? "GET" : "HEAD" });
    }
    expect((await preview(link)).maskedEmail).not.toBe(email);
    expect(await preview("gml_nothing")).toBeNull();
    expect(await all()).toBe(before);
    expect((await claim(link, newDevice())).result).toMatchObject({
      __typename: "SignedIn",
      session: { assurance: "LINK" },
    });
  });

  it("M03 twenty claims at once by one device leave one live session", async () => {
    const { id, link } = await sent();
    const device = newDevice();
    const answers = await Promise.all(Array.from({ length: 20 }, () => claim(link, device)));
    expect(new Set(answers.map(({ result }) => result.__typename))).toEqual(new Set(["SignedIn"]));
    const tokens = answers.map(({ result }) => result.sessionToken as string);
    const seen = await Promise.all(tokens.map(viewer));
    expect(seen.filter((one) => one !== null)).toHaveLength(1);
    expect(await rows("SELECT id FROM sessions WHERE requestId = ? AND revokedAt IS NULL", id)).toHaveLength(1);
  });

  it("M03 of two devices at once exactly one gets the link", async () => {
    for (let times = 0; times < 3; times++) {
      const { link } = await sent();
      const answers = await Promise.all([claim(link, newDevice()), claim(link, newDevice())]);
      expect(answers.map(({ result }) => result.__typename).toSorted()).toEqual(["MagicLinkNotUsable", "SignedIn"]);
    }
  });

  // Two SQLite connections of one process cannot wait for each other; SQLite has one instance per file anyway.
  if (database.isServer)
    it("M03 of devices that claim at two server instances exactly one gets the link", async () => {
      const second = await World.start(database.url());
      try {
        const { id, link } = await sent();
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) => claim(link, newDevice(), index % 2 ? second : world)),
        );
        expect(answers.filter(({ result }) => result.__typename === "SignedIn")).toHaveLength(1);
        expect(await rows("SELECT id FROM sessions WHERE requestId = ? AND revokedAt IS NULL", id)).toHaveLength(1);
      } finally {
        await second.stop();
      }
    });

  it("a guessable device key is refused, and an unknown token opens nothing", async () => {
    const { link } = await sent();
    expect(codesOf(await claim(link, "short"))).toEqual(["INVALID_INPUT"]);
    expect(codesOf(await claim(`gml_${"A".repeat(43)}`, newDevice()))).toEqual(["TOKEN_INVALID"]);
    expect((await preview(link)).state).toBe("UNCLAIMED");
  });

  it("another device gets a new link by mail, to the address of the request, and takes the request over", async () => {
    const { id, link, title, email } = await sent();
    const [phone, laptop] = [newDevice(), newDevice()];
    const first = (await claim(link, phone)).result;
    expect(await preview(link, phone)).toMatchObject({ state: "CLAIMED", claimedByThisDevice: true });
    const refused = (await claim(link, laptop)).result;
    expect(refused).toMatchObject({ __typename: "MagicLinkNotUsable", state: "CLAIMED" });
    expect(refused.maskedEmail).not.toBe(email);
    world.forward({ minutes: 1 });
    expect((await sendAccessLink(link)).accepted).toBe(true);
    const newer = await world.mailedToken(email, new RegExp(`Your new link: ${title}`));
    expect(newer).not.toBe(link);
    expect(await viewer(first.sessionToken)).not.toBeNull();

    const second = (await claim(newer, laptop)).result;
    expect(await requestIds(second.sessionToken)).toEqual([id]);
    expect(await viewer(first.sessionToken)).toBeNull();
    // M12: the older link is over, even on the device that had it.
    expect((await claim(link, phone)).result).toMatchObject({ __typename: "MagicLinkNotUsable", state: "REVOKED" });
  });

  it("M10 mails of one request: one a minute and five an hour, and always the same response", async () => {
    const { link, email, id } = await sent();
    const asked = await Promise.all(Array.from({ length: 10 }, () => sendAccessLink(link)));
    expect(new Set(asked.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await sendAccessLink(`gml_${"B".repeat(43)}`)).toEqual(asked[0]);
    const links = async () => (await rows("SELECT id FROM magic_links WHERE requestId = ?", id)).length;
    expect(await links()).toBe(1);
    expect(
      codesOf(await world.mutate("resendClientRequest", "RequestIdInput", "request { id }", { requestId: id }, owner)),
    ).toEqual(["TOO_MANY_REQUESTS"]);
    for (let minute = 0; minute < 8; minute++) {
      world.forward({ minutes: 1, seconds: 1 });
      await Promise.all([sendAccessLink(link), sendAccessLink(link), sendAccessLink(link)]);
    }
    expect(await links()).toBe(5);
    expect(await world.mails(email)).toHaveLength(5);
  });

  it("M05 a forged Host reaches no mail", async () => {
    const { link, title, email } = await sent();
    world.forward({ minutes: 2 });
    const body = JSON.stringify({
      query: "mutation($input: SendAccessLinkInput!) { sendAccessLink(input: $input) { accepted } }",
      variables: { input: { token: link } },
    });
    await new Promise<void>((resolve, reject) => {
      const sending = httpRequest(
        `${world.app.url}/graphql`,
        {
          method: "POST",
          headers: {
            "content-type": "application/json",
            host: "evil.example",
            "x-forwarded-host": "evil.example",
            "x-forwarded-proto": "https",
            forwarded: "host=evil.example;proto=https",
          },
        },
        (response) => void response.resume().on("end", () => resolve()),
      );
      sending.on("error", reject);
      sending.end(body);
    });
    const mail = await world.mail(email, new RegExp(`Your new link: ${title}`));
    expect(JSON.stringify(mail)).not.toContain("evil.example");
    expect(new URL(mail.links[0] ?? "").origin).toBe(`http://localhost:${new URL(world.app.url).port}`);
  });

  it("a session by a link reaches its one request and nothing else, and ticks its items off", async () => {
    const mine = await sent();
    const other = await sent(owner, mine.contact);
    const { sessionToken } = (await claim(mine.link, newDevice())).result;
    expect(await viewer(sessionToken)).toMatchObject({
      email: mine.email,
      session: { assurance: "LINK" },
      account: null,
      requests: { nodes: [{ id: mine.id }] },
    });
    const node = async (id: string) =>
      (await world.ask("query($id: ID!) { node(id: $id) { id } }", { id }, sessionToken)).data?.node;
    expect(await node(mine.id)).toEqual({ id: mine.id });
    for (const id of [other.id, mine.contact.id, firm.id]) expect(await node(id)).toBeNull();
    for (const query of ["{ firm { id } }", "{ contacts { nodes { id } } }", "{ auditEvents { nodes { id } } }"])
      expect((await world.ask(query, {}, sessionToken)).errors?.[0]?.extensions.code).toMatch(
        /UNAUTHENTICATED|FORBIDDEN/,
      );

    const tick = (itemId: string | undefined, done: boolean): Promise<Data> =>
      world.mutate(
        "setRequestItemDone",
        "SetRequestItemDoneInput",
        "request { completedAt items { done } }",
        { itemId, done },
        sessionToken,
      );
    expect(codesOf(await tick(other.items[0], true))).toEqual(["NOT_FOUND"]);
    expect((await tick(mine.items[0], true)).request.completedAt).toBeNull();
    expect((await tick(mine.items[1], true)).request).toEqual({
      completedAt: expect.any(String),
      items: [{ done: true }, { done: true }],
    });
    for (const item of mine.items) expect((await tick(item, false)).request.completedAt).toBeNull();
    await Promise.all([tick(mine.items[0], true), tick(mine.items[1], true)]);
    expect(await rows("SELECT completedAt FROM client_requests WHERE id = ?", mine.id)).not.toEqual([
      { completedAt: null },
    ]);
  });

  it("from a link the client creates an account, and sees every request to the address", async () => {
    const mine = await sent();
    const sameMailbox = await world.contact(owner, "Fields Holding", mine.email);
    const other = await sent(owner, sameMailbox);
    const strangers = await sent();
    const { sessionToken } = (await claim(mine.link, newDevice())).result;
    const created = await createAccount(sessionToken);
    expect(created.result).toMatchObject({ __typename: "SignedIn", session: { assurance: "PASSWORD" } });
    const ids = await requestIds(created.result.sessionToken);
    expect(ids).toEqual([mine.id, other.id].toSorted());
    expect(ids).not.toContain(strangers.id);
  });

  it("M16 nobody prepares an account for somebody else's address", async () => {
    const { link, email } = await sent();
    // A stranger has requested a confirmation mail, which only the owner of the mailbox receives.
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    expect(codesOf(await createAccount(undefined))).toEqual(["TOKEN_INVALID"]);
    expect(codesOf(await createAccount(undefined, `gmc_${"A".repeat(43)}`))).toEqual(["TOKEN_INVALID"]);
    const confirmation = await world.mailedToken(email, /Create your account/);
    const { sessionToken } = (await claim(link, newDevice())).result;
    expect((await createAccount(sessionToken)).result.__typename).toBe("SignedIn");
    // Whatever was pending for the same address no longer works.
    expect((await createAccount(undefined, confirmation)).result).toBeNull();
    expect(await rows("SELECT id FROM portal_accounts WHERE email = ?", email)).toHaveLength(1);
  });

  it("M12 a device that lost the request cannot create the account with what it had", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    const { link, email, title } = await sent(admin);
    const lost = (await claim(link, newDevice())).result;
    expect(lost.__typename).toBe("AccountRequired");
    world.forward({ minutes: 1 });
    await sendAccessLink(link);
    const newer = await world.mailedToken(email, new RegExp(`Your new link: ${title}`));
    const taken = (await claim(newer, newDevice())).result;
    expect(codesOf(await createAccount(undefined, lost.confirmationToken))).toEqual(["TOKEN_INVALID"]);
    expect((await createAccount(undefined, taken.confirmationToken)).result.__typename).toBe(
      "TwoFactorEnrollmentRequired",
    );
  });

  it("M14 the firm requires 2FA: without an account the link leads to creating it and enrolling", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const before = await sent(admin);
    const open = (await claim(before.link, newDevice())).result;
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    expect(await viewer(open.sessionToken)).toBeNull();

    const { id, link } = await sent(admin);
    const asked = (await claim(link, newDevice())).result;
    expect(asked.__typename).toBe("AccountRequired");
    const created = (await createAccount(undefined, asked.confirmationToken)).result;
    expect(created).toMatchObject({ __typename: "TwoFactorEnrollmentRequired", emailCodeRequired: false });
    const { sessionToken } = await world.enroll({ enrollmentToken: created.enrollmentToken });
    const seen = await viewer(sessionToken ?? "");
    expect(seen.session.assurance).toBe("TWO_FACTOR");
    expect(seen.account).not.toBeNull();
    expect(await requestIds(sessionToken ?? "")).toEqual([id]);
  });

  it("a client who came by a link lands on its request once the account's session is open", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const LANDING = "... on SignedIn { sessionToken landingRequestId }";
    const claimed = async (token: string): Promise<Data> =>
      (
        await world.mutate(
          "claimMagicLink",
          "ClaimMagicLinkInput",
          `result { ${LANDING} ... on AccountRequired { confirmationToken } ... on SignInRequired { requestId } }`,
          { token, deviceKey: newDevice(), transport: "TOKEN" },
        )
      ).result;
    const signIn = async (email: string, landingRequestId: string): Promise<Data> =>
      (
        await world.mutate(
          "portalSignIn",
          "PortalSignInInput",
          `result { ${LANDING} ... on TwoFactorRequired { challengeToken } ... on TwoFactorEnrollmentRequired { enrollmentToken } }`,
          { firmSlug: own.slug, email, password: CLIENT_PASSWORD, landingRequestId, transport: "TOKEN" },
        )
      ).result;
    /** Enrolls with the token of a sign-in; returns the request to land on, and the new authenticator. */
    const enroll = async (enrollmentToken: string, emailCode?: string) => {
      const { enrollment } = await world.mutate(
        "beginTwoFactorEnrollment",
        "BeginTwoFactorEnrollmentInput",
        "enrollment { secret }",
        { enrollmentToken, emailCode },
      );
      const { signedIn } = await world.mutate(
        "confirmTwoFactorEnrollment",
        "ConfirmTwoFactorEnrollmentInput",
        "signedIn { landingRequestId }",
        { enrollmentToken, code: world.code(enrollment.secret), transport: "TOKEN" },
      );
      return { landed: signedIn.landingRequestId, secret: enrollment.secret as string };
    };

    // The link alone, and the account created from its session.
    const first = await sent(admin);
    const open = await claimed(first.link);
    expect(open.landingRequestId).toBe(first.id);
    const created = await world.mutate(
      "createPortalAccount",
      "CreatePortalAccountInput",
      `result { ${LANDING} }`,
      { password: CLIENT_PASSWORD, transport: "TOKEN" },
      open.sessionToken,
    );
    expect(created.result.landingRequestId).toBe(first.id);

    // The firm requires 2FA: the account must be created and enrolled first.
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    const second = await sent(admin);
    const { confirmationToken } = await claimed(second.link);
    const { enrollmentToken } = (await createAccount(undefined, confirmationToken)).result;
    expect((await enroll(enrollmentToken)).landed).toBe(second.id);

    // The same for a client who must sign in first: through the mailed code and the enrollment, and later with a code.
    const third = await sent(admin, first.contact);
    const { requestId } = await claimed(third.link);
    expect(requestId).toBe(third.id);
    const entering = await signIn(first.email, requestId);
    const code = /\b\d{6}\b/.exec((await world.mail(first.email, /code/i)).text)?.[0];
    const { landed, secret } = await enroll(entering.enrollmentToken, code);
    expect(landed).toBe(third.id);
    const verify = async (wanted: string): Promise<string | null> => {
      const { challengeToken } = await signIn(first.email, wanted);
      const { result } = await world.mutate("verifyTwoFactor", "VerifyTwoFactorInput", `result { ${LANDING} }`, {
        challengeToken,
        code: world.freshCode(secret),
        transport: "TOKEN",
      });
      expect(result.sessionToken).toEqual(expect.any(String));
      return result.landingRequestId;
    };
    expect(await verify(third.id)).toBe(third.id);
    // Another client's request behaves like one that does not exist.
    for (const wanted of [second.id, "req_nonsense", third.id.replace(/.$/, (last) => (last === "0" ? "1" : "0"))])
      expect(await verify(wanted)).toBeNull();
  });

  it("M14 the firm requires 2FA: enrolled clients need the code, the others sign in first", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const enrolled = await world.client(own, admin);
    const { secret } = await world.enroll({ token: enrolled.created.result.sessionToken });
    const plain = await world.client(own, admin);
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    const toEnrolled = await sent(admin, { id: enrolled.contactId, email: enrolled.email });
    const toPlain = await sent(admin, { id: plain.contactId, email: plain.email });

    expect((await claim(toPlain.link, newDevice())).result.__typename).toBe("SignInRequired");
    const asked = (await claim(toEnrolled.link, newDevice())).result;
    expect(asked.__typename).toBe("TwoFactorRequired");
    expect(
      codesOf(
        await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
          challengeToken: asked.challengeToken,
          code: "000000",
        }),
      ),
    ).toEqual(["INVALID_CODE"]);
    const verified = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
      challengeToken: asked.challengeToken,
      code: world.freshCode(secret),
    });
    expect(verified.result).toMatchObject({ __typename: "SignedIn", session: { assurance: "LINK" } });
    expect(await viewer(verified.result.sessionToken)).toMatchObject({
      account: null,
      requests: { nodes: [{ id: toEnrolled.id }] },
    });
  });

  it("M12 a pending code opens nothing once a newer link has taken the request", async () => {
    const enrolled = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: enrolled.created.result.sessionToken });
    const { link, title, email } = await sent(owner, { id: enrolled.contactId, email: enrolled.email });
    const lost = (await claim(link, newDevice())).result;
    world.forward({ minutes: 1 });
    await sendAccessLink(link);
    const newer = await world.mailedToken(email, new RegExp(`Your new link: ${title}`));
    const taken = (await claim(newer, newDevice())).result;
    const verify = (challengeToken: string): Promise<Data> =>
      world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code: world.freshCode(secret) });
    expect(codesOf(await verify(lost.challengeToken))).toEqual(["CHALLENGE_EXPIRED"]);
    expect((await verify(taken.challengeToken)).result).toMatchObject({ session: { assurance: "LINK" } });
  });

  it("2FA mode with magicLinkRequiresTwoFactor off: the link alone opens one request, enrolled clients still need the code", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const enrolled = await world.client(own, admin);
    await world.enroll({ token: enrolled.created.result.sessionToken });
    const plain = await world.client(own, admin);
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own, { magicLinkRequiresTwoFactor: false });
    const toEnrolled = await sent(admin, { id: enrolled.contactId, email: enrolled.email });
    const toPlain = await sent(admin, { id: plain.contactId, email: plain.email });
    const toStranger = await sent(admin);
    expect((await claim(toEnrolled.link, newDevice())).result.__typename).toBe("TwoFactorRequired");
    for (const { id, link } of [toPlain, toStranger]) {
      const { sessionToken } = (await claim(link, newDevice())).result;
      expect(await viewer(sessionToken)).toMatchObject({ session: { assurance: "LINK" }, account: null });
      expect(await requestIds(sessionToken)).toEqual([id]);
      // From there an account-wide session still requires the second factor.
      const created = await createAccount(sessionToken);
      expect(created.result?.__typename).toBe(id === toStranger.id ? "TwoFactorEnrollmentRequired" : undefined);
    }
  });

  it("a client who enrolls needs the code from then on, even where a link was open already", async () => {
    const client = await world.client(firm, owner);
    const { link } = await sent(owner, { id: client.contactId, email: client.email });
    const device = newDevice();
    const open = (await claim(link, device)).result;
    expect(await viewer(open.sessionToken)).not.toBeNull();
    await world.enroll({ token: client.created.result.sessionToken });
    expect(await viewer(open.sessionToken)).toBeNull();
    expect((await claim(link, device)).result.__typename).toBe("TwoFactorRequired");
  });

  it("MAGIC_LINK_ONLY: links open, even for enrolled clients, and nothing works with a password", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const enrolled = await world.client(own, admin);
    await world.enroll({ token: enrolled.created.result.sessionToken });
    const { link, contact } = await sent(admin, { id: enrolled.contactId, email: enrolled.email });
    const fresh = await sent(admin);
    await setMode("MAGIC_LINK_ONLY", own);

    expect((await claim(link, newDevice())).result).toMatchObject({ session: { assurance: "LINK" } });
    const { sessionToken } = (await claim(fresh.link, newDevice())).result;
    expect(await requestIds(sessionToken)).toEqual([fresh.id]);
    expect(codesOf(await world.portalSignIn(own, contact.email))).toEqual(["LOGIN_DISABLED"]);
    expect(codesOf(await createAccount(sessionToken))).toEqual(["LOGIN_DISABLED"]);
    for (const name of ["requestPortalAccount", "requestPasswordReset"])
      expect(
        codesOf(await world.mutate(name, "PortalEmailInput", "accepted", { firmSlug: own.slug, email: contact.email })),
      ).toEqual(["LOGIN_DISABLED"]);
  });

  it("M04 the device has 30 days from its first claim, not sliding; an unclaimed link expires after 30", async () => {
    const used = await sent();
    const unused = await sent();
    const device = newDevice();
    await claim(used.link, device);
    world.forward({ minutes: 30 * DAY_IN_MINUTES - 10 });
    expect((await claim(used.link, device)).result.__typename).toBe("SignedIn");
    expect((await preview(unused.link)).state).toBe("UNCLAIMED");
    world.forward({ minutes: 11 });
    expect((await claim(used.link, device)).result).toMatchObject({
      __typename: "MagicLinkNotUsable",
      state: "EXPIRED",
    });
    expect((await claim(unused.link, device)).result.state).toBe("EXPIRED");
    // One that the client requested lives a day.
    await sendAccessLink(unused.link);
    const asked = await world.mailedToken(unused.email, /Your new link/);
    expect((await preview(asked)).state).toBe("UNCLAIMED");
    world.forward({ minutes: DAY_IN_MINUTES });
    expect((await claim(asked, device)).result.state).toBe("EXPIRED");
  });
});
