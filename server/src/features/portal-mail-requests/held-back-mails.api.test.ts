import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { attemptLimits } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";
import { Attempts } from "../limits/attempts.service.js";
import { MailAllowance } from "../limits/mail-allowance.js";

/** A stranger who knows a client's address, and wants to keep the client's own mails away. */
describeOnDatabases("mails that a stranger requests", (database) => {
  let world: World;
  let owner: string;
  let firm: Awaited<ReturnType<World["firm"]>>;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  }, 60_000);
  afterAll(() => world.stop());

  const ask = (name: "requestPasswordReset" | "requestPortalAccount", email: string, token?: string) =>
    world.mutate(name, "PortalEmailInput", "accepted", { firmSlug: firm.slug, email }, token);
  const resets = async (email: string) =>
    (await world.mails(email)).filter(({ links }) => links.some((link) => link.includes("/reset#token=")));
  const heldBack = async (contactId: string): Promise<string[]> => {
    const { data } = await world.ask(
      "query($id: ID!) { auditEvents(first: 50, filter: { contactId: $id, types: [MAIL_SUPPRESSED] }) { nodes { summary } } }",
      { id: contactId },
      owner,
    );
    return data.auditEvents.nodes.map(({ summary }: { summary: string }) => summary);
  };

  it("X11 hold back no mail of another kind: after three account requests the reset is still mailed", async () => {
    const { email } = await world.client(firm, owner);
    for (let n = 0; n < 4; n++) await ask("requestPortalAccount", email);
    expect(await ask("requestPasswordReset", email)).toEqual({ accepted: true, userErrors: [] });
    await until(async () => (await resets(email)).length === 1);
  });

  it("X11 are in the log once an hour if they were held back, and get the usual response", async () => {
    const { email, contactId } = await world.client(firm, owner);
    const answers = [];
    for (let n = 0; n < 8; n++) answers.push(await ask("requestPasswordReset", email));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await until(async () => (await heldBack(contactId)).length > 0 && heldBack(contactId))).toEqual([
      `Another password reset was not sent to Maya Fields (${email}): too many were requested.`,
    ]);
    expect(await resets(email)).toHaveLength(3);
    world.forward({ minutes: 61 });
    for (let n = 0; n < 8; n++) await ask("requestPasswordReset", email);
    await until(async () => (await heldBack(contactId)).length === 2);
  });

  it("X11 are in the log for a contact without an account, and for nobody else", async () => {
    const { email, id } = await world.contact(owner);
    const unknown = `nobody-${email}`;
    for (let n = 0; n < 5; n++) await ask("requestPortalAccount", unknown);
    for (let n = 0; n < 5; n++) await ask("requestPortalAccount", email);
    await until(async () => (await heldBack(id)).length === 1);
    const { data } = await world.ask(
      "{ auditEvents(first: 50, filter: { types: [MAIL_SUPPRESSED] }) { nodes { summary } } }",
      {},
      owner,
    );
    expect(JSON.stringify(data)).not.toContain(unknown);
  });

  it("X11 use up nobody's mails once their own source has used up its share", async () => {
    const attempts = new Attempts(world.app.work);
    const allowance = new MailAllowance({ attempts, sourceLimitFactor: 1 });
    const take = (email: string, ipAddress: string) =>
      allowance.take(
        { what: "password reset", place: firm.id, email, isOwn: false },
        { source: { ipAddress, userAgent: null } },
      );
    const { email } = await world.contact(owner);
    for (let n = 0; n < attemptLimits.mailsBySource.attempts; n++) await take(`${n}-${email}`, "203.0.113.5");
    for (let n = 0; n < 2 * attemptLimits.mailsByAddress.attempts; n++)
      expect(await take(email, "203.0.113.5")).toBe(false);
    expect(await take(email, "198.51.100.7")).toBe(true);
  });

  it("X11 do not count against the client who is signed in", async () => {
    const { email, created } = await world.client(firm, owner);
    for (let n = 0; n < 6; n++) await ask("requestPasswordReset", email);
    await until(async () => (await resets(email)).length === 3);
    await ask("requestPasswordReset", email, created.result.sessionToken);
    await until(async () => (await resets(email)).length === 4);
    // Being signed in as somebody else proves nothing.
    const other = await world.client(firm, owner);
    await ask("requestPasswordReset", email, other.created.result.sessionToken);
    await sleep(500);
    expect(await resets(email)).toHaveLength(4);
  });

  it("X11 a link that was requested too often is in the log once", async () => {
    const { email, id } = await world.contact(owner);
    const input = { contactId: id, title: "Papers", items: ["Passport"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", input, owner);
    const token = await world.mailedToken(email, /Papers/);
    for (let n = 0; n < 4; n++) {
      const answer = await world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token });
      expect(answer).toEqual({ accepted: true, userErrors: [] });
    }
    expect(await heldBack(id)).toEqual([expect.stringContaining("Another link was not sent to")]);
  });
});
