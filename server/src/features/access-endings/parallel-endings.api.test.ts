import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import { replacePassword } from "../team-passwords/replace-password.js";
import { operatorsShare } from "../passwords/hash-share.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { holdUnit } from "../../testing/held-unit.js";
import { Sessions } from "../sessions/sessions.service.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "another long password of mine";
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnDatabases("X25d what happens at the very moment at which access ends", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => world.stop());

  const isSignedIn = async (token: string) =>
    (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;
  const member = async (firmId: string) => {
    const email = await world.member(firmId, "ADMIN");
    const [{ id }] = (await world.app.work.reader.query("SELECT id FROM team_members WHERE email = ?", [email])) as [
      { id: string },
    ];
    const { result } = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
    return { email, memberId: id, token: result.sessionToken as string };
  };
  const change = (input: object, token: string): Promise<Data> =>
    world.mutate("changeTeamMember", "ChangeTeamMemberInput", "teamMember { role }", input, token);

  it("no sign-in with the old password survives its change, in whichever order they meet", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const outlived: boolean[] = [];
    for (let round = 0; round < 12; round++) {
      const { email, created } = await world.client(firm, owner);
      const input = { currentPassword: CLIENT_PASSWORD, newPassword: NEW_PASSWORD };
      const own = created.result.sessionToken as string;
      const [changed, ...thiefs] = await Promise.all([
        world.mutate("changePassword", "ChangePasswordInput", "session { id }", input, own) as Promise<Data>,
        ...Array.from({ length: 9 }, async (_, place) => {
          await soon(place * 4);
          return world.portalSignIn(firm, email) as Promise<Data>;
        }),
      ]);
      expect(changed.userErrors).toEqual([]);
      for (const { result } of thiefs) if (result) outlived.push(await isSignedIn(result.sessionToken));
    }
    expect(outlived).toContain(false);
    expect(outlived).not.toContain(true);
  }, 300_000);

  it.each(["the firm's sign-out", "the client's own sign-out", "a new password"])(
    "X71 no sign-in by a trusted device survives %s, in whichever order they meet",
    async (way) => {
      const firm = await world.firm();
      const owner = await world.ownerToken(firm);
      const { email, contactId, created } = await world.client(firm, owner);
      const own = created.result.sessionToken as string;
      const { secret } = await world.enroll({ token: own });
      const policy = { trustedDeviceDays: 14, expectedVersion: 1 };
      await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", policy, owner);
      let password = CLIENT_PASSWORD;
      const sent = async (name: string, type: string, input: object, cookie = "") => {
        const query = `mutation($input: ${type}!) { ${name}(input: $input) { result { __typename ... on TwoFactorRequired { challengeToken } } } }`;
        const headers = { origin: world.app.publicUrl, cookie };
        const answer = await world.ask(query, { input }, undefined, headers);
        const set = answer.headers.getSetCookie().map((header) => header.split(";")[0] ?? "");
        return { result: answer.data?.[name]?.result as Data, cookies: set };
      };
      const signIn = (by: string, cookie = "") =>
        sent("portalSignIn", "PortalSignInInput", { firmSlug: firm.slug, email, password: by }, cookie);
      const acts: Readonly<Record<string, () => Promise<Data>>> = {
        "the firm's sign-out": () =>
          world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner),
        "the client's own sign-out": async () =>
          (await world.ask("mutation { signOutEverywhere { userErrors { code } } }", {}, own)).data.signOutEverywhere,
        "a new password": () => {
          const newPassword = password === CLIENT_PASSWORD ? NEW_PASSWORD : CLIENT_PASSWORD;
          const input = { currentPassword: password, newPassword };
          return world.mutate("changePassword", "ChangePasswordInput", "session { id }", input, own);
        },
      };
      const act = async () => {
        const done = acts[way];
        if (!done) throw new Error(`no act is ${way}`);
        expect((await done()).userErrors).toEqual([]);
        if (way === "a new password") password = password === CLIENT_PASSWORD ? NEW_PASSWORD : CLIENT_PASSWORD;
      };
      /** Trusts a browser; returns its cookie. */
      const trust = async (): Promise<string> => {
        const { challengeToken } = (await signIn(password)).result;
        const trusting = { challengeToken, code: world.freshCode(secret), trustDevice: true };
        const { cookies } = await sent("verifyTwoFactor", "VerifyTwoFactorInput", trusting);
        return cookies.find((cookie) => cookie.includes("=gtd_")) ?? "";
      };
      const prepare = async () => {
        const again = { password, code: world.freshCode(secret) };
        if (way === "a new password") await world.mutate("stepUp", "StepUpInput", "session { id }", again, own);
      };
      const isOpen = async ({ result, cookies }: Awaited<ReturnType<typeof signIn>>) => {
        expect(result.__typename).toBe("SignedIn");
        const headers = { origin: world.app.publicUrl, cookie: cookies.join("; ") };
        return (await world.ask("{ viewer { __typename } }", {}, undefined, headers)).data.viewer !== null;
      };

      // At once: some sign-ins are through, the others on their way.
      for (let round = 0; round < 3; round++) {
        const device = await trust();
        expect(await isOpen(await signIn(password, device))).toBe(true);
        await prepare();
        const trying = Array.from({ length: 6 }, async (_, place) => {
          await soon(place * 3);
          return signIn(password, device);
        });
        await Promise.race(trying);
        await act();
        const through = (await Promise.all(trying)).filter(({ result }) => result?.__typename === "SignedIn");
        expect(through.length).toBeGreaterThan(0);
        for (const each of through) expect(await isOpen(each)).toBe(false);
        expect((await signIn(password, device)).result.__typename).toBe("TwoFactorRequired");
      }

      // While one has read that the device is trusted, and has not opened its session.
      const device = await trust();
      await prepare();
      const before = password;
      const { open } = Sessions.prototype;
      let acting: Promise<void> | undefined;
      jest.spyOn(Sessions.prototype, "open").mockImplementationOnce(async function (this: Sessions, unit, given) {
        acting = act();
        // The act waits for this sign-in; if it did not, it would be over by then.
        await Promise.race([acting, soon(1500)]);
        return open.call(this, unit, given);
      });
      const last = await signIn(before, device);
      await acting;
      expect(await isOpen(last)).toBe(false);
    },
    300_000,
  );

  it("no administrator undoes their demotion by a pending change of a name", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    for (let round = 0; round < 12; round++) {
      const { memberId, token } = await member(firm.id);
      const [demoted] = await Promise.all([
        change({ memberId, role: "STAFF" }, owner),
        ...Array.from({ length: 8 }, async (_, place) => {
          await soon(place * 2);
          return change({ memberId, name: `A name ${place}` }, token).catch((error: Error) => error.message);
        }),
      ]);
      expect(demoted.userErrors).toEqual([]);
      expect(await world.app.work.reader.query("SELECT role FROM team_members WHERE id = ?", [memberId])).toEqual([
        { role: "STAFF" },
      ]);
    }
  }, 300_000);

  it("a session that ends during its stepUp gets an error and no new session", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { memberId, token } = await member(firm.id);
    const STEP_UP = "mutation($input: StepUpInput!) { stepUp(input: $input) { session { id } userErrors { code } } }";
    const remove = { memberId, reason: "Left the firm" };
    const [, ...answers] = await Promise.all([
      world.mutate("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", remove, owner),
      ...Array.from({ length: 6 }, async (_, place) => {
        await soon(place * 3);
        return world.ask(STEP_UP, { input: { password: OWNER_PASSWORD } }, token);
      }),
    ]);
    expect(answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code))).not.toContain(
      "INTERNAL",
    );
    expect(await isSignedIn(token)).toBe(false);
  }, 60_000);

  it("the operator's new password ends a password link that waits in the mailbox", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { email, memberId } = await member(firm.id);
    await world.mutate("sendTeamPasswordLink", "TeamMemberIdInput", "teamMember { id }", { memberId }, owner);
    const token = await world.mailedToken(email, /password/);
    const stored = await world.app.hasher.hash(NEW_PASSWORD, operatorsShare);
    await world.app.work.do((unit) => replacePassword(unit, memberId, stored));
    const { userErrors } = await world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", {
      token,
      password: "a thief's long password",
    });
    expect(userErrors).toMatchObject([{ code: "TOKEN_INVALID" }]);
  });

  it("X37 no sign-in that found the account by its old login email survives the change of it", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { contactId, email } = await world.client(firm, owner);
    const to = `new-${email}`;
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", { contactId, email: to }, owner);
    const token = await world.mailedToken(to, /Confirm your new/);
    // The first unit takes the attempt, the second opens the session.
    const { isReached, go } = holdUnit(world.app.work, 1);
    const signingIn = world.portalSignIn(firm, email) as Promise<Data>;
    await isReached;
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
    go();
    const { result, userErrors } = await signingIn;
    expect({ result, codes: userErrors.map(({ code }: Data) => code) }).toEqual({
      result: null,
      codes: ["INVALID_CREDENTIALS"],
    });
    expect((await world.portalSignIn(firm, to)).result.__typename).toBe("SignedIn");
  });

  it("X37 a colleague who is removed during a request learns that the session has ended", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { memberId, token } = await member(firm.id);
    const remove = { memberId, reason: "Left the firm" };
    const REGENERATE = 'mutation { regenerateRecoveryCodes(input: { code: "000000" }) { recoveryCodes } }';
    // Right after the request was authenticated.
    const { authenticate } = Sessions.prototype;
    jest.spyOn(Sessions.prototype, "authenticate").mockImplementationOnce(async function (this: Sessions, given) {
      const caller = await authenticate.call(this, given);
      await world.mutate("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", remove, owner);
      return caller;
    });
    const { errors = [] } = await world.ask(REGENERATE, {}, token);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
  });
});
