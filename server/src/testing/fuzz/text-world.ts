import { randomBytes } from "node:crypto";
import { getNamedType, isEnumType, type GraphQLInputType } from "graphql";
import { CLIENT_PASSWORD, OWNER_PASSWORD, type World } from "../world.js";

/** Who sends a text. */
export const senders = ["owner", "key", "client", "anonymous"] as const;
export type Sender = (typeof senders)[number];

const SCOPES = [
  "CONTACTS_READ",
  "CONTACTS_WRITE",
  "ACCESS_WRITE",
  "ACCESS_RESET",
  "POLICY_WRITE",
  "AUDIT_READ",
  "WEBHOOKS_WRITE",
];
const ENDPOINTS = 8;
const DAY_MS = 86_400_000;
const unique = () => randomBytes(6).toString("hex");
/** What no special value is known for. A new input gets these too, by its type. */
const byType: Readonly<Record<string, unknown>> = { Int: 5, Float: 5, Boolean: true, ID: "x", String: "Some text" };
/** The values of enums that leave the doors open. */
const choices: Readonly<Record<string, string>> = { mode: "MAGIC_LINK_AND_LOGIN", role: "STAFF" };

type Make = (sender: Sender) => unknown;

/** A firm with one of everything, so that a request with a strange text is otherwise right and gets as far as the database. */
export class TextWorld {
  /** Whom the newest mail with a link to choose a password went to. */
  private invited = "";
  /** How long sign-ins were kept last: the same days again would be no change. */
  private signInDays = 30;

  private constructor(
    private readonly world: World,
    readonly firm: { id: string; slug: string; owner: string },
    readonly tokens: Record<Sender, string | undefined>,
    private readonly client: { contactId: string; email: string },
  ) {}

  static async found(world: World): Promise<TextWorld> {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const key = await world.key(owner, SCOPES);
    const { contactId, email, created } = await world.client(firm, owner);
    const client = String(created.result.sessionToken);
    return new TextWorld(world, firm, { owner, key, client, anonymous: undefined }, { contactId, email });
  }

  get owner(): string {
    return this.tokens.owner ?? "";
  }

  /** Whether those who send can still do so: some acts end a session or a key, or change a password. */
  async isWhole(): Promise<boolean> {
    const asks = (["owner", "key", "client"] as const).map(async (sender) => {
      const { data } = await this.world.ask("{ viewer { __typename } }", {}, this.tokens[sender]);
      return sender === "key" || Boolean(data?.viewer);
    });
    return (await Promise.all(asks)).every(Boolean);
  }

  /** A valid value for an input of that name. */
  valid(sender: Sender): (name: string, type: GraphQLInputType, operation: string) => unknown {
    return (name, type, operation) => {
      const make = this.makers[`${operation}.${name}`] ?? this.makers[name];
      if (make) return make(sender);
      const named = getNamedType(type);
      if (isEnumType(named)) return choices[name] ?? named.getValues()[0]?.name;
      if (named.name === "DateTime") return new Date(this.world.now() + 30 * DAY_MS).toISOString();
      return byType[named.name];
    };
  }

  /** A password that was accepted opens the door, as it was typed. */
  async mustOpen(place: string, text: string, sender: Sender): Promise<void> {
    const [, operation = "", field = ""] = /^(\w+)\(input\.(\w+)\)$/.exec(place) ?? [];
    if (!/^(?:changePassword|resetPassword|createPortalAccount|chooseTeamPassword)$/.test(operation)) return;
    if (field !== "newPassword" && field !== "password") return;
    const isTeam = operation === "chooseTeamPassword" || (operation === "changePassword" && sender === "owner");
    const email = operation !== "changePassword" ? this.invited : isTeam ? this.firm.owner : this.client.email;
    const { result, userErrors } = isTeam
      ? await this.world.signIn("teamSignIn", "TeamSignInInput", { email, password: text })
      : await this.world.portalSignIn(this.firm, email, text);
    if (!result) throw new Error(`the new password does not open: ${JSON.stringify(userErrors)}`);
  }

  /** Undoes what would make the same act impossible the next time. */
  async settle(place: string, answer: { rollOut?: { id: string } | null }): Promise<void> {
    if (!place.startsWith("startRollOut") || !answer.rollOut) return;
    const { data } = await this.world.ask("{ firm { securityPolicy { version } } }", {}, this.owner);
    const { version: expectedVersion } = data.firm.securityPolicy;
    const input = { rollOutId: answer.rollOut.id, expectedVersion };
    await this.world.mutate("undoRollOut", "UndoRollOutInput", "rollOut { id }", input, this.owner);
  }

