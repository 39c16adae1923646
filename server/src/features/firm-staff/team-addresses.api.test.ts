import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const PASSWORD = "a colleague's long password";
type Firm = Awaited<ReturnType<World["firm"]>> & { token: string };

/** A firm that invites anybody, to find out about another firm's people or to keep them out. */
describeOnDatabases("one address, two firms", (database) => {
  let world: World;
  let ours: Firm;
  let theirs: Firm;
  beforeAll(async () => {
    world = await World.start(database.url());
    const withToken = async () => {
      const firm = await world.firm();
      return { ...firm, token: await world.ownerToken(firm) };
    };
    [ours, theirs] = [await withToken(), await withToken()];
  }, 60_000);
  afterAll(() => world.stop());

  const invite = ({ token }: Firm, email: string): Promise<Data> =>
    world.mutate(
      "inviteTeamMember",
      "InviteTeamMemberInput",
      "teamMember { name email role joinedAt }",
      { name: "Kim Lee", email, role: "STAFF" },
      token,
    );
  const invitations = async (email: string, least: number) => {
    const mails = await until(async () => {
      const all = (await world.mails(email)).filter(({ text }) => text.includes("/choose-password#token="));
      return all.length >= least && all;
    });
    return mails.map(({ links }) => decodeURIComponent(/#token=(\S+)/.exec(links[0] ?? "")?.[1] ?? ""));
  };
  const choose = (token: string, password = PASSWORD): Promise<Data> =>
    world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", { token, password });
  const signIn = (email: string, password = PASSWORD): Promise<Data> =>
    world.signIn("teamSignIn", "TeamSignInInput", { email, password });
  const firmOf = async (token: string) => (await world.ask("{ firm { id } }", {}, token)).data.firm.id;

  it("X16 a firm that invites another firm's people gets the same response as for any address, however often", async () => {
    const answers = async (email: string) => {
      const given: string[] = [];
      for (let n = 0; n < 5; n++)
        given.push(JSON.stringify(await invite(theirs, email)).replaceAll(email, "the address"));
      return given;
    };
    expect(await answers(ours.owner)).toEqual(await answers(`nobody@${ours.slug}.example`));
    const again = (await invite(theirs, ours.owner)).userErrors[0].message;
    expect(again).not.toMatch(/Gatehouse|firm/);
  });

  it("X16 an invitation reserves nothing: the owner can still sign in, and reset the password at their own firm", async () => {
    const [token = ""] = await invitations(ours.owner, 1);
    const refused = await choose(token);
    expect(refused.userErrors).toEqual([expect.objectContaining({ code: "ALREADY_EXISTS" })]);
    expect(await firmOf((await signIn(ours.owner, OWNER_PASSWORD)).result.sessionToken)).toBe(ours.id);
    await world.mutate("requestTeamPasswordReset", "TeamEmailInput", "accepted", { email: ours.owner });
    const [link = ""] = await invitations(ours.owner, 2);
    const { result } = await choose(link);
    expect(await firmOf(result.sessionToken)).toBe(ours.id);
    // The reset ended the earlier session.
    ours.token = result.sessionToken;
    const { data } = await world.ask("{ teamMembers { email joinedAt } }", {}, theirs.token);
    expect(data.teamMembers).toContainEqual({ email: ours.owner, joinedAt: null });
  });

  it("X16 somebody invited by both joins whichever they choose; being quicker reserved nothing", async () => {
    const email = "sam@client.example";
    expect((await invite(theirs, email)).userErrors).toEqual([]);
    expect((await invite(ours, email)).userErrors).toEqual([]);
    expect((await invite(ours, email)).userErrors[0].code).toBe("ALREADY_EXISTS");
    const [fromUs = "", fromThem = ""] = await invitations(email, 2);
    expect((await signIn(email)).userErrors[0].code).toBe("INVALID_CREDENTIALS");
    expect((await choose(fromUs)).result.__typename).toBe("SignedIn");
    expect((await choose(fromThem)).userErrors[0].code).toBe("ALREADY_EXISTS");
    expect(await firmOf((await signIn(email)).result.sessionToken)).toBe(ours.id);
    // Once removed there, the address is free, and the other invitation is still valid.
    const { data } = await world.ask("{ teamMembers { id email } }", {}, ours.token);
    const { id: memberId } = data.teamMembers.find((member: { email: string }) => member.email === email);
    const reason = "Left us";
    await world.mutate(
      "removeTeamMember",
      "TeamMemberReasonInput",
      "teamMember { id }",
      { memberId, reason },
      ours.token,
    );
    expect((await choose(fromThem)).result.__typename).toBe("SignedIn");
  });

  it("X16 of two invitations that are accepted at the same moment, one is", async () => {
    const email = "ines@client.example";
    await invite(theirs, email);
    await invite(ours, email);
    const both = await Promise.all((await invitations(email, 2)).map((token) => choose(token)));
    const outcomes = both.map(({ result, userErrors }) => result?.__typename ?? userErrors[0].code);
    expect(outcomes.toSorted()).toEqual(["ALREADY_EXISTS", "SignedIn"]);
  });
});
