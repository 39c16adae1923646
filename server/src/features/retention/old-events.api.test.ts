import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { retentionWith } from "@gatehouse/shared";
import { verifyLogs } from "../../commands/log-verification.js";
import { createLog } from "../../platform/log.js";
import { encodeCursor } from "../../platform/graphql/pages.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { freePort } from "../../testing/server-process.js";
import { until, World, WORLD_KEYS } from "../../testing/world.js";
import { Sweep } from "./sweep.js";

const DAY_MINUTES = 24 * 60;
const cursor = (seq: number) => encodeCursor("audit", [seq]);

describeOnDatabases("an audit log that the operator keeps for 90 days", (database) => {
  let world: World;
  beforeAll(async () => (world = await World.start(database.url())));
  afterAll(() => world?.stop());

  const sweep = (days: number | null = 90) =>
    new Sweep({
      work: world.app.work,
      keys: WORLD_KEYS,
      log: createLog("silent"),
      retention: { ...retentionWith(), auditEvents: days },
    }).run();
  const seqsOf = async (firmId: string) => {
    const rows: { seq: number }[] = await world.app.work.reader.query(
      "SELECT seq FROM audit_events WHERE firmId = ? ORDER BY seq",
      [firmId],
    );
    return rows.map(({ seq }) => seq);
  };
  const page = async (token: string, args: string) =>
    (
      await world.ask(
        `{ auditEvents(${args}) { nodes { cursor summary } pageInfo { hasNextPage hasPreviousPage } } }`,
        {},
        token,
      )
    ).data.auditEvents;
  /** A firm with contacts of more than 90 days ago, and newer ones. `token` is a session of now. */
  const firmWithHistory = async () => {
    const firm = await world.firm();
    const before = await world.ownerToken(firm);
    for (const name of ["Old One", "Old Two", "Old Three"]) await world.contact(before, name);
    const [old] = (await seqsOf(firm.id)).slice(-1);
    world.forward({ minutes: 91 * DAY_MINUTES });
    const token = await world.ownerToken(firm);
    await world.contact(token, "New One");
    return { ...firm, token, old: old ?? 0 };
  };
  /** What a subscriber receives, or the codes of its refusal. */
  const follow = (token: string, after: number, events: number) =>
    new Promise<unknown[]>((resolve) => {
      const seen: unknown[] = [];
      const client = world.socket(token);
      const end = () => {
        resolve(seen);
        void client.dispose();
      };
      client.subscribe<{ auditEvents: { cursor: string } }>(
        {
          query: "subscription($after: String) { auditEvents(after: $after) { cursor } }",
          variables: { after: cursor(after) },
        },
        {
          next: ({ data, errors }) => {
            seen.push(data?.auditEvents.cursor ?? errors?.[0]?.extensions?.code);
            if (!data || seen.length === events) end();
          },
          error: (error) => {
            seen.push(...(Array.isArray(error) ? error.map(({ extensions }) => extensions?.code) : [error]));
            end();
          },
          complete: end,
        },
      );
    });

  it("loses only what is older, from the front, and goes on counting", async () => {
    const firm = await firmWithHistory();
    const before = await seqsOf(firm.id);
    await sweep(null);
    expect(await seqsOf(firm.id)).toEqual(before);
    await sweep(92);
    expect(await seqsOf(firm.id)).toEqual(before);
    await sweep();
    const kept = before.filter((seq) => seq > firm.old);
    const last = before.at(-1) ?? 0;
    expect(await seqsOf(firm.id)).toEqual([...kept, last + 1]);
    expect((await page(firm.token, "first: 1")).nodes).toEqual([
      {
        cursor: cursor(last + 1),
        summary: `Events up to number ${firm.old} were deleted, as old as the operator keeps them.`,
      },
    ]);
    // Once a day at most.
    world.forward({ minutes: 60 });
    await sweep();
    await world.contact(await world.ownerToken(firm), "Newer");
    expect(await seqsOf(firm.id)).toEqual([...kept, last + 1, last + 2, last + 3]);
    const said: string[] = [];
    const print = (line: string) => said.push(line);
    await verifyLogs({ work: world.app.work, keys: WORLD_KEYS, print }, { slug: firm.slug, checkpoints: null });
    expect(said.join("\n")).toMatch(/as recorded\.\n {2}events 1 to \d+ were deleted as old\./);
  });

  it("keeps its last event, however old, and the number that the next one gets", async () => {
    const firm = await world.firm();
    await world.contact(await world.ownerToken(firm), "Once");
    const last = (await seqsOf(firm.id)).at(-1) ?? 0;
    world.forward({ minutes: 200 * DAY_MINUTES });
    await sweep();
    expect(await seqsOf(firm.id)).toEqual([last, last + 1]);
    await world.ownerToken(firm);
    expect(await seqsOf(firm.id)).toEqual([last, last + 1, last + 2]);
  });

  it("keeps an old event that stands behind a newer one, since a server's clock was ahead", async () => {
    const firm = await firmWithHistory();
    const seqs = await seqsOf(firm.id);
    const [, second] = seqs;
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE audit_events SET occurredAt = ? WHERE firmId = ? AND seq = ?", [
        world.now(),
        firm.id,
        second,
      ]),
    );
    await sweep();
    expect(await seqsOf(firm.id)).toEqual([...seqs.slice(1), (seqs.at(-1) ?? 0) + 1]);
  });

  it("is paged through from any cursor, also of an event that is gone", async () => {
    const firm = await firmWithHistory();
    const newer = (await page(firm.token, "first: 100")).nodes.filter(
      (node: { cursor: string }) => !Array.from({ length: firm.old }, (_, n) => cursor(n + 1)).includes(node.cursor),
    );
    await sweep();
    const now = (await page(firm.token, "first: 100")).nodes;
    expect(now.slice(1)).toEqual(newer);
    const older = await page(firm.token, `first: 100, after: "${cursor(firm.old)}"`);
    expect(older).toEqual({ nodes: [], pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    expect((await page(firm.token, `last: 100, before: "${cursor(firm.old)}"`)).nodes).toEqual(now);
  });

  it("goes on for followers that have seen what is gone, and tells those that have not", async () => {
    const firm = await firmWithHistory();
    await sweep();
    const kept = await seqsOf(firm.id);
    expect(await follow(firm.token, firm.old, kept.length)).toEqual(kept.map(cursor));
    expect(await follow(firm.token, firm.old - 1, kept.length)).toEqual(["BAD_USER_INPUT"]);
    expect(await follow(firm.token, 0, kept.length)).toEqual(["BAD_USER_INPUT"]);
  });

  it("waits for webhooks, which miss nothing, and cannot be replayed from what is gone", async () => {
    const firm = await world.firm();
    const first = await world.ownerToken(firm);
    const { webhookEndpoint } = await world.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "webhookEndpoint { id }",
      { url: `http://127.0.0.1:${await freePort()}/`, types: [] },
      first,
    );
    await world.contact(first, "Not delivered");
    const delivered = async () => {
      const rows: { seq: number; attempts: number }[] = await world.app.work.reader.query(
        "SELECT deliveredThroughSeq AS seq, attempts FROM webhook_endpoints WHERE id = ?",
        [webhookEndpoint.id],
      );
      return rows[0] ?? { seq: 0, attempts: 0 };
    };
    await until(async () => (await delivered()).attempts > 0);
    const { seq } = await delivered();
    const all = await seqsOf(firm.id);
    expect(all.at(-1)).toBeGreaterThan(seq);
    world.forward({ minutes: 91 * DAY_MINUTES });
    await sweep();
    expect(await seqsOf(firm.id)).toEqual([...all.filter((each) => each > seq), (all.at(-1) ?? 0) + 1]);

    const owner = await world.ownerToken(firm);
    const replay = (after: number) =>
      world.mutate(
        "replayWebhookEvents",
        "ReplayWebhookEventsInput",
        "webhookEndpoint { id }",
        { webhookEndpointId: webhookEndpoint.id, after: cursor(after) },
        owner,
      );
    expect((await replay(seq - 1)).userErrors).toMatchObject([{ code: "INVALID_INPUT" }]);
    expect((await replay(seq)).userErrors).toEqual([]);
  });

  it("leaves the trend of 90 days as it was", async () => {
    const firm = await firmWithHistory();
    const { id } = await world.contact(firm.token, "Invited");
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { id } }",
      { contactIds: [id] },
      firm.token,
    );
    world.forward({ minutes: 89 * DAY_MINUTES });
    const token = await world.ownerToken(firm);
    const trend = async () =>
      (await world.ask("{ firm { portalTrend(days: 90) { day invitesSent } } }", {}, token)).data.firm.portalTrend;
    const before = await trend();
    expect(before.filter(({ invitesSent }: { invitesSent: number }) => invitesSent > 0)).toHaveLength(1);
    await sweep();
    expect(await trend()).toEqual(before);
  });
});
