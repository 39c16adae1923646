import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { accessEndings, counts, DAY_MS, endingActs, type EndingAct } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { plainSql } from "../../testing/firm-statements.js";
import { statementsDuring } from "../../testing/statements.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "another long password of mine";
const CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36";
const DEVICE = "id createdAt expiresAt lastUsedAt userAgent ipAddress current";
const RESULT =
  "result { __typename ... on TwoFactorRequired { challengeToken } ... on SignedIn { session { id } } } userErrors { code }";

describeOnDatabases("X70 a device that skips the code", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    await allow(14);
  });
  afterAll(() => world.stop());

  const fresh = () => world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
  async function allow(trustedDeviceDays: number) {
    await fresh();
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
    const input = { trustedDeviceDays, expectedVersion: data.firm.securityPolicy.version };
    const done = await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", input, owner);
    expect(codesOf(done)).toEqual([]);
  }

  /** A browser with its cookies. */
  class Browser {
    readonly cookies = new Map<string, string>();
    async ask(query: string, variables: object = {}): Promise<Data> {
      const answer = await world.ask(query, variables, undefined, {
        origin: world.app.publicUrl,
        cookie: [...this.cookies].map((pair) => pair.join("=")).join("; "),
        "user-agent": CHROME,
      });
      for (const header of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
        if (value === "") this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
      if (answer.errors) throw new Error(JSON.stringify(answer.errors));
      return answer.data;
    }
    async send(name: string, type: string, input: object, selection: string): Promise<Data> {
      const query = `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
      return (await this.ask(query, { input }))[name];
    }
    signIn(email: string, password = CLIENT_PASSWORD): Promise<Data> {
      return this.send("portalSignIn", "PortalSignInInput", { firmSlug: firm.slug, email, password }, RESULT);
    }
    /** What the password leads to. */
    async step(email: string, password = CLIENT_PASSWORD): Promise<string> {
      const { result, userErrors } = await this.signIn(email, password);
      return result?.__typename ?? userErrors[0].code;
    }
    /** Signs in with a code, and trusts the browser. */
    async trust({ email, secret }: { email: string; secret: string }): Promise<void> {
      const { result } = await this.signIn(email);
      const input = { challengeToken: result.challengeToken, code: world.freshCode(secret), trustDevice: true };
      expect((await this.send("verifyTwoFactor", "VerifyTwoFactorInput", input, RESULT)).result.__typename).toBe(
        "SignedIn",
      );
    }
    async devices(): Promise<Data[]> {
      const query = `{ viewer { ... on PortalViewer { account { trustedDevices { ${DEVICE} } } } } }`;
      return (await this.ask(query)).viewer.account.trustedDevices;
    }
    async isSignedIn(): Promise<boolean> {
      return (await this.ask("{ viewer { __typename } }")).viewer !== null;
    }
  }

  /** A client with an authenticator; `token` is a session without a browser. */
  const client = async () => {
    const { email, contactId, created } = await world.client(firm, owner);
    const token = created.result.sessionToken as string;
    const { secret } = await world.enroll({ token });
    const { data } = await world.ask("{ viewer { ... on PortalViewer { account { id } } } }", {}, token);
    return { email, contactId, token, secret, accountId: data.viewer.account.id as string };
  };
  type Client = Awaited<ReturnType<typeof client>>;
  const trusting = async () => {
    const given = await client();
    const browser = new Browser();
    await browser.trust(given);
    return { ...given, browser };
  };
  const seenByFirm = async (contactId: string, token = owner): Promise<Data[]> => {
    const query = `query($id: ID!) { contact(id: $id) { portalAccount { trustedDevices { ${DEVICE} } } } }`;
    return (await world.ask(query, { id: contactId }, token)).data.contact.portalAccount.trustedDevices;
  };
  const revoke = (input: object, token: string) =>
    world.mutate("revokeTrustedDevice", "RevokeTrustedDeviceInput", "revokedTrustedDeviceId", input, token);
  const stored = async (accountId: string): Promise<string[]> => {
    const rows = await world.app.work.reader.query("SELECT id FROM trusted_devices WHERE ownerId = ?", [accountId]);
    return (rows as { id: string }[]).map(({ id }) => id).toSorted();
  };
  interface Logged {
    type: string;
    actorName: string;
    contactId: string | null;
    reason: string | null;
    data: Data;
  }
  const logged = async (accountId: string): Promise<Logged[]> => {
    const rows = (await world.app.work.reader.query(
      "SELECT type, actorName, contactId, reason, data FROM audit_events WHERE accountId = ? AND type IN ('DEVICE_TRUSTED', 'TRUSTED_DEVICE_REVOKED') ORDER BY seq",
      [accountId],
    )) as (Omit<Logged, "data"> & { data: string })[];
    return rows.map((row) => ({ ...row, data: JSON.parse(row.data) }));
  };
  /** The devices that somebody knows who reads nothing but the log. */
  const fromLog = async (accountId: string): Promise<string[]> => {
    const known = new Set<string>();
    for (const { type, data } of await logged(accountId))
      if (type === "DEVICE_TRUSTED") known.add(data.trustedDeviceId);
      else for (const id of data.trustedDeviceIds) expect([id, known.delete(id)]).toEqual([id, true]);
    return [...known].toSorted();
  };

  it("is shown to its client and to the firm, with when it was trusted, until when, and when it last skipped the code", async () => {
    const { browser, email, secret, contactId, accountId, token } = await trusting();
    const trustedAt = world.now();
    const [seen, ...more] = await browser.devices();
    expect(more).toEqual([]);
    expect(seen).toMatchObject({ lastUsedAt: null, userAgent: CHROME, ipAddress: "127.0.0.1", current: true });
    expect(Math.abs(Date.parse(seen.createdAt) - trustedAt)).toBeLessThan(20_000);
    expect(Date.parse(seen.expiresAt) - Date.parse(seen.createdAt)).toBe(14 * DAY_MS);
    // Elsewhere, and for the firm, it is the same device, and not the one that asks.
    expect(await seenByFirm(contactId)).toEqual([{ ...seen, current: false }]);
    const key = await world.key(owner, ["CONTACTS_READ"]);
    expect(await seenByFirm(contactId, key)).toEqual([{ ...seen, current: false }]);
    const own = `{ viewer { ... on PortalViewer { account { trustedDevices { current } } } } }`;
    expect((await world.ask(own, {}, token)).data.viewer.account.trustedDevices).toEqual([{ current: false }]);

    world.forward({ minutes: 60 });
    expect(await browser.step(email)).toBe("SignedIn");
    const [used] = await browser.devices();
    expect(Math.abs(Date.parse(used.lastUsedAt) - world.now())).toBeLessThan(20_000);
    // A code in another browser is no use of it.
    await new Browser().trust({ email, secret });
    expect((await browser.devices()).at(-1)).toEqual(used);

    const [event] = await logged(accountId);
    expect(event).toMatchObject({ type: "DEVICE_TRUSTED", actorName: email, contactId });
    expect(event?.data).toEqual({
      email,
      portalAccountId: accountId,
      trustedDeviceId: seen.id,
      browser: "Chrome on Windows",
      days: 14,
      until: seen.expiresAt,
    });
  });

  it("costs a sign-in one statement where it skips the code, and none elsewhere", async () => {
    const { browser, email } = await trusting();
    const ofDevices = async (from: Browser) =>
      (await statementsDuring(() => from.signIn(email)))
        .map(({ sql }) => plainSql(sql))
        .filter((sql) => sql.includes("trusted_devices"))
        .map((sql) => /^\w+/.exec(sql)?.[0]);
    expect(await ofDevices(browser)).toEqual(["SELECT", "UPDATE"]);
    expect(await ofDevices(new Browser())).toEqual([]);
  });

  it("is read with all others of a page of accounts by one statement", async () => {
    const contactIds = [(await trusting()).contactId, (await trusting()).contactId];
    const query = "{ contacts(first: 50) { nodes { id portalAccount { trustedDevices { id } } } } }";
    let found: Data[] = [];
    const sent = await statementsDuring(async () => {
      found = (await world.ask(query, {}, owner)).data.contacts.nodes;
    });
    expect(sent.filter(({ sql }) => plainSql(sql).includes("trusted_devices"))).toHaveLength(1);
    const shown = found.filter(({ id }) => contactIds.includes(id)).map(({ portalAccount }) => portalAccount);
    expect(shown.map(({ trustedDevices }) => trustedDevices.length)).toEqual([1, 1]);
  });

  it("is notified of by mail, with the link by which whoever did not trust it signs everybody out", async () => {
    const { email, browser } = await trusting();
    const mail = await world.mail(email, /^A device will skip the code$/);
    expect(mail.text).toContain("For 14 days");
    const link = mail.links.find((address) => address.includes("/not-me#token=")) ?? "";
    const token = decodeURIComponent(/#token=([^&]+)/.exec(link)?.[1] ?? "");
    expect(codesOf(await world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token }))).toEqual([]);
    expect(await browser.isSignedIn()).toBe(false);
  });

  it("asks for the code again once the firm allows fewer days than have passed, or none, and is shown no longer", async () => {
    const { browser, email, contactId, secret } = await trusting();
    world.forward({ minutes: 5 * 24 * 60 });
    owner = await world.ownerToken(firm);
    expect(await browser.step(email)).toBe("SignedIn");
    try {
      await allow(6);
      const [device] = await browser.devices();
      expect(Date.parse(device.expiresAt) - Date.parse(device.createdAt)).toBe(6 * DAY_MS);
      expect(await browser.step(email)).toBe("SignedIn");
      for (const days of [5, 0]) {
        await allow(days);
        expect([days, await browser.step(email)]).toEqual([days, "TwoFactorRequired"]);
        expect([days, await seenByFirm(contactId)]).toEqual([days, []]);
      }
    } finally {
      await allow(14);
    }
    // It ends by itself.
    expect(await browser.step(email)).toBe("SignedIn");
    world.forward({ minutes: 9 * 24 * 60 });
    owner = await world.ownerToken(firm);
    expect(await browser.step(email)).toBe("TwoFactorRequired");
    expect(await seenByFirm(contactId)).toEqual([]);
    await browser.trust({ email, secret });
    expect(await browser.step(email)).toBe("SignedIn");
  });

  it("asks for the code again once its client, the firm or a key removes it, and the log says who and why", async () => {
    const key = await world.key(owner, ["ACCESS_WRITE"]);
    for (const [who, by] of [
      ["the client", null],
      ["the firm", owner],
      ["a key", key],
    ] as const) {
      const { browser, email, accountId, contactId, token, ...given } = await trusting();
      const other = new Browser();
      await other.trust({ email, ...given });
      const [, first] = await seenByFirm(contactId);
      const trustedDeviceId = first.id as string;
      const done = await revoke({ trustedDeviceId, ...(by === null ? {} : { reason: "stolen" }) }, by ?? token);
      expect([who, done]).toEqual([who, { revokedTrustedDeviceId: trustedDeviceId, userErrors: [] }]);
      expect([who, await browser.step(email), await other.step(email)]).toEqual([who, "TwoFactorRequired", "SignedIn"]);
      expect((await logged(accountId)).at(-1)).toMatchObject({
        type: "TRUSTED_DEVICE_REVOKED",
        contactId,
        actorName: { "the client": email, "the firm": "Olive Owner", "a key": "A key of the tests" }[who],
        reason: by === null ? null : "stolen",
        data: { email, trustedDeviceIds: [trustedDeviceId], why: "REVOKED" },
      });
      expect(await fromLog(accountId)).toEqual(await stored(accountId));
      expect(codesOf(await revoke({ trustedDeviceId }, by ?? token))).toEqual(["NOT_FOUND"]);
    }
  });

  it("is removed by its own browser together with its cookie, and the session there goes on", async () => {
    const { browser, email } = await trusting();
    const [device] = await browser.devices();
    expect([...browser.cookies.values()].some((value) => value.startsWith("gtd_"))).toBe(true);
    const input = { trustedDeviceId: device.id };
    await browser.send("revokeTrustedDevice", "RevokeTrustedDeviceInput", input, "userErrors { code }");
    expect([...browser.cookies.values()].some((value) => value.startsWith("gtd_"))).toBe(false);
    expect(await browser.devices()).toEqual([]);
    expect(await browser.step(email)).toBe("TwoFactorRequired");
  });

  it("is nobody else's to see or remove: another client's, another firm's, a colleague's who only reads", async () => {
    const { contactId, browser, email } = await trusting();
    const [device] = await seenByFirm(contactId);
    const trustedDeviceId = device.id as string;
    const neighbour = await client();
    const stranger = await world.ownerToken(await world.firm());
    for (const token of [neighbour.token, stranger]) {
      expect(codesOf(await revoke({ trustedDeviceId }, token))).toEqual(["NOT_FOUND"]);
      const { data } = await world.ask(`{ node(id: "${trustedDeviceId}") { id } }`, {}, token);
      expect(data.node).toBeNull();
    }
    const staff = await world.ownerToken({ owner: await world.member(firm.id, "STAFF") });
    expect(await seenByFirm(contactId, staff)).toHaveLength(1);
    await expect(revoke({ trustedDeviceId }, staff)).rejects.toThrow("FORBIDDEN");
    await expect(revoke({ trustedDeviceId }, await world.key(owner, ["CONTACTS_READ"]))).rejects.toThrow("FORBIDDEN");
    expect(await browser.step(email)).toBe("SignedIn");
  });

  it("is removed once, however many do so at the same moment", async () => {
    const { contactId, accountId, token } = await trusting();
    const [device] = await seenByFirm(contactId);
    const input = { trustedDeviceId: device.id as string };
    const answers = await Promise.all([owner, token, owner, token].map((by) => revoke(input, by)));
    expect(answers.flatMap(codesOf)).toEqual(["NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
    expect(await logged(accountId)).toHaveLength(2);
  });

  it("takes the place of what the same browser trusted before", async () => {
    const { browser, email, secret, accountId } = await trusting();
    world.forward({ minutes: 15 * 24 * 60 });
    owner = await world.ownerToken(firm);
    const [old] = await stored(accountId);
    await browser.trust({ email, secret });
    const now = await stored(accountId);
    expect(now).toHaveLength(1);
    expect(now).not.toEqual([old]);
    expect((await logged(accountId)).map(({ type, data }) => data.why ?? type)).toEqual([
      "DEVICE_TRUSTED",
      "TRUSTED_AGAIN",
      "DEVICE_TRUSTED",
    ]);
    expect(await fromLog(accountId)).toEqual(now);
  });

  it("are twenty at most: the one that was trusted first is forgotten", async () => {
    const { browser: first, email, secret, accountId } = await trusting();
    const second = new Browser();
    await second.trust({ email, secret });
    for (let n = 2; n <= counts.trustedDevicesPerOwner; n++) await new Browser().trust({ email, secret });
    expect(await stored(accountId)).toHaveLength(counts.trustedDevicesPerOwner);
    expect([await first.step(email), await second.step(email)]).toEqual(["TwoFactorRequired", "SignedIn"]);
    expect(await fromLog(accountId)).toEqual(await stored(accountId));
  }, 60_000);

  const clientActs = endingActs.filter((act) => accessEndings.TRUSTED_DEVICES[act] === "ends");
  type Acting = Client & { to: string };
  const mailedLink = async (to: string, subject: RegExp, page: string) => {
    const { links } = await world.mail(to, subject);
    const link = links.find((address) => address.includes(`${page}#token=`)) ?? "";
    return decodeURIComponent(/#token=([^&]+)/.exec(link)?.[1] ?? "");
  };
  const signOutEverywhere = "mutation { signOutEverywhere { endedSessions session { id } userErrors { code } } }";
  /** Each way of each act; returns the email and password with which the client signs in from then on. */
  const ways: Record<string, { act: EndingAct; go: (client: Acting) => Promise<Data> }> = {
    "a password that was reset by mail": {
      act: "PASSWORD_RESET",
      go: async ({ contactId, email }) => {
        await world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, owner);
        const resetToken = await world.mailedToken(email, /new password/);
        const input = { resetToken, newPassword: NEW_PASSWORD };
        return world.signIn("resetPassword", "ResetPasswordInput", input);
      },
    },
    "a password that was changed": {
      act: "PASSWORD_CHANGED",
      go: ({ token, secret }) => {
        const input = { currentPassword: CLIENT_PASSWORD, newPassword: NEW_PASSWORD };
        return world
          .mutate(
            "stepUp",
            "StepUpInput",
            "session { id }",
            { password: CLIENT_PASSWORD, code: world.freshCode(secret) },
            token,
          )
          .then(() => world.mutate("changePassword", "ChangePasswordInput", "session { id }", input, token));
      },
    },
    "“This wasn’t me”": {
      act: "NOT_ME",
      go: async ({ email }) => {
        const token = await mailedLink(email, /Two-factor authentication is on/, "/not-me");
        await world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token });
        // The password was disabled with it.
        const resetToken = await mailedLink(email, /password/i, "/reset");
        const input = { resetToken, newPassword: NEW_PASSWORD };
        return world.signIn("resetPassword", "ResetPasswordInput", input);
      },
    },
    "another authenticator": {
      act: "TWO_FACTOR_SET_UP",
      go: async ({ token, secret }) => {
        const { enrollment } = await world.mutate(
          "beginTwoFactorEnrollment",
          "BeginTwoFactorEnrollmentInput",
          "enrollment { secret }",
          { currentCode: world.freshCode(secret) },
          token,
        );
        const input = { code: world.freshCode(enrollment.secret) };
        return world.mutate(
          "confirmTwoFactorEnrollment",
          "ConfirmTwoFactorEnrollmentInput",
          "recoveryCodes",
          input,
          token,
        );
      },
    },
    "2FA that its client turned off and set up again": {
      act: "TWO_FACTOR_DISABLED",
      go: async ({ token, secret }) => {
        const stepUp = { password: CLIENT_PASSWORD, code: world.freshCode(secret) };
        await world.mutate("stepUp", "StepUpInput", "session { id }", stepUp, token);
        const input = { code: world.freshCode(secret) };
        const done = await world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", input, token);
        await world.enroll({ token });
        return done;
      },
    },
    "2FA that the firm reset": {
      act: "TWO_FACTOR_RESET",
      go: async ({ contactId, email }) => {
        await fresh();
        const input = { contactId, reason: "lost phone" };
        const done = await world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", input, owner);
        await world.enroll({ token: (await world.portalSignIn(firm, email)).result.sessionToken });
        return done;
      },
    },
    "the firm's “Sign out everywhere”": {
      act: "SIGNED_OUT_EVERYWHERE",
      go: ({ contactId }) =>
        world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner),
    },
    "the client's own “Sign out everywhere”": {
      act: "SIGNED_OUT_EVERYWHERE",
      go: async ({ token }) => (await world.ask(signOutEverywhere, {}, token)).data.signOutEverywhere,
    },
    "a new login email": {
      act: "LOGIN_EMAIL_CHANGED",
      go: async ({ contactId, to }) => {
        await fresh();
        const input = { contactId, email: to };
        await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", input, owner);
        const token = await world.mailedToken(to, /Confirm your new/);
        return world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
      },
    },
    "an account that was deleted": {
      act: "PERSON_REMOVED",
      go: async ({ contactId }) => {
        await fresh();
        const input = { contactId, reason: "left" };
        return world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", input, owner);
      },
    },
  };

  it("X71 has a way for every act that ends it", () => {
    expect([...new Set(Object.values(ways).map(({ act }) => act))].toSorted()).toEqual(clientActs.toSorted());
  });

  it.each(Object.entries(ways))("X71 after %s, the code is asked for in every browser", async (_way, { act, go }) => {
    const given = await client();
    const { email, accountId, contactId } = given;
    const to = `new-${email}`;
    const browsers = [new Browser(), new Browser()] as const;
    for (const browser of browsers) {
      await browser.trust(given);
      expect(await browser.step(email)).toBe("SignedIn");
    }
    const before = await stored(accountId);
    expect(before).toHaveLength(2);
    expect(codesOf(await go({ ...given, to }))).toEqual([]);

    for (const browser of browsers) {
      expect(await browser.isSignedIn()).toBe(false);
      const password = ["PASSWORD_RESET", "PASSWORD_CHANGED", "NOT_ME"].includes(act) ? NEW_PASSWORD : CLIENT_PASSWORD;
      expect(await browser.step(act === "LOGIN_EMAIL_CHANGED" ? to : email, password)).toBe(
        act === "PERSON_REMOVED" ? "INVALID_CREDENTIALS" : "TwoFactorRequired",
      );
    }
    // One event names them all, in the log of the contact, and nothing else is needed to know that none is left.
    const { trustedDeviceIds, why } = (await logged(accountId)).at(-1)?.data ?? {};
    expect([trustedDeviceIds.toSorted(), why]).toEqual([before, act]);
    expect((await logged(accountId)).at(-1)?.contactId).toBe(contactId);
    expect([await fromLog(accountId), await stored(accountId)]).toEqual([[], []]);
  });

  it("X72 a client who signs out everywhere stays signed in here, under another cookie, and nowhere else", async () => {
    const { browser: here, email, secret, accountId } = await trusting();
    const elsewhere = new Browser();
    await elsewhere.trust({ email, secret });
    // Whoever copied the cookie is out too.
    const copy = new Browser();
    for (const [name, value] of here.cookies) copy.cookies.set(name, value);
    expect(await copy.isSignedIn()).toBe(true);

    const { endedSessions, session, userErrors } = (await here.ask(signOutEverywhere)).signOutEverywhere;
    expect(userErrors).toEqual([]);
    // The session with which the client set up the authenticator, and the one elsewhere.
    expect(endedSessions).toBe(2);
    const { viewer } = await here.ask("{ viewer { ... on PortalViewer { session { id } } } }");
    expect(viewer.session.id).toBe(session.id);
    expect([await here.isSignedIn(), await elsewhere.isSignedIn(), await copy.isSignedIn()]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await here.devices()).toEqual([]);
    expect(await here.step(email)).toBe("TwoFactorRequired");
    expect(await stored(accountId)).toEqual([]);
    const { data } = await world.ask(
      "{ auditEvents(first: 5, filter: { types: [SESSIONS_REVOKED] }) { nodes { summary } } }",
      {},
      owner,
    );
    expect(data.auditEvents.nodes[0].summary).toMatch(`${email} ended 2 sessions of`);
  });

  it("X72 a colleague who signs out everywhere stays signed in here only", async () => {
    const email = await world.member(firm.id, "ADMIN");
    const [here, elsewhere] = [await world.ownerToken({ owner: email }), await world.ownerToken({ owner: email })];
    const { data } = await world.ask(signOutEverywhere, {}, here);
    expect(data.signOutEverywhere).toMatchObject({ endedSessions: 1, userErrors: [] });
    const isIn = async (token: string) =>
      (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;
    expect([await isIn(here), await isIn(elsewhere)]).toEqual([true, false]);
  });
});
