import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, World } from "../../testing/world.js";

describeOnDatabases("proofs as people and their programs send them", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const confirm = (code: string, token: string) =>
    world.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollmentInput",
      "recoveryCodes",
      { code, transport: "TOKEN" },
      token,
    );
  const reset = (resetToken: string, newPassword: string) =>
    world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword });

  it("a wrong code while an authenticator is set up makes no new secret: the phone's next code is right", async () => {
    const { created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const { secret } = await world.beginEnrollment(token);
    const right = world.code(secret);
    expect(codesOf(await confirm(right === "000000" ? "000001" : "000000", token))).toEqual(["INVALID_CODE"]);
    expect((await confirm(right, token)).recoveryCodes).toHaveLength(10);
  });

  it("a password is the same with composed and decomposed accents, and blanks at its ends are part of it", async () => {
    const { contactId, email } = await world.client(firm, owner);
    await world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, owner);
    const password = "  Crème brûlée à l’été  ";
    await reset(await world.mailedToken(email, /password/i), password);
    for (const form of ["NFC", "NFD"] as const)
      expect((await world.portalSignIn(firm, email, password.normalize(form))).result?.__typename).toBe("SignedIn");
    expect(codesOf(await world.portalSignIn(firm, email, password.trim()))).toEqual(["INVALID_CREDENTIALS"]);
  });

  it("an older reset link dies as soon as a newer one is mailed", async () => {
    const { contactId, email } = await world.client(firm, owner);
    const tokens: string[] = [];
    for (let n = 0; n < 2; n++) {
      await world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, owner);
      tokens.push(await world.mailedToken(email, /password/i));
      world.forward({ minutes: 2 });
    }
    const [older = "", newer = ""] = tokens;
    expect(newer).not.toBe(older);
    expect(codesOf(await reset(older, "a new long password"))).toEqual(["TOKEN_INVALID"]);
    expect((await reset(newer, "a new long password")).result?.__typename).toBe("SignedIn");
  });

  it.each([".", ")", ">", "%20", "\u200B", "&utm_source=mail"])(
    "a link to which a program appends %j is told as one that does not work, and costs nothing",
    async (tail) => {
      const { email } = await world.contact(owner);
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
      const confirmationToken = await world.mailedToken(email, /Create your account/);
      const create = (token: string) =>
        world.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken: token,
          password: "a long password of mine",
        });
      const { userErrors } = await create(confirmationToken + tail);
      expect(userErrors).toMatchObject([{ code: "TOKEN_INVALID", message: expect.stringMatching(/link/i) }]);
      expect((await create(confirmationToken)).result?.__typename).toBe("SignedIn");
    },
  );
});
