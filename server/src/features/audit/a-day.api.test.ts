import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { auditEvents } from "@gatehouse/shared";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import { hasProgram, OwnRedis } from "../../testing/services.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, World, type Mail } from "../../testing/world.js";

/** Events of failures, passkeys, roll-outs, branding, languages, time zones and the team, which have tests of their own. */
const notToday = [
  "ACT_REFUSED",
  "AUDIT_LOG_SEALED",
  "AUDIT_LOG_TRIMMED",
  "BRANDING_CHANGED",
  "CHECKPOINT_MAIL_CHANGED",
  "CLIENT_LANGUAGE_CHANGED",
  "CONTACT_DATA_EXPORTED",
  "CONTACT_DELETED",
  "DEVICE_TRUSTED",
  "FIRM_CREATED",
  "FIRM_DISABLED",
  "FIRM_ENABLED",
  "MAIL_SUPPRESSED",
  "PASSKEY_ADDED",
  "PASSKEY_REMOVED",
  "REAUTHENTICATION_FAILED",
  "REAUTHENTICATION_SUCCEEDED",
  "REPORT_EXPORTED",
  "REPORT_REQUESTED",
  "REPORT_SCHEDULE_CHANGED",
  "SESSIONS_VIEWED",
  "SIGNED_OUT",
  "SIGN_IN_EVENTS_ERASED",
  "SIGN_IN_RETENTION_CHANGED",
  "SUSPICION_REPORTED",
  "TIME_ZONE_CHANGED",
  "TRUSTED_DEVICE_REVOKED",
  "TWO_FACTOR_ENROLLMENT_FAILED",
  "WEBHOOK_DISABLED",
  "WEBHOOK_REPLAYED",
];
const isElsewhere = (type: string) => /^TEAM_MEMBER_|^ROLL_OUT_|^TWO_FACTOR_ANNOUNCED$/.test(type);

/** The encodings in which a secret may appear. */
const written = (secret: string): string[] => {
  const bytes = Buffer.from(secret, "utf8");
  const bare = secret.replaceAll("-", "");
  return [
    ...new Set([
      secret,
      secret.toLowerCase(),
      bare,
      bare.toLowerCase(),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      bytes.toString("hex"),
      bytes.toString("base64").replace(/=+$/, ""),
      bytes.toString("base64url"),
    ]),
  ];
};
/** Six digits appear in many numbers by chance, so a code counts only by itself. */
const finds = (text: string, secret: string): boolean =>
  /^\d{6}$/.test(secret)
    ? new RegExp(`(?<![\\w.-])${secret}(?![\\w.-])`).test(text)
    : written(secret).some((form) => text.includes(form));

