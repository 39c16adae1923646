import * as fc from "fast-check";
import Papa from "papaparse";
import { normalizeEmail, normalizeLine, withoutFormulaGuard } from "@gatehouse/shared";
import { WebhookReceiver } from "../services.js";
import { until, type Data, type World } from "../world.js";
import { isWhole, type Operation } from "./operations.js";
import { placesOf, requestTo, type Place } from "./text-places.js";
import { senders, TextWorld, type Sender } from "./text-world.js";
import { worldText } from "./world-texts.js";

/** Texts sent to one place by one sender in a round. */
const OWNERS_TEXTS = 2;
const OTHERS_TEXTS = 1;
/** Rows of one upsert. */
const ROWS = 40;
/** Most of a request's time is waiting. */
const LANES = 6;
/** How long a counterexample is made smaller. */
const SHRINK_MS = 15_000;
/** A firm is used so often: its budgets and its lists have limits. */
const SENT_PER_FIRM = 120;
const SOCKET_MS = 2000;

export interface TextReport {
  seed: number;
  sent: number;
  /** How often each place was sent a text, by each sender. */
  tried: Record<string, number>;
  /** How often a text was accepted at each place. */
  accepted: Record<string, number>;
  /** What must not happen, with the smallest text that was found for it. */
  findings: string[];
}

/** How a text is kept that was accepted, as docs/compatibility.md says. Any other one is kept as a name is. */
const forms: Readonly<Record<string, (text: string) => string | null>> = {
  email: normalizeEmail,
  reason: (text) => text.trim(),
  message: (text) => text.trim(),
  url: (text) => (URL.canParse(text) ? new URL(text).href : null),
  color: (text) => text.trim().toLowerCase(),
};
/** The address that a client must confirm first is not the contact's yet. */
const keptLater = new Set(["changeLoginEmail(input.email)"]);
const formOf = (name: string, text: string): string | null => (forms[name] ?? normalizeLine)(text) || null;

/** Thrown for what must not happen. */
class Finding extends Error {}
const mustBe = (what: string, found: unknown, wanted: unknown) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Finding(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
};

/**
 * Sends texts of every kind to every place of the schema where a caller sends a value, as everybody who may call, until the time is over, at
 * least once each. What is accepted is read back: in the answer, by another query, in the log, its file and the webhooks.
 * The same seed sends the same texts.
 */
export async function fuzzTexts(
  world: World,
  { seconds, seed }: { seconds: number; seed: number },
): Promise<TextReport> {
  const delivered = new Map<string, Data>();
  const receiver = await WebhookReceiver.start(({ body }) => {
    const { event } = (JSON.parse(body) as { data: { event: Data } }).data;
    delivered.set(event.id, event);
    return 204;
  });
  const report: TextReport = { seed, sent: 0, tried: {}, accepted: {}, findings: [] };
  const places = placesOf(world.app.schema);
  const end = performance.now() + seconds * 1000;
  const isOver = () => performance.now() > end;
  const lanes = Array.from(
    { length: LANES },
    () => new TextFuzz(world, { url: `${receiver.url}/kept`, delivered }, report),
  );
  try {
    for (let round = 0; round === 0 || !isOver(); round++)
      await Promise.all(
        lanes.map((lane, at) =>
          lane.round(
            places.filter((_place, index) => index % LANES === at),
            { seed: seed + (round * LANES + at) * 100_003, isOver: () => round > 0 && isOver() },
          ),
        ),
      );
    return report;
  } finally {
    await receiver.stop();
  }
}

/** One of several that send at the same time, each with a firm of its own. */
class TextFuzz {
  private readonly failed = new Set<string>();
  private firm: TextWorld | null = null;
  private sentByFirm = 0;

  constructor(
    private readonly world: World,
    private readonly webhooks: { url: string; delivered: Map<string, Data> },
    private readonly report: TextReport,
  ) {}

