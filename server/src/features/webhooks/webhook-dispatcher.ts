import { isNativeError } from "node:util/types";
import { IsNull, MoreThan } from "typeorm";
import { changesBetween, type AuditEventType } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { select, table } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { inSpan, type Tracing } from "../../platform/tracing/tracing.js";
import { whenAborted, Worker } from "../../platform/worker.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { momentFact } from "../work/moment-fact.js";
import { systemActor, type UnitOfWork, type Work } from "../work/unit-of-work.js";
import { waitAfterFailure } from "./retry-schedule.js";
import { WebhookDelivery, WebhookEndpoint } from "./webhook-endpoint.entity.js";
import { webhookBody } from "./webhook-payload.js";
import { originOf, type AddressPolicy } from "./webhook-address.js";
import { postOnce } from "./webhook-request.js";
import { signatureOf, webhookSecretPlace } from "./webhook-secret.js";

/** Longer than a delivery may take: the longest that a dead instance can hold up an endpoint. */
const LEASE_MS = 30_000;
const POLL_MS = 1000;
/** Events read at once for one endpoint. */
const BATCH = 50;
/**
 * How many endpoints one instance serves at the same time, and how many of these may be ones whose last delivery
 * failed.
 */
const AT_ONCE = 1000;
const FAILING_AT_ONCE = 200;
/** How many endpoints one look starts, so that the database has time for others. */
const BEGUN_AT_ONCE = 200;
const GONE = 410;

const w = table(WebhookEndpoint, "w");
const c = table(AuditCounter, "c");
const p = table(SecurityPolicy, "p");
/** Those of disabled firms wait. */
const DUE = select({ id: w.id, attempts: w.attempts })
  .from`${w} JOIN ${c} ON ${c.firmId} = ${w.firmId} JOIN ${p} ON ${p.firmId} = ${w.firmId}
  WHERE ${w.disabledAt} IS NULL AND ${p.firmDisabledAt} IS NULL AND ${w.nextAttemptAt} <= ? AND ${w.deliveredThroughSeq} < ${c.lastSeq}
  ORDER BY CASE WHEN ${w.attempts} = 0 THEN 0 ELSE 1 END, ${w.nextAttemptAt} LIMIT ${BEGUN_AT_ONCE}`;

/** Why an attempt failed. A connection refused at each of a name's addresses has no message, only a code. */
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return "unknown reason";
  if (error.message !== "") return error.message;
  return "code" in error && typeof error.code === "string" ? error.code : "unknown reason";
}

export interface DispatcherNeeds {
  work: Work;
  keys: KeyRing;
  log: Log;
  addresses: AddressPolicy;
  tracing?: Tracing | null;
  /** Counts an attempt, and how long it took in seconds. */
  count?(outcome: "delivered" | "failed" | "disabled", seconds: number): void;
}

/**
 * Delivers the event log to each endpoint, in order and at least once. An endpoint's cursor moves only after its
 * receiver has answered 2xx, so a crash repeats a delivery and loses none. `nextAttemptAt` is also the lease: the
 * instance that moved it forward delivers, and may move the cursor only while it still has that value. Endpoints never
 * wait for each other: dead ones, each of which takes the whole timeout, are retried in separate slots.
 */
export class WebhookDispatcher {
  private readonly busy = new Map<string, Promise<void>>();
  /** The busy endpoints whose last delivery failed. */
  private readonly failing = new Set<string>();
  /** Aborted when deliveries may take no longer. */
  private readonly cut = new AbortController();
  private readonly worker: Worker;

  constructor(private readonly needs: DispatcherNeeds) {
    this.worker = new Worker({
      look: () => this.look(),
      onError: (error) => needs.log.error({ err: error }, "looking for webhooks to deliver failed"),
      everyMs: POLL_MS,
    });
  }

  start(): void {
    this.worker.start();
  }
  /** Waits until the deadline for deliveries in progress, then aborts them; the next instance repeats those. */
  async stop(deadline: AbortSignal): Promise<void> {
    whenAborted(deadline, () => this.cut.abort());
    await this.worker.stop();
    await Promise.all(this.busy.values());
  }

  /** Announces that there may be new events: look now, not at the next poll. */
  wake(): void {
    this.worker.wake();
  }

  /** Looks once, and waits until everything that was due has been delivered or has failed. */
  async runOnce(): Promise<void> {
    await this.look();
    await Promise.all(this.busy.values());
  }

