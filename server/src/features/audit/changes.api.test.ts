import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { auditEventTypes, auditFields, type AuditEventType } from "@gatehouse/shared";
import { FirmCommands } from "../../commands/firm.commands.js";
import { demoLogo } from "../../demo/demo-logo.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

/** What each mutation records when it succeeds; a text says why it records nothing. */
const recordedBy: Readonly<Record<string, readonly AuditEventType[] | string>> = {
  addPasskey: ["PASSKEY_ADDED"],
  beginPasskeyRegistration: "nothing has changed until the passkey is added",
  beginPasskeyVerification: "nothing has changed until the passkey is verified",
  beginTwoFactorEnrollment: ["AUTHENTICATOR_SECRET_SHOWN"],
  changeLoginEmail: ["LOGIN_EMAIL_CHANGE_REQUESTED"],
  changePassword: ["PASSWORD_CHANGED"],
  changeTeamMember: ["TEAM_MEMBER_CHANGED"],
  chooseFirm: ["SIGN_IN_SUCCEEDED"],
  chooseLanguage: ["CONTACT_UPDATED"],
  chooseTeamPassword: ["TEAM_MEMBER_JOINED", "PASSWORD_CHANGED", "SIGN_IN_SUCCEEDED"],
  claimMagicLink: ["MAGIC_LINK_CLAIMED"],
  confirmLoginEmail: ["LOGIN_EMAIL_CHANGED", "CONTACT_REDIRECTED"],
  confirmTwoFactorEnrollment: ["TWO_FACTOR_ENROLLED", "SIGN_IN_SUCCEEDED"],
  createApiKey: ["API_KEY_CREATED"],
  createContact: ["CONTACT_CREATED"],
  createPortalAccount: ["ACCOUNT_CREATED", "SIGN_IN_SUCCEEDED"],
  createWebhookEndpoint: ["WEBHOOK_CREATED"],
  deleteContact: ["CONTACT_DELETED"],
  deletePortalAccount: ["ACCOUNT_DELETED", "CONTACT_REDIRECTED", "CONTACT_UPDATED"],
  deleteUnlinkedPortalAccount: ["ACCOUNT_DELETED"],
  deleteWebhookEndpoint: ["WEBHOOK_DELETED"],
  disableTwoFactor: ["TWO_FACTOR_DISABLED"],
  exportContactData: ["CONTACT_DATA_EXPORTED"],
  inviteContacts: ["INVITE_SENT"],
  inviteTeamMember: ["TEAM_MEMBER_INVITED"],
  pauseRollOut: ["ROLL_OUT_PAUSED"],
  portalSignIn: ["SIGN_IN_SUCCEEDED"],
  regenerateRecoveryCodes: ["RECOVERY_CODES_REGENERATED"],
  removePasskey: ["PASSKEY_REMOVED"],
  removeTeamMember: ["TEAM_MEMBER_REMOVED"],
  replayWebhookEvents: ["WEBHOOK_REPLAYED"],
  reportNotMe: ["SUSPICION_REPORTED"],
  requestPasswordReset: ["PASSWORD_RESET_REQUESTED"],
  requestPortalAccount: "it only mails a link: what somebody does with it is recorded",
  requestReport: ["REPORT_REQUESTED"],
  requestTeamPasswordReset: ["PASSWORD_RESET_REQUESTED"],
  resendClientRequest: ["MAGIC_LINK_SENT"],
  resetPassword: ["PASSWORD_CHANGED", "SIGN_IN_SUCCEEDED"],
  resetTeamMemberTwoFactor: ["TWO_FACTOR_RESET"],
  resetTwoFactor: ["TWO_FACTOR_RESET"],
  resumeRollOut: ["ROLL_OUT_RESUMED"],
  revokeApiKey: ["API_KEY_REVOKED"],
  revokePortalSessions: ["SESSIONS_REVOKED"],
  revokeSession: ["SESSIONS_REVOKED"],
  revokeTrustedDevice: ["TRUSTED_DEVICE_REVOKED"],
  revokeUnlinkedPortalSessions: ["SESSIONS_REVOKED"],
  rotateWebhookSecret: ["WEBHOOK_SECRET_ROTATED"],
  sendAccessLink: ["MAGIC_LINK_SENT"],
  sendClientRequest: ["REQUEST_SENT"],
  sendPasswordReset: ["PASSWORD_RESET_REQUESTED"],
  sendTeamPasswordLink: ["PASSWORD_RESET_REQUESTED"],
  setClientLanguage: ["CLIENT_LANGUAGE_CHANGED"],
  setRequestItemDone: ["REQUEST_ITEM_DONE", "REQUEST_ITEM_REOPENED", "REQUEST_COMPLETED"],
  setCheckpointMail: ["CHECKPOINT_MAIL_CHANGED"],
  setSignInEventDays: ["SIGN_IN_RETENTION_CHANGED"],
  setReportSchedule: ["REPORT_SCHEDULE_CHANGED"],
  setTimeZone: ["TIME_ZONE_CHANGED"],
  signOut: ["SIGNED_OUT"],
  signOutEverywhere: ["SESSIONS_REVOKED"],
  startRollOut: ["SECURITY_POLICY_CHANGED", "ROLL_OUT_UNDONE", "ROLL_OUT_STARTED"],
  stepUp: ["REAUTHENTICATION_SUCCEEDED"],
  teamSignIn: ["SIGN_IN_SUCCEEDED"],
  undoRollOut: ["SECURITY_POLICY_CHANGED", "ROLL_OUT_UNDONE"],
  unlockPortalAccount: ["ACCOUNT_UNLOCKED"],
  updateBranding: ["BRANDING_CHANGED"],
  updateContact: ["CONTACT_UPDATED", "CONTACT_REDIRECTED"],
  updateSecurityPolicy: ["SECURITY_POLICY_CHANGED"],
  upsertContacts: ["CONTACT_CREATED", "CONTACT_UPDATED", "CONTACT_REDIRECTED"],
  useRecoveryCode: ["RECOVERY_CODE_USED", "SIGN_IN_SUCCEEDED"],
  verifyPasskey: ["DEVICE_TRUSTED", "SIGN_IN_SUCCEEDED"],
  verifyTwoFactor: ["DEVICE_TRUSTED", "SIGN_IN_SUCCEEDED"],
};

