import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { lifetimes, MINUTE_MS } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { plainSql } from "../../testing/firm-statements.js";
import { onStatement } from "../../testing/statements.js";
import { codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const PASSWORD = "a colleague's long password";
const NEW_PASSWORD = "seven quiet herons wade";
type Firm = Awaited<ReturnType<World["firm"]>> & { token: string };

/** One person in the teams of two firms, of which neither may learn anything of the other. */
describeOnDatabases("one address, two firms", (database) => {
  let world: World;
  let ours: Firm;
  let theirs: Firm;
  let people = 0;
  beforeAll(async () => {
    world = await World.start(database.url());
    [ours, theirs] = [await withToken(), await withToken()];
  }, 60_000);
  afterAll(() => world.stop());

  const withToken = async () => {
    const firm = await world.firm();
    return { ...firm, token: await world.ownerToken(firm) };
  };
  const invite = ({ token }: Firm, email: string, role = "STAFF"): Promise<Data> =>
    world.mutate(
      "inviteTeamMember",
      "InviteTeamMemberInput",
      "teamMember { id name email role joinedAt lastSignInAt }",
      { name: "Kim Lee", email, role },
      token,
    );
  const linksOf = async (email: string, least: number) => {
    const mails = await until(async () => {
      const all = (await world.mails(email)).filter(({ text }) => text.includes("/choose-password#token="));
      return all.length >= least && all;
    });
    return mails.map(({ links }) => decodeURIComponent(/#token=(\S+)/.exec(links[0] ?? "")?.[1] ?? ""));
  };
  const invited = async (firm: Firm, email: string) => {
    const before = (await world.mails(email)).length;
    const { teamMember, userErrors } = await invite(firm, email);
    expect(userErrors).toEqual([]);
    const [token = ""] = await linksOf(email, before + 1);
    return { token, memberId: teamMember.id as string };
  };
  const enter = (name: string, inputType: string, input: object): Promise<Data> =>
    world.mutate(
      name,
      inputType,
      "result { __typename ... on SignedIn { sessionToken } ... on TwoFactorRequired { challengeToken } ... on FirmChoiceRequired { challengeToken firms { id name slug } } }",
      { ...input, transport: "TOKEN" },
    );
  const choose = (token: string, password = PASSWORD) =>
    enter("chooseTeamPassword", "ChooseTeamPasswordInput", { token, password });
  const signIn = (email: string, password = PASSWORD, firmSlug?: string) =>
    enter("teamSignIn", "TeamSignInInput", { email, password, firmSlug });
  const chooseFirm = (challengeToken: string, { id: firmId }: { id: string }) =>
    enter("chooseFirm", "ChooseFirmInput", { challengeToken, firmId });
  const firmOf = async (token: string) => (await world.ask("{ firm { id } }", {}, token)).data.firm?.id;
  const isSignedIn = async (token: string) =>
    (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;
  const logOf = async ({ token }: Firm) => {
    const { data } = await world.ask("{ auditEvents(first: 100) { nodes { type summary actorName } } }", {}, token);
    return data.auditEvents.nodes as { type: string; summary: string; actorName: string }[];
  };
  const eventsOf = async (firm: Firm, email: string) =>
    (await logOf(firm)).filter((event) => JSON.stringify(event).includes(email)).map(({ type }) => type);
  const remove = ({ token }: Firm, memberId: string) =>
    world.mutate("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", { memberId, reason: "Left" }, token);
  const enrollAt = async (firm: Firm, email: string) =>
    (await world.enroll({ token: (await signIn(email, PASSWORD, firm.slug)).result.sessionToken })).secret;
  /** Somebody who has joined the teams of both firms. */
  const inBoth = async () => {
    const email = `kim${people++}@bookkeeper.example`;
    const here = await invited(ours, email);
    const first = await choose(here.token);
    const there = await invited(theirs, email);
    const second = await choose(there.token);
    return {
      email,
      here: { memberId: here.memberId, token: first.result.sessionToken as string },
      there: { memberId: there.memberId, token: second.result.sessionToken as string },
    };
  };

  it("X16 a firm that invites another firm's people gets the same response as for any address, however often, and the server sends the same statements", async () => {
    const sent: string[] = [];
    const stop = onStatement(({ sql }) => void sent.push(plainSql(sql)));
    const answers = async (email: string) => {
      sent.length = 0;
      const given: string[] = [];
      for (let n = 0; n < 5; n++) {
        const answer = JSON.stringify(await invite(theirs, email));
        given.push(answer.replaceAll(email, "the address").replaceAll(/mem_\w+/g, "an id"));
      }
      return {
        given,
        statements: sent
          .filter((text) => /team_members|team_identities|password_credentials/.test(text))
          .map((text) => text.replaceAll(/\d{13}/g, "now")),
      };
    };
    const known = await answers(ours.owner);
    expect(known).toEqual(await answers(`nobody@${ours.slug}.example`));
    stop();
    expect(known.given.at(-1)).not.toMatch(/Gatehouse|firm/);
  });

  it("X16 an invitation reserves nothing: the owner can still sign in, and reset the password at their own firm", async () => {
    expect(await firmOf((await signIn(ours.owner, OWNER_PASSWORD)).result.sessionToken)).toBe(ours.id);
    const before = (await linksOf(ours.owner, 0)).length;
    await world.mutate("requestTeamPasswordReset", "TeamEmailInput", "accepted", { email: ours.owner });
    const [link = ""] = await linksOf(ours.owner, before + 1);
    const { result } = await choose(link, OWNER_PASSWORD);
    expect(await firmOf(result.sessionToken)).toBe(ours.id);
    // The reset ended the earlier session.
    ours.token = result.sessionToken;
    const { data } = await world.ask("{ teamMembers { email joinedAt } }", {}, theirs.token);
    expect(data.teamMembers).toContainEqual({ email: ours.owner, joinedAt: null });
  });

  it("X16a somebody invited by a second firm joins with the password that they have; another one is refused, and only the invitation's reader is told why", async () => {
    const email = `sam${people++}@bookkeeper.example`;
    await choose((await invited(ours, email)).token);
    const { token } = await invited(theirs, email);
    const { data } = await world.ask("query($token: String!) { mailedToken(token: $token) { signsInAlready } }", {
      token,
    });
    expect(data.mailedToken).toEqual({ signsInAlready: true });
    const refused = await choose(token, NEW_PASSWORD);
    expect(refused.userErrors).toEqual([
      expect.objectContaining({ code: "INVALID_CREDENTIALS", field: ["input", "password"] }),
    ]);
    expect(refused.userErrors[0].message).toMatch(/already sign in/);
    // The guess is in the log of the firm whose door it would have opened.
    expect(await eventsOf(theirs, email)).toEqual(["TEAM_MEMBER_INVITED"]);
    expect(await eventsOf(ours, email)).toContain("SIGN_IN_FAILED");
    expect(codesOf(await signIn(email, NEW_PASSWORD))).toEqual(["INVALID_CREDENTIALS"]);
    const { result } = await choose(token);
    expect(await firmOf(result.sessionToken)).toBe(theirs.id);
    expect(codesOf(await choose(token))).toEqual(["TOKEN_INVALID"]);
  });

  it("X16a guesses through an invitation are counted with those at sign-in", async () => {
    const email = `lea${people++}@bookkeeper.example`;
    await choose((await invited(ours, email)).token);
    const { token } = await invited(theirs, email);
    const codes = [];
    for (let n = 0; n < 11; n++) codes.push(...codesOf(await choose(token, `a guess, number ${n}`)));
    expect(codes.at(-1)).toBe("ACCOUNT_LOCKED");
    expect(codesOf(await choose(token))).toEqual(["ACCOUNT_LOCKED"]);
    expect(codesOf(await signIn(email))).toEqual(["ACCOUNT_LOCKED"]);
  });

  it("one sign-in, then which firm: the list has the teams that the person joined, and the one chosen opens", async () => {
    const { email } = await inBoth();
    const { result } = await signIn(email);
    expect(result.__typename).toBe("FirmChoiceRequired");
    expect(result.firms.map(({ id }: Data) => id).toSorted()).toEqual([ours.id, theirs.id].toSorted());
    const chosen = (await chooseFirm(result.challengeToken, theirs)).result;
    expect(await firmOf(chosen.sessionToken)).toBe(theirs.id);
    // A firm that is named at sign-in is not asked for.
    const named = (await signIn(email, PASSWORD, ours.slug)).result;
    expect(await firmOf(named.sessionToken)).toBe(ours.id);
  });

  it("X16b before the right password nothing shows of how many teams somebody is in, nor which", async () => {
    const { email } = await inBoth();
    const elsewhere = await world.firm();
    const nobody = await signIn("nobody@bookkeeper.example", "a wrong password, surely");
    for (const answer of [
      await signIn(email, "a wrong password, surely"),
      await signIn(email, "a wrong password, surely", ours.slug),
      await signIn(email, PASSWORD, elsewhere.slug),
      await signIn(email, PASSWORD, "no-such-firm"),
      await signIn("nobody@bookkeeper.example", PASSWORD, ours.slug),
    ])
      expect(answer).toEqual(nobody);
  });

  it("X16b a choice works once, for a firm of its list, until the password changes or time is up", async () => {
    const { email } = await inBoth();
    const begin = async () => (await signIn(email)).result.challengeToken as string;
    const outsider = await world.firm();
    const token = await begin();
    expect(codesOf(await chooseFirm(token, outsider))).toEqual(["NOT_FOUND"]);
    expect(codesOf(await chooseFirm(token, { id: "frm_0000000000000000000000000" }))).toEqual(["NOT_FOUND"]);
    expect((await chooseFirm(token, ours)).result.__typename).toBe("SignedIn");
    expect(codesOf(await chooseFirm(token, ours))).toEqual(["CHALLENGE_EXPIRED"]);
    expect(codesOf(await chooseFirm(token, theirs))).toEqual(["CHALLENGE_EXPIRED"]);

    // It is not the token of a code, and one of a code is not a choice.
    const other = await begin();
    expect(
      codesOf(await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken: other, code: "123456" })),
    ).toEqual(["CHALLENGE_EXPIRED"]);

    // Two that race: one session.
    const racing = await begin();
    const both = await Promise.all([chooseFirm(racing, ours), chooseFirm(racing, theirs)]);
    expect(both.filter(({ result }) => result?.__typename === "SignedIn")).toHaveLength(1);

    const late = await begin();
    world.forward({ minutes: lifetimes.challenge / MINUTE_MS });
    expect(codesOf(await chooseFirm(late, ours))).toEqual(["CHALLENGE_EXPIRED"]);

    const stale = await begin();
    const { sessionToken } = (await signIn(email, PASSWORD, ours.slug)).result;
    const passwords = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    await world.mutate("changePassword", "ChangePasswordInput", "session { id }", passwords, sessionToken);
    expect(codesOf(await chooseFirm(stale, theirs))).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("X16b a team that was joined after the password, or left since, is not opened by the choice", async () => {
    const { email, there } = await inBoth();
    const third = await withToken();
    const { token: link } = await invited(third, email);
    const { challengeToken } = (await signIn(email)).result;
    await choose(link);
    expect(codesOf(await chooseFirm(challengeToken, third))).toEqual(["NOT_FOUND"]);
    const again = (await signIn(email)).result;
    expect(again.firms).toHaveLength(3);
    await remove(theirs, there.memberId);
    expect((await chooseFirm(again.challengeToken, theirs)).result).toBeNull();
    expect((await signIn(email)).result.firms.map(({ id }: Data) => id).toSorted()).toEqual(
      [ours.id, third.id].toSorted(),
    );
  });

  it("X16c the second factor of the chosen firm is asked, and neither firm's opens the other", async () => {
    const { email, there } = await inBoth();
    const secret = await enrollAt(theirs, email);
    const { challengeToken } = (await signIn(email)).result;
    const { result } = await chooseFirm(challengeToken, theirs);
    expect(result.__typename).toBe("TwoFactorRequired");
    const code = world.freshCode(secret);
    const verified = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
      challengeToken: result.challengeToken,
      code,
    });
    expect(await firmOf(verified.result.sessionToken)).toBe(theirs.id);
    const here = await chooseFirm((await signIn(email)).result.challengeToken, ours);
    expect(here.result.__typename).toBe("SignedIn");
    // What an administrator of one firm resets is that firm's alone.
    const reset = { memberId: there.memberId, reason: "Lost phone" };
    const mine = await enrollAt(ours, email);
    await world.mutate("resetTeamMemberTwoFactor", "TeamMemberReasonInput", "teamMember { id }", reset, theirs.token);
    expect((await signIn(email, PASSWORD, theirs.slug)).result.__typename).toBe("SignedIn");
    expect((await signIn(email, PASSWORD, ours.slug)).result.__typename).toBe("TwoFactorRequired");
    expect(mine).not.toBe(secret);
    expect(
      codesOf(
        await world.mutate("resetTeamMemberTwoFactor", "TeamMemberReasonInput", "teamMember { id }", reset, ours.token),
      ),
    ).toEqual(["NOT_FOUND"]);
  });

  it("X16c a password reset by one firm's link opens no firm without its own second factor, and ends the sessions of all", async () => {
    const { email, here, there } = await inBoth();
    await enrollAt(ours, email);
    const open = (await signIn(email, PASSWORD, theirs.slug)).result.sessionToken;
    const before = (await linksOf(email, 0)).length;
    const { memberId } = there;
    await world.mutate("sendTeamPasswordLink", "TeamMemberIdInput", "teamMember { id }", { memberId }, theirs.token);
    const [link = ""] = await linksOf(email, before + 1);
    const { result } = await choose(link, NEW_PASSWORD);
    expect(result.__typename).toBe("FirmChoiceRequired");
    expect((await chooseFirm(result.challengeToken, ours)).result.__typename).toBe("TwoFactorRequired");
    for (const token of [here.token, there.token, open]) expect(await isSignedIn(token)).toBe(false);
    expect(codesOf(await signIn(email))).toEqual(["INVALID_CREDENTIALS"]);
    for (const [firm, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      expect(await eventsOf(firm, email)).toContain("PASSWORD_CHANGED");
      const told = (await logOf(firm)).filter((event) => JSON.stringify(event).includes(email));
      expect(JSON.stringify(told)).not.toMatch(new RegExp(`${other.slug}|${other.id}`));
    }
  });

  it("X16c a password changed in one firm's session is the person's: sessions of both end but that one, and no log names the other firm or its name for them", async () => {
    const { email, here, there } = await inBoth();
    const rename = { memberId: here.memberId, name: "Kimberley of Ours" };
    await world.mutate("changeTeamMember", "ChangeTeamMemberInput", "teamMember { id }", rename, ours.token);
    const passwords = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const mine = (await signIn(email, PASSWORD, ours.slug)).result.sessionToken;
    const changed = await world.mutate("changePassword", "ChangePasswordInput", "session { id }", passwords, mine);
    expect(codesOf(changed)).toEqual([]);
    expect(await isSignedIn(there.token)).toBe(false);
    expect(await isSignedIn(here.token)).toBe(false);
    expect((await signIn(email, NEW_PASSWORD)).result.__typename).toBe("FirmChoiceRequired");
    expect(await eventsOf(theirs, email)).toContain("PASSWORD_CHANGED");
    expect(JSON.stringify(await logOf(theirs))).not.toContain("Kimberley");
    const notices = (await world.mails(email)).filter(({ subject }) => /password was changed/i.test(subject));
    expect(notices.length).toBeGreaterThan(0);
  });

  it("X16c the password alone, in a team without a second factor, does not replace what opens a team with one", async () => {
    const { email } = await inBoth();
    await enrollAt(ours, email);
    const safe = (await signIn(email, PASSWORD, ours.slug)).result;
    expect(safe.__typename).toBe("TwoFactorRequired");
    const thief = (await signIn(email, PASSWORD, theirs.slug)).result.sessionToken;
    const change = (currentPassword: string, token: string) =>
      world.mutate(
        "changePassword",
        "ChangePasswordInput",
        "session { id }",
        { currentPassword, newPassword: NEW_PASSWORD },
        token,
      );
    // Whoever does not know the password hears of no other team.
    expect(codesOf(await change("not the password at all", thief))).toEqual(["INVALID_CREDENTIALS"]);
    const refused = await change(PASSWORD, thief);
    expect(refused.userErrors).toMatchObject([
      { code: "TWO_FACTOR_NOT_ENROLLED", message: expect.stringContaining("two-factor authentication") },
    ]);
    expect((await signIn(email, PASSWORD, ours.slug)).result.__typename).toBe("TwoFactorRequired");
  });

  it("X16c “This wasn't me” ends what a thief has in every team, whichever firm's mail it is in", async () => {
    const { email, here, there } = await inBoth();
    const mine = (await signIn(email, PASSWORD, ours.slug)).result.sessionToken;
    const passwords = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const thief = (await signIn(email, PASSWORD, theirs.slug)).result.sessionToken;
    await world.mutate("changePassword", "ChangePasswordInput", "session { id }", passwords, thief);
    const also = (await signIn(email, NEW_PASSWORD, ours.slug)).result.sessionToken;
    const links = await until(async () => {
      const all = (await world.mails(email)).flatMap((mail) =>
        mail.links.filter((link) => link.includes("/not-me#token=")),
      );
      return all.length >= 2 && all;
    });
    const token = decodeURIComponent(/#token=([^&]+)/.exec(links.at(-1) ?? "")?.[1] ?? "");
    expect(codesOf(await world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token }))).toEqual([]);
    for (const session of [mine, thief, also, here.token, there.token]) expect(await isSignedIn(session)).toBe(false);
    for (const firm of [ours, theirs]) expect(await eventsOf(firm, email)).toContain("SUSPICION_REPORTED");
  });

  it("X16c a request for a new password mails one link, whatever the number of teams; each firm's log has it", async () => {
    const { email } = await inBoth();
    const before = (await linksOf(email, 0)).length;
    await world.mutate("requestTeamPasswordReset", "TeamEmailInput", "accepted", { email });
    await linksOf(email, before + 1);
    await until(async () => (await eventsOf(theirs, email)).includes("PASSWORD_RESET_REQUESTED"));
    expect(await eventsOf(ours, email)).toContain("PASSWORD_RESET_REQUESTED");
    expect(await linksOf(email, before + 1)).toHaveLength(before + 1);
  });

  it("X16d whoever is removed from one team keeps the other, with their password; from the last, nothing is left", async () => {
    const { email, here, there } = await inBoth();
    await remove(ours, here.memberId);
    expect(await isSignedIn(here.token)).toBe(false);
    expect(await isSignedIn(there.token)).toBe(true);
    expect(await firmOf((await signIn(email)).result.sessionToken)).toBe(theirs.id);
    expect(codesOf(await signIn(email, PASSWORD, ours.slug))).toEqual(["INVALID_CREDENTIALS"]);
    // Invited again, they join with the same password.
    const { token, memberId } = await invited(ours, email);
    expect((await choose(token)).result.__typename).toBe("SignedIn");
    await remove(ours, memberId);
    await remove(theirs, there.memberId);
    const left = (await world.app.work.reader.query(
      "SELECT (SELECT COUNT(*) FROM team_identities WHERE email = ?) + (SELECT COUNT(*) FROM password_credentials WHERE ownerId IN (?, ?)) AS n",
      [email, here.memberId, there.memberId],
    )) as [{ n: number }];
    expect(Number(left[0].n)).toBe(0);
    const anew = await invited(ours, email);
    expect((await choose(anew.token, NEW_PASSWORD)).result.__typename).toBe("SignedIn");
  });

  it("X16d a disabled firm is in the list, and says so only when it is chosen; the other opens", async () => {
    const shut = await withToken();
    const email = `ana${people++}@bookkeeper.example`;
    await choose((await invited(shut, email)).token);
    await choose((await invited(ours, email)).token);
    await world.app.work.reader.query("UPDATE security_policies SET firmDisabledAt = 1 WHERE firmId = ?", [shut.id]);
    const { result } = await signIn(email);
    expect(result.firms).toHaveLength(2);
    expect(codesOf(await chooseFirm(result.challengeToken, shut))).toEqual(["FIRM_DISABLED"]);
    expect(await firmOf((await chooseFirm(result.challengeToken, ours)).result.sessionToken)).toBe(ours.id);
  });

  it("X16e of two invitations that are accepted at the same moment, both are, if with one password; with two, one is", async () => {
    const race = async (passwords: [string, string]) => {
      const email = `ines${people++}@bookkeeper.example`;
      const tokens = [(await invited(theirs, email)).token, (await invited(ours, email)).token];
      const both = await Promise.all(tokens.map((token, n) => choose(token, passwords[n])));
      const outcomes = both.map(({ result, userErrors }) => result?.__typename ?? userErrors[0].code).toSorted();
      return { email, outcomes };
    };
    for (let round = 0; round < 3; round++) {
      const same = await race([PASSWORD, PASSWORD]);
      expect(same.outcomes).toEqual(["SignedIn", "SignedIn"]);
      expect((await signIn(same.email)).result.firms).toHaveLength(2);
      const different = await race([PASSWORD, NEW_PASSWORD]);
      expect(different.outcomes).toEqual(["INVALID_CREDENTIALS", "SignedIn"]);
      const opened = await Promise.all([PASSWORD, NEW_PASSWORD].map((password) => signIn(different.email, password)));
      expect(opened.filter(({ result }) => result?.__typename === "SignedIn")).toHaveLength(1);
    }
  });

  it("X16e a session of a team that was joined with the old password ends with it, also if the joining server's clock is ahead", async () => {
    const ahead = await World.start(database.url());
    ahead.forward({ seconds: 20 });
    try {
      const email = `mia${people++}@bookkeeper.example`;
      await choose((await invited(ours, email)).token);
      const { token } = await invited(theirs, email);
      const joining = { token, password: PASSWORD };
      const joined = (await ahead.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", joining)).result.sessionToken;
      const { sessionToken } = (await signIn(email, PASSWORD, ours.slug)).result;
      const passwords = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      await world.mutate("changePassword", "ChangePasswordInput", "session { id }", passwords, sessionToken);
      expect((await ahead.ask("{ viewer { __typename } }", {}, joined)).data.viewer).toBeNull();
      expect(await eventsOf(theirs, email)).toContain("PASSWORD_CHANGED");
    } finally {
      await ahead.stop();
    }
  });

  it("X16e whoever joined through a server of the version before signs in, and joins another team with that password", async () => {
    const email = `old${people++}@bookkeeper.example`;
    const { token, memberId } = await invited(ours, email);
    await choose(token);
    // That version knows no identity: the password is the member's, and so is the address.
    await world.app.work.reader.query("DELETE FROM team_identities WHERE id = ?", [memberId]);
    await world.app.work.reader.query("UPDATE team_members SET identityId = NULL WHERE id = ?", [memberId]);
    expect(await firmOf((await signIn(email)).result.sessionToken)).toBe(ours.id);
    const second = await invited(theirs, email);
    expect(codesOf(await choose(second.token, NEW_PASSWORD))).toEqual(["INVALID_CREDENTIALS"]);
    expect((await choose(second.token)).result.__typename).toBe("SignedIn");
    expect((await signIn(email)).result.firms).toHaveLength(2);
  });
});