  private async newContact(): Promise<string> {
    return (await this.world.contact(this.owner)).id;
  }
  private newClient() {
    return this.world.client(this.firm, this.owner);
  }
  private async newMember(): Promise<{ id: string; email: string }> {
    const email = await this.world.member(this.firm.id, "STAFF");
    const { data } = await this.world.ask("{ teamMembers { id email } }", {}, this.owner);
    return data.teamMembers.find((member: { email: string }) => member.email === email);
  }
  /** A client with an authenticator. */
  private async newEnrolled(): Promise<{ contactId: string; email: string }> {
    const { contactId, email, created } = await this.newClient();
    await this.world.enroll({ token: created.result.sessionToken });
    return { contactId, email };
  }
  private async newRequest(contactId?: string): Promise<{ id: string; items: { id: string }[] }> {
    const input = { contactId: contactId ?? (await this.newContact()), title: "Papers", items: ["One"] };
    return (
      await this.world.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { id items { id } }",
        input,
        this.owner,
      )
    ).request;
  }
  private async requestToken(): Promise<string> {
    const { id, email } = await this.world.contact(this.owner);
    await this.newRequest(id);
    return this.world.mailedToken(email, /Papers/);
  }
  private async confirmationToken(): Promise<string> {
    const { email } = await this.world.contact(this.owner);
    const input = { firmSlug: this.firm.slug, email };
    this.invited = email;
    await this.world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", input);
    return this.world.mailedToken(email, /Create your account/);
  }
  private async resetToken(): Promise<string> {
    const { contactId, email } = await this.newClient();
    this.invited = email;
    await this.world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, this.owner);
    return this.world.mailedToken(email, /password/i);
  }
  private async teamToken(): Promise<string> {
    const { id: memberId, email } = await this.newMember();
    this.invited = email;
    await this.world.mutate("sendTeamPasswordLink", "TeamMemberIdInput", "teamMember { id }", { memberId }, this.owner);
    return this.world.mailedToken(email, /password/i);
  }
  private async challengeToken(): Promise<string> {
    const { email } = await this.newEnrolled();
    return (await this.world.portalSignIn(this.firm, email)).result.challengeToken;
  }
  private async unlinkedAccount(): Promise<string> {
    const { contactId } = await this.newClient();
    const { data } = await this.world.ask(
      "query($id: ID!) { contact(id: $id) { portalAccount { id } } }",
      { id: contactId },
      this.owner,
    );
    const input = { contactId, email: null };
    await this.world.mutate("updateContact", "UpdateContactInput", "contact { id }", input, this.owner);
    return data.contact.portalAccount.id;
  }
  private async newEndpoint(): Promise<string> {
    const { data } = await this.world.ask("{ webhookEndpoints { id url } }", {}, this.owner);
    const others = data.webhookEndpoints.filter(({ url }: { url: string }) => !url.endsWith("/kept"));
    if (others.length >= ENDPOINTS)
      for (const { id } of others)
        await this.world.mutate(
          "deleteWebhookEndpoint",
          "WebhookEndpointIdInput",
          "webhookEndpoint { id }",
          { webhookEndpointId: id },
          this.owner,
        );
    else if (others.length > 0) return others[0].id;
    return (
      await this.world.mutate(
        "createWebhookEndpoint",
        "CreateWebhookEndpointInput",
        "webhookEndpoint { id }",
        { url: "http://127.0.0.1:9/" },
        this.owner,
      )
    ).webhookEndpoint.id;
  }

  private readonly makers: Readonly<Record<string, Make>> = {
    contactId: () => this.newContact(),
    contactIds: () => this.newContact(),
    id: () => this.client.contactId,
    "changeLoginEmail.contactId": async () => (await this.newClient()).contactId,
    "deleteContact.contactId": async () => (await this.newClient()).contactId,
    "deletePortalAccount.contactId": async () => (await this.newClient()).contactId,
    "resetTwoFactor.contactId": async () => (await this.newEnrolled()).contactId,
    portalAccountId: () => this.unlinkedAccount(),
    memberId: async () => (await this.newMember()).id,
    "resetTeamMemberTwoFactor.memberId": async () => {
      const { id, email } = await this.newMember();
      const { result } = await this.world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
      await this.world.enroll({ token: result.sessionToken });
      return id;
    },
    requestId: async () => (await this.newRequest()).id,
    itemId: async () => (await this.newRequest(this.client.contactId)).items[0]?.id,
    webhookEndpointId: () => this.newEndpoint(),
    url: async () => {
      await this.newEndpoint();
      return "http://127.0.0.1:9/";
    },
    email: () => `${unique()}@client.example`,
    "portalSignIn.email": () => this.client.email,
    "requestPasswordReset.email": () => this.client.email,
    "teamSignIn.email": () => this.firm.owner,
    "requestTeamPasswordReset.email": () => this.firm.owner,
    "setSignInEventDays.days": () => (this.signInDays = 30 + (this.signInDays % 3000)),
    firmSlug: () => this.firm.slug,
    externalId: unique,
    password: (sender) => (sender === "client" ? CLIENT_PASSWORD : OWNER_PASSWORD),
    "portalSignIn.password": () => CLIENT_PASSWORD,
    currentPassword: (sender) => (sender === "client" ? CLIENT_PASSWORD : OWNER_PASSWORD),
    newPassword: () => `a new password ${unique()}`,
    code: () => "123456",
    deviceKey: () => randomBytes(24).toString("hex"),
    response: () => "{}",
    token: () => this.requestToken(),
    "mailedToken.token": () => this.confirmationToken(),
    "chooseTeamPassword.token": () => this.teamToken(),
    confirmationToken: () => this.confirmationToken(),
    resetToken: () => this.resetToken(),
    challengeToken: () => this.challengeToken(),
    expectedVersion: async () =>
      (await this.world.ask("{ firm { securityPolicy { version } } }", {}, this.owner)).data.firm.securityPolicy
        .version,
    after: async () =>
      (await this.world.ask("{ auditEvents(first: 1) { nodes { cursor } } }", {}, this.owner)).data.auditEvents.nodes[0]
        .cursor,
  };
}