/** The events that say what they change. */
const changing: readonly AuditEventType[] = [
  "CHECKPOINT_MAIL_CHANGED",
  "SIGN_IN_RETENTION_CHANGED",
  "CONTACT_CREATED",
  "CONTACT_UPDATED",
  "CONTACT_REDIRECTED",
  "INVITE_SENT",
  "ACCOUNT_CREATED",
  "ACCOUNT_DELETED",
  "LOGIN_EMAIL_CHANGED",
  "REQUEST_SENT",
  "REQUEST_ITEM_DONE",
  "REQUEST_ITEM_REOPENED",
  "REQUEST_COMPLETED",
  "SECURITY_POLICY_CHANGED",
  "CLIENT_LANGUAGE_CHANGED",
  "TIME_ZONE_CHANGED",
  "BRANDING_CHANGED",
  "PLAN_CHANGED",
  "REPORT_SCHEDULE_CHANGED",
  "FIRM_CREATED",
  "FIRM_DISABLED",
  "FIRM_ENABLED",
  "TEAM_MEMBER_INVITED",
  "TEAM_MEMBER_JOINED",
  "TEAM_MEMBER_CHANGED",
  "TEAM_MEMBER_REMOVED",
  "API_KEY_CREATED",
  "API_KEY_REVOKED",
  "WEBHOOK_CREATED",
  "WEBHOOK_DELETED",
  "WEBHOOK_REPLAYED",
  "ROLL_OUT_STARTED",
  "ROLL_OUT_PAUSED",
  "ROLL_OUT_RESUMED",
  "ROLL_OUT_FINISHED",
  "ROLL_OUT_UNDONE",
];
describe("every mutation", () => {
  const schema = buildSchema(readFileSync(join(__dirname, "../../../schema.graphql"), "utf8"));

  it("is judged: which event it records, or why none", () => {
    expect(Object.keys(recordedBy).toSorted()).toEqual(
      Object.keys(schema.getMutationType()?.getFields() ?? {}).toSorted(),
    );
    const named = Object.values(recordedBy).flatMap((types) => (typeof types === "string" ? [] : types));
    expect(named.filter((type) => !auditEventTypes.includes(type))).toEqual([]);
  });
});

interface Recorded {
  type: AuditEventType;
  occurredAt: string;
  actorKind: string;
  changes: { field: string; before: unknown; after: unknown }[];
  data: Record<string, unknown>;
}
const change = (field: string, before: unknown, after: unknown) => ({ field, before, after });
const created = (values: Record<string, unknown>) =>
  Object.entries(values).map(([field, value]) => change(field, null, value));
