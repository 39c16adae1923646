import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import { codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";
import { RollOutMailer } from "./roll-out-mailer.js";

const DAY_MINUTES = 24 * 60;
const ROLL_OUT = "id state enforcedFrom nextMailAt progress { concerned enrolled leftOut told waiting }";
const INVITES = /invites you/;
const ANNOUNCES = /a second step at sign-in/;
const REMINDS = /^Reminder: set up two-factor/;
const CALLS_OFF = /no second step at sign-in/;

describeOnDatabases("a firm rolls out two-factor authentication", (database) => {
  const unheard = watchListedChanges(database);
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  interface Firm {
    id: string;
    slug: string;
    owner: string;
  }
  const stepUp = async (token: string) =>
    codesOf(await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, token));
  const versionOf = async (token: string): Promise<number> =>
    (await world.ask("{ firm { securityPolicy { version } } }", {}, token)).data.firm.securityPolicy.version;
  const start = async (token: string, { days = 30, ...rest }: { days?: number; [key: string]: unknown } = {}) =>
    world.mutate(
      "startRollOut",
      "StartRollOutInput",
      `rollOut { ${ROLL_OUT} }`,
      {
        enforcedFrom: new Date(world.now() + days * 86_400_000).toISOString(),
        message: "Please set it up <b>soon</b>.",
        mailsPerMinute: 60,
        expectedVersion: await versionOf(token),
        ...rest,
      },
      token,
    );
  const change = (name: string, rollOutId: string, token: string) =>
    world.mutate(name, "RollOutIdInput", `rollOut { ${ROLL_OUT} }`, { rollOutId }, token);
  const undo = async (rollOutId: string, token: string, more: object = {}) =>
    world.mutate(
      "undoRollOut",
      "UndoRollOutInput",
      `rollOut { ${ROLL_OUT} }`,
      { rollOutId, expectedVersion: await versionOf(token), ...more },
      token,
    );
  const rollOut = async (token: string): Promise<Data> =>
    (await world.ask(`{ rollOut { ${ROLL_OUT} } }`, {}, token)).data.rollOut;
  const recipients = async (token: string, state?: string): Promise<Data[]> =>
    (
      await world.ask(
        "query($state: RollOutRecipientState) { rollOut { recipients(first: 100, state: $state) { nodes { contact { name } state mails mailedTo failure } } } }",
        { state },
        token,
      )
    ).data.rollOut.recipients.nodes;
  const subjects = async (to: string, pattern: RegExp): Promise<string[]> =>
    (await world.mails(to)).map(({ subject }) => subject).filter((subject) => pattern.test(subject));
  /** When each mail to an address was written. */
  const writtenAt = async (addresses: string[]): Promise<number[]> =>
    (
      (await world.app.work.reader.query(
        `SELECT createdAt FROM outbox_mails WHERE recipient IN (${addresses.map(() => "?").join(", ")}) ORDER BY createdAt`,
        addresses,
      )) as { createdAt: number | string }[]
    ).map(({ createdAt }) => Number(createdAt));
  /** Moves the clock second by second until it holds. */
  /** The firm's events of some types, oldest first. */
  const logged = async (token: string, pattern: RegExp): Promise<string[]> =>
    (await world.ask("{ auditEvents(first: 100) { nodes { type } } }", {}, token)).data.auditEvents.nodes
      .map(({ type }: { type: string }) => type)
      .filter((type: string) => pattern.test(type))
      .toReversed();
  const goOnUntil = (isSo: () => Promise<boolean>) =>
    until(async () => {
      if (await isSo()) return true;
      world.forward({ seconds: 1 });
      return false;
    });
  const wakeNobody = (token: string) => async () => (await rollOut(token)).progress.waiting === 0;
  const contacts = async (token: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => world.contact(token, `Client ${n}`)));
  /** The mailer has looked again since the clock was moved, and has nothing to do for now. */
  const settled = (token: string) =>
    until(async () => {
      const { state, nextMailAt } = await rollOut(token);
      return state !== "RUNNING" || Date.parse(nextMailAt) > world.now();
    });

  it("concerns exactly the reachable contacts without 2FA, and notifies each once, whatever another firm does", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const enrolled = await world.client(firm, owner);
    await world.enroll({ token: enrolled.created.result.sessionToken });
    const plain = await world.client(firm, owner);
    const invited = await world.contact(owner, "Ida Invited");
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { id } }",
      { contactIds: [invited.id] },
      owner,
    );
    const fresh = await world.contact(owner, "Fay Fresh");
    await world.mutate("createContact", "ContactInput", "contact { id }", { name: "No Mail" }, owner);
    const foreign = await world.contact(await world.ownerToken(await world.firm()), "Of another firm");

    const started = await start(owner);
    expect(codesOf(started)).toEqual([]);
    expect(started.rollOut).toMatchObject({ state: "RUNNING", progress: { concerned: 3, enrolled: 0, leftOut: 0 } });
    await goOnUntil(wakeNobody(owner));
    expect((await recipients(owner)).map(({ contact, ...rest }) => [contact.name, rest])).toEqual([
      ["Fay Fresh", { state: "MAILED", mails: 1, mailedTo: fresh.email, failure: null }],
      ["Ida Invited", { state: "MAILED", mails: 1, mailedTo: invited.email, failure: null }],
      ["Maya Fields", { state: "MAILED", mails: 1, mailedTo: plain.email, failure: null }],
    ]);
    expect(await subjects(plain.email, ANNOUNCES)).toHaveLength(1);
    expect(await subjects(fresh.email, INVITES)).toHaveLength(1);
    expect(await subjects(invited.email, INVITES)).toHaveLength(2);
    expect(await subjects(enrolled.email, /./)).not.toContainEqual(expect.stringMatching(ANNOUNCES));
    expect(await subjects(foreign.email, /./)).toEqual([]);
    const mail = await world.mail(plain.email, ANNOUNCES);
    expect(mail.text).toContain("Olive Owner wrote:\n> Please set it up <b>soon</b>.");
    expect(mail.links).toEqual([expect.stringContaining(`/portal/${firm.slug}`)]);
    expect((await world.mail(fresh.email, INVITES)).text).toMatch(/From \d+ \w+ 20\d\d on, signing in/);

    // The mode is announced: a password is still enough, and pages can tell until when.
    const { enforcedFrom } = await rollOut(owner);
    const signedIn = await world.portalSignIn(firm, plain.email);
    expect(signedIn.result.__typename).toBe("SignedIn");
    const { data } = await world.ask(
      "query($slug: String!) { portal(firmSlug: $slug) { twoFactorDueAt } viewer { ... on PortalViewer { twoFactorDueAt } } }",
      { slug: firm.slug },
      signedIn.result.sessionToken,
    );
    expect(data).toEqual({ portal: { twoFactorDueAt: enforcedFrom }, viewer: { twoFactorDueAt: enforcedFrom } });

    const { data: log } = await world.ask(
      "{ auditEvents(first: 20) { nodes { type actorName contact { name } summary } } }",
      {},
      owner,
    );
    const ofType = (type: string) => log.auditEvents.nodes.filter((event: Data) => event.type === type);
    expect(ofType("ROLL_OUT_STARTED")[0].summary).toMatch(/^Olive Owner started .* 3 contacts to notify\.$/);
    expect(ofType("TWO_FACTOR_ANNOUNCED")).toMatchObject([
      { actorName: "Gatehouse", contact: { name: "Maya Fields" } },
    ]);
    expect(ofType("SECURITY_POLICY_CHANGED")).toHaveLength(1);
  });

  it("sends no more mails per minute than the firm wants, even after it was paused; contacts who share a mailbox get one", async () => {
    const owner = await world.ownerToken(await world.firm());
    const many = await contacts(owner, 4);
    await world.contact(owner, "Client 0's company", many[0]?.email);
    const { rollOut: started } = await start(owner, { mailsPerMinute: 6, remindDaysBefore: [] });
    expect(started.progress.concerned).toBe(5);
    const addresses = many.map(({ email }) => email);
    await goOnUntil(async () => (await writtenAt(addresses)).length === 2);
    expect((await change("pauseRollOut", started.id, owner)).rollOut).toMatchObject({
      state: "PAUSED",
      nextMailAt: null,
    });
    expect((await change("pauseRollOut", started.id, owner)).userErrors).toEqual([]);
    world.forward({ minutes: 60 });
    // The mailer has processed what is due since then: another firm's first mail is written.
    const neighbour = await world.ownerToken(await world.firm());
    const [beside] = await contacts(neighbour, 1);
    await start(neighbour);
    await until(async () => (await writtenAt([beside?.email ?? ""])).length === 1);
    expect(await writtenAt(addresses)).toHaveLength(2);
    await stepUp(owner);
    await change("resumeRollOut", started.id, owner);
    await goOnUntil(wakeNobody(owner));
    const moments = await writtenAt(addresses);
    expect(moments).toHaveLength(4);
    const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
    expect(gaps.every((gap) => gap >= 10_000)).toBe(true);
    expect((await recipients(owner)).map(({ mails }) => mails)).toEqual([1, 1, 1, 1, 1]);
    expect((await rollOut(owner)).state).toBe("FINISHED");
    expect(await logged(owner, /^ROLL_OUT/)).toEqual([
      "ROLL_OUT_STARTED",
      "ROLL_OUT_PAUSED",
      "ROLL_OUT_RESUMED",
      "ROLL_OUT_FINISHED",
    ]);
  });

  it("reminds seven days and one day before, but nobody who has set it up or whose account is gone", async () => {
    const firm: Firm = await world.firm();
    let owner = await world.ownerToken(firm);
    const late = await world.client(firm, owner);
    const quick = await world.client(firm, owner);
    const gone = await world.client(firm, owner);
    const mute = await world.contact(owner, "Soon without address");
    const { rollOut: started } = await start(owner, { days: 20 });
    await goOnUntil(wakeNobody(owner));
    await settled(owner);
    expect((await rollOut(owner)).state).toBe("RUNNING");

    const { sessionToken } = (await world.portalSignIn(firm, quick.email)).result;
    await world.enroll({ token: sessionToken });
    const deleted = { contactId: gone.contactId, reason: "asked for it" };
    await world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", deleted, owner);
    await world.mutate(
      "updateContact",
      "UpdateContactInput",
      "contact { id }",
      { contactId: mute.id, email: null },
      owner,
    );
    const day = async (days: number) => {
      world.forward({ minutes: days * DAY_MINUTES });
      owner = await world.ownerToken(firm);
    };
    await day(12.5);
    await settled(owner);
    expect(await subjects(late.email, REMINDS)).toEqual([]);
    await day(1);
    await goOnUntil(async () => (await subjects(late.email, REMINDS)).length === 1);
    await settled(owner);
    await day(6);
    await goOnUntil(async () => (await subjects(late.email, REMINDS)).length === 2);
    await goOnUntil(async () => (await rollOut(owner)).state === "FINISHED");
    for (const { email } of [quick, gone, mute])
      expect(await subjects(email, /Reminder|invites/)).toHaveLength(email === mute.email ? 1 : 0);
    expect((await rollOut(owner)).progress).toEqual({ concerned: 4, enrolled: 1, leftOut: 2, told: 1, waiting: 0 });
    expect((await recipients(owner, "ENROLLED")).map(({ mails }) => mails)).toEqual([1]);

    // And then the day comes.
    await day(1);
    expect((await world.portalSignIn(firm, late.email)).result.__typename).toBe("TwoFactorEnrollmentRequired");
    expect(started.id).toBe((await rollOut(owner)).id);
  }, 120_000);

  it("continues where it stopped when the server restarts, and many servers at once write no mail twice or too soon", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const addresses = (await contacts(owner, 7)).map(({ email }) => email);
    await start(owner);
    await goOnUntil(async () => (await writtenAt(addresses)).length >= 2);
    const now = world.now();
    await world.stop();
    world = await World.start(database.url());
    const other = await World.start(database.url());
    try {
      const worlds = [world, other];
      for (const one of worlds) one.forward({ seconds: (now - Date.now()) / 1000 });
      while (!(await wakeNobody(owner)())) {
        for (const one of worlds) one.forward({ seconds: 1 });
        // Besides the two servers' own, all of them at the same moment.
        const mailers = [...worlds, ...worlds, ...worlds].map(
          ({ app: { work } }) => new RollOutMailer({ work, log: createLog("silent") }),
        );
        // One that loses a transaction to another fails, and would look again.
        await Promise.allSettled(mailers.map((mailer) => mailer.runOnce()));
      }
    } finally {
      await other.stop();
    }
    for (const address of addresses) expect(await subjects(address, INVITES)).toHaveLength(1);
    const moments = await writtenAt(addresses);
    const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
    expect(gaps.filter((gap) => gap < 1000)).toEqual([]);
    expect(await logged(owner, /^INVITE_SENT$/)).toHaveLength(7);
  });

  it("X17 requires a fresh proof at every step: a session from an hour ago changes nothing and mails nobody", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { email } = await world.client(firm, owner);
    const [one, other] = await contacts(owner, 2);
    const stateOf = async () => (await rollOut(owner))?.state ?? null;
    let id = "";
    const steps: [act: () => Promise<Data>, before: string | null, after: string][] = [
      [() => start(owner, { invitesContacts: false }), null, "RUNNING"],
      [() => change("pauseRollOut", id, owner), "RUNNING", "PAUSED"],
      [() => change("resumeRollOut", id, owner), "PAUSED", "RUNNING"],
      [() => undo(id, owner), "RUNNING", "UNDONE"],
    ];
    for (const [act, before, after] of steps) {
      world.forward({ minutes: 11 });
      expect(codesOf(await act())).toEqual(["STEP_UP_REQUIRED"]);
      expect(await stateOf()).toBe(before);
      expect(await stepUp(owner)).toEqual([]);
      const done = await act();
      expect(codesOf(done)).toEqual([]);
      ({ id } = done.rollOut);
      expect(await stateOf()).toBe(after);
      if (before === null) await goOnUntil(async () => (await subjects(email, ANNOUNCES)).length === 1);
    }
    expect(await logged(owner, /^ROLL_OUT/)).toEqual([
      "ROLL_OUT_STARTED",
      "ROLL_OUT_PAUSED",
      "ROLL_OUT_RESUMED",
      "ROLL_OUT_UNDONE",
    ]);

    // Acts that mail many people or outlive the session need one as well; everyday acts do not.
    world.forward({ minutes: 11 });
    const invite = async (contactIds: (string | undefined)[], token: string) =>
      codesOf(
        await world.mutate(
          "inviteContacts",
          "InviteContactsInput",
          "results { userErrors { code } }",
          { contactIds },
          token,
        ),
      );
    const webhook = async (token: string) =>
      codesOf(
        await world.mutate(
          "createWebhookEndpoint",
          "CreateWebhookEndpointInput",
          "webhookEndpoint { id }",
          { url: "http://127.0.0.1:9/" },
          token,
        ),
      );
    expect(await invite([one?.id, other?.id], owner)).toEqual(["STEP_UP_REQUIRED"]);
    expect(await webhook(owner)).toEqual(["STEP_UP_REQUIRED"]);
    expect(await invite([one?.id], owner)).toEqual([]);
    expect(await subjects(other?.email ?? "", INVITES)).toEqual([]);
    expect(await stepUp(owner)).toEqual([]);
    const key = await world.key(owner, ["ACCESS_WRITE", "WEBHOOKS_WRITE"]);
    world.forward({ minutes: 11 });
    // A key proves itself with every request.
    expect(await invite([one?.id, other?.id], key)).toEqual([]);
    expect(await webhook(key)).toEqual([]);
  });

  it("is undone: the policy is as it was, what was not mailed never is, and those who were notified learn of it", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const notified = await world.client(firm, owner);
    const version = await versionOf(owner);
    const { rollOut: started } = await start(owner, { mailsPerMinute: 1 });
    await goOnUntil(async () => (await subjects(notified.email, ANNOUNCES)).length === 1);
    const untold = await world.contact(owner);
    expect(codesOf(await undo(started.id, owner, { expectedVersion: version }))).toEqual(["VERSION_CONFLICT"]);
    expect(codesOf(await start(owner))).toEqual(["ALREADY_EXISTS"]);
    world.forward({ minutes: 11 });
    expect(codesOf(await undo(started.id, owner))).toEqual(["STEP_UP_REQUIRED"]);
    const again = await world.ownerToken(firm);
    expect((await undo(started.id, again, { tellClients: true })).rollOut.state).toBe("UNDONE");
    const { data } = await world.ask("{ firm { securityPolicy { mode enforcedFrom } } }", {}, again);
    expect(data.firm.securityPolicy).toEqual({ mode: "MAGIC_LINK_AND_LOGIN", enforcedFrom: null });
    await goOnUntil(async () => (await rollOut(again)).nextMailAt === null);
    expect(await subjects(notified.email, CALLS_OFF)).toHaveLength(1);
    expect(await subjects(untold.email, /./)).toEqual([]);
    expect(await logged(again, /^ROLL_OUT|^SECURITY|ANNOUNCED/)).toEqual([
      "SECURITY_POLICY_CHANGED",
      "ROLL_OUT_STARTED",
      "TWO_FACTOR_ANNOUNCED",
      "SECURITY_POLICY_CHANGED",
      "ROLL_OUT_UNDONE",
      "TWO_FACTOR_ANNOUNCED",
    ]);
    expect(codesOf(await undo(started.id, again))).toEqual(["INVALID_INPUT"]);
    expect(codesOf(await change("resumeRollOut", started.id, again))).toEqual(["INVALID_INPUT"]);
    world.forward({ minutes: 40 * DAY_MINUTES });
    expect((await world.portalSignIn(firm, notified.email)).result.__typename).toBe("SignedIn");
  });

  it("undone without notice, it mails nobody any more; switching 2FA off in the settings undoes it too", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const addresses = (await contacts(owner, 3)).map(({ email }) => email);
    const { rollOut: started } = await start(owner, { mailsPerMinute: 1 });
    await until(async () => (await writtenAt(addresses)).length === 1);
    // The mail server refuses the first one.
    await world.app.work.do((unit) =>
      unit.manager.query(
        `UPDATE outbox_mails SET attempts = 1, lastFailure = '451 try later' WHERE recipient IN (?, ?, ?)`,
        addresses,
      ),
    );
    expect(await recipients(owner, "MAILED")).toMatchObject([{ mails: 1, failure: "451 try later" }]);
    await undo(started.id, owner);
    expect(await recipients(owner, "MAILED")).toMatchObject([{ failure: "Withdrawn by the firm." }]);
    for (const address of addresses) expect(await subjects(address, /./)).toEqual([]);
    world.forward({ minutes: 5 });
    const { rollOut: second } = await start(owner, { mailsPerMinute: 1 });
    await until(async () => (await writtenAt(addresses)).length === 2);
    const input = { mode: "MAGIC_LINK_AND_LOGIN", expectedVersion: await versionOf(owner) };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", input, owner);
    expect((await rollOut(owner)).state).toBe("UNDONE");
    world.forward({ minutes: 5 });
    await until(async () => (await rollOut(owner)).nextMailAt === null);
    expect(await writtenAt(addresses)).toHaveLength(2);
    await stepUp(owner);
    expect(codesOf(await undo(second.id, owner))).toEqual(["INVALID_INPUT"]);
  });

  it("is for plans with 2FA, and another firm's behaves like an absent one", async () => {
    const team = await world.ownerToken(await world.firm("TEAM"));
    expect(codesOf(await start(team))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    expect(await rollOut(team)).toBeNull();
    const owner = await world.ownerToken(await world.firm());
    const { rollOut: ours } = await start(owner);
    for (const name of ["pauseRollOut", "resumeRollOut"])
      expect(codesOf(await change(name, ours.id, team))).toEqual(["NOT_FOUND"]);
    expect(codesOf(await undo(ours.id, team))).toEqual(["NOT_FOUND"]);
    expect((await world.ask("query($id: ID!) { node(id: $id) { id } }", { id: ours.id }, team)).data.node).toBeNull();
    for (const [bad, field] of [
      [{ days: -1 }, "enforcedFrom"],
      [{ message: " " }, "message"],
      [{ timeZone: "Mars/Base" }, "timeZone"],
      [{ mailsPerMinute: 1000 }, "mailsPerMinute"],
      [{ remindDaysBefore: [400] }, "remindDaysBefore"],
    ] as const)
      expect((await start(team, bad)).userErrors).toMatchObject([{ code: "INVALID_INPUT", field: ["input", field] }]);
  });

  it("shows each mail before it is sent, exactly as it will be", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const input = { enforcedFrom: "2026-11-30T23:00:00.000Z", timeZone: "Europe/Paris", message: "Our own words." };
    const { data } = await world.ask(
      "query($input: RollOutPreviewInput!) { rollOutPreview(input: $input) { mail subject text } }",
      { input },
      owner,
    );
    expect(data.rollOutPreview.map(({ mail }: Data) => mail)).toEqual(["ANNOUNCEMENT", "REMINDER", "INVITATION"]);
    for (const { text } of data.rollOutPreview) {
      expect(text).toContain("> Our own words.");
      expect(text).toContain("From 1 December 2026 on");
    }
  });

  it("X63 changes nothing that lists show without an event in the same commit", () => {
    expect(unheard.found()).toEqual([]);
  });
});
