import { auditEvents, changesBetween, lifetimes, type AuditEventType } from "@gatehouse/shared";
import { isId, newId } from "../../platform/crypto/ids.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { decodeCursor, keyset, pageOf, readPage, type PageArgs } from "../../platform/graphql/pages.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import type { FirmCaller } from "../callers/caller.js";
import { AuditCounter } from "../audit/audit-event.entity.js";
import { firstSeqOf } from "../work/first-event.js";
import { momentFact } from "../work/moment-fact.js";
import { mustFind } from "../work/must-find.js";
import type { Actor, Work } from "../work/unit-of-work.js";
import { Firm } from "../firms/firm.entity.js";
import { AddressRefused, checkAddress, originOf, type AddressPolicy } from "./webhook-address.js";
import { WebhookDelivery, WebhookEndpoint } from "./webhook-endpoint.entity.js";
import { WebhookDeliveryConnection, WebhookDeliveryView, WebhookEndpointView } from "./webhook.results.js";
import { newSigningSecret, webhookSecretPlace } from "./webhook-secret.js";

const ENDPOINTS_PER_FIRM = 10;
const URL_LENGTH = 2000;
const field = ["input", "webhookEndpointId"];

const endpoints = table(WebhookEndpoint);
const DELETE = sql`DELETE FROM ${endpoints} WHERE ${endpoints.id} = ? AND ${endpoints.firmId} = ?`;
const d = table(WebhookDelivery, "d");
const DELIVERIES = select({ ...d }).from`${d} WHERE ${d.endpointId} = ? AND `;
const newestFirst = keyset([
  { by: d.attemptedAt, isDescending: true },
  { by: d.id, isDescending: true },
]);

/** Without what receivers put into paths and queries: it may be a credential. */
const dataOf = ({ id, url }: Pick<WebhookEndpoint, "id" | "url">) => ({ url: originOf(url), webhookEndpointId: id });
const endpointFacts = ({ url, types, disabledAt }: WebhookEndpointView) => ({
  url: originOf(url),
  types,
  disabledAt: momentFact(disabledAt),
});
const deliveryFacts = ({ deliveredThrough, disabledAt }: WebhookEndpointView) => ({
  deliveredThrough,
  disabledAt: momentFact(disabledAt),
});

/** Where integrators want the firm's events sent. */
export class Webhooks {
  constructor(
    private readonly needs: {
      work: Work;
      keys: KeyRing;
      addresses: AddressPolicy;
      /** Makes the dispatcher look for due deliveries. */
      wake(this: void): void;
    },
  ) {}

  /**
   * Sends events from now on; earlier ones are not sent unless they are replayed. The signing secret is in the response
   * and nowhere else in plain text.
   */
  async create(
    caller: FirmCaller,
    input: { url: string; types?: readonly AuditEventType[] | null },
    actor: Actor,
  ): Promise<{ webhookEndpoint: WebhookEndpointView; signingSecret: string }> {
    const types = [...new Set(input.types ?? [])].filter((type) => type in auditEvents);
    if (input.url.length > URL_LENGTH) throw new Refusal("INVALID_INPUT", ["input", "url"]);
    let url: string;
    try {
      url = (await checkAddress(input.url, this.needs.addresses)).href;
    } catch (error) {
      if (!(error instanceof AddressRefused)) throw error;
      throw new Refusal("INVALID_INPUT", ["input", "url"], error.message);
    }
    const signingSecret = newSigningSecret();
    const { firmId } = caller;
    const webhookEndpoint = await this.needs.work.do(async (unit) => {
      // The firm's row is locked, so that parallel calls cannot create an eleventh one.
      await unit.manager.findOne(Firm, { where: { id: firmId }, ...forUpdate(unit.manager) });
      if ((await unit.manager.countBy(WebhookEndpoint, { firmId })) >= ENDPOINTS_PER_FIRM)
        throw new Refusal("INVALID_INPUT", ["input"], `A firm can have ${ENDPOINTS_PER_FIRM} webhook endpoints.`);
      const { lastSeq } = await unit.manager.findOneByOrFail(AuditCounter, { firmId });
      const id = newId("webhookEndpoint", unit.now);
      const row = unit.manager.create(WebhookEndpoint, {
        id,
        firmId,
        url,
        types: types.join(" "),
        deliveredThroughSeq: lastSeq,
        attempts: 0,
        nextAttemptAt: 0,
        encryptedSecret: this.needs.keys.encrypt(signingSecret, webhookSecretPlace(id)),
        previousEncryptedSecret: null,
        previousSecretUntil: null,
        lastFailure: null,
        createdAt: unit.now,
        disabledAt: null,
      });
      await unit.manager.insert(WebhookEndpoint, row);
      const view = WebhookEndpointView.of(row);
      const changes = changesBetween({}, endpointFacts(view));
      unit.record({ type: "WEBHOOK_CREATED", firmId, actor, changes, data: { ...dataOf(row), isShownOnce: true } });
      return view;
    });
    return { webhookEndpoint, signingSecret };
  }