  /** Sends to each of the places, with texts of that seed, while there is time. */
  async round(places: readonly Place[], { seed, isOver }: { seed: number; isOver: () => boolean }): Promise<void> {
    for (const [index, place] of places.entries()) {
      if (isOver()) break;
      for (const [n, sender] of senders.entries()) {
        const runs = sender === "owner" ? OWNERS_TEXTS : OTHERS_TEXTS;
        await this.check(`${place.name} as ${sender}`, { seed: seed + index * 17 + n, runs }, (text, isLiteral) =>
          this.tell(place, sender, { text, isLiteral }),
        );
      }
    }
    await this.upsert(seed);
    await this.leaveFirm();
  }

  /** A firm that is whole. */
  private async someFirm(): Promise<TextWorld> {
    if (this.firm && this.sentByFirm >= SENT_PER_FIRM) await this.leaveFirm();
    if (!this.firm) {
      this.sentByFirm = 0;
      this.firm = await TextWorld.found(this.world);
      const input = { url: this.webhooks.url };
      await this.world.mutate(
        "createWebhookEndpoint",
        "CreateWebhookEndpointInput",
        "signingSecret",
        input,
        this.firm.owner,
      );
    }
    this.sentByFirm += 1;
    return this.firm;
  }

  private async check(
    what: string,
    { seed, runs }: { seed: number; runs: number },
    property: (text: string, isLiteral: boolean) => Promise<void>,
  ): Promise<void> {
    if (this.failed.has(what)) return;
    const checked = await fc.check(fc.asyncProperty(worldText, fc.boolean(), property), {
      seed,
      numRuns: runs,
      interruptAfterTimeLimit: SHRINK_MS,
    });
    if (!checked.failed || !checked.counterexample) return;
    this.failed.add(what);
    const error = checked.errorInstance;
    this.report.findings.push(
      `${what}: ${error instanceof Error ? (error instanceof Finding ? error.message : error.stack) : String(error)}, for ${JSON.stringify(checked.counterexample)}`,
    );
  }

  private async tell(
    place: Place,
    sender: Sender,
    { text, isLiteral }: { text: string; isLiteral: boolean },
  ): Promise<void> {
    const firm = await this.someFirm();
    const operation = await requestTo(place, text, { isLiteral, valid: firm.valid(sender) });
    const { report } = this;
    report.sent += 1;
    report.tried[`${place.name} as ${sender}`] = (report.tried[`${place.name} as ${sender}`] ?? 0) + 1;
    const token = firm.tokens[sender];
    if (place.kind === "subscription") return this.subscribe(operation, token);
    const { data, errors } = await this.ask(operation, token);
    if (errors.includes("RATE_LIMITED")) this.sentByFirm = SENT_PER_FIRM;
    const answer: Data = Object.values((data ?? {}) as object)[0];
    const refused = [...(answer?.userErrors ?? []), ...(answer?.results ?? []).flatMap((row: Data) => row.userErrors)];
    if (errors.length > 0 || !answer || refused.length > 0) return undefined;
    report.accepted[place.name] = (report.accepted[place.name] ?? 0) + 1;
    if (place.kind !== "mutation") return undefined;
    try {
      await this.readBack(place, text, { answer, firm });
      await firm.mustOpen(place.name, text, sender);
    } finally {
      await firm.settle(place.name, answer);
      if (!(await firm.isWhole())) this.sentByFirm = SENT_PER_FIRM;
    }
    return undefined;
  }

