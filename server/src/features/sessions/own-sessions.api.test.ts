import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const SESSIONS = "{ viewer { ... on TeamMember { id sessions { id current assurance } } } }";

describeOnDatabases("where one is signed in, and which devices are trusted", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  it("team members see their own sessions, end one of them, and never see a colleague's", async () => {
    const firm = await world.firm();
    const here = await world.ownerToken(firm);
    const elsewhere = await world.ownerToken(firm);
    const listed = async (token: string): Promise<Data[]> =>
      (await world.ask(SESSIONS, {}, token)).data.viewer.sessions;
    const before = await listed(here);
    expect(before.map(({ current }) => current).toSorted()).toEqual([false, true]);

    const other = before.find(({ current }) => !current).id;
    const colleague = await world.ownerToken({ owner: await world.member(firm.id, "ADMIN") });
    const refused = await world.mutate(
      "revokeSession",
      "RevokeSessionInput",
      "revokedSessionId",
      { sessionId: other },
      colleague,
    );
    expect(refused.userErrors[0].code).toBe("NOT_FOUND");
    const memberId = (await world.ask(SESSIONS, {}, here)).data.viewer.id;
    const seen = await world.ask(
      "query($id: ID!) { node(id: $id) { ... on TeamMember { name sessions { id } } } }",
      { id: memberId },
      colleague,
    );
    expect(seen.data.node).toEqual({ name: "Olive Owner", sessions: null });

    await world.mutate("revokeSession", "RevokeSessionInput", "revokedSessionId", { sessionId: other }, here);
    expect((await listed(here)).map(({ current }) => current)).toEqual([true]);
    expect((await world.ask(SESSIONS, {}, elsewhere)).data.viewer).toBeNull();
  });

  it("a client may trust a device only if the firm allows it, for as long as it allows, and then needs no code there", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { email, contactId, created } = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: created.result.sessionToken });
    const origin = world.app.publicUrl;
    const browser = async (field: string, type: string, input: object, cookie = "") => {
      const { data, headers } = await world.ask(
        `mutation($input: ${type}!) { ${field}(input: $input) { result { __typename ... on TwoFactorRequired { challengeToken trustedDeviceDays } } userErrors { code } } }`,
        { input },
        undefined,
        { origin, cookie },
      );
      const device = /gatehouse_device=[^;]+/.exec(headers.get("set-cookie") ?? "")?.[0];
      return { ...data[field], device };
    };
    const signIn = (cookie?: string) =>
      browser("portalSignIn", "PortalSignInInput", { firmSlug: firm.slug, email, password: CLIENT_PASSWORD }, cookie);
    const prove = (challengeToken: string) =>
      browser("verifyTwoFactor", "VerifyTwoFactorInput", {
        challengeToken,
        code: world.freshCode(secret),
        trustDevice: true,
      });
    const allow = async (trustedDeviceDays: number) => {
      const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
      await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
      return world.mutate(
        "updateSecurityPolicy",
        "UpdateSecurityPolicyInput",
        "firm { id }",
        { trustedDeviceDays, expectedVersion: data.firm.securityPolicy.version },
        owner,
      );
    };

    const untrusted = await signIn();
    expect(untrusted.result.trustedDeviceDays).toBeNull();
    // Requested all the same, by a program: it is not granted.
    expect((await prove(untrusted.result.challengeToken)).device).toBeUndefined();

    await allow(14);
    const asked = await signIn();
    expect(asked.result).toMatchObject({ __typename: "TwoFactorRequired", trustedDeviceDays: 14 });
    const { device } = await prove(asked.result.challengeToken);
    expect((await signIn(device)).result.__typename).toBe("SignedIn");
    expect((await signIn()).result.__typename).toBe("TwoFactorRequired");

    // Another client's browser is not this client's, and an invented one is nobody's.
    const neighbour = await world.client(firm, owner);
    await world.enroll({ token: neighbour.created.result.sessionToken });
    const input = { firmSlug: firm.slug, email: neighbour.email, password: CLIENT_PASSWORD };
    for (const cookie of [device, `gatehouse_device=gtd_${"A".repeat(43)}`])
      expect((await browser("portalSignIn", "PortalSignInInput", input, cookie)).result.__typename).toBe(
        "TwoFactorRequired",
      );

    await allow(0);
    expect((await signIn(device)).result).toMatchObject({ __typename: "TwoFactorRequired", trustedDeviceDays: null });

    // R05: the firm's reset removes the trusted devices too, permanently.
    await allow(14);
    expect((await signIn(device)).result.__typename).toBe("SignedIn");
    const reset = { contactId, reason: "lost phone" };
    await world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", reset, owner);
    const again = (await world.portalSignIn(firm, email)).result.sessionToken;
    await world.enroll({ token: again });
    expect((await signIn(device)).result.__typename).toBe("TwoFactorRequired");
  });
});