  private async look(): Promise<void> {
    const due = await this.needs.work.unpreparedRows(DUE, [this.needs.work.clock.now()]);
    for (const { id, attempts } of due) {
      if (this.busy.has(id) || this.busy.size >= AT_ONCE || this.worker.stopping.aborted) continue;
      const isFailing = attempts > 0;
      if (isFailing && this.failing.size >= FAILING_AT_ONCE) continue;
      if (isFailing) this.failing.add(id);
      const serving = this.serve(id)
        .catch((error: unknown) =>
          this.needs.log.error({ err: error, endpoint: id }, "a webhook endpoint was not served"),
        )
        .finally(() => {
          this.busy.delete(id);
          this.failing.delete(id);
        });
      this.busy.set(id, serving);
    }
  }

  /** Delivers to one endpoint until it is up to date, fails, or belongs to another instance. */
  private async serve(id: string): Promise<void> {
    while (!this.worker.stopping.aborted) {
      const endpoint = await this.claim(id);
      if (!endpoint) return;
      const events = await this.needs.work.reader.find(AuditEvent, {
        where: { firmId: endpoint.firmId, seq: MoreThan(endpoint.deliveredThroughSeq) },
        order: { seq: "ASC" },
        take: BATCH,
      });
      const wanted = new Set(endpoint.types === "" ? [] : endpoint.types.split(" "));
      const isWanted = (type: AuditEventType) => wanted.size === 0 || wanted.has(type);
      const next = events.find(({ type }) => isWanted(type));
      const last = events.at(-1);
      if (!next) {
        // None of these events is wanted; if there may be more, continue.
        await this.settle(endpoint, {
          deliveredThroughSeq: last?.seq ?? endpoint.deliveredThroughSeq,
          nextAttemptAt: 0,
        });
        if (events.length < BATCH) return;
      } else if (!(await this.deliver(endpoint, next))) return;
    }
  }

  /** Claims the endpoint for the length of one delivery; null if it is not due, or another instance has it. */
  private async claim(id: string): Promise<WebhookEndpoint | null> {
    return this.needs.work.do(async ({ manager, now }) => {
      const endpoint = await manager.findOneBy(WebhookEndpoint, { id });
      if (!endpoint || endpoint.disabledAt !== null || endpoint.nextAttemptAt > now) return null;
      const isFirmOpen = await manager.existsBy(SecurityPolicy, { firmId: endpoint.firmId, firmDisabledAt: IsNull() });
      if (!isFirmOpen) return null;
      const lease = now + LEASE_MS;
      const taken = await manager.update(
        WebhookEndpoint,
        { id, nextAttemptAt: endpoint.nextAttemptAt, deliveredThroughSeq: endpoint.deliveredThroughSeq },
        { nextAttemptAt: lease },
      );
      return taken.affected === 1 ? Object.assign(endpoint, { nextAttemptAt: lease }) : null;
    });
  }