describeOnDatabases("a day at the firm", (database) => {
  const unheard = watchListedChanges(database);
  let world: World;
  let redis: OwnRedis | null = null;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let startedAt = 0;
  let sockets = "";
  const logged: string[] = [];
  /** Every secret of the day, with its description, and for mailed ones the recipient. */
  const secrets: { what: string; secret: string; mailedTo?: string }[] = [];
  const keep = (what: string, secret: string, mailedTo?: string): string => {
    if (secret.length < 6) throw new Error(`no ${what}`);
    secrets.push({ what, secret, mailedTo });
    return secret;
  };
  const done = (answer: { userErrors: { code: string }[] }) => expect(answer.userErrors).toEqual([]);

  beforeAll(async () => {
    redis = hasProgram("redis-server", "what Redis holds after a day") ? await OwnRedis.start() : null;
    const log = createLog("debug", { write: (line) => void logged.push(line) });
    world = await World.start(database.url(), { logLevel: "debug", redisUrl: redis?.url ?? null }, { log });
    firm = await world.firm("BUSINESS");
    startedAt = world.now();
    owner = keep("session of the owner", await world.ownerToken(firm));
    keep("password of the owner", OWNER_PASSWORD);
    keep("password of the client", CLIENT_PASSWORD);
    await theDay();
    await dumpDatabase();
    sockets = redis === null ? "" : await redis.everything();
  }, 400_000);
  afterAll(async () => {
    await world.stop();
    await redis?.stop();
  });

  /** The database's content at several times: it also includes what is deleted later. */
  const dump: string[] = [];
  async function dumpDatabase(): Promise<void> {
    const { reader } = world.app.work;
    const tables = reader.connection.entityMetadatas.map(({ tableName }) => tableName);
    for (const table of new Set(tables)) {
      const rows = (await reader.query(`SELECT * FROM ${table}`)) as Record<string, unknown>[];
      for (const row of rows)
        for (const [column, value] of Object.entries(row))
          dump.push(
            `${table}.${column}=${Buffer.isBuffer(value) ? `${value.toString("latin1")} ${value.toString("hex")}` : String(value)}`,
          );
    }
  }

  const VERIFY = ["verifyTwoFactor", "VerifyTwoFactorInput"] as const;
  const RECOVER = ["useRecoveryCode", "UseRecoveryCodeInput"] as const;
  async function theDay(): Promise<void> {
    const { token: apiKey } = await world.mutate(
      "createApiKey",
      "CreateApiKeyInput",
      "token",
      { name: "Sync", scopes: ["CONTACTS_READ"] },
      owner,
    );
    keep("API key", apiKey);
    await world.ask("{ viewer { __typename } }", {}, apiKey);
    const hook = await world.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "signingSecret webhookEndpoint { id }",
      { url: "http://127.0.0.1:9/token-in-path" },
      owner,
    );
    keep("webhook secret", hook.signingSecret);
    const rotated = await world.mutate(
      "rotateWebhookSecret",
      "WebhookEndpointIdInput",
      "signingSecret",
      { webhookEndpointId: hook.webhookEndpoint.id },
      owner,
    );
    keep("webhook secret", rotated.signingSecret);

    // A client joins, by mail.
    const { id: contactId, email } = await world.contact(owner, "Maya Fields");
    done(
      await world.mutate(
        "updateContact",
        "UpdateContactInput",
        "contact { id }",
        { contactId, organization: "Fields Farm" },
        owner,
      ),
    );
    done(
      await world.mutate(
        "inviteContacts",
        "InviteContactsInput",
        "results { contact { id } }",
        { contactIds: [contactId] },
        owner,
      ),
    );
    const confirmationToken = keep("invitation", await world.mailedToken(email, /invites you/), email);
    const created = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
    const session = keep("session of the client", created.result.sessionToken);
    const slip = keep("mistyped password", "my password of another site");
    await world.portalSignIn(firm, email, slip);

    // The authenticator.
    const { secret, recoveryCodes } = await world.enroll({ token: session });
    keep("authenticator secret", secret);
    for (const code of recoveryCodes) keep("recovery code", code);
    const challenge = async () => keep("challenge", (await world.portalSignIn(firm, email)).result.challengeToken);
    const wrong = await challenge();
    await world.signIn(...VERIFY, { challengeToken: wrong, code: "000001" });
    const code = keep("code", world.freshCode(secret));
    const second = await world.signIn(...VERIFY, { challengeToken: wrong, code });
    const full = keep("session after the code", second.result.sessionToken);
    await world.signIn(...RECOVER, { challengeToken: await challenge(), code: recoveryCodes[0] });
    const renewed = await world.mutate(
      "regenerateRecoveryCodes",
      "CodeInput",
      "recoveryCodes",
      { code: keep("code", world.freshCode(secret)) },
      full,
    );
    for (const recoveryCode of renewed.recoveryCodes) keep("recovery code", recoveryCode);
    const changed = keep("changed password", "a changed long password");
    done(
      await world.mutate(
        "changePassword",
        "ChangePasswordInput",
        "session { id }",
        { currentPassword: CLIENT_PASSWORD, newPassword: changed },
        full,
      ),
    );

    await dumpDatabase();
    // The password is forgotten.
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const resetToken = keep("reset link", await world.mailedToken(email, /Reset your password/), email);
    const chosen = keep("chosen password", "a newly chosen long password");
    const reset = await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: chosen });
    const again = await world.signIn(...VERIFY, {
      challengeToken: reset.result.challengeToken,
      code: world.freshCode(secret),
    });
    done(
      await world.mutate(
        "disableTwoFactor",
        "CodeInput",
        "twoFactor { enrolled }",
        { code: world.freshCode(secret) },
        again.result.sessionToken,
      ),
    );

    await dumpDatabase();
    // A request by magic link, and a stranger with the same link.
    const sent = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { items { id } }",
      { contactId, title: "Papers", items: ["One"] },
      owner,
    );
    done(sent);
    const link = keep("magic link", await world.mailedToken(email, /Papers/), email);
    const claim = (deviceKey: string) =>
      world.mutate("claimMagicLink", "ClaimMagicLinkInput", "result { __typename ... on SignedIn { sessionToken } }", {
        token: link,
        deviceKey,
        transport: "TOKEN",
      });
    const { result } = await claim(keep("device key", randomBytes(24).toString("base64url")));
    const linked = keep("session of the link", result.sessionToken);
    const [{ id: itemId }] = sent.request.items;
    for (const isDone of [true, false, true])
      done(
        await world.mutate(
          "setRequestItemDone",
          "SetRequestItemDoneInput",
          "request { id }",
          { itemId, done: isDone },
          linked,
        ),
      );
    await claim(randomBytes(24).toString("base64url"));
    world.forward({ minutes: 2 });
    await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token: link });
    keep("access link", await world.mailedToken(email, /Your new link/), email);

    await dumpDatabase();
    // The firm helps: 2FA is required, the phone is lost.
    owner = keep("session of the owner", await world.ownerToken(firm));
    const setMode = async (mode: string) => {
      const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
      done(
        await world.mutate(
          "updateSecurityPolicy",
          "UpdateSecurityPolicyInput",
          "firm { id }",
          { mode, expectedVersion: data.firm.securityPolicy.version },
          owner,
        ),
      );
    };
    await setMode("MAGIC_LINK_AND_LOGIN_2FA");
    const { enrollmentToken } = (await world.portalSignIn(firm, email, chosen)).result;
    keep("enrollment token", enrollmentToken);
    const emailCode = keep("mailed code", /\b\d{6}\b/.exec((await world.mail(email, /code/i)).text)?.[0] ?? "", email);
    keep("authenticator secret", (await world.enroll({ enrollmentToken, emailCode })).secret);
    await dumpDatabase();
    done(
      await world.mutate(
        "resetTwoFactor",
        "ContactReasonInput",
        "contact { id }",
        { contactId, reason: "Lost phone" },
        owner,
      ),
    );
    done(await world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner));
    await setMode("MAGIC_LINK_AND_LOGIN");
    for (let tries = 0; tries < 11; tries++) await world.portalSignIn(firm, email, slip);
    done(await world.mutate("unlockPortalAccount", "ContactIdInput", "contact { id }", { contactId }, owner));
    await dumpDatabase();
    const moved = `moved-${email}`;
    done(
      await world.mutate(
        "changeLoginEmail",
        "ChangeLoginEmailInput",
        "contact { id }",
        { contactId, email: moved },
        owner,
      ),
    );
    const token = keep("new address", await world.mailedToken(moved, /Confirm your new/), moved);
    done(await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token }));
    done(
      await world.mutate(
        "deletePortalAccount",
        "ContactReasonInput",
        "contact { id }",
        { contactId, reason: "Has left" },
        owner,
      ),
    );

    await dumpDatabase();
    // The end of the integration, and another plan.
    const { data } = await world.ask("{ apiKeys { id } }", {}, owner);
    done(await world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId: data.apiKeys[0].id }, owner));
    done(
      await world.mutate(
        "deleteWebhookEndpoint",
        "WebhookEndpointIdInput",
        "webhookEndpoint { id }",
        { webhookEndpointId: hook.webhookEndpoint.id },
        owner,
      ),
    );
    await world.changePlan(firm.id, "ENTERPRISE");
    // The owner exports the log.
    await (await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${owner}` } })).text();

    // Secrets in the wrong places: the URL, a broken document, a wrong type, a header.
    const astray = keep("password sent wrongly", "astray canary password");
    await world.raw({ path: `/graphql?password=${encodeURIComponent(astray)}` });
    await world.raw({ path: `/portal/${firm.slug}/${encodeURIComponent(astray)}` });
    await world.ask(`mutation { teamSignIn(input: { email: "a", password: "${astray}" `);
    await world.ask(
      `mutation { teamSignIn(input: { email: "a", password: "${astray}", nothing: 1 }) { userErrors { code } } }`,
    );
    await world.ask("mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } } }", {
      input: { password: astray },
    });
    await world.ask("{ viewer { __typename } }", {}, astray);

    // And a failing database, which the log must report.
    const { reader } = world.app.work;
    await reader.query("ALTER TABLE portal_accounts RENAME TO portal_accounts_away");
    const failing = { firmSlug: firm.slug, email, password: astray };
    await world.ask("mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { userErrors { code } } }", {
      input: failing,
    });
    await world.ask("mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { userErrors { code } } }", {
      input: { resetToken, newPassword: astray },
    });
    await world.ask(
      "mutation($input: ClaimMagicLinkInput!) { claimMagicLink(input: $input) { userErrors { code } } }",
      { input: { token: link, deviceKey: "d".repeat(22) } },
    );
    await world.ask(`{ node(id: "acc_01m625dgsrfdref8yrhtsvjgg") { id } }`, {}, owner);
    await reader.query("ALTER TABLE portal_accounts_away RENAME TO portal_accounts");
  }

  it("L03 leaves every event of it in the log, numbered without gaps, in UTC, with who and where from", async () => {
    const types: string[] = [];
    const events: { occurredAt: string; actorKind: string; ipAddress: string | null; summary: string }[] = [];
    for (let before: string | null = null, more = true; more;) {
      const {
        data,
      }: {
        data: {
          auditEvents: {
            nodes: ((typeof events)[number] & { type: string })[];
            pageInfo: { hasNextPage: boolean; endCursor: string };
          };
        };
      } = await world.ask(
        "query($after: String) { auditEvents(first: 100, after: $after) { nodes { type occurredAt actorKind ipAddress summary } pageInfo { hasNextPage endCursor } } }",
        { after: before },
        owner,
      );
      types.push(...data.auditEvents.nodes.map(({ type }) => type));
      events.push(...data.auditEvents.nodes);
      ({ hasNextPage: more, endCursor: before } = data.auditEvents.pageInfo);
    }
    const missing = Object.keys(auditEvents).filter((type) => !types.includes(type) && !isElsewhere(type));
    expect(missing.toSorted()).toEqual(notToday);
    const rows = (await world.app.work.reader.query("SELECT seq FROM audit_events WHERE firmId = ? ORDER BY seq", [
      firm.id,
    ])) as { seq: number }[];
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, at) => at + 1));
    expect(rows).toHaveLength(events.length);
    for (const { occurredAt, actorKind, ipAddress, summary } of events) {
      expect(occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Date.parse(occurredAt)).toBeGreaterThanOrEqual(startedAt - 1000);
      expect(Date.parse(occurredAt)).toBeLessThanOrEqual(world.now());
      expect([summary, ipAddress === null]).toEqual([summary, actorKind === "SYSTEM"]);
    }
    // Newest first, so that reversing gives the order in which it happened.
    const times = events.map(({ occurredAt }) => occurredAt);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it("L03 leaves in the server's log who was refused, from where and why, and nothing of what they wrote", async () => {
    const key = await world.key(await world.ownerToken(firm), ["CONTACTS_READ"]);
    const asked: [query: string, token: string | undefined, code: string, callerKind: string][] = [
      ["{ apiKeys { id } }", undefined, "UNAUTHENTICATED", "ANONYMOUS"],
      [
        'mutation { createContact(input: { name: "Planted\\nby a line break" }) { contact { id } } }',
        key,
        "FORBIDDEN",
        "API_KEY",
      ],
      [`{ ${"viewer ".repeat(2000)} }`, undefined, "QUERY_TOO_COMPLEX", "ANONYMOUS"],
      ["{ contacts(first: 1000000) { nodes { name } } }", key, "QUERY_TOO_COMPLEX", "API_KEY"],
    ];
    const refused = () =>
      logged
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ msg }) => msg === "refused")
        .map(({ callerId, ...line }): Record<string, unknown> => ({ ...line, callerId: String(callerId) }));
    // Twice: a known document takes another lane.
    for (const [query, token, code, callerKind] of [...asked, ...asked]) {
      const { headers } = await world.ask(query, {}, token);
      const requestId = headers.get("x-request-id");
      expect(refused().filter((line) => line.requestId === requestId)).toEqual([
        {
          level: 30,
          time: expect.stringMatching(/Z$/),
          msg: "refused",
          requestId,
          code,
          callerKind,
          callerId: expect.stringMatching(token === undefined ? /^null$/ : /^key_/),
          firmId: token === undefined ? null : firm.id,
          ipAddress: "127.0.0.1",
        },
      ]);
    }
    const socket = world.socket(key);
    await new Promise((resolve) =>
      socket.subscribe(
        { query: "subscription { auditEvents { id } }" },
        { next: resolve, error: resolve, complete: () => resolve("complete") },
      ),
    );
    await socket.dispose();
    expect(refused().at(-1)).toMatchObject({ code: "FORBIDDEN", callerKind: "API_KEY", firmId: firm.id });
  });

  it("L01 leaves none of its secrets in the database, in Redis, in the log or in any mail but the intended one", async () => {
    const mails = (await (await world.raw({ path: "/mailbox.json" })).json()) as (Mail & { html: string })[];
    expect([dump.length, mails.length].map((n) => n > 5)).toEqual([true, true]);
    expect(logged.join("")).toContain("an operation failed");
    const places: [string, string][] = [
      ["database", dump.join("\n")],
      ["redis", sockets],
      ["log", logged.join("")],
    ];
    const found: string[] = [];
    for (const { what, secret, mailedTo } of secrets) {
      for (const [place, text] of places) if (finds(text, secret)) found.push(`${what} in ${place}`);
      const holders = mails.filter(({ subject, text, html }) => finds(`${subject}\n${text}\n${html}`, secret));
      if (holders.some(({ to }) => to !== mailedTo)) found.push(`${what} in a mail to somebody else`);
      if ((mailedTo === undefined ? 0 : 1) !== holders.length) found.push(`${what} in ${holders.length} mails`);
    }
    expect(found).toEqual([]);
    expect(secrets.length).toBeGreaterThan(40);
  });

  it("X63 changes nothing that lists show without an event in the same commit", () => {
    expect(unheard.found()).toEqual([]);
  });
});
