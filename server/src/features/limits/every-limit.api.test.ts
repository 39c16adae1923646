import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { attemptLimits, counts, lengths, lifetimes, secondFactorLock } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, until, World, type Data } from "../../testing/world.js";

/** Runs into a limit: how often (or up to what size) the input was accepted, and the response to one more. */
type Row = () => Promise<{ taken: number; next: string }>;
/** A limit elsewhere: the test that runs into it. */
interface Elsewhere {
  file: string;
  test: string;
}
/** A value that limits nobody's attempts, with the reason. */
type NoBound = string;

const A_SECOND_PAST = 1;

/** X5: a limit that nobody enforces is not a limit. A limit without a row here does not compile. */
describeOnDatabases("X5 every limit refuses at the API", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let sources = 0;
  beforeAll(async () => {
    world = await World.start(database.url(), { trustedProxies: ["127.0.0.1"], sourceLimitFactor: 1 });
    firm = await world.firm();
  }, 60_000);
  afterAll(() => world.stop());
  const signInOwner = async () => {
    const input = { email: firm.owner, password: "a long owner password", transport: "TOKEN" };
    const { data } = await send("teamSignIn", "TeamSignInInput", "result { ... on SignedIn { sessionToken } }", input);
    owner = data.result.sessionToken;
  };

  const newSource = () => `203.0.${Math.floor(++sources / 250)}.${sources % 250}`;
  /** From a separate address, unless one is given; returns the code of the response, "OK" if there is none. */
  const send = async (
    name: string,
    inputType: string,
    selection: string,
    input: object,
    { source = newSource(), token }: { source?: string; token?: string | null } = {},
  ): Promise<{ code: string; data: Data }> => {
    const { data, errors } = await world.ask(
      `mutation($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`,
      { input },
      token ?? undefined,
      { "x-forwarded-for": source },
    );
    const code = errors?.[0]?.extensions.code ?? data[name].userErrors[0]?.code ?? "OK";
    return { code, data: data?.[name] };
  };
  const asOwner = (name: string, inputType: string, selection: string, input: object) =>
    send(name, inputType, selection, input, { token: owner });
  /** Repeats the act until the response changes. */
  const untilAnother = async (act: (n: number) => Promise<string>, most = 300) => {
    const first = await act(0);
    for (let taken = 1; taken < most; taken++) {
      const code = await act(taken);
      if (code !== first) return { taken, next: code };
    }
    return { taken: most, next: "never refused" };
  };
  /** The size that is accepted, and the response to one more. */
  const upTo = async (size: number, act: (size: number) => Promise<string>) => ({
    taken: (await act(size)) === "OK" ? size : -1,
    next: await act(size + 1),
  });
  const from = async (size: number, act: (size: number) => Promise<string>) => ({
    taken: (await act(size)) === "OK" ? size : -1,
    next: await act(size - 1),
  });

  const contact = async (name = "Maya Fields") => {
    const email = `maya-${++sources}@client.example`;
    const { data } = await asOwner("createContact", "ContactInput", "contact { id }", { name, email });
    return { email, id: data.contact.id as string };
  };
  const withToken = async (password = CLIENT_PASSWORD) => {
    const { email, id } = await contact();
    await send("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const create = () =>
      send("createPortalAccount", "CreatePortalAccountInput", SIGNED_IN, {
        confirmationToken,
        password,
        transport: "TOKEN",
      });
    return { email, id, create };
  };
  const client = async () => {
    const { create, ...made } = await withToken();
    return { ...made, created: (await create()).data.result as Data };
  };
  const SIGNED_IN =
    "result { __typename ... on SignedIn { sessionToken } ... on TwoFactorRequired { challengeToken } ... on TwoFactorEnrollmentRequired { enrollmentToken } }";
  const portalSignIn = (email: string, password = CLIENT_PASSWORD, source?: string) =>
    send(
      "portalSignIn",
      "PortalSignInInput",
      SIGNED_IN,
      { firmSlug: firm.slug, email, password, transport: "TOKEN" },
      source === undefined ? {} : { source },
    );
  /** A firm that requires 2FA: a password alone leads to a mailed code. */
  const require2fa = async (mode = "MAGIC_LINK_AND_LOGIN_2FA") => {
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
    const expectedVersion = data.firm.securityPolicy.version;
    await asOwner("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", { mode, expectedVersion });
  };
  const without2fa = () => require2fa("MAGIC_LINK_AND_LOGIN");
  const request = (contactId: string, over: object = {}) =>
    asOwner("sendClientRequest", "SendClientRequestInput", "request { id }", {
      contactId,
      title: "Papers",
      items: ["Passport"],
      ...over,
    });
  const begin = (enrollmentToken: string, emailCode: string) =>
    send("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
      enrollmentToken,
      emailCode,
    });
  const heldBack = async (): Promise<number> => {
    const { data } = await world.ask(
      "{ auditEvents(first: 100, filter: { types: [MAIL_SUPPRESSED] }) { nodes { id } } }",
      {},
      owner,
    );
    return data.auditEvents.nodes.length;
  };
  /** The response to an expiring mailed link, right before and right after it expires. */
  const expires = async (lifetimeMs: number, act: () => Promise<string>) => {
    world.forward({ seconds: lifetimeMs / 1000 + A_SECOND_PAST });
    const next = await act();
    await signInOwner();
    return { taken: lifetimeMs, next };
  };

  const attempts = {
    password: () => untilAnother(async () => (await portalSignIn("nobody@client.example", "wrong")).code),
    passwordOnKnownDevice: async () => {
      const { email } = await client();
      const query = `mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { userErrors { code } } }`;
      const attempt = async (password: string, cookie: string) => {
        const input = { firmSlug: firm.slug, email, password };
        return world.ask(query, { input }, undefined, { cookie, "x-forwarded-for": newSource() });
      };
      const [known = ""] = (await attempt(CLIENT_PASSWORD, "")).headers
        .getSetCookie()
        .filter((header) => header.includes("known_portal"));
      return untilAnother(
        async () => (await attempt("wrong", known.split(";")[0] ?? "")).data.portalSignIn.userErrors[0].code,
      );
    },
    proofsAgain: async () => {
      const token = (await client()).created.sessionToken as string;
      const input = { password: CLIENT_PASSWORD };
      return untilAnother(async () => (await send("stepUp", "StepUpInput", "session { id }", input, { token })).code);
    },
    passwordBySource: async () => {
      const source = newSource();
      const codes = await Promise.all(
        Array.from({ length: 60 }, async (_, n) => (await portalSignIn(`n${n}@client.example`, "no", source)).code),
      );
      const refused = codes.filter((code) => code !== "INVALID_CREDENTIALS");
      return { taken: codes.length - refused.length, next: refused[0] ?? "never refused" };
    },
    secondFactorBySource: () => {
      const source = newSource();
      const input = { challengeToken: "gch_none", code: "000000" };
      return untilAnother(
        async () =>
          (await send("verifyTwoFactor", "VerifyTwoFactorInput", "result { __typename }", input, { source })).code,
      );
    },
    tokenBySource: () => {
      const source = newSource();
      const input = { resetToken: "gmr_none", newPassword: CLIENT_PASSWORD };
      return untilAnother(
        async () =>
          (await send("resetPassword", "ResetPasswordInput", "result { __typename }", input, { source })).code,
      );
    },
    mailsByAddress: async () => {
      const { email } = await client();
      const before = await heldBack();
      const input = { firmSlug: firm.slug, email };
      for (let n = 0; n < 6; n++) await send("requestPasswordReset", "PortalEmailInput", "accepted", input);
      await until(async () => (await heldBack()) === before + 1);
      const mails = await world.mails(email);
      return {
        taken: mails.filter(({ links }) => links.some((link) => link.includes("/reset#"))).length,
        next: "MAIL_SUPPRESSED",
      };
    },
    mailsBySource: () => {
      const source = newSource();
      return untilAnother(
        async () =>
          (await send("sendAccessLink", "SendAccessLinkInput", "accepted", { token: "gml_none" }, { source })).code,
      );
    },
    requestMailsByMinute: async () => {
      const { data } = await request((await contact()).id);
      const input = { requestId: data.request.id };
      // The request itself was mailed: that counts as the one.
      const { code } = await asOwner("resendClientRequest", "RequestIdInput", "request { id }", input);
      return { taken: 1, next: code };
    },
    requestMailsByHour: async () => {
      const { data } = await request((await contact()).id);
      const input = { requestId: data.request.id };
      for (let taken = 1; ; taken++) {
        world.forward({ minutes: 1 + 2 * taken > 4 ? 4 : 2 });
        const { code } = await asOwner("resendClientRequest", "RequestIdInput", "request { id }", input);
        if (code !== "OK" || taken > 20) return { taken, next: code };
      }
    },
    emailCodesByAccount: async () => {
      const { email } = await client();
      await require2fa();
      const answered = await untilAnother(async () => (await portalSignIn(email)).code);
      await without2fa();
      return answered;
    },
    suppressedMailEvents: async () => {
      const { email } = await client();
      const before = await heldBack();
      const input = { firmSlug: firm.slug, email };
      for (let n = 0; n < 12; n++) await send("requestPasswordReset", "PortalEmailInput", "accepted", input);
      await until(async () => (await heldBack()) > before);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { taken: (await heldBack()) - before, next: "nothing more" };
    },
  } satisfies Record<keyof typeof attemptLimits, Row>;
  const nextOf: Record<keyof typeof attemptLimits, string> = {
    password: "ACCOUNT_LOCKED",
    passwordOnKnownDevice: "ACCOUNT_LOCKED",
    proofsAgain: "TOO_MANY_REQUESTS",
    passwordBySource: "RATE_LIMITED",
    secondFactorBySource: "RATE_LIMITED",
    tokenBySource: "RATE_LIMITED",
    mailsByAddress: "MAIL_SUPPRESSED",
    mailsBySource: "RATE_LIMITED",
    requestMailsByMinute: "TOO_MANY_REQUESTS",
    requestMailsByHour: "TOO_MANY_REQUESTS",
    emailCodesByAccount: "TOO_MANY_REQUESTS",
    suppressedMailEvents: "nothing more",
  };
  it.each(Object.keys(attempts) as (keyof typeof attempts)[])(
    "tries: %s",
    async (name) => {
      await signInOwner();
      expect(await attempts[name]()).toEqual({ taken: attemptLimits[name].attempts, next: nextOf[name] });
    },
    120_000,
  );

  it("attempts at the second factor, and at the mailed code that stands in for it", async () => {
    await signInOwner();
    const { email } = await client();
    await require2fa();
    const codes: string[] = [];
    for (let sign = 0; sign < 3; sign++) {
      const { data } = await portalSignIn(email);
      for (let n = 0; n < 4 && data.result; n++) codes.push((await begin(data.result.enrollmentToken, "000000")).code);
    }
    await without2fa();
    expect(codes.slice(0, secondFactorLock.failures - 1)).toEqual(
      Array(secondFactorLock.failures - 1).fill("EMAIL_CODE_REQUIRED"),
    );
    expect(codes[secondFactorLock.failures - 1]).toBe("ACCOUNT_LOCKED");
  });

  const upsert = (rows: object[]) =>
    asOwner("upsertContacts", "UpsertContactsInput", "results { userErrors { code } }", { contacts: rows }).then(
      ({ code, data }) => (code === "OK" ? (data.results[0]?.userErrors[0]?.code ?? "OK") : code),
    );
  const create = (input: object) =>
    asOwner("createContact", "ContactInput", "contact { id }", { name: "Maya", ...input }).then(({ code }) => code);
  const contactsPage = async (first: number | null, search?: string) => {
    const { data, errors } = await world.ask(
      "query($first: Int, $search: String) { contacts(first: $first, filter: { search: $search }) { nodes { id } } }",
      { first, search },
      owner,
    );
    return { code: errors?.[0]?.extensions.code ?? "OK", nodes: (data?.contacts?.nodes ?? []) as unknown[] };
  };
  const reset2fa = async (reason: string) => {
    const { id } = await client();
    return (await asOwner("resetTwoFactor", "ContactReasonInput", "contact { id }", { contactId: id, reason })).code;
  };
  const claim = (deviceKey: string) =>
    send("claimMagicLink", "ClaimMagicLinkInput", "result { __typename }", {
      token: "gml_none",
      deviceKey,
      transport: "TOKEN",
    });
  const x = (length: number) => "x".repeat(length);

  const bounds: Readonly<Record<keyof typeof counts, Row | Elsewhere | NoBound>> = {
    passkeys: {
      file: "server/src/features/passkeys/passkeys.api.test.ts",
      test: "are reported by mail and in the log; ten at most",
    },
    page: async () => {
      await upsert(Array.from({ length: counts.page + 1 }, (_, n) => ({ name: `Page ${n}`, externalId: `page-${n}` })));
      return { taken: (await contactsPage(null)).nodes.length, next: "next page" };
    },
    pageMax: () => upTo(counts.pageMax, async (size) => (await contactsPage(size)).code),
    reportDays: {
      file: "server/src/features/reports/report-question.test.ts",
      test: "is about 400 days at most",
    },
    unfinishedReports: {
      file: "server/src/features/reports/kept-reports.api.test.ts",
      test: "three unfinished ones at most",
    },
    reportRecipients: {
      file: "server/src/features/report-schedule/report-schedule.api.test.ts",
      test: "fifty colleagues at most",
    },
    upsertRows: () =>
      upTo(counts.upsertRows, (size) =>
        upsert(Array.from({ length: size }, (_, n) => ({ name: "Row", externalId: `row-${n}` }))),
      ),
    importRows: {
      file: "dashboard/src/admin/features/import/import.test.ts",
      test: "if it is empty, broken or too long",
    },
    importBytes: { file: "dashboard/src/admin/features/import/import.test.ts", test: "if it has too many bytes" },
    inviteRows: () =>
      upTo(counts.inviteRows, async (size) => {
        const contactIds = Array.from({ length: size }, () => "con_01m625dgsrfdref8yrhtsvjgg");
        return (
          await asOwner("inviteContacts", "InviteContactsInput", "results { userErrors { code } }", { contactIds })
        ).code;
      }),
    recoveryCodes: async () => {
      const { created } = await client();
      return {
        taken: (await world.enroll({ token: created.sessionToken })).recoveryCodes.length,
        next: "as many as are created",
      };
    },
    recoveryCodesFew: "the length of a mail, not a limit",
    trustedDeviceDaysMax: () =>
      upTo(counts.trustedDeviceDaysMax, async (trustedDeviceDays) => {
        const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
        const expectedVersion = data.firm.securityPolicy.version;
        return (
          await asOwner("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", {
            trustedDeviceDays,
            expectedVersion,
          })
        ).code;
      }),
    challengeFailures: async () => {
      const { email, created } = await client();
      await world.enroll({ token: created.sessionToken });
      const { data } = await portalSignIn(email);
      const input = { challengeToken: data.result.challengeToken, code: "000000" };
      return untilAnother(
        async () => (await send("verifyTwoFactor", "VerifyTwoFactorInput", "result { __typename }", input)).code,
      );
    },
    sessionsPerOwner: async () => {
      const { email, created } = await client();
      const isIn = async () =>
        (await world.ask("{ viewer { __typename } }", {}, created.sessionToken)).data.viewer !== null;
      for (let open = 1; ; open++) {
        world.forward({ seconds: 1 });
        await portalSignIn(email);
        if (!(await isIn()) || open > 20) return { taken: open, next: "the oldest ends" };
      }
    },
    firmsPerBrowser: {
      file: "server/src/features/sessions/two-portals.api.test.ts",
      test: "and a sign-in drops the oldest",
    },
    trustedDevicesPerOwner: {
      file: "server/src/features/devices/trusted-devices.api.test.ts",
      test: "are twenty at most: the one that was trusted first is forgotten",
    },
    knownDevicesPerOwner: {
      file: "server/src/features/devices/known-devices.api.test.ts",
      test: "is one of twenty: the one with the oldest sign-in is forgotten",
    },
  };
  const lengthRows: Readonly<Record<keyof typeof lengths, Row>> = {
    passwordMin: () =>
      from(
        lengths.passwordMin,
        async (size) => (await (await withToken("kq7vmz2xw9rtb4ynhd8c".slice(0, size))).create()).code,
      ),
    passwordMax: () =>
      upTo(
        lengths.passwordMax,
        async (size) => (await (await withToken("kq7vmz2xw9rtb4ynhd8c".repeat(10).slice(0, size))).create()).code,
      ),
    email: () =>
      upTo(lengths.email, (size) =>
        create({ email: `${x(40)}@${[x(60), x(60), x(60), x(size - 232)].join(".")}.example` }),
      ),
    name: () => upTo(lengths.name, (size) => create({ name: x(size) })),
    externalId: () => upTo(lengths.externalId, (size) => create({ externalId: x(size) })),
    reason: async () => ({
      // A client without 2FA: the reason is checked first.
      taken: (await reset2fa(x(lengths.reason))) === "TWO_FACTOR_NOT_ENROLLED" ? lengths.reason : -1,
      next: await reset2fa(x(lengths.reason + 1)),
    }),
    message: async () => {
      const { id } = await contact();
      return upTo(
        lengths.message,
        async (size) =>
          (
            await asOwner("inviteContacts", "InviteContactsInput", "results { contact { id } }", {
              contactIds: [id],
              message: x(size),
            })
          ).code,
      );
    },
    requestTitle: async () => {
      const { id } = await contact();
      return upTo(lengths.requestTitle, async (size) => (await request(id, { title: x(size) })).code);
    },
    requestItem: async () => {
      const { id } = await contact();
      return upTo(lengths.requestItem, async (size) => (await request(id, { items: [x(size)] })).code);
    },
    requestItems: async () => {
      const { id } = await contact();
      return upTo(
        lengths.requestItems,
        async (size) => (await request(id, { items: Array.from({ length: size }, (_, n) => `item ${n}`) })).code,
      );
    },
    search: () => upTo(lengths.search, async (size) => (await contactsPage(1, x(size))).code),
    deviceKeyMin: async () => ({
      taken: (await claim(x(lengths.deviceKeyMin))).code === "TOKEN_INVALID" ? lengths.deviceKeyMin : -1,
      next: (await claim(x(lengths.deviceKeyMin - 1))).code,
    }),
    deviceKeyMax: async () => ({
      taken: (await claim(x(lengths.deviceKeyMax))).code === "TOKEN_INVALID" ? lengths.deviceKeyMax : -1,
      next: (await claim(x(lengths.deviceKeyMax + 1))).code,
    }),
  };
  const oneMore: Partial<Record<keyof typeof counts | keyof typeof lengths, string>> = {
    page: "next page",
    pageMax: "BAD_USER_INPUT",
    search: "BAD_USER_INPUT",
    recoveryCodes: "as many as are created",
    challengeFailures: "CHALLENGE_EXPIRED",
    sessionsPerOwner: "the oldest ends",
    passwordMin: "WEAK_PASSWORD",
    passwordMax: "WEAK_PASSWORD",
    email: "INVALID_EMAIL",
  };
  const sizes: Readonly<Record<string, number>> = { ...counts, ...lengths };
  const rows = Object.entries({ ...bounds, ...lengthRows });
  it.each(rows.flatMap(([name, row]) => (typeof row === "function" ? [[name, row] as const] : [])))(
    "counts and lengths: %s",
    async (name, row) => {
      await signInOwner();
      const next = oneMore[name as keyof typeof oneMore] ?? "INVALID_INPUT";
      expect(await row()).toEqual({ taken: sizes[name], next });
    },
    120_000,
  );

  /** Where a lifetime limits how long a code or a token can be tried. */
  const endsAfter: Readonly<Record<keyof typeof lifetimes, Row | NoBound>> = {
    challenge: async () => {
      const { email, created } = await client();
      const { secret } = await world.enroll({ token: created.sessionToken });
      const { data } = await portalSignIn(email);
      const { challengeToken } = data.result;
      return expires(
        lifetimes.challenge,
        async () =>
          (
            await send("verifyTwoFactor", "VerifyTwoFactorInput", "result { __typename }", {
              challengeToken,
              code: world.code(secret),
            })
          ).code,
      );
    },
    enrollmentToken: () => mailedCode(lifetimes.enrollmentToken),
    emailCode: () => mailedCode(lifetimes.emailCode),
    pendingEnrollment: async () => {
      const { created } = await client();
      const { data } = await send(
        "beginTwoFactorEnrollment",
        "BeginTwoFactorEnrollmentInput",
        "enrollment { secret }",
        {},
        { token: created.sessionToken },
      );
      return expires(
        lifetimes.pendingEnrollment,
        async () =>
          (
            await send(
              "confirmTwoFactorEnrollment",
              "ConfirmTwoFactorEnrollmentInput",
              "recoveryCodes",
              { code: world.code(data.enrollment.secret) },
              { token: created.sessionToken },
            )
          ).code,
      );
    },
    accountConfirmation: async () => {
      const { create: use } = await withToken();
      return expires(lifetimes.accountConfirmation, async () => (await use()).code);
    },
    passwordReset: async () => {
      const { email } = await client();
      await send("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
      const resetToken = await world.mailedToken(email, /password/i);
      return expires(
        lifetimes.passwordReset,
        async () =>
          (
            await send("resetPassword", "ResetPasswordInput", "result { __typename }", {
              resetToken,
              newPassword: "quite another long one",
            })
          ).code,
      );
    },
    portalIdle: "a session, not an attempt: sessions-and-modes.api.test.ts",
    teamIdle: "a session, not an attempt: sessions-and-modes.api.test.ts",
    session: "a session, not an attempt: sessions-and-modes.api.test.ts",
    stepUp: "a permission that was proven, not an attempt: matrix.api.test.ts",
    invite: "256 bits, which nobody guesses: invitations.api.test.ts",
    teamPassword: "256 bits, which nobody guesses: team.api.test.ts",
    emailChange: "256 bits, which nobody guesses",
    notMe: "256 bits, which nobody guesses: not-me.api.test.ts",
    magicLink: "256 bits, which nobody guesses: magic-links.api.test.ts",
    accessLink: "256 bits, which nobody guesses: magic-links.api.test.ts",
    magicLinkDevice: "256 bits, which nobody guesses: magic-links.api.test.ts",
    knownDevice: "limits nothing by itself: known-devices.api.test.ts",
    idempotencyKey: "a stored response, not an attempt: idempotency.api.test.ts",
    previousWebhookSecret: "an outgoing signature: webhook.test.ts",
    webhookDelivery: "a log that is kept: sweep.test.ts",
    report: "a file that is kept: kept-reports.api.test.ts",
  };
  const mailedCode = async (lifetimeMs: number) => {
    const { email } = await client();
    await require2fa();
    const { data } = await portalSignIn(email);
    const mail = await world.mail(email, /code/i);
    const answered = await expires(
      lifetimeMs,
      async () => (await begin(data.result.enrollmentToken, /\b\d{6}\b/.exec(mail.text)?.[0] ?? "")).code,
    );
    await without2fa();
    return answered;
  };
  const tokens = ["accountConfirmation", "passwordReset"];
  it.each(
    Object.entries(endsAfter).flatMap(([name, row]) => (typeof row === "function" ? [[name, row] as const] : [])),
  )(
    "how long something can be tried: %s",
    async (name, row) => {
      await signInOwner();
      expect((await row()).next).toBe(tokens.includes(name) ? "TOKEN_INVALID" : "CHALLENGE_EXPIRED");
    },
    120_000,
  );

  describe("limits elsewhere", () => {
    const elsewhere = rows.flatMap(([name, row]) => (typeof row === "object" ? [[name, row] as const] : []));
    it.each(elsewhere)("%s", (_name, { file, test }) => {
      expect(readFileSync(join(__dirname, "../../../..", file), "utf8")).toContain(test);
    });
  });
});
