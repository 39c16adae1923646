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
