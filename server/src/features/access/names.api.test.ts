import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import {
  buildSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
} from "graphql";
import { describeOnDatabases } from "../../testing/databases.js";
import { World, type Data } from "../../testing/world.js";

const schema = buildSchema(readFileSync(join(__dirname, "../../../schema.graphql"), "utf8"));
const NOBODY = "con_01m625dgsrfdref8yrhtsvjgg";

/**
 * What a text is for. Names are one line, texts may be several; the others have rules of their own, and are shown to
 * nobody else.
 */
type TextClass =
  "name" | "text" | "email" | "secret" | "code" | "url" | "cursor" | "search" | "slug" | "data" | "choice";
const classes: Record<TextClass, string[]> = {
  name: [
    "addPasskey(input.name)",
    "changeTeamMember(input.name)",
    "createApiKey(input.name)",
    "createContact(input.externalId)",
    "createContact(input.name)",
    "createContact(input.organization)",
    "inviteTeamMember(input.name)",
    "sendClientRequest(input.items.0)",
    "sendClientRequest(input.title)",
    "updateContact(input.externalId)",
    "updateContact(input.name)",
    "updateContact(input.organization)",
    "upsertContacts(input.contacts.0.externalId)",
    "upsertContacts(input.contacts.0.name)",
    "upsertContacts(input.contacts.0.organization)",
  ],
  text: [
    "deleteContact(input.reason)",
    "deletePortalAccount(input.reason)",
    "deleteUnlinkedPortalAccount(input.reason)",
    "exportContactData(input.reason)",
    "revokeTrustedDevice(input.reason)",
    "inviteContacts(input.message)",
    "removeTeamMember(input.reason)",
    "resetTeamMemberTwoFactor(input.reason)",
    "resetTwoFactor(input.reason)",
    "rollOutPreview(input.message)",
    "setSignInEventDays(input.reason)",
    "startRollOut(input.message)",
  ],
  email: [
    "changeLoginEmail(input.email)",
    "createContact(input.email)",
    "inviteTeamMember(input.email)",
    "portalSignIn(input.email)",
    "requestPasswordReset(input.email)",
    "requestPortalAccount(input.email)",
    "requestTeamPasswordReset(input.email)",
    "teamSignIn(input.email)",
    "updateContact(input.email)",
    "upsertContacts(input.contacts.0.email)",
    "contactEmailChange(input.email)",
  ],
  secret: [
    "addPasskey(input.response)",
    "beginPasskeyVerification(input.challengeToken)",
    "beginTwoFactorEnrollment(input.enrollmentToken)",
    "changePassword(input.currentPassword)",
    "changePassword(input.newPassword)",
    "chooseFirm(input.challengeToken)",
    "chooseTeamPassword(input.password)",
    "chooseTeamPassword(input.token)",
    "claimMagicLink(input.deviceKey)",
    "claimMagicLink(input.token)",
    "confirmLoginEmail(input.token)",
    "confirmTwoFactorEnrollment(input.enrollmentToken)",
    "createPortalAccount(input.confirmationToken)",
    "createPortalAccount(input.password)",
    "magicLink(deviceKey)",
    "magicLink(token)",
    "mailedToken(token)",
    "portalSignIn(input.password)",
    "reportNotMe(input.token)",
    "resetPassword(input.newPassword)",
    "resetPassword(input.resetToken)",
    "sendAccessLink(input.token)",
    "stepUp(input.passkeyResponse)",
    "stepUp(input.password)",
    "teamSignIn(input.password)",
    "useRecoveryCode(input.challengeToken)",
    "verifyPasskey(input.challengeToken)",
    "verifyPasskey(input.response)",
    "verifyTwoFactor(input.challengeToken)",
  ],
  code: [
    "beginTwoFactorEnrollment(input.currentCode)",
    "beginTwoFactorEnrollment(input.emailCode)",
    "confirmTwoFactorEnrollment(input.code)",
    "disableTwoFactor(input.code)",
    "regenerateRecoveryCodes(input.code)",
    "stepUp(input.code)",
    "useRecoveryCode(input.code)",
    "verifyTwoFactor(input.code)",
  ],
  url: ["createWebhookEndpoint(input.url)"],
  cursor: [
    "auditEvents(after)",
    "auditEvents(before)",
    "contacts(after)",
    "contacts(before)",
    "replayWebhookEvents(input.after)",
    "reports(after)",
    "unlinkedPortalAccounts(after)",
    "unlinkedPortalAccounts(before)",
  ],
  // A search finds what is stored, and is itself not stored.
  search: ["contact(externalId)", "contacts(filter.search)"],
  slug: [
    "portal(firmSlug)",
    "portalSignIn(input.firmSlug)",
    "requestPasswordReset(input.firmSlug)",
    "requestPortalAccount(input.firmSlug)",
    "teamSignIn(input.firmSlug)",
  ],
  data: ["updateBranding(input.logo.contentType)", "updateBranding(input.logo.data)"],
  // A day, a color, a time zone, the version of what was shown: one of those that exist.
  choice: [
    "rollOutPreview(input.timeZone)",
    "requestReport(input.since)",
    "requestReport(input.until)",
    "sendClientRequest(input.dueOn)",
    "createContact(input.expectedEmailChange)",
    "setTimeZone(input.timeZone)",
    "updateContact(input.expectedEmailChange)",
    "upsertContacts(input.contacts.0.expectedEmailChange)",
    "startRollOut(input.timeZone)",
    "updateBranding(input.color)",
  ],
};

