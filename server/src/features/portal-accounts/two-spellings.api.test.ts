import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { attemptLimits } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, until, World, type Data } from "../../testing/world.js";

const TEAM_PASSWORD = "a colleague's long password";
const NEW_PASSWORD = "another long password of mine";

/** Domains as somebody writes them and as something else sends them; how they are shown, if it is neither. */
const spellings: [what: string, written: string, sent: string, shown?: string][] = [
  ["German, as Chromium's email field sends it", "bücher.example", "xn--bcher-kva.example"],
  ["German, as a Mac writes it", "bücher.example", "bu\u0308cher.example"],
  ["with ß", "straße.example", "xn--strae-oqa.example"],
  ["Turkish, in capitals", "İSTANBUL.example", "xn--istanbul-o0e.example", "i\u0307stanbul.example"],
  ["Greek, in capitals", "ΒΌΛΟΣ.example", "xn--nxasmq6b.example", "βόλοσ.example"],
  ["Arabic", "مثال.example", "xn--mgbh0fb.example"],
  ["Hebrew", "דוגמה.example", "xn--6dbbec0c.example"],
  ["Japanese, with its own dot", "例え。テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト"],
  ["with a soft hyphen", "kö\u00adln.example", "xn--kln-sna.example", "köln.example"],
  ["with a picture", "i❤️.example", "xn--i-7iq.example", "i❤.example"],
  ["mixed with another script", "аpple.example", "xn--pple-43d.example", "xn--pple-43d.example"],
];

describeOnDatabases("two spellings of one mail domain", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  }, 60_000);
  afterAll(() => world.stop());

  /** One mailbox in two spellings, unlike all others. */
  const mailbox = (written = "bücher.example", sent = "xn--bcher-kva.example", shown = written) => {
    const local = `info-${randomBytes(4).toString("hex")}`;
    return { written: `${local}@${written}`, sent: `${local}@${sent}`, shown: `${local}@${shown}` };
  };
  const upsert = async (contacts: object[]): Promise<Data> =>
    world.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "outcomes results { contact { id email } userErrors { code field } }",
      { contacts },
      owner,
    );
  const request = (name: "requestPortalAccount" | "requestPasswordReset", email: string) =>
    world.mutate(name, "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
  const create = async (email: string): Promise<Data> => {
    await request("requestPortalAccount", email);
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    return world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
  };
  const signIn = async (email: string, password?: string): Promise<string> =>
    (await world.portalSignIn(firm, email, password)).result?.__typename;

  it.each(spellings.map(([what, written, sent, shown = written]) => [what, written, sent, shown] as const))(
    "are one client: %s",
    async (_what, written, sent, shown) => {
      const email = mailbox(written, sent, shown);
      const { outcomes, results } = await upsert([
        { name: "Maya Fields", email: email.written },
        { name: "Maya Fields", email: email.sent },
      ]);
      expect(outcomes).toEqual(["CREATED", "UNCHANGED"]);
      expect(results.map(({ contact }: Data) => contact.email)).toEqual([email.shown, email.shown]);

      expect((await create(email.sent)).result.__typename).toBe("SignedIn");
      expect(await Promise.all([email.written, email.sent, email.shown].map((one) => signIn(one)))).toEqual(
        Array(3).fill("SignedIn"),
      );
      const query = "query($id: ID!) { contact(id: $id) { email portalAccount { email } } }";
      expect((await world.ask(query, { id: results[0].contact.id }, owner)).data.contact).toEqual({
        email: email.shown,
        portalAccount: { email: email.shown },
      });
    },
  );

  it("open one mailbox: a reset that is requested in one is mailed once, and sets the password of both", async () => {
    const email = mailbox();
    await world.contact(owner, "Maya Fields", email.written);
    await create(email.written);
    await request("requestPasswordReset", email.sent);
    const resetToken = await world.mailedToken(email.written, /Reset your password/);
    await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: NEW_PASSWORD });
    expect(await signIn(email.sent, NEW_PASSWORD)).toBe("SignedIn");
    expect(await signIn(email.written, NEW_PASSWORD)).toBe("SignedIn");
    expect(await signIn(email.written)).toBeUndefined();
  });

  it("share their attempts: who guesses in one spelling has none left in the other", async () => {
    const email = mailbox();
    await world.contact(owner, "Maya Fields", email.written);
    await create(email.written);
    const { attempts } = attemptLimits.password;
    for (let n = 0; n < attempts; n++)
      await world.portalSignIn(firm, n % 2 === 0 ? email.sent : email.written, "a wrong password");
    expect(await signIn(email.sent)).toBeUndefined();
    expect(await signIn(email.written)).toBeUndefined();
  });

  it("belong to one login: a contact that is added in the other spelling is served by it", async () => {
    const email = mailbox();
    await world.contact(owner, "Maya Fields", email.written);
    await create(email.written);
    const { results } = await upsert([{ name: "Maya's Company", email: email.sent, externalId: email.sent }]);
    const query = "query($id: ID!) { contact(id: $id) { portalAccount { email } } }";
    const { data } = await world.ask(query, { id: results[0].contact.id }, owner);
    expect(data.contact.portalAccount).toEqual({ email: email.written });
  });

  it("find the same contacts in a search", async () => {
    const email = mailbox();
    const { id } = await world.contact(owner, "Maya Fields", email.written);
    const query = "query($search: String) { contacts(first: 5, filter: { search: $search }) { nodes { id } } }";
    for (const search of [email.written, email.sent, email.sent.toUpperCase()])
      expect((await world.ask(query, { search }, owner)).data.contacts.nodes).toEqual([{ id }]);
  });

  it("are one colleague, who signs in with either and is invited once", async () => {
    const email = mailbox();
    const invite = (address: string): Promise<Data> =>
      world.mutate(
        "inviteTeamMember",
        "InviteTeamMemberInput",
        "teamMember { email }",
        { name: "Kim Lee", email: address, role: "STAFF" },
        owner,
      );
    expect((await invite(email.sent)).teamMember).toEqual({ email: email.written });
    const token = await world.mailedToken(email.sent, /invites you/);
    await world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", { token, password: TEAM_PASSWORD });
    for (const address of [email.written, email.sent])
      expect(
        (await world.signIn("teamSignIn", "TeamSignInInput", { email: address, password: TEAM_PASSWORD })).result
          .__typename,
      ).toBe("SignedIn");
    expect(codesOf(await invite(email.written))).toEqual(["ALREADY_EXISTS"]);
    await world.mutate("requestTeamPasswordReset", "TeamEmailInput", "accepted", { email: email.sent });
    await until(async () => (await world.mails(email.written)).some(({ subject }) => /password/i.test(subject)));
  });

  it("get the same answer as any two addresses if nobody has them", async () => {
    const email = mailbox();
    const [one, other] = [await world.portalSignIn(firm, email.written), await world.portalSignIn(firm, email.sent)];
    expect(other).toEqual(one);
    expect(codesOf(one)).toEqual(["INVALID_CREDENTIALS"]);
  });

  it.each(["info@xn--a.example", "info@xn--client-.example", "info@1.2.3.4", `info@${"ü".repeat(60)}.example`])(
    "are refused where the domain is none: %s",
    async (email) => {
      const { userErrors } = await world.mutate(
        "createContact",
        "ContactInput",
        "contact { id }",
        { name: "Maya Fields", email },
        owner,
      );
      expect(userErrors).toEqual([expect.objectContaining({ code: "INVALID_EMAIL", field: ["input", "email"] })]);
    },
  );
});
