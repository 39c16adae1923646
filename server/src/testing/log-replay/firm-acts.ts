import { DAY_MS } from "@gatehouse/shared";
import { PASSWORDS, type Act, type Hand, type Walk, type WalkedFirm } from "./walk.js";

const SCOPES = [
  "CONTACTS_READ",
  "CONTACTS_WRITE",
  "ACCESS_WRITE",
  "ACCESS_RESET",
  "POLICY_WRITE",
  "AUDIT_READ",
] as const;
/** A pixel. */
const LOGO = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What the firm does: its team and its keys. */
export function firmActs(walk: Walk): Record<string, Act> {
  const { chance } = walk;
  const at = (from: number) => new Date(from).toISOString();
  const now = () => walk.stage.api.now();
  /** Few addresses, so that contacts and logins meet. */
  const email = ({ slug }: WalkedFirm) => `c${chance.below(14)}@${slug}.client.example`;
  const reason = () => chance.one("asked by phone", "left the company");
  const version = async (firm: WalkedFirm): Promise<number> => {
    const [row] = await walk.rows("SELECT version FROM security_policies WHERE firmId = ?", [firm.id]);
    return chance.oneIn(20) ? 1 : Number(row.version);
  };
  const contactInput = (firm: WalkedFirm) => ({
    ...(chance.oneIn(3) ? {} : { name: chance.one("Maya Fields", "Noah Reed", "Iris Vale") }),
    ...(chance.oneIn(3) ? {} : { email: chance.oneIn(8) ? null : email(firm) }),
    ...(chance.oneIn(2) ? {} : { organization: chance.one("Fields Ltd", null) }),
    ...(chance.oneIn(3) ? { externalId: chance.one(null, `x${chance.below(9)}`) } : {}),
    ...(chance.oneIn(3) ? { language: chance.one("EN", "FR", null) } : {}),
  });
  /** Somebody of a firm who acts on something there that was found; the act is left out if there is neither. */
  const on =
    <T>(
      find: (firm: WalkedFirm) => Promise<T | undefined>,
      act: (by: Hand, found: T, firm: WalkedFirm) => Promise<unknown>,
      who: "staff" | "owner" = "staff",
    ): Act =>
    async () => {
      const firm = walk.firm();
      const found = await find(firm);
      const by = await walk[who](firm);
      if (by && found) await act(by, found, firm);
    };
  const firmItself = (firm: WalkedFirm) => Promise.resolve(firm);
  const row =
    (table: string, where = "1 = 1") =>
    (firm: WalkedFirm) =>
      walk.any(`SELECT * FROM ${table} WHERE firmId = ? AND ${where} ORDER BY id`, [firm.id]);
  const colleague = (firm: WalkedFirm) => walk.anyMember(firm, "1 = 1");
  const withAccount = (firm: WalkedFirm) => walk.anyContact(firm, "portalAccountId IS NOT NULL");
  /** A mutation on one thing by its id; `isDangerous`: after a fresh proof. */
  const byId = (
    name: string,
    key: string,
    find: (firm: WalkedFirm) => Promise<{ id: string } | undefined>,
    {
      selection = "__typename",
      isDangerous = false,
      more = () => ({}),
    }: { selection?: string; isDangerous?: boolean; more?: () => object } = {},
  ): Record<string, Act> => ({
    [name]: on(find, async (by, { id }) => {
      if (isDangerous) await walk.fresh(by);
      await walk.send(name, { [key]: id, ...more() }, selection, by);
    }),
  });
  const withReason = { isDangerous: true, more: () => ({ reason: reason() }) };
  const rollOut = row("roll_outs");

  return {
    // Contacts and their logins.
    createContact: on(firmItself, (by, firm) =>
      walk.send("createContact", { ...contactInput(firm), name: "Ada Lowe" }, "contact { id }", by),
    ),
    updateContact: on(walk.anyContact.bind(walk), async (by, { id }, firm) => {
      await walk.fresh(by);
      await walk.send("updateContact", { contactId: id, ...contactInput(firm) }, "contact { id }", by);
    }),
    upsertContacts: on(firmItself, async (by, firm) => {
      await walk.fresh(by);
      const contacts = Array.from({ length: 1 + chance.below(4) }, () => ({
        ...contactInput(firm),
        name: "Max Orr",
        allowRedirect: chance.oneIn(2),
      }));
      await walk.send("upsertContacts", { contacts, dryRun: chance.oneIn(10) }, "results { contact { id } }", by);
    }),
    inviteContacts: on(
      (firm) => walk.anyContact(firm, "portalAccountId IS NULL AND email IS NOT NULL"),
      async (by, { id }, firm) => {
        await walk.fresh(by);
        const other = await walk.anyContact(firm);
        await walk.send("inviteContacts", { contactIds: [id, other.id] }, "results { contact { id } }", by);
      },
    ),
    changeLoginEmail: on(withAccount, async (by, { id }, firm) => {
      await walk.fresh(by);
      await walk.send("changeLoginEmail", { contactId: id, email: email(firm) }, "contact { id }", by);
    }),
    ...byId("sendPasswordReset", "contactId", withAccount),
    ...byId("exportContactData", "contactId", (firm) => walk.anyContact(firm), withReason),
    ...byId("revokePortalSessions", "contactId", withAccount),
    ...byId("unlockPortalAccount", "contactId", withAccount),
    ...byId(
      "resetTwoFactor",
      "contactId",
      async (firm) => {
        const account = await walk.anyAccount(firm, "t.enrolledAt IS NOT NULL");
        return account?.contactId ? { id: account.contactId } : withAccount(firm);
      },
      withReason,
    ),
    deletePortalAccount: on(withAccount, async (by, { id }) => {
      // Otherwise there would soon be none.
      if (chance.oneIn(2)) return;
      await walk.fresh(by);
      await walk.send("deletePortalAccount", { contactId: id, reason: reason() }, "__typename", by);
    }),
    ...byId(
      "deleteUnlinkedPortalAccount",
      "portalAccountId",
      (firm) => walk.anyAccount(firm, "a.unlinkedAt IS NOT NULL"),
      withReason,
    ),
    ...byId("revokeUnlinkedPortalSessions", "portalAccountId", (firm) =>
      walk.anyAccount(firm, "a.unlinkedAt IS NOT NULL"),
    ),

    // Requests.
    sendClientRequest: on(
      (firm) => walk.anyContact(firm, "email IS NOT NULL"),
      (by, { id }) =>
        walk.send(
          "sendClientRequest",
          { contactId: id, title: walk.name("Papers"), items: ["Payroll", "Bank"].slice(chance.below(2)) },
          "request { id }",
          by,
        ),
    ),
    ...byId("resendClientRequest", "requestId", row("client_requests")),

    // The team.
    inviteTeamMember: on(
      firmItself,
      async (by, firm) => {
        await walk.fresh(by);
        const input = {
          email: chance.oneIn(3) ? "both@team.example" : `t${chance.below(6)}@${firm.slug}.example`,
          name: "Rita Clerk",
          role: chance.one("STAFF", "ADMIN", "OWNER"),
        };
        await walk.send("inviteTeamMember", input, "__typename", by);
      },
      "owner",
    ),
    changeTeamMember: on(colleague, async (by, { id }) => {
      await walk.fresh(by);
      const role = chance.one("STAFF", "ADMIN", "OWNER");
      await walk.send("changeTeamMember", { memberId: id, role, name: walk.name("Rita") }, "__typename", by);
    }),
    removeTeamMember: on(colleague, async (by, { id }) => {
      if (chance.oneIn(2)) return;
      await walk.fresh(by);
      await walk.send("removeTeamMember", { memberId: id, reason: reason() }, "__typename", by);
    }),
    ...byId(
      "resetTeamMemberTwoFactor",
      "memberId",
      async (firm) => (await walk.anyMember(firm, "t.enrolledAt IS NOT NULL")) ?? colleague(firm),
      withReason,
    ),
    ...byId("sendTeamPasswordLink", "memberId", colleague, { isDangerous: true }),

    // Settings.
    updateSecurityPolicy: on(firmItself, async (by, firm) => {
      await walk.fresh(by);
      const mode = chance.one(
        "MAGIC_LINK_AND_LOGIN",
        "MAGIC_LINK_AND_LOGIN",
        "MAGIC_LINK_AND_LOGIN_2FA",
        "MAGIC_LINK_ONLY",
      );
      const isLater = mode === "MAGIC_LINK_AND_LOGIN_2FA" && chance.oneIn(2);
      const input = {
        expectedVersion: await version(firm),
        mode,
        ...(isLater ? { enforcedFrom: at(now() + 5 * DAY_MS) } : {}),
        ...(chance.oneIn(3) ? { magicLinkRequiresTwoFactor: chance.oneIn(2) } : {}),
        ...(chance.oneIn(3) ? {} : { trustedDeviceDays: chance.oneIn(4) ? 0 : chance.below(31) }),
        ...(chance.oneIn(4) ? { teamRequiresTwoFactor: chance.oneIn(2) } : {}),
      };
      await walk.send("updateSecurityPolicy", input, "__typename", by);
    }),
    updateBranding: on(firmItself, (by) =>
      walk.send(
        "updateBranding",
        {
          ...(chance.oneIn(2) ? { color: chance.one("#0b5f4e", "#123456", null) } : {}),
          ...(chance.oneIn(2) ? { logo: chance.one({ contentType: "image/png", data: LOGO }, null) } : {}),
        },
        "__typename",
        by,
      ),
    ),
    setClientLanguage: on(firmItself, (by) =>
      walk.send("setClientLanguage", { language: chance.one("EN", "FR") }, "__typename", by),
    ),
    setTimeZone: on(firmItself, (by) =>
      walk.send("setTimeZone", { timeZone: chance.one("UTC", "Europe/Paris", "America/Toronto") }, "__typename", by),
    ),

    setCheckpointMail: on(firmItself, (by) =>
      walk.send("setCheckpointMail", { isOn: chance.oneIn(2) }, "__typename", by),
    ),

    setSignInEventDays: on(
      firmItself,
      async (by) => {
        await walk.fresh(by);
        // Longer than a walk: what is erased with age is another test's.
        const input = { days: chance.one(null, 365, 3650), reason: reason() };
        await walk.send("setSignInEventDays", input, "__typename", by);
      },
      "owner",
    ),
    requestReport: on(firmItself, (by) =>
      walk.send("requestReport", { kind: chance.one("ACCESS", "ADOPTION", "CHANGES") }, "__typename", by),
    ),
    setReportSchedule: on(
      row("team_members"),
      (by, { id }: { id: string }) =>
        walk.send("setReportSchedule", { memberIds: chance.oneIn(3) ? [] : [id] }, "__typename", by),
      "owner",
    ),

    // Keys and webhooks.
    createApiKey: on(
      firmItself,
      async (by, firm) => {
        await walk.fresh(by);
        const scopes = chance.shuffled(SCOPES).slice(0, 1 + chance.below(SCOPES.length));
        const expires = chance.oneIn(3) ? { expiresAt: at(now() + 30 * DAY_MS) } : {};
        const input = { name: walk.name("A key"), scopes, ...expires };
        const made = await walk.send("createApiKey", input, "token apiKey { id }", by);
        if (made?.token) walk.hands.push({ kind: "key", firm, id: made.apiKey.id, email: "", token: made.token });
      },
      "owner",
    ),
    revokeApiKey: on(
      row("api_keys"),
      (by, { id }: { id: string }) => walk.send("revokeApiKey", { apiKeyId: id }, "__typename", by),
      "owner",
    ),
    createWebhookEndpoint: on(
      firmItself,
      async (by) => {
        await walk.fresh(by);
        const types = chance.one([], ["CONTACT_CREATED", "SIGN_IN_SUCCEEDED"]);
        const input = { url: `http://127.0.0.1:9/${walk.name("hook")}?key=1`, types };
        await walk.send("createWebhookEndpoint", input, "signingSecret", by);
      },
      "owner",
    ),
    ...byId("rotateWebhookSecret", "webhookEndpointId", row("webhook_endpoints"), { isDangerous: true }),
    ...byId("deleteWebhookEndpoint", "webhookEndpointId", row("webhook_endpoints")),
    replayWebhookEvents: on(
      async (firm) => {
        const disabled = await row("webhook_endpoints", "disabledAt IS NOT NULL")(firm);
        return disabled ?? row("webhook_endpoints")(firm);
      },
      async (by, { id }: { id: string }) => {
        const listed = await walk.stage.api
          .ask("{ auditEvents(first: 3) { edges { cursor } } }", {}, by.token)
          .catch(() => null);
        const after = listed?.data?.auditEvents?.edges.at(-1)?.cursor;
        await walk.send("replayWebhookEvents", { webhookEndpointId: id, after: after ?? "none" }, "__typename", by);
      },
      "owner",
    ),

    // Roll-outs.
    startRollOut: on(
      firmItself,
      async (by, firm) => {
        await walk.fresh(by);
        const input = {
          expectedVersion: await version(firm),
          enforcedFrom: at(now() + (2 + chance.below(9)) * DAY_MS),
          message: "We require a second step from now on.",
          invitesContacts: chance.oneIn(2),
          ...(chance.oneIn(2) ? { remindDaysBefore: [3, 1], mailsPerMinute: 60 } : {}),
        };
        await walk.send("startRollOut", input, "__typename", by);
      },
      "owner",
    ),
    ...byId("pauseRollOut", "rollOutId", row("roll_outs", "state = 'RUNNING'"), { isDangerous: true }),
    ...byId("resumeRollOut", "rollOutId", row("roll_outs", "state = 'PAUSED'"), { isDangerous: true }),
    undoRollOut: on(
      async (firm) => (await row("roll_outs", "state <> 'UNDONE'")(firm)) ?? rollOut(firm),
      async (by, { id }: { id: string }, firm) => {
        await walk.fresh(by);
        const input = { rollOutId: id, expectedVersion: await version(firm), tellClients: chance.oneIn(2) };
        await walk.send("undoRollOut", input, "__typename", by);
      },
      "owner",
    ),
  };
}