  async delete(caller: FirmCaller, id: string, actor: Actor): Promise<WebhookEndpointView> {
    return this.needs.work.do(async (unit) => {
      const { firmId } = caller;
      const row = await mustFind(unit.manager, WebhookEndpoint, "webhookEndpoint", { id, firmId }, field);
      if ((await unit.affected(DELETE, [id, firmId])) !== 1) throw new Refusal("NOT_FOUND", field);
      const view = WebhookEndpointView.of(row);
      const changes = changesBetween(endpointFacts(view), {});
      unit.record({ type: "WEBHOOK_DELETED", firmId, actor, changes, data: dataOf(row) });
      return view;
    });
  }

  /** Delivers everything after the cursor again, at once; re-enables a disabled endpoint. */
  async replay(caller: FirmCaller, id: string, after: string, actor: Actor): Promise<WebhookEndpointView> {
    const [seq] = decodeCursor("audit", 1, after);
    const { firmId } = caller;
    const view = await this.needs.work.do(async (unit) => {
      const row = await mustFind(unit.manager, WebhookEndpoint, "webhookEndpoint", { id, firmId }, field, {
        lock: "update",
      });
      const { lastSeq } = await unit.manager.findOneByOrFail(AuditCounter, { firmId });
      if (typeof seq !== "number" || seq < 0 || seq > lastSeq)
        throw new Refusal("INVALID_INPUT", ["input", "after"], "This cursor does not belong to the firm's audit log.");
      // Events are deleted only while no endpoint of the firm can move.
      if (seq + 1 < (await firstSeqOf(unit, firmId)))
        throw new Refusal(
          "INVALID_INPUT",
          ["input", "after"],
          "Events after this cursor have been deleted: choose a later one.",
        );
      const anew = { deliveredThroughSeq: seq, attempts: 0, nextAttemptAt: 0, disabledAt: null };
      await unit.manager.update(WebhookEndpoint, { id, firmId }, anew);
      const before = deliveryFacts(WebhookEndpointView.of(row));
      const replayed = WebhookEndpointView.of(Object.assign(row, anew));
      const changes = changesBetween(before, deliveryFacts(replayed));
      unit.record({ type: "WEBHOOK_REPLAYED", firmId, actor, changes, data: dataOf(row) });
      return replayed;
    });
    this.needs.wake();
    return view;
  }

  /**
   * Creates a signing secret, which is in the response and nowhere else in plain text; the previous one counts for
   * another day.
   */
  async rotateSecret(
    caller: FirmCaller,
    id: string,
    actor: Actor,
  ): Promise<{ webhookEndpoint: WebhookEndpointView; signingSecret: string }> {
    const signingSecret = newSigningSecret();
    const { firmId } = caller;
    const webhookEndpoint = await this.needs.work.do(async (unit) => {
      const { manager, now } = unit;
      const row = await mustFind(manager, WebhookEndpoint, "webhookEndpoint", { id, firmId }, field, {
        lock: "update",
      });
      await manager.update(
        WebhookEndpoint,
        { id, firmId },
        {
          encryptedSecret: this.needs.keys.encrypt(signingSecret, webhookSecretPlace(id)),
          previousEncryptedSecret: row.encryptedSecret,
          previousSecretUntil: now + lifetimes.previousWebhookSecret,
        },
      );
      unit.record({ type: "WEBHOOK_SECRET_ROTATED", firmId, actor, data: { ...dataOf(row), isShownOnce: true } });
      return WebhookEndpointView.of(row);
    });
    return { webhookEndpoint, signingSecret };
  }

  /** The attempts at an endpoint that the caller may see, newest first. */
  async deliveries(endpointId: string, args: PageArgs): Promise<WebhookDeliveryConnection> {
    const kind = "webhookDeliveries";
    const page = readPage(args, kind, 2);
    const keys = newestFirst(page);
    const rows = await this.needs.work.unpreparedRows(
      DELIVERIES.plus`${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      [endpointId, ...keys.parameters],
    );
    const found = pageOf(rows, page, kind, ({ attemptedAt, id }) => [attemptedAt, id], WebhookDeliveryView.of);
    return Object.assign(new WebhookDeliveryConnection(), found);
  }

  async list(caller: FirmCaller): Promise<WebhookEndpointView[]> {
    const rows = await this.needs.work.reader.find(WebhookEndpoint, {
      where: { firmId: caller.firmId },
      order: { createdAt: "DESC", id: "DESC" },
    });
    return rows.map((row) => WebhookEndpointView.of(row));
  }

  /** The firm's endpoint with that id, for `node(id:)`. */
  async findNode(caller: FirmCaller, id: string): Promise<WebhookEndpointView | null> {
    if (!isId("webhookEndpoint", id)) return null;
    const row = await this.needs.work.reader.findOneBy(WebhookEndpoint, { id, firmId: caller.firmId });
    return row && WebhookEndpointView.of(row);
  }
}