  /** The answer to a request, whatever it is, and its codes. */
  private async ask(operation: Operation, token: string | undefined): Promise<{ data: Data; errors: string[] }> {
    const response = await this.world.raw({
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(operation),
    });
    const body = await response.text();
    let read: { data?: Data; errors?: { message: string; extensions?: { code?: string } }[] };
    try {
      read = JSON.parse(body) as typeof read;
    } catch {
      throw new Finding(`no JSON: ${body.slice(0, 300)}`);
    }
    const errors = (read.errors ?? []).map(({ extensions }) => extensions?.code ?? "no code");
    const isOurs = errors.some((code) => code === "INTERNAL" || code === "no code" || code === "UNAVAILABLE");
    if (isOurs || response.status >= 500)
      throw new Finding(`${response.status} ${errors.join(" ")} to ${operation.query.slice(0, 200)}`);
    if (errors.includes("GRAPHQL_VALIDATION_FAILED") && isOurOwnFault(read.errors))
      throw new Error(`the fuzz wrote a wrong request: ${body.slice(0, 400)} to ${operation.query}`);
    if (!isWhole(read.data)) throw new Finding(`half a character in the answer: ${body.slice(0, 300)}`);
    return { data: read.data, errors };
  }

  private async subscribe(operation: Operation, token: string | undefined): Promise<void> {
    const client = this.world.socket(token);
    try {
      const said = await new Promise<unknown>((resolve) => {
        const timer = setTimeout(() => resolve(null), SOCKET_MS);
        const end = (outcome: unknown) => {
          clearTimeout(timer);
          resolve(outcome);
        };
        client.on("message", (message) => message.type !== "connection_ack" && end(message));
        client.subscribe(operation as { query: string }, { next: end, error: end, complete: () => end(null) });
        // The server has read it once it answers what comes after it.
        client.subscribe(
          { query: "{ __typename }" },
          { next: () => setTimeout(() => end(null), 20), error: end, complete: () => undefined },
        );
      });
      if (/"INTERNAL"|"code":(?:1011|4500)/.test(JSON.stringify(said)))
        throw new Finding(`on a socket: ${JSON.stringify(said)}`);
    } finally {
      await client.dispose();
    }
  }

  /** What was accepted is kept in its form. */
  private async readBack(
    place: Place,
    text: string,
    { answer, firm }: { answer: Data; firm: TextWorld },
  ): Promise<void> {
    const steps = place.path.filter((step) => step !== "0");
    const name = steps.at(-1) ?? "";
    const wanted = formOf(name, text);
    if (name === "reason") {
      const { data } = await this.world.ask("{ auditEvents(first: 3) { nodes { reason } } }", {}, firm.owner);
      const reasons: Data[] = data.auditEvents.nodes.map(({ reason }: Data) => reason);
      if (!reasons.includes(wanted)) mustBe("the event's reason", reasons, wanted);
    }
    if (keptLater.has(place.name)) return;
    const objects: Data[] = [
      ...Object.values(answer as object),
      ...(answer.results ?? []).map((row: Data) => row.contact),
    ];
    const kept = objects.find(
      (object) => object !== null && typeof object === "object" && name in object && "id" in object,
    );
    if (!kept) return;
    const isList = Array.isArray(kept[name]);
    const valueIn = (object: Data): unknown => (isList ? object[name][0]?.text : object[name]);
    mustBe(`${place.name} answered`, valueIn(kept), wanted);
    const query = `query($id: ID!) { node(id: $id) { ... on ${kept.__typename} { ${name}${isList ? " { text }" : ""} } } }`;
    const { data } = await this.world.ask(query, { id: kept.id }, firm.owner);
    if (data?.node) mustBe(`${place.name} read again`, valueIn(data.node), wanted);
    if (name !== "externalId") return;
    const found = await this.world.ask(
      "query($id: String!) { contact(externalId: $id) { id } }",
      { id: text },
      firm.owner,
    );
    if (wanted !== null) mustBe("the contact with that id", found.data?.contact?.id, kept.id);
  }