/** Every path in an operation that takes text. */
function textPlaces(type: GraphQLInputType): string[][] {
  if (isNonNullType(type)) return textPlaces(type.ofType);
  if (isListType(type)) return textPlaces(type.ofType).map((path) => ["0", ...path]);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).flatMap((field) =>
      textPlaces(field.type).map((path) => [field.name, ...path]),
    );
  return type.name === "String" ? [[]] : [];
}
const places = (["Query", "Mutation"] as const).flatMap((kind) => {
  const type = schema.getType(kind);
  return (isObjectType(type) ? Object.values(type.getFields()) : []).flatMap((field) =>
    field.args.flatMap((argument) =>
      textPlaces(argument.type).map((path) => `${field.name}(${[argument.name, ...path].join(".")})`),
    ),
  );
});

/**
 * A line break or another control character (C0, DEL, C1), a lone surrogate, and characters that reorder the text
 * around them.
 */
const inNoText = [
  ..."\u0000\u0001\u0008\u000B\u001B\u001F\u007F\u0085\u009B\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069",
];
const halves = ["\uD800", "\uDFFF"];
const inNoLine = [..."\n\r\t\u2028\u2029", "\r\n"];
/** Nothing visible at all. */
const invisible = [
  "\u200B",
  "\u200D\u200C",
  "\u3164",
  "\u115F\u1160",
  "\uFFA0",
  "\u2800",
  "\uFE0F",
  "\u00AD",
  "\u2060\u2063",
  "\u{E0041}\u{E0042}",
  "\u200E\u200F\u061C",
  "\u00A0\u3164 \u200B",
];
/** X35: beside visible characters, these make two names of one, or hide a text. */
const hidden = [..."\u00AD\u200B\u200D\u200E\u2060\u2800\u3164\uFE0F\uFEFF\u{E0041}"];
const wrong = (kind: "name" | "text"): string[] => [
  ...[...inNoText, ...halves, ...(kind === "name" ? [...inNoLine, ...hidden] : [])].map(
    (character) => `Ann${character}Lee`,
  ),
  ...invisible,
];
/** Letters of every kind, with the joiners and marks that they need. */
const right = ["Zoë 😀 👩‍👩‍👧", "می‌خواهم", "עברית\u200F (ltd)", "O’Connor", "e\u0301", "-", "株式会社"];

it("X21 every input that takes a text has its class", () => {
  expect(Object.values(classes).flat().toSorted()).toEqual(places.toSorted());
});

