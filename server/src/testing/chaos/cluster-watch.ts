import { setTimeout as wait } from "node:timers/promises";
import type { MysqlCluster } from "../mysql-cluster.js";
import type { ServerProcess } from "../server-process.js";
import type { Ledger } from "./ledger.js";
import { random } from "./chance.js";

const EVERY_MS = 100;
/** How long `/readyz` may be wrong about writes. */
const READYZ_LATE_MS = 3000;
const FROZEN_MS = 1500;
const ANSWER_MS = 60_000;

interface Seen {
  server: ServerProcess;
  /** When a write that the server acknowledged had begun, newest last. */
  writes: number[];
}

/**
 * Watches a cluster and its servers side by side: whether a write commits on the cluster itself, what each server's
 * `/readyz` says meanwhile, and whether a write through each server is acknowledged.
 */
export class ClusterWatch {
  private readonly over = new AbortController();
  private readonly watching: Promise<void>[] = [];
  private readonly seen: Seen[];
  /** Since when the cluster takes no writes; null while it does. */
  private failingSince: number | null = null;
  /** When `/readyz` said that writes work although they had not for a while. The next look at the cluster decides. */
  private doubts: { at: number; forMs: number }[] = [];

  constructor(
    private readonly cluster: MysqlCluster,
    servers: readonly ServerProcess[],
    private readonly ledger: Ledger,
    private readonly token: string,
  ) {
    this.seen = servers.map((server) => ({ server, writes: [] }));
    this.watching.push(this.again(() => this.watchCluster()));
    for (const seen of this.seen)
      this.watching.push(
        this.again(() => this.watchReadiness(seen)),
        this.again(() => this.watchWrites(seen)),
      );
  }

  private async again(look: () => Promise<void>): Promise<void> {
    while (!this.over.signal.aborted) {
      await look();
      await wait(EVERY_MS);
    }
  }
  private async watchCluster(): Promise<void> {
    const askedAt = Date.now();
    // A frozen member does not answer.
    const primary = await Promise.race([this.cluster.primary(), wait(FROZEN_MS, null)]);
    if (primary === null) this.failingSince ??= askedAt;
    else this.failingSince = null;
    const [decided, open] = [
      this.doubts.filter(({ at }) => at < askedAt),
      this.doubts.filter(({ at }) => at >= askedAt),
    ];
    this.doubts = open;
    if (primary === null)
      for (const { forMs } of decided)
        this.ledger.breach(`/readyz answered 200 when no write had worked for ${forMs} ms`);
  }
  private async watchReadiness({ server }: Seen): Promise<void> {
    const askedAt = Date.now();
    const status = await fetch(`${server.url}/readyz`, { signal: AbortSignal.timeout(READYZ_LATE_MS) }).then(
      (response) => response.status,
      () => 0,
    );
    this.ledger.count(`/readyz ${status === 0 ? "without an answer" : status}`);
    if (Date.now() - askedAt > READYZ_LATE_MS) this.ledger.breach("/readyz took longer than 3 s");
    const { failingSince } = this;
    if (status === 200 && failingSince !== null && askedAt - failingSince > READYZ_LATE_MS)
      this.doubts.push({ at: askedAt, forMs: askedAt - failingSince });
  }
  private async watchWrites({ server, writes }: Seen): Promise<void> {
    const begunAt = Date.now();
    const name = random("Watched");
    const answer = await server
      .raw({
        method: "POST",
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: { "content-type": "application/json", authorization: `Bearer ${this.token}` },
        body: JSON.stringify({
          query:
            "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }",
          variables: { input: { name } },
        }),
      })
      .then(async (response) => ({
        status: response.status,
        retryAfter: response.headers.get("retry-after"),
        body: await response.json(),
      }))
      .catch(() => null);
    const tookMs = Date.now() - begunAt;
    const { data, errors } = (answer?.body ?? {}) as {
      data?: { createContact: { contact: { id: string } } | null } | null;
      errors?: { extensions: { code: string } }[];
    };
    const id = data?.createContact?.contact.id;
    if (id !== undefined) {
      writes.push(begunAt);
      this.ledger.acknowledge("CONTACT_CREATED", id);
      for (const other of this.seen) if (other.server !== server) await this.mustList(other.server, id);
    }
    const code = id === undefined ? (errors?.[0]?.extensions.code ?? "no answer") : "acknowledged";
    this.ledger.count(`watched writes: ${code}`);
    this.ledger.max("the longest watched write, ms", tookMs);
    if (!["acknowledged", "UNAVAILABLE", "OUTCOME_UNKNOWN"].includes(code))
      this.ledger.breach(`a write was refused with ${code} (status ${answer?.status ?? "none"})`);
    else if (code === "UNAVAILABLE" && (answer?.status !== 503 || answer.retryAfter === null))
      this.ledger.breach(`UNAVAILABLE with status ${answer?.status} and Retry-After ${answer?.retryAfter}`);
  }

  /** What was acknowledged is in the other server's list, which may come from a replica. */
  private async mustList(server: ServerProcess, id: string): Promise<void> {
    const query = "{ contacts(first: 100, orderBy: { field: CREATED_AT, direction: DESC }) { nodes { id } } }";
    const answer = await server.ask(query, {}, this.token).catch(() => null);
    const nodes = answer?.data?.contacts?.nodes as { id: string }[] | undefined;
    this.ledger.count(`watched lists: ${nodes ? "read" : (answer?.errors?.[0]?.extensions.code ?? "no answer")}`);
    const at = nodes?.findIndex((node) => node.id === id) ?? 0;
    if (nodes) this.ledger.max("the place of an acknowledged contact in the other server's list", at + 1);
    if (at === -1) this.ledger.breach("a list lacked an acknowledged contact");
  }

  /** Waits until each server acknowledged a write that began after `since`, and returns how long that took. */
  async untilEachWrites(since: number, limitMs: number): Promise<number> {
    for (;;) {
      const firsts = this.seen.map(({ writes }) => writes.find((at) => at >= since));
      if (firsts.every((at) => at !== undefined)) return Math.max(...firsts.map((at) => (at ?? since) - since));
      if (Date.now() - since > limitMs) return Number.POSITIVE_INFINITY;
      await wait(EVERY_MS);
    }
  }
  async stop(): Promise<void> {
    this.over.abort();
    await Promise.all(this.watching);
  }
}