  private async deliver(endpoint: WebhookEndpoint, event: AuditEvent): Promise<boolean> {
    const { work, addresses } = this.needs;
    const attemptedAt = work.clock.now();
    const body = await webhookBody(work.reader, event, attemptedAt);
    const started = performance.now();
    // The time of this attempt, so that receivers can refuse recorded requests that are sent again.
    const timestamp = Math.floor(attemptedAt / 1000);
    let responseStatus: number | null = null;
    let failure: string | null = null;
    try {
      responseStatus = await inSpan(
        this.needs.tracing ?? null,
        "webhook",
        { "http.request.method": "POST", "gatehouse.endpoint": endpoint.id, "gatehouse.event_id": event.id },
        async (span) => {
          const status = await postOnce(
            endpoint.url,
            {
              "webhook-id": event.id,
              "webhook-timestamp": timestamp.toString(),
              "webhook-signature": this.secretsOf(endpoint, attemptedAt)
                .map((secret) => signatureOf(secret, event.id, timestamp, body))
                .join(" "),
              ...(span ? { traceparent: span.traceparent } : {}),
            },
            body,
            addresses,
            this.cut.signal,
          );
          span?.set({ "http.response.status_code": status });
          return status;
        },
      );
      if (responseStatus < 200 || responseStatus > 299) failure = `The receiver answered ${responseStatus}.`;
    } catch (error) {
      if (this.cut.signal.aborted) {
        await this.settle(endpoint, { nextAttemptAt: 0 });
        return false;
      }
      failure = `The delivery failed: ${reasonOf(error)}`.slice(0, 500);
    }
    const seconds = (performance.now() - started) / 1000;
    const attempt = endpoint.attempts + 1;
    const wait = failure === null || responseStatus === GONE ? null : waitAfterFailure(attempt, Math.random());
    const nextAttemptAt = wait === null ? null : work.clock.now() + wait;
    const delivery = work.reader.create(WebhookDelivery, {
      id: newId("webhookDelivery", attemptedAt),
      endpointId: endpoint.id,
      eventId: event.id,
      eventSeq: event.seq,
      eventType: event.type,
      attempt,
      attemptedAt,
      durationMs: Math.round(seconds * 1000),
      isDelivered: failure === null,
      responseStatus,
      failure,
      nextAttemptAt,
    });
    this.needs.count?.(failure === null ? "delivered" : nextAttemptAt === null ? "disabled" : "failed", seconds);
    if (failure !== null)
      this.needs.log.warn(
        { endpoint: endpoint.id, eventId: event.id, attempt, responseStatus, failure },
        nextAttemptAt === null ? "a webhook was disabled" : "a webhook was not delivered and will be retried",
      );
    else this.needs.log.debug({ endpoint: endpoint.id, eventId: event.id, attempt }, "a webhook was delivered");
    if (failure === null) {
      const outcome = { deliveredThroughSeq: event.seq, attempts: 0, nextAttemptAt: 0, lastFailure: null };
      return this.settle(endpoint, outcome, delivery);
    }
    if (nextAttemptAt === null) await this.disable(endpoint, failure, delivery);
    else await this.settle(endpoint, { attempts: attempt, nextAttemptAt, lastFailure: failure }, delivery);
    return false;
  }

  /** The signing secrets in force, newest first: for a day after a rotation the previous one still counts. */
  private secretsOf(endpoint: WebhookEndpoint, now: number): string[] {
    const { encryptedSecret, previousEncryptedSecret, previousSecretUntil } = endpoint;
    const isPreviousInForce = previousEncryptedSecret !== null && (previousSecretUntil ?? 0) > now;
    return [encryptedSecret, ...(isPreviousInForce ? [previousEncryptedSecret] : [])].map((encrypted) =>
      this.needs.keys.decrypt(encrypted, webhookSecretPlace(endpoint.id)),
    );
  }

  /** Writes the outcome, unless the lease was lost: then another instance delivers, or the owner asked for a replay. */
  private settle(
    endpoint: WebhookEndpoint,
    outcome: Partial<Pick<WebhookEndpoint, "deliveredThroughSeq" | "attempts" | "nextAttemptAt" | "lastFailure">>,
    delivery?: WebhookDelivery,
  ): Promise<boolean> {
    return this.needs.work.do(async (unit) => {
      const held = { id: endpoint.id, nextAttemptAt: endpoint.nextAttemptAt };
      const { affected } = await unit.manager.update(WebhookEndpoint, held, outcome);
      if (delivery) await this.saveOutcome(unit, delivery);
      return affected === 1;
    });
  }

  /** Sends no more until a replay is requested; the log keeps what was not delivered. */
  private async disable(endpoint: WebhookEndpoint, failure: string, delivery: WebhookDelivery): Promise<void> {
    const { id, firmId, url, nextAttemptAt } = endpoint;
    await this.needs.work.do(async (unit) => {
      const { affected } = await unit.manager.update(
        WebhookEndpoint,
        { id, nextAttemptAt },
        { disabledAt: unit.now, lastFailure: failure, attempts: delivery.attempt },
      );
      await this.saveOutcome(unit, delivery);
      if (affected === 1)
        unit.record({
          type: "WEBHOOK_DISABLED",
          firmId,
          actor: systemActor,
          changes: changesBetween({ disabledAt: null }, { disabledAt: momentFact(unit.now) }),
          data: { url: originOf(url), webhookEndpointId: id },
        });
    });
  }

  /** The attempt happened, even if the lease was lost; only a deleted endpoint no longer has a log. */
  private async saveOutcome({ manager }: UnitOfWork, delivery: WebhookDelivery): Promise<void> {
    if (await manager.existsBy(WebhookEndpoint, { id: delivery.endpointId }))
      await manager.insert(WebhookDelivery, delivery);
  }
}