  /** Many rows at once: each is kept or refused by itself, and sent again it is the same contact. */
  private async upsert(seed: number): Promise<void> {
    const row = fc.record(
      { name: worldText, organization: worldText, externalId: worldText, email: worldText },
      { requiredKeys: ["name"] },
    );
    const rows = fc.sample(
      fc.oneof({ weight: 1, arbitrary: row }, { weight: 2, arbitrary: row.map((one) => ({ ...one, name: "Ann" })) }),
      {
        seed,
        numRuns: ROWS,
      },
    );
    const firm = await this.someFirm();
    const send = async () => {
      const query = `mutation($input: UpsertContactsInput!) { upsertContacts(input: $input) { outcomes results { contact { id name organization externalId email } userErrors { code field message } } userErrors { message } } }`;
      const { data, errors } = await this.ask({ query, variables: { input: { contacts: rows } } }, firm.tokens.key);
      if (errors.length > 0) throw new Finding(`rows: ${errors.join(" ")}`);
      return data.upsertContacts as { outcomes: (string | null)[]; results: Data[] };
    };
    try {
      const first = await send();
      for (const [at, { contact, userErrors }] of first.results.entries()) {
        if (!contact) {
          if (userErrors.length === 0) throw new Finding(`no reason for ${JSON.stringify(rows[at])}`);
          continue;
        }
        for (const [name, text] of Object.entries(rows[at] ?? {}))
          mustBe(`row ${JSON.stringify(rows[at])}, ${name}`, contact[name], formOf(name, text));
      }
      const again = await send();
      const twice = again.outcomes.flatMap((outcome, at) => {
        const { externalId, email } = rows[at] ?? {};
        const hasKey = formOf("externalId", externalId ?? "") !== null || formOf("email", email ?? "") !== null;
        return outcome === "CREATED" && first.outcomes[at] !== null && hasKey ? [rows[at]] : [];
      });
      mustBe("rows that were created twice", twice, []);
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      this.report.findings.push(`seed ${seed}: ${error.message}`);
    }
  }

  /** The log, its file and the webhooks tell the same of the firm. */
  private async leaveFirm(): Promise<void> {
    const { firm, world } = this;
    const { delivered } = this.webhooks;
    this.firm = null;
    if (!firm) return;
    const owner = await world.ownerToken(firm.firm).catch(() => null);
    // Somebody chose another password.
    if (typeof owner !== "string") return;
    const query = `query($after: String) { auditEvents(first: 100, after: $after) { nodes { id summary reason isErased actorName userAgent } pageInfo { hasNextPage endCursor } } }`;
    const file = await (
      await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${owner}` } })
    ).text();
    const { data: cells, errors } = Papa.parse<Record<string, string>>(file, { header: true, skipEmptyLines: true });
    const rows = new Map(cells.map((row) => [row.Id, row]));
    const events: Data[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data }: Data = await world.ask(query, { after }, owner);
      events.push(...data.auditEvents.nodes);
      after = data.auditEvents.pageInfo.endCursor;
      more = data.auditEvents.pageInfo.hasNextPage;
    }
    const newest = events[0]?.id;
    await until(() => delivered.has(newest));
    try {
      mustBe("faults of the file", errors, []);
      for (const event of events) {
        const row = rows.get(event.id);
        const cell = (name: string) => withoutFormulaGuard(row?.[name] ?? "").replaceAll("\r\n", "\n") || null;
        if (row) {
          mustBe("the file's sentence", cell("What happened"), event.summary);
          mustBe("the file's reason", cell("Reason"), event.reason?.replaceAll("\r\n", "\n") ?? null);
          mustBe("the file's actor", cell("Who"), event.actorName);
        }
        const sent = delivered.get(event.id);
        // A webhook may have had what was erased since.
        if (!sent || event.isErased) continue;
        mustBe("a webhook's reason", sent.reason, event.reason);
        mustBe("a webhook's actor", sent.actorName, event.actorName);
        if (!isWhole(sent)) throw new Finding(`half a character in a webhook: ${JSON.stringify(sent)}`);
      }
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      this.report.findings.push(error.message);
    }
  }
}

/** A text in the place of a number, an enum or a boolean does not fit; anything else is the fuzz's own mistake. */
const isOurOwnFault = (errors: readonly { message: string }[] = []): boolean =>
  errors.some(({ message }) =>
    /Cannot query field|Unknown argument|Unknown type|must have a selection|is required|Unknown fragment/.test(message),
  );
