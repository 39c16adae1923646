import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, World, type Data } from "../../testing/world.js";

const ADD = "contact { id email language } userErrors { code field }";

describeOnDatabases("a client's language", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let count = 0;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const add = async (more: object): Promise<{ id: string; email: string; language: string | null }> => {
    count += 1;
    const input = { name: "Zoé Gagné", email: `zoe-${count}@client.example`, ...more };
    return (await world.mutate("createContact", "ContactInput", ADD, input, owner)).contact;
  };
  const languageOf = async (id: string): Promise<string | null> =>
    (await world.ask("query($id: ID!) { contact(id: $id) { language } }", { id }, owner)).data.contact.language;
  const refusal = async (firmSlug: string, acceptLanguage: string, email: string): Promise<string> => {
    const response = await world.raw({
      path: "/graphql",
      method: "POST",
      headers: { "content-type": "application/json", "accept-language": acceptLanguage },
      body: JSON.stringify({
        query:
          "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { userErrors { code field message } } }",
        variables: { input: { firmSlug, email, password: "not the password" } },
      }),
    });
    return JSON.stringify(await response.json());
  };

  it("is set by integrators and the firm's own people, kept if it is omitted, and cleared by null", async () => {
    const zoe = await add({ language: "FR" });
    expect(zoe.language).toBe("FR");
    const change = (input: object) => world.mutate("updateContact", "UpdateContactInput", ADD, input, owner);
    await change({ contactId: zoe.id, name: "Zoé G." });
    expect(await languageOf(zoe.id)).toBe("FR");
    const key = await world.key(owner, ["CONTACTS_WRITE"]);
    const rows = { contacts: [{ name: "Zoé G.", email: zoe.email, language: "EN" }] };
    const upserted = await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", rows, key);
    expect(upserted.outcomes).toEqual(["UPDATED"]);
    expect(await languageOf(zoe.id)).toBe("EN");
    const again = await world.mutate("upsertContacts", "UpsertContactsInput", "outcomes", rows, key);
    expect(again.outcomes).toEqual(["UNCHANGED"]);
    await change({ contactId: zoe.id, language: null });
    expect(await languageOf(zoe.id)).toBeNull();
  });

  it("applies to every mail: the client's choice, else the firm's", async () => {
    const zoe = await add({ language: "FR" });
    const undecided = await add({});
    const ask = (email: string) =>
      world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    await ask(zoe.email);
    const mail = await world.mail(zoe.email, /^Créez votre compte chez Test & Sons$/);
    expect(mail.text).toContain("Confirmez votre adresse courriel et choisissez un mot de passe\u00A0:");
    await ask(undecided.email);
    await world.mail(undecided.email, /^Create your account at Test & Sons$/);

    // Requested on a French page, by somebody whose language nobody knows.
    const asking = await add({});
    const document =
      "mutation($input: PortalEmailInput!) { requestPortalAccount(input: $input) { accepted userErrors { code } } }";
    const header = { "accept-language": "fr-CA" };
    const askInFrench = async (email: string) =>
      (await world.ask(document, { input: { firmSlug: firm.slug, email } }, undefined, header)).data;
    const answered = await askInFrench(asking.email);
    await world.mail(asking.email, /^Créez votre compte/);
    expect(await askInFrench("nobody@client.example")).toEqual(answered);

    const set = await world.mutate(
      "setClientLanguage",
      "LanguageInput",
      "firm { clientLanguage }",
      { language: "FR" },
      owner,
    );
    expect(set.firm).toEqual({ clientLanguage: "FR" });
    const { data } = await world.ask(
      "query($slug: String!) { portal(firmSlug: $slug) { clientLanguage } auditEvents(filter: { types: [CLIENT_LANGUAGE_CHANGED] }) { nodes { summary } } }",
      { slug: firm.slug },
      owner,
    );
    expect(data.portal).toEqual({ clientLanguage: "FR" });
    expect(data.auditEvents.nodes).toEqual([
      { summary: "Olive Owner changed the language for clients from English to French." },
    ]);
    const english = await add({ language: "EN" });
    const other = await add({});
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { userErrors { code } }",
      { contactIds: [english.id, other.id] },
      owner,
    );
    await world.mail(other.email, /^Test & Sons vous invite à son portail client$/);
    await world.mail(english.email, /invites you/);
  });

  it("is changed by the client, only for the account's contacts, with its event; mails follow at once", async () => {
    const zoe = await add({ language: "FR" });
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
      firmSlug: firm.slug,
      email: zoe.email,
    });
    const confirmationToken = await world.mailedToken(zoe.email, /Créez votre compte/);
    const created: Data = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
    const session = created.result.sessionToken;
    const neighbour = await add({ language: "FR" });
    const elsewhere = await world.firm();
    const namesake = await world.mutate(
      "createContact",
      "ContactInput",
      ADD,
      { name: "Zoé", email: zoe.email, language: "FR" },
      await world.ownerToken(elsewhere),
    );
    const viewer = async () =>
      (await world.ask("{ viewer { ... on PortalViewer { language } } }", {}, session)).data.viewer;
    expect(await viewer()).toEqual({ language: "FR" });
    const choose = () =>
      world.mutate("chooseLanguage", "LanguageInput", "language userErrors { code }", { language: "EN" }, session);
    expect(await choose()).toMatchObject({ language: "EN", userErrors: [] });
    await choose();
    expect(await viewer()).toEqual({ language: "EN" });
    expect(await languageOf(zoe.id)).toBe("EN");
    expect(await languageOf(neighbour.id)).toBe("FR");
    const rows = await world.app.work.reader.query("SELECT language FROM contacts WHERE id = ?", [namesake.contact.id]);
    expect(rows[0].language).toBe("FR");
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { auditEvents { nodes { type actorName } } } }",
      { id: zoe.id },
      owner,
    );
    const changes = data.contact.auditEvents.nodes.filter(({ type }: Data) => type === "CONTACT_UPDATED");
    expect(changes).toEqual([{ type: "CONTACT_UPDATED", actorName: zoe.email }]);
    await world.mutate(
      "changePassword",
      "ChangePasswordInput",
      "userErrors { code }",
      { currentPassword: CLIENT_PASSWORD, newPassword: "another maple lantern" },
      session,
    );
    await world.mail(zoe.email, /^Your password was changed$/);
  });

  it("of a refusal is the one that the request accepts, so that it reveals nothing about the person", async () => {
    const elsewhere = await world.firm();
    const token = await world.ownerToken(elsewhere);
    const { contactId, email } = await world.client(elsewhere, token);
    await world.mutate("updateContact", "UpdateContactInput", ADD, { contactId, language: "FR" }, token);
    const refusals = async (acceptLanguage: string) => [
      await refusal(elsewhere.slug, acceptLanguage, email),
      await refusal(elsewhere.slug, acceptLanguage, "nobody@client.example"),
    ];
    const [french, alike] = await refusals("fr-CA,fr;q=0.9,en;q=0.5");
    expect(french).toContain("L’adresse courriel ou le mot de passe est incorrect.");
    expect(alike).toBe(french);
    const [english, alikeToo] = await refusals("*");
    expect(english).toContain("The email or password is incorrect.");
    expect(alikeToo).toBe(english);
  });
});