describeOnDatabases("X21 every name obeys one rule", (database) => {
  let world: World;
  let owner: string;
  let contactId: string;
  let memberId: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    const firm = await world.firm();
    owner = await world.ownerToken(firm);
    contactId = (await world.contact(owner)).id;
    const email = await world.member(firm.id, "STAFF");
    const { data } = await world.ask("{ teamMembers { id email } }", {}, owner);
    memberId = data.teamMembers.find((member: Data) => member.email === email).id;
  });
  afterAll(() => world.stop());

  /** What else an operation needs to get as far as the text. */
  const others = (operation: string): object =>
    ({
      addPasskey: { response: "x", name: "x" },
      changeTeamMember: { memberId },
      createApiKey: { name: "x", scopes: ["AUDIT_READ"] },
      createContact: { name: "x" },
      inviteTeamMember: { email: "new@team.example", name: "x", role: "STAFF" },
      sendClientRequest: { contactId, title: "x", items: ["x"] },
      updateContact: { contactId },
      upsertContacts: { name: "x", externalId: "x" },
      deleteContact: { contactId: NOBODY },
      deletePortalAccount: { contactId: NOBODY },
      exportContactData: { contactId: NOBODY },
      deleteUnlinkedPortalAccount: { portalAccountId: "acc_01m625dgsrfdref8yrhtsvjgg" },
      inviteContacts: { contactIds: [] },
      removeTeamMember: { memberId: NOBODY },
      revokeTrustedDevice: { trustedDeviceId: "dev_01m625dgsrfdref8yrhtsvjgg" },
      resetTeamMemberTwoFactor: { memberId: NOBODY },
      resetTwoFactor: { contactId: NOBODY },
      rollOutPreview: { enforcedFrom: new Date(world.now() + 86_400_000).toISOString() },
      startRollOut: { enforcedFrom: new Date(world.now() + 86_400_000).toISOString(), expectedVersion: 999 },
      setSignInEventDays: { days: 30 },
    })[operation] ?? {};

  /** The refusals of the text at that path, as code and field. */
  async function refusalsOf(place: string, text: string): Promise<unknown[]> {
    const [, operation = "", path = ""] = /^(\w+)\(input\.(.+)\)$/.exec(place) ?? [];
    const [field = "", isList] = path.replace("contacts.0.", "").split(".");
    const row = { ...others(operation), [field]: isList ? [text] : text };
    const input = operation === "upsertContacts" ? { contacts: [row] } : row;
    const type = Object.values(schema.getMutationType()?.getFields() ?? {})
      .concat(Object.values(schema.getQueryType()?.getFields() ?? {}))
      .find(({ name }) => name === operation)
      ?.args[0]?.type.toString();
    if (operation === "rollOutPreview") {
      const { errors } = await world.ask(
        `query($input: ${type}) { rollOutPreview(input: $input) { __typename } }`,
        { input },
        owner,
      );
      return (errors ?? []).map(({ extensions }) => [extensions.code, field]);
    }
    const payload = await world.mutate(
      operation,
      type?.replace("!", "") ?? "",
      operation === "upsertContacts" ? "results { userErrors { code field } }" : "__typename",
      input,
      owner,
    );
    const errors: Data[] = [
      ...payload.userErrors,
      ...(payload.results ?? []).flatMap((result: Data) => result.userErrors),
    ];
    return errors.map((error) => [error.code, error.field?.find((step: string) => step === field)]);
  }

  for (const kind of ["name", "text"] as const)
    it.each(classes[kind])(`%s accepts no ${kind} that breaks lines, reorders text or is invisible`, async (place) => {
      const field = place.replace(/^.*input\.(contacts\.0\.)?/, "").replace(/(\.0)?\)$/, "");
      const code = place.startsWith("rollOutPreview") ? "BAD_USER_INPUT" : "INVALID_INPUT";
      const found = await Promise.all(
        wrong(kind).map(async (text) => [JSON.stringify(text), await refusalsOf(place, text)]),
      );
      expect(found).toEqual(wrong(kind).map((text) => [JSON.stringify(text), [[code, field]]]));
    });

  it("names in every script are accepted, and composed", async () => {
    for (const name of right) {
      const { contact, userErrors } = await world.mutate(
        "createContact",
        "ContactInput",
        "contact { name }",
        { name, organization: name, externalId: name },
        owner,
      );
      expect([name, userErrors, contact?.name]).toEqual([name, [], name.normalize("NFC")]);
      const { apiKey } = await world.mutate(
        "createApiKey",
        "CreateApiKeyInput",
        "apiKey { name }",
        { name, scopes: ["AUDIT_READ"] },
        owner,
      );
      expect(apiKey?.name).toBe(name.normalize("NFC"));
    }
  });

  it("an address may not contain any of it either", async () => {
    const inNoAddress = [...inNoText, ...inNoLine, ...halves, "\u3164"];
    // In a domain, what draws nothing is left out (UTS 46), so that there is one form of it.
    const inNoLocalPart = [...inNoAddress, "\u200B"];
    for (const email of [
      ...inNoLocalPart.map((character) => `an${character}n@client.example`),
      ...inNoAddress.map((character) => `ann@cli${character}ent.example`),
    ])
      expect([JSON.stringify(email), await refusalsOf("createContact(input.email)", email)]).toEqual([
        JSON.stringify(email),
        [["INVALID_EMAIL", "email"]],
      ]);
  });

  it("a name from before the rule breaks nothing, and can be changed", async () => {
    const old = await world.contact(owner, "Old one");
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE contacts SET name = ? WHERE id = ?", ["Old\u202E\r\none", old.id]),
    );
    const change = (input: object) =>
      world.mutate(
        "updateContact",
        "UpdateContactInput",
        "contact { name organization }",
        { contactId: old.id, ...input },
        owner,
      );
    expect(await change({ organization: "Fields" })).toMatchObject({
      contact: { organization: "Fields" },
      userErrors: [],
    });
    expect(await change({ name: "New one" })).toMatchObject({ contact: { name: "New one" }, userErrors: [] });
  });
});
