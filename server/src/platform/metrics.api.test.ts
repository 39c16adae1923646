import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../testing/databases.js";
import { freePort } from "../testing/server-process.js";
import { hasProgram, OwnMariadb } from "../testing/services.js";
import { until, World } from "../testing/world.js";

const scraped = async (world: World) => (await world.raw({ path: "/metrics" })).text();
/** The sum of a metric's samples whose labels contain the given ones; null if there are none. */
function valueIn(text: string, name: string, labels: readonly string[] = []): number | null {
  const values = text
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .filter((line) => labels.every((label) => line.includes(label)))
    .map((line) => Number(line.split(" ").at(-1)));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value);
}

describeOnDatabases("/metrics", (database) => {
  let world: World;
  let firm: { id: string; slug: string; owner: string };
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  /** What a metric counts between two scrapes. */
  async function counted(act: () => Promise<unknown>, name: string, ...labels: string[]): Promise<number> {
    const before = valueIn(await scraped(world), name, labels) ?? 0;
    await act();
    // A request is counted just after its answer was sent.
    return until(async () => (valueIn(await scraped(world), name, labels) ?? 0) - before);
  }
  const durations = "gatehouse_request_duration_seconds_count";

  it("times requests by what was asked and how it ended", async () => {
    const query = () => world.ask("{ viewer { __typename } }", {}, owner);
    expect(await counted(query, durations, 'kind="query"', 'outcome="ok"')).toBe(1);
    expect(await counted(query, durations, 'kind="query"', 'outcome="ok"')).toBe(1);
    expect(await counted(() => world.contact(owner), durations, 'kind="mutation"', 'outcome="ok"')).toBe(1);
    const nobodys = () => world.ask("{ contacts(first: 1) { totalCount } }");
    expect(await counted(nobodys, durations, 'kind="query"', 'outcome="refused"')).toBe(1);
    const unread = () => world.ask("{ nonsense");
    expect(await counted(unread, durations, 'kind="other"', 'outcome="refused"')).toBe(1);
  });

  it("counts why requests were refused, by error and by userErrors", async () => {
    const nobodys = () => world.ask("{ contacts(first: 1) { totalCount } }");
    expect(await counted(nobodys, "gatehouse_refusals_total", 'code="UNAUTHENTICATED"')).toBe(1);
    const wrong = () => world.mutate("createContact", "ContactInput", "contact { id }", { name: "" }, owner);
    expect(await counted(wrong, "gatehouse_refusals_total", 'code="INVALID_INPUT"')).toBe(1);
    expect(await counted(wrong, durations, 'kind="mutation"', 'outcome="refused"')).toBe(1);
    const elsewhere = () => world.raw({ path: "/nothing-here" });
    expect(await counted(elsewhere, "gatehouse_refusals_total", 'code="NOT_FOUND"')).toBe(1);
  });

  it("counts sign-ins by method and outcome, and how long passwords wait for their hash", async () => {
    const signIn = (password: string) => world.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password });
    const succeeded = ['audience="team"', 'method="password"', 'outcome="succeeded"'];
    expect(await counted(() => world.ownerToken(firm), "gatehouse_sign_ins_total", ...succeeded)).toBe(1);
    const refused = ['audience="team"', 'method="password"', 'outcome="refused"'];
    expect(await counted(() => signIn("not the password"), "gatehouse_sign_ins_total", ...refused)).toBe(1);
    const waits = "gatehouse_password_hash_wait_seconds_count";
    expect(await counted(() => signIn("not the password"), waits, 'outcome="begun"')).toBe(1);
    expect(await counted(() => world.ownerToken(firm), "gatehouse_events_total", 'type="SIGN_IN_SUCCEEDED"')).toBe(1);
  });

  it("shows the feed's subscribers, and how long an event took to them", async () => {
    const client = world.socket(owner);
    const received: unknown[] = [];
    const end = client.subscribe(
      { query: "subscription { auditEvents { id } }" },
      { next: (event) => void received.push(event), error: () => undefined, complete: () => undefined },
    );
    await until(async () => valueIn(await scraped(world), "gatehouse_feed_subscriptions") === 1);
    expect(valueIn(await scraped(world), durations, ['kind="subscription"', 'outcome="ok"'])).toBe(1);
    const sent = () => world.contact(owner).then(() => until(() => received.length > 0));
    expect(await counted(sent, "gatehouse_feed_delay_seconds_count")).toBeGreaterThanOrEqual(1);
    end();
    await until(async () => valueIn(await scraped(world), "gatehouse_feed_subscriptions") === 0);
    await client.dispose();
  });

  it("shows which mails and events wait, and how long already", async () => {
    const { email } = await world.contact(owner);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    await world.mail(email, /Create your account/);
    const endpoint = { url: `http://127.0.0.1:${await freePort()}/` };
    await world.mutate("createWebhookEndpoint", "CreateWebhookEndpointInput", "signingSecret", endpoint, owner);
    await world.contact(owner);
    await until(async () => valueIn(await scraped(world), "gatehouse_webhook_endpoints", ['state="failing"']) === 1);
    world.forward({ minutes: 3 });
    const text = await scraped(world);
    expect(valueIn(text, "gatehouse_outbox_mails")).toBeGreaterThanOrEqual(1);
    expect(valueIn(text, "gatehouse_outbox_oldest_mail_age_seconds")).toBeGreaterThanOrEqual(180);
    expect(valueIn(text, "gatehouse_webhook_waiting_events")).toBeGreaterThanOrEqual(1);
    expect(valueIn(text, "gatehouse_webhook_lag_seconds")).toBeGreaterThanOrEqual(180);
    expect(valueIn(text, "gatehouse_webhook_attempt_duration_seconds_count", ['outcome="failed"'])).toBeGreaterThan(0);
  });

  it("shows that the server is ready, and the connections of its pool", async () => {
    const text = await scraped(world);
    expect(valueIn(text, "gatehouse_ready")).toBe(1);
    const open = valueIn(text, "gatehouse_database_pool_connections", ['pool="main"']) ?? 0;
    expect(open > 0).toBe(database.isServer);
  });

  it("names no firm, no person and no version", async () => {
    const { id, email } = await world.contact(owner);
    const text = await scraped(world);
    for (const secret of [firm.id, firm.slug, firm.owner, id, email, owner, "127.0.0.1", "@", process.version])
      expect(text).not.toContain(secret);
  });

  it("is what promtool accepts", async () => {
    if (!hasProgram("promtool", "the form of the metrics")) return;
    const checked = spawnSync("promtool", ["check", "metrics"], { input: await scraped(world), encoding: "utf8" });
    // Node's own metrics, as prom-client names them.
    const ours = checked.stderr.split("\n").filter((line) => line.startsWith("gatehouse_"));
    expect([ours, checked.error]).toEqual([[], undefined]);
  });
});