const deleted = (values: Record<string, unknown>) =>
  Object.entries(values).map(([field, value]) => change(field, value, null));

describeOnDatabases("the log says what changed", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  const seen = new Map<string, Set<AuditEventType>>();
  const everything: Recorded[] = [];
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const EVENTS =
    "query { auditEvents(first: 30) { nodes { id type occurredAt actorKind data changes { field before after } } } }";
  const log = async (token: string): Promise<(Recorded & { id: string })[]> =>
    (await world.ask(EVENTS, {}, token)).data.auditEvents.nodes;
  /** What a roll-out's mailer does meanwhile. */
  const isMailed = ({ type, actorKind }: Recorded) =>
    actorKind === "SYSTEM" && (type === "TWO_FACTOR_ANNOUNCED" || type === "INVITE_SENT");
  /** The answer, and what the log has gained by then, oldest first. */
  const during = async <T>(act: () => Promise<T>, token = owner) => {
    const [newest] = await log(token);
    const answer = await act();
    const events = await log(token);
    const known = events.findIndex(({ id }) => id === newest?.id);
    const recorded = events.slice(0, known).filter((event) => !isMailed(event));
    everything.push(...recorded);
    return { answer, events: recorded.toReversed() };
  };
  const does = async (name: string, inputType: string, selection: string, input: object, token = owner) => {
    const { answer, events } = await during(() => world.mutate(name, inputType, selection, input, token));
    expect(codesOf(answer)).toEqual([]);
    const types = seen.get(name) ?? new Set();
    seen.set(name, types);
    for (const { type } of events) types.add(type);
    return { answer: answer as Data, events, event: events[0] as Recorded };
  };
  const fresh = () => world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
  const versionOf = async (): Promise<number> =>
    (await world.ask("{ firm { securityPolicy { version } } }", {}, owner)).data.firm.securityPolicy.version;

  it("of a contact: each field, once, and nothing if nothing differs", async () => {
    const input = { name: "Maya", email: "maya@changes.example", language: "FR" };
    const made = await does("createContact", "ContactInput", "contact { id }", input);
    expect(made.event.changes).toEqual(created(input));
    const contactId = made.answer.contact.id as string;
    const invited = await does("inviteContacts", "InviteContactsInput", "results { userErrors { code } }", {
      contactIds: [contactId],
    });
    expect(invited.event.changes).toEqual([change("invitedAt", null, invited.event.occurredAt)]);

    const more = { contactId, name: "Maya Fields", email: "maya.fields@changes.example", language: null };
    const { event } = await does("updateContact", "UpdateContactInput", "contact { id }", more);
    expect(event).toMatchObject({ type: "CONTACT_UPDATED", data: { name: "Maya Fields" } });
    expect(event.changes).toEqual([
      change("name", "Maya", "Maya Fields"),
      change("email", input.email, more.email),
      change("language", "FR", null),
      // The new address was never invited.
      change("invitedAt", invited.event.occurredAt, null),
    ]);
    expect((await does("updateContact", "UpdateContactInput", "contact { id }", more)).events).toEqual([]);

    const rows = [
      { externalId: "7", name: "Noah", organization: "Oak" },
      { email: more.email, name: "Maya F." },
      { email: more.email, name: "Maya F." },
    ];
    const { events } = await does("upsertContacts", "UpsertContactsInput", "outcomes", { contacts: rows });
    expect(events.map(({ type, changes }) => [type, changes])).toEqual([
      ["CONTACT_CREATED", created({ name: "Noah", organization: "Oak", externalId: "7" })],
      ["CONTACT_UPDATED", [change("name", "Maya Fields", "Maya F.")]],
    ]);
  });

  it("of a client's login: who has it, which contacts it serves, and its address", async () => {
    const email = "two@changes.example";
    const ids = [(await world.contact(owner, "One", email)).id, (await world.contact(owner, "Two", email)).id];
    const portal = { firmSlug: firm.slug, email };
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", portal);
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const signUp = { confirmationToken, password: CLIENT_PASSWORD, transport: "TOKEN" };
    const RESULT = "result { ... on SignedIn { sessionToken } }";
    const made = await does("createPortalAccount", "CreatePortalAccountInput", RESULT, signUp);
    const session = made.answer.result.sessionToken as string;
    const { data } = await world.ask("{ viewer { ... on PortalViewer { account { id } } } }", {}, session);
    const portalAccountId = data.viewer.account.id as string;
    expect(made.event).toMatchObject({ type: "ACCOUNT_CREATED", data: { email, portalAccountId } });
    expect(made.event.changes).toEqual(created({ email, contacts: ids.toSorted() }));

    const late = await does("createContact", "ContactInput", "contact { id }", { name: "Three", email });
    expect(late.event.changes).toContainEqual(change("portalAccount", null, portalAccountId));
    ids.push(late.answer.contact.id);

    const CHOOSE = "language";
    const chosen = await does("chooseLanguage", "LanguageInput", CHOOSE, { language: "FR" }, session);
    expect(chosen.events.map(({ changes }) => changes)).toEqual(ids.map(() => [change("language", null, "FR")]));

    await fresh();
    const to = "moved@changes.example";
    const asked = { contactId: ids[0], email: to };
    const wish = await does("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", asked);
    expect(wish.event).toMatchObject({
      type: "LOGIN_EMAIL_CHANGE_REQUESTED",
      changes: [],
      data: { from: email, to, portalAccountId },
    });
    const token = await world.mailedToken(to, /Confirm|Confirmez/);
    const moved = await does("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
    expect(moved.event.changes).toEqual([change("email", email, to)]);

    const gone = { contactId: ids[0], reason: "left" };
    const { events } = await does("deletePortalAccount", "ContactReasonInput", "contact { id }", gone);
    // The contacts keep the address that the login has left, so that its owner may create one.
    expect(events.map(({ type, changes }) => [type, changes])).toEqual([
      ...ids.map(() => ["CONTACT_REDIRECTED", [change("portalAccount", portalAccountId, null)]]),
      ["ACCOUNT_DELETED", deleted({ email: to, contacts: ids.toSorted() })],
    ]);
    expect(events.at(-1)).toMatchObject({ data: { email: to, portalAccountId } });
  });

  it("of contacts that another login serves once theirs is deleted", async () => {
    const { contactId, email, created: first } = await world.client(firm, owner);
    await fresh();
    const to = `new-${email}`;
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", { contactId, email: to }, owner);
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", {
      token: await world.mailedToken(to, /Confirm your new/),
    });
    const accountOf = async (token: string) =>
      (await world.ask("{ viewer { ... on PortalViewer { account { id } } } }", {}, token)).data.viewer?.account.id;
    const old = (await world.portalSignIn(firm, to)).result.sessionToken as string;
    expect(first.result.__typename).toBe("SignedIn");
    // Somebody else with the contact's own address, which the old login has left.
    await world.contact(owner, "The same mailbox", email);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await until(async () => {
      const { links } = await world.mail(email, /Create your account/);
      const found = decodeURIComponent(/#token=([^&]+)/.exec(links[0] ?? "")?.[1] ?? "");
      const { data } = await world.ask("query($t: String!) { mailedToken(token: $t) { purpose } }", { t: found });
      return data.mailedToken === null ? null : found;
    });
    const signedUp = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
    const [oldAccount, other] = [await accountOf(old), await accountOf(signedUp.result.sessionToken)];
    expect(other).not.toBe(oldAccount);
    await fresh();
    const gone = { contactId, reason: "left" };
    const { events } = await does("deletePortalAccount", "ContactReasonInput", "contact { id }", gone);
    expect(events.map(({ type, changes }) => [type, changes])).toEqual([
      ["CONTACT_REDIRECTED", [change("portalAccount", oldAccount, other)]],
      ["ACCOUNT_DELETED", deleted({ email: to, contacts: [contactId] })],
    ]);
  });

  it("of a request: what was asked for, what is done, and when it was complete", async () => {
    const { contactId, email, created: signedUp } = await world.client(firm, owner);
    const client = signedUp.result.sessionToken as string;
    const input = { contactId, title: "Tax return", dueOn: "2030-04-30", items: ["Payroll", "Receipts"] };
    const REQUEST = "request { id items { id text } }";
    const sent = await does("sendClientRequest", "SendClientRequestInput", REQUEST, input);
    const { id: requestId, items } = sent.answer.request as { id: string; items: { id: string }[] };
    expect(sent.event.changes).toEqual(created({ title: "Tax return", sentTo: email, dueOn: "2030-04-30" }));
    expect(sent.event.data).toMatchObject({ requestId });

    const ticks = async (item: number, done: boolean) => {
      const itemId = items[item]?.id;
      const { events } = await does(
        "setRequestItemDone",
        "SetRequestItemDoneInput",
        "request { id }",
        { itemId, done },
        client,
      );
      for (const { data } of events) expect(data).toMatchObject({ requestId });
      expect(events[0]?.data).toMatchObject({ itemId });
      return events;
    };
    expect((await ticks(0, true)).map(({ changes }) => changes)).toEqual([[change("done", false, true)]]);
    const complete = await ticks(1, true);
    expect(complete.map(({ type, changes, occurredAt }) => [type, changes, occurredAt])).toEqual([
      ["REQUEST_ITEM_DONE", [change("done", false, true)], complete[0]?.occurredAt],
      ["REQUEST_COMPLETED", [change("completedAt", null, complete[0]?.occurredAt)], complete[0]?.occurredAt],
    ]);
    expect((await ticks(0, false)).map(({ type, changes }) => [type, changes])).toEqual([
      ["REQUEST_ITEM_REOPENED", [change("done", true, false), change("completedAt", complete[0]?.occurredAt, null)]],
    ]);
    world.forward({ minutes: 2 });
    await fresh();
    const again = await does("resendClientRequest", "RequestIdInput", "request { id }", { requestId });
    expect(again.event.data).toMatchObject({ requestId });
  });

  it("of the security policy: every setting that differs, as the API shows it", async () => {
    await fresh();
    const enforcedFrom = new Date(world.now() + 30 * 86_400_000).toISOString();
    const update = async (input: object) =>
      (
        await does("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", {
          ...input,
          expectedVersion: await versionOf(),
        })
      ).event;
    const first = await update({
      mode: "MAGIC_LINK_AND_LOGIN_2FA",
      enforcedFrom,
      magicLinkRequiresTwoFactor: false,
      trustedDeviceDays: 7,
    });
    expect(first.changes).toEqual([
      change("mode", "MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_AND_LOGIN_2FA"),
      change("enforcedFrom", null, enforcedFrom),
      change("magicLinkRequiresTwoFactor", true, false),
      change("trustedDeviceDays", 0, 7),
    ]);
    expect(first.data).toMatchObject({ version: await versionOf() });
    expect((await update({ mode: "MAGIC_LINK_AND_LOGIN", trustedDeviceDays: 0 })).changes).toEqual([
      change("mode", "MAGIC_LINK_AND_LOGIN_2FA", "MAGIC_LINK_AND_LOGIN"),
      change("enforcedFrom", enforcedFrom, null),
      change("trustedDeviceDays", 7, 0),
    ]);
    // It has another version from then on, and nothing else.
    const same = await update({});
    expect(same.changes).toEqual([]);
    expect(same.data).toMatchObject({ version: await versionOf() });
    await update({ magicLinkRequiresTwoFactor: true });
  });

  it("of the team's own 2FA, which somebody with 2FA switches on", async () => {
    const other = await world.firm();
    const boss = await world.ownerToken(other);
    await world.enroll({ token: boss });
    const input = { teamRequiresTwoFactor: true, expectedVersion: 1 };
    const { events } = await during(
      () => world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", input, boss),
      boss,
    );
    expect(events.map(({ changes }) => changes)).toEqual([[change("teamRequiresTwoFactor", false, true)]]);
  });

  it("of a roll-out: the policy's date, its plan, and each of its states", async () => {
    await fresh();
    await world.contact(owner, "To be invited");
    const enforcedFrom = new Date(world.now() + 60 * 86_400_000).toISOString();
    const plan = { enforcedFrom, message: "Soon.", mailsPerMinute: 1, remindDaysBefore: [7], timeZone: "Europe/Paris" };
    const start = async (input: object) =>
      does("startRollOut", "StartRollOutInput", "rollOut { id }", { ...input, expectedVersion: await versionOf() });
    const started = await start(plan);
    const rollOutId = started.answer.rollOut.id as string;
    const stated = (events: Recorded[]) => events.filter(({ type }) => /ROLL_OUT|POLICY/.test(type));
    const values = (events: Recorded[]) => stated(events).map(({ type, changes }) => [type, changes]);
    expect(values(started.events)).toEqual([
      [
        "SECURITY_POLICY_CHANGED",
        [
          change("mode", "MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_AND_LOGIN_2FA"),
          change("enforcedFrom", null, enforcedFrom),
        ],
      ],
      [
        "ROLL_OUT_STARTED",
        created({
          state: "RUNNING",
          enforcedFrom,
          timeZone: "Europe/Paris",
          message: "Soon.",
          invitesContacts: true,
          remindDaysBefore: [7],
          mailsPerMinute: 1,
        }),
      ],
    ]);
    const paused = await does("pauseRollOut", "RollOutIdInput", "rollOut { id }", { rollOutId });
    expect(values(paused.events)).toEqual([["ROLL_OUT_PAUSED", [change("state", "RUNNING", "PAUSED")]]]);
    const resumed = await does("resumeRollOut", "RollOutIdInput", "rollOut { id }", { rollOutId });
    expect(values(resumed.events)).toEqual([["ROLL_OUT_RESUMED", [change("state", "PAUSED", "RUNNING")]]]);
    const back = { rollOutId, expectedVersion: await versionOf() };
    const undone = await does("undoRollOut", "UndoRollOutInput", "rollOut { id }", back);
    expect(values(undone.events)).toEqual([
      [
        "SECURITY_POLICY_CHANGED",
        [
          change("mode", "MAGIC_LINK_AND_LOGIN_2FA", "MAGIC_LINK_AND_LOGIN"),
          change("enforcedFrom", enforcedFrom, null),
        ],
      ],
      ["ROLL_OUT_UNDONE", [change("state", "RUNNING", "UNDONE")]],
    ]);
    for (const events of [started.events, paused.events, resumed.events, undone.events])
      expect(stated(events).at(-1)?.data).toMatchObject({ rollOutId });

    // One that the settings have called off ends with the next one, if the mailer has not noticed before.
    const paus = await start(plan);
    await does("pauseRollOut", "RollOutIdInput", "rollOut { id }", { rollOutId: paus.answer.rollOut.id });
    const off = { mode: "MAGIC_LINK_AND_LOGIN", expectedVersion: await versionOf() };
    await does("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", off);
    const next = await start(plan);
    expect(stated(next.events).map(({ type, data }) => [type, data["rollOutId"]])).toEqual([
      ["SECURITY_POLICY_CHANGED", undefined],
      ["ROLL_OUT_UNDONE", paus.answer.rollOut.id],
      ["ROLL_OUT_STARTED", next.answer.rollOut.id],
    ]);
    const last = { rollOutId: next.answer.rollOut.id, expectedVersion: await versionOf() };
    await does("undoRollOut", "UndoRollOutInput", "rollOut { id }", last);
  });

  it("of a roll-out that has nobody left to mail", async () => {
    const other = await world.firm();
    const boss = await world.ownerToken(other);
    const enforcedFrom = new Date(world.now() + 60 * 86_400_000).toISOString();
    const input = { enforcedFrom, message: "Soon.", expectedVersion: 1 };
    const { rollOut } = await world.mutate("startRollOut", "StartRollOutInput", "rollOut { id }", input, boss);
    const finished = await until(async () => (await log(boss)).find(({ type }) => type === "ROLL_OUT_FINISHED"));
    expect(finished).toMatchObject({
      changes: [change("state", "RUNNING", "FINISHED")],
      data: { rollOutId: rollOut.id },
    });
    everything.push(finished);
  });

  it("of the firm: its language, time zone, branding, plan, and whether the operator has disabled it", async () => {
    const language = await does("setClientLanguage", "LanguageInput", "firm { id }", { language: "FR" });
    expect(language.event.changes).toEqual([change("clientLanguage", "EN", "FR")]);
    expect((await does("setClientLanguage", "LanguageInput", "firm { id }", { language: "FR" })).events).toEqual([]);
    const zone = await does("setTimeZone", "TimeZoneInput", "firm { id }", { timeZone: "America/Toronto" });
    expect(zone.event.changes).toEqual([change("timeZone", "UTC", "America/Toronto")]);
    const mails = await does("setCheckpointMail", "CheckpointMailInput", "firm { id }", { isOn: true });
    expect(mails.event.changes).toEqual([change("mailsCheckpoints", false, true)]);
    const kept = { days: 730, reason: "Our privacy policy" };
    const retention = await does("setSignInEventDays", "SignInEventDaysInput", "firm { id }", kept);
    expect(retention.event.changes).toEqual([change("signInEventDays", null, 730)]);

    const { teamMembers } = (await world.ask("{ teamMembers { id } }", {}, owner)).data;
    const readers = { memberIds: [teamMembers[0].id as string] };
    const monthly = await does("setReportSchedule", "SetReportScheduleInput", "schedule { nextAt }", readers);
    expect(monthly.event.changes).toEqual([change("memberIds", [], readers.memberIds)]);

    const brand = (input: object) =>
      does("updateBranding", "UpdateBrandingInput", "firm { branding { logoUrl logoWidth logoHeight } }", input);
    const set = await brand({ color: "#0B5F4E", logo: demoLogo });
    const logo = set.answer.firm.branding as Record<string, unknown>;
    expect(logo["logoUrl"]).toMatch(/^\/logos\/[0-9a-f]{64}$/);
    const { logoUrl, logoWidth, logoHeight } = logo;
    expect(set.event.changes).toEqual(created({ color: "#0b5f4e", logoUrl, logoWidth, logoHeight }));
    const bare = await brand({ logo: null });
    expect(bare.event.changes).toEqual(deleted({ logoUrl, logoWidth, logoHeight }));

    const plan = await during(() => world.changePlan(firm.id, "ENTERPRISE"));
    expect(plan.events.map(({ changes }) => changes)).toEqual([[change("plan", "BUSINESS", "ENTERPRISE")]]);
    const commands = new FirmCommands(world.app.work, world.app.hasher);
    await commands.disable(firm.slug);
    await commands.enable(firm.slug);
    owner = await world.ownerToken(firm);
    const [, enabled, disabled] = await log(owner);
    everything.push(...[enabled, disabled].filter((event) => event !== undefined));
    expect([disabled?.changes, enabled?.changes]).toEqual([
      [change("disabledAt", null, disabled?.occurredAt)],
      [change("disabledAt", disabled?.occurredAt, null)],
    ]);
  });

  it("of a firm that the operator creates, with its owner", async () => {
    const commands = new FirmCommands(world.app.work, world.app.hasher);
    const slug = `new-${firm.slug}`;
    const given = {
      slug,
      name: "Elm & Co",
      plan: "TEAM",
      ownerName: "Ella Elm",
      ownerEmail: `ella@${slug}.example`,
    } as const;
    const { owner: ella } = await commands.create({ ...given, ownerPassword: OWNER_PASSWORD });
    const events = (await log(await world.ownerToken({ owner: given.ownerEmail }))).toReversed().slice(0, 2);
    everything.push(...events);
    const policy = {
      mode: "MAGIC_LINK_AND_LOGIN",
      magicLinkRequiresTwoFactor: true,
      trustedDeviceDays: 0,
      teamRequiresTwoFactor: false,
    };
    const settings = { name: given.name, slug, plan: "TEAM", clientLanguage: "EN", timeZone: "UTC", ...policy };
    const member = { name: given.ownerName, email: given.ownerEmail, role: "OWNER", joinedAt: events[1]?.occurredAt };
    expect(events.map(({ type, changes }) => [type, changes])).toEqual([
      ["FIRM_CREATED", created(settings)],
      ["TEAM_MEMBER_JOINED", created(member)],
    ]);
    expect(events[1]?.data).toMatchObject({ teamMemberId: ella.id });
  });

  it("of a colleague, from the invitation to the last day", async () => {
    await fresh();
    const email = `kim@${firm.slug}.example`;
    const input = { name: "Kim Lee", email, role: "STAFF" };
    const invited = await does("inviteTeamMember", "InviteTeamMemberInput", "teamMember { id }", input);
    const teamMemberId = invited.answer.teamMember.id as string;
    expect(invited.event).toMatchObject({ changes: created(input), data: { teamMemberId } });
    const choice = { token: await world.mailedToken(email, /invites you/), password: "a colleague's long password" };
    const joined = await does("chooseTeamPassword", "ChooseTeamPasswordInput", "result { __typename }", choice);
    const { event } = joined;
    expect(event).toMatchObject({ type: "TEAM_MEMBER_JOINED", data: { teamMemberId } });
    expect(event.changes).toEqual([change("joinedAt", null, event.occurredAt)]);

    const rename = { memberId: teamMemberId, name: "Kim Park", role: "ADMIN" };
    const changed = await does("changeTeamMember", "ChangeTeamMemberInput", "teamMember { id }", rename);
    expect(changed.event.changes).toEqual([change("name", "Kim Lee", "Kim Park"), change("role", "STAFF", "ADMIN")]);
    expect((await does("changeTeamMember", "ChangeTeamMemberInput", "teamMember { id }", rename)).events).toEqual([]);
    const link = { memberId: teamMemberId };
    const mailed = await does("sendTeamPasswordLink", "TeamMemberIdInput", "teamMember { id }", link);
    expect(mailed.event.data).toMatchObject({ teamMemberId });

    const gone = { memberId: teamMemberId, reason: "left" };
    const removed = await does("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", gone);
    expect(removed.event.data).toMatchObject({ teamMemberId });
    expect(removed.event.changes).toEqual(
      deleted({ name: "Kim Park", email, role: "ADMIN", joinedAt: event.occurredAt }),
    );

    // The operator's command lets somebody in without an invitation.
    const commands = new FirmCommands(world.app.work, world.app.hasher);
    const member = { name: "Ola", email: `ola@${firm.slug}.example`, role: "STAFF" } as const;
    const added = await during(() =>
      commands.addMember({ slug: firm.slug, ...member, password: "a colleague's long password" }),
    );
    const [joinedAtOnce] = added.events;
    expect(joinedAtOnce).toMatchObject({ data: { teamMemberId: added.answer.member.id } });
    expect(joinedAtOnce?.changes).toEqual(created({ ...member, joinedAt: joinedAtOnce?.occurredAt }));
  });

  it("of API keys, without the key", async () => {
    await fresh();
    const expiresAt = new Date(world.now() + 86_400_000).toISOString();
    const input = { name: "Books", scopes: ["WEBHOOKS_WRITE", "AUDIT_READ"], expiresAt };
    const made = await does("createApiKey", "CreateApiKeyInput", "token apiKey { id prefix scopes }", input);
    const { id: apiKeyId, prefix, scopes } = made.answer.apiKey as Record<string, string>;
    expect(made.event.changes).toEqual(created({ name: "Books", prefix, scopes, expiresAt }));
    expect(made.event.data).toMatchObject({ apiKeyId });
    expect(JSON.stringify(made.event)).not.toContain((made.answer.token as string).slice(prefix?.length));
    const revoked = await does("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId });
    expect(revoked.event.changes).toEqual([change("revokedAt", null, revoked.event.occurredAt)]);
    expect(revoked.event.data).toMatchObject({ apiKeyId });
    expect((await does("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId })).events).toEqual([]);
  });

  it("of webhooks, without their secrets or what may be one in an address", async () => {
    await fresh();
    const input = { url: "http://127.0.0.1:9/in/secret-path?token=secret-query", types: ["API_KEY_CREATED"] };
    const ENDPOINT = "webhookEndpoint { id deliveredThrough }";
    const made = await does("createWebhookEndpoint", "CreateWebhookEndpointInput", `signingSecret ${ENDPOINT}`, input);
    const webhookEndpointId = made.answer.webhookEndpoint.id as string;
    const address = "http://127.0.0.1:9";
    expect(made.event.changes).toEqual(created({ url: address, types: ["API_KEY_CREATED"] }));
    const id = { webhookEndpointId };
    const rotated = await does("rotateWebhookSecret", "WebhookEndpointIdInput", `signingSecret ${ENDPOINT}`, id);
    const [{ cursor }] = (await world.ask("{ auditEvents(last: 1) { nodes { cursor } } }", {}, owner)).data.auditEvents
      .nodes as [{ cursor: string }];
    const replay = { ...id, after: cursor };
    const replayed = await does("replayWebhookEvents", "ReplayWebhookEventsInput", ENDPOINT, replay);
    expect(replayed.event).toMatchObject({
      type: "WEBHOOK_REPLAYED",
      changes: [{ field: "deliveredThrough", after: cursor }],
    });
    const gone = await does("deleteWebhookEndpoint", "WebhookEndpointIdInput", ENDPOINT, id);
    expect(gone.event.changes).toEqual(deleted({ url: address, types: ["API_KEY_CREATED"] }));
    for (const { event } of [made, rotated, replayed, gone]) {
      expect(event.data).toMatchObject({ url: address, webhookEndpointId });
      expect(JSON.stringify(event)).not.toMatch(/secret-path|secret-query/);
      for (const { answer } of [made, rotated])
        expect(JSON.stringify(event)).not.toContain((answer.signingSecret as string).slice(6));
    }
  });

  it("each of these mutations has recorded what the table says, and each changing event was seen with its changes", () => {
    for (const [name, types] of seen)
      expect([name, [...types].filter((type) => !recordedBy[name]?.includes(type))]).toEqual([name, []]);
    const said = new Set(everything.filter(({ changes }) => changes.length > 0).map(({ type }) => type));
    expect(changing.filter((type) => !said.has(type))).toEqual([]);
    expect([...said].filter((type) => !changing.includes(type))).toEqual([]);
    const fields = new Set(everything.flatMap(({ changes }) => changes.map(({ field }) => field)));
    expect([...fields].filter((field) => !(field in auditFields))).toEqual([]);
    expect(Object.keys(auditFields).filter((field) => !fields.has(field))).toEqual([]);
  });
});
