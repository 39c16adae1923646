import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { normalizeEmail } from "@gatehouse/shared";
import { createLog } from "../platform/log.js";
import { describeOnDatabases } from "../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, type Data } from "../testing/world.js";
import { spellingChecks } from "./doctor/spelling-checks.js";

const OTHER_PASSWORD = "another long password of mine";
const MIGRATIONS = ["AddressSpellings1764160000000", "TeamIdentities1764172000000"];
/** As the version before could store it. */
const ofBefore = [
  "info@xn--bcher-kva.example",
  "info@BÜCHER.example",
  "info@straße.example",
  "info@xn--strae-oqa.example",
  "info@ｃｌｉｅｎｔ.example",
  "info@аpple.example",
  "info@аррӏе.example",
  "info@хор.рф",
  "info@xn--i-7iq.example",
  "info@xn--a.example",
  "info@xn--client-.example",
  "info@bü-.example",
  "info@1.2.3",
  "j\u030c@client.example",
  "josé@xn--mgba3gch31f060k.example",
  "info@日本のカフェabc.example",
];

describeOnDatabases("addresses of before a mail domain had one spelling", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  const log: string[] = [];
  /** Emails by a local part: as people write it, and in ASCII. */
  const written = (local: string) => `${local}@bücher.example`;
  const ascii = (local: string) => `${local}@xn--bcher-kva.example`;

  const run = (text: string, parameters: unknown[]): Promise<unknown> => world.app.work.reader.query(text, parameters);
  const rows = async (text: string, parameters: unknown[] = []) => (await run(text, parameters)) as Data[];
  /** Stores an address in a spelling that this version does not store. */
  const respell = async (from: string, to: string, tables: string[]) => {
    for (const table of tables) await run(`UPDATE ${table} SET email = ? WHERE email = ?`, [to, from]);
    if (tables.includes("contacts")) await run("UPDATE client_requests SET sentTo = ? WHERE sentTo = ?", [to, from]);
    if (tables.includes("team_members"))
      await run("UPDATE team_members SET signInEmail = ? WHERE signInEmail = ?", [to, from]);
  };
  const ofClients = ["contacts", "portal_accounts", "mailed_tokens", "sessions"];
  const restart = async () => {
    // That version had no identities either.
    await run("UPDATE team_members SET identityId = NULL", []);
    await run("DELETE FROM team_identities", []);
    for (const name of MIGRATIONS) await run("DELETE FROM migrations WHERE name = ?", [name]);
    await world.stop();
    world = await World.start(database.url(), {}, { log: createLog("info", { write: (line) => void log.push(line) }) });
    owner = await world.ownerToken(firm);
  };

  const create = async (email: string, password = CLIENT_PASSWORD): Promise<{ contactId: string; token: string }> => {
    const { id } = await world.contact(owner, "Maya Fields", email);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const input = { confirmationToken, password };
    const { result } = await world.signIn("createPortalAccount", "CreatePortalAccountInput", input);
    return { contactId: id, token: result.sessionToken };
  };
  const contact = async (id: string): Promise<Data> => {
    const query =
      "query($id: ID!) { contact(id: $id) { email portalAccount { id email } requests(first: 5) { nodes { sentTo } } } }";
    return (await world.ask(query, { id }, owner)).data.contact;
  };
  const signsIn = async (email: string, password = CLIENT_PASSWORD): Promise<string | null> => {
    const { result } = await world.portalSignIn(firm, email, password);
    if (!result) return null;
    const query = "{ viewer { ... on PortalViewer { account { id } } } }";
    return (await world.ask(query, {}, result.sessionToken)).data.viewer.account.id;
  };
  const teamSignsIn = async (email: string): Promise<string[]> =>
    codesOf(await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD }));
  const save = (contactId: string, email: string | null): Promise<Data> =>
    world.mutate("updateContact", "UpdateContactInput", "contact { id }", { contactId, email }, owner);
  const warnings = async () =>
    (await spellingChecks(world.app.work.reader)).filter(({ level }) => level === "WARN").map(({ found }) => found);
  const about = async (local: string) => (await warnings()).filter((line) => line.includes(`${local}@`));

  const clients: Record<"alone" | "first" | "second" | "linked", { contactId: string; token: string }> = Object();
  let twinId: string;
  let servedId: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);

    clients.alone = await create("alone@old.example");
    const request = { contactId: clients.alone.contactId, title: "Papers", items: ["A paper"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", request, owner);
    await respell("alone@old.example", ascii("alone"), ofClients);

    // Two logins of one mailbox, and contacts beside one login.
    clients.first = await create(written("pair"));
    clients.second = await create("pair@old.example", OTHER_PASSWORD);
    await respell("pair@old.example", ascii("pair"), ofClients);
    clients.linked = await create(written("beside"));
    twinId = (await world.contact(owner, "Twin", "beside@old.example")).id;
    await respell("beside@old.example", ascii("beside"), ofClients);
    const served = await create("served@old.example");
    servedId = (await world.contact(owner, "Served", written("served"))).id;
    await respell("served@old.example", ascii("served"), ofClients);
    expect(served.token).toBeTruthy();

    for (const [local, of] of [
      ["kim", 1],
      ["lee", 2],
    ] as const)
      for (let n = 0; n < of; n++) {
        const email = await world.member(firm.id, "STAFF");
        await respell(email, n === 0 ? ascii(local) : written(local), ["team_members"]);
      }
    for (const [n, email] of ofBefore.entries()) {
      const { id } = await world.contact(owner, `Of before ${n}`, `before-${n}@old.example`);
      await run("UPDATE contacts SET email = ? WHERE id = ?", [email, id]);
    }
    await restart();
  }, 120_000);
  afterAll(() => world.stop());

  it("are found by either spelling from now on, with their requests, and by a search", async () => {
    const { email, portalAccount, requests } = await contact(clients.alone.contactId);
    expect([email, portalAccount.email, requests.nodes]).toEqual([
      written("alone"),
      written("alone"),
      [{ sentTo: written("alone") }],
    ]);
    for (const spelling of [written("alone"), ascii("alone")]) expect(await signsIn(spelling)).toBe(portalAccount.id);
    const query = "query($search: String) { contacts(first: 5, filter: { search: $search }) { nodes { id } } }";
    for (const search of [written("alone"), ascii("alone"), "alone"])
      expect((await world.ask(query, { search }, owner)).data.contacts.nodes).toEqual([
        { id: clients.alone.contactId },
      ]);
    expect(await about("alone")).toEqual([]);
  });

  it("get the same form from the migration as from everything else", async () => {
    const found = await rows("SELECT name, email FROM contacts WHERE name LIKE 'Of before %'");
    const byName = Object.fromEntries(found.map(({ name, email }) => [name, email]));
    // Of two spellings among these, the second one waits.
    const forms = ofBefore.map((email) => normalizeEmail(email) ?? email);
    for (const [n, email] of ofBefore.entries()) {
      const isPair = forms.filter((form) => form === forms[n]).length > 1;
      expect(isPair ? [email, forms[n]] : [forms[n]]).toContain(byName[`Of before ${n}`]);
    }
  });

  it("X66 open one login of two: neither the other's password nor its mails open the first, in either spelling", async () => {
    const [first, second] = [await contact(clients.first.contactId), await contact(clients.second.contactId)];
    expect([first.email, second.email]).toEqual([written("pair"), ascii("pair")]);
    for (const spelling of [written("pair"), ascii("pair")]) {
      expect(await signsIn(spelling)).toBe(first.portalAccount.id);
      expect(await signsIn(spelling, OTHER_PASSWORD)).toBeNull();
    }
    const input = { firmSlug: firm.slug, email: ascii("pair") };
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", input);
    const resetToken = await world.mailedToken(written("pair"), /Reset your password/);
    await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: "a third long password" });
    expect(await signsIn(ascii("pair"), "a third long password")).toBe(first.portalAccount.id);
    expect(await signsIn(ascii("pair"), OTHER_PASSWORD)).toBeNull();
    // The other login's open session goes on, and is still its own.
    const query = "{ viewer { ... on PortalViewer { account { id } } } }";
    const { viewer } = (await world.ask(query, {}, clients.second.token)).data;
    expect(viewer.account.id).toBe(second.portalAccount.id);
    const asked = { firmSlug: firm.slug, email: ascii("pair") };
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", asked);
    expect(await rows("SELECT id FROM portal_accounts WHERE email LIKE 'pair@%'")).toHaveLength(2);
  });

  it("are named at the start and by the doctor where two are in use, with what to do", async () => {
    expect(log.filter((line) => line.includes("gatehouse doctor")).join()).toContain(ascii("pair"));
    expect(await about("pair")).toEqual([
      `the login ${ascii("pair")} of the firm ${firm.slug} cannot sign in: another one of the firm has ${written("pair")}, the same address in its other spelling`,
      expect.stringContaining(`the contact ${ascii("pair")} of the firm ${firm.slug} is not found by its email`),
    ]);
    expect(await about("lee")).toEqual([
      expect.stringContaining(`the team member ${ascii("lee")} of the firm ${firm.slug} cannot sign in`),
    ]);
    expect(await warnings()).toContain(
      `the contact info@xn--a.example of the firm ${firm.slug} has no valid email address`,
    );
  });

  it("are one again once the login is deleted and its contact's email saved", async () => {
    const { contactId } = clients.second;
    const input = { contactId, reason: "the other login has the same address" };
    expect(
      (await world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", input, owner)).userErrors,
    ).toEqual([]);
    expect((await save(contactId, ascii("pair"))).userErrors).toEqual([]);
    const first = await contact(clients.first.contactId);
    expect(await contact(contactId)).toMatchObject({ email: written("pair"), portalAccount: first.portalAccount });
    expect(await about("pair")).toEqual([]);
  });

  it("merge no contacts: one beside a login stays apart until its email is saved again", async () => {
    expect(await contact(twinId)).toMatchObject({ email: ascii("beside"), portalAccount: null });
    expect(await about("beside")).toEqual([expect.stringContaining("is not found by its email")]);
    await save(twinId, ascii("beside"));
    const { portalAccount } = await contact(clients.linked.contactId);
    expect(await contact(twinId)).toMatchObject({ email: written("beside"), portalAccount });
    expect(await about("beside")).toEqual([]);
  });

  it("keep a login that is in use where only a contact has the other spelling", async () => {
    const account = await signsIn(ascii("served"));
    expect(account).not.toBeNull();
    expect(await contact(servedId)).toMatchObject({ email: written("served"), portalAccount: null });
    expect(await about("served")).toEqual([expect.stringContaining("is not served by the login with that email")]);
    await save(servedId, null);
    await save(servedId, written("served"));
    expect((await contact(servedId)).portalAccount.id).toBe(account);
    expect(await about("served")).toEqual([]);
  });

  it("X66 let each colleague sign in as before, and of two only the one with the address as people write it", async () => {
    for (const spelling of [written("kim"), ascii("kim"), written("lee"), ascii("lee")])
      expect(await teamSignsIn(spelling)).toEqual([]);
    const members = await rows("SELECT email, signInEmail FROM team_members WHERE email LIKE 'lee@%' ORDER BY email");
    expect(members).toEqual(
      [written("lee"), ascii("lee")]
        .map((email) => ({ email, signInEmail: email }))
        .toSorted((a, b) => (a.email < b.email ? -1 : 1)),
    );
  });
});