/** What the operator does, and time. */
export function operatorsActs(walk: Walk): Record<string, Act> {
  const { chance } = walk;
  const { commands } = walk.stage;
  return {
    "firm set-plan": () =>
      walk.command(() => commands.setPlan(walk.firm().slug, chance.one("BUSINESS", "BUSINESS", "ENTERPRISE", "TEAM"))),
    "firm disable": async () => {
      const { slug } = walk.firm();
      await walk.command(() => commands.disable(slug));
    },
    "firm enable": async () => {
      for (const { slug } of walk.firms) await walk.command(() => commands.enable(slug));
    },
    "member add": () =>
      walk.command(() =>
        commands.addMember({
          slug: walk.firm().slug,
          name: "A Colleague",
          email: chance.oneIn(3) ? "both@team.example" : `${walk.name("member")}@team.example`,
          role: chance.one("ADMIN", "STAFF", "OWNER"),
          password: PASSWORDS[0],
        }),
      ),
    "member reset-password": async () => {
      const member = await walk.anyMember(walk.firm());
      const password = walk.newPassword();
      if (!member) return;
      await walk.command(() => commands.resetMemberPassword({ email: member.email, password }));
      walk.learnPassword(null, member.email, password);
    },
    "the sweep": () => walk.stage.sweep(),
    "much time": () => Promise.resolve(walk.stage.forward(chance.one(0, 0, 10_800, 86_400, 3 * 86_400))),
  };
}