describe("/metrics in production", () => {
  it("is served only at METRICS_PORT, on its own address", async () => {
    const port = await freePort();
    const databaseUrl = "sqlite::memory:";
    const world = await World.start(databaseUrl, { isProduction: true, metricsAt: { port, host: "127.0.0.1" } });
    try {
      expect((await world.raw({ path: "/metrics" })).status).toBe(404);
      const own = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect([own.status, await own.text()]).toEqual([200, expect.stringContaining("gatehouse_ready 1")]);
      expect((await fetch(`http://127.0.0.1:${port}/graphql`)).status).toBe(404);
    } finally {
      await world.stop();
    }
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow("fetch failed");
  });

  it("answers while the database is gone, and says that the server is not ready", async () => {
    if (!hasProgram("mariadbd", "/metrics without its database")) return;
    const mariadb = await OwnMariadb.start();
    const world = await World.start(mariadb.url);
    try {
      expect(valueIn(await scraped(world), "gatehouse_ready")).toBe(1);
      await mariadb.end("SIGKILL");
      await until(async () => valueIn(await scraped(world), "gatehouse_ready") === 0);
      expect(valueIn(await scraped(world), "gatehouse_log_lines_dropped_total")).toBe(0);
    } finally {
      await world.stop().catch(() => undefined);
      await mariadb.stop();
    }
  });
});
