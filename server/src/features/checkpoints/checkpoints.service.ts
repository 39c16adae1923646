import { setTimeout } from "node:timers/promises";
import { HOUR_MS } from "@gatehouse/shared";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { publicJwk, type PublicJwk } from "../../platform/crypto/signing-key.js";
import { isSameSecret } from "../../platform/crypto/tokens.js";
import { insertIgnore } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { AuditCounter, AuditSigningKey } from "../audit/audit-event.entity.js";
import { isWhole, lockChain, saveChain, sealWaiting } from "../audit-chain/audit-chain.js";
import { Firm } from "../firms/firm.entity.js";
import { systemActor, type UnitOfWork, type Work } from "../work/unit-of-work.js";
import { CHECKPOINT_PURPOSE, signCheckpoint, type Checkpoint } from "../audit-chain/checkpoint.js";

const c = table(AuditCounter, "c");
const f = table(Firm, "f");
const counters = table(AuditCounter);
const signingKeys = table(AuditSigningKey);
const UNSEALED = select({ firmId: counters.firmId })
  .from`${counters} WHERE ${counters.chainedSeq} < ${counters.lastSeq}`;
/** Firms with events since their last checkpoint, which is an hour old. */
const DUE = select({ firmId: c.firmId }).from`${c} JOIN ${f} ON ${f.id} = ${c.firmId}
  WHERE ${c.lastSeq} > ${c.checkpointSeq} AND COALESCE(${c.checkpointAt}, ${f.createdAt}) <= ?`;
const CHECKPOINTED = sql`UPDATE ${counters} SET ${counters.checkpointSeq} = ?, ${counters.checkpointAt} = ?
  WHERE ${counters.firmId} = ?`;
const KEYS = select({ id: signingKeys.id, publicKey: signingKeys.publicKey, proof: signingKeys.proof })
  .from`${signingKeys} ORDER BY ${signingKeys.createdAt}`;

const RENEW = sql`UPDATE ${signingKeys} SET ${signingKeys.proof} = ? WHERE ${signingKeys.id} = ?`;

/** In one transaction, while which the firm's other acts wait. */
const SEALED_AT_ONCE = 100;

/** Signs the state of firms' logs, so that whoever keeps a checkpoint can tell later whether a log was rewritten. */
export class Checkpoints {
  private isKeyStored = false;

  constructor(private readonly needs: { work: Work; keys: KeyRing }) {}

  /**
   * Signs the log as it is, as an event of its own. Null: events of a server of the version before wait to be sealed, or
   * nothing has happened since the last checkpoint (`onlyIfDue`: in the last hour).
   */
  async sign(firmId: string, { onlyIfDue = false } = {}): Promise<Checkpoint | null> {
    const { work, keys } = this.needs;
    const key = keys.signingKey(CHECKPOINT_PURPOSE);
    return work.do(async (unit) => {
      const state = await lockChain(unit.manager, firmId);
      if (!state || !isWhole(state) || state.chainDigest === null || state.lastSeq === state.checkpointSeq) return null;
      if (onlyIfDue && state.checkpointAt !== null && state.checkpointAt > unit.now - HOUR_MS) return null;
      await this.storeKey(unit, key.jwk);
      const signedAt = new Date(unit.now).toISOString();
      const checkpoint = signCheckpoint(key, { firmId, seq: state.lastSeq, digest: state.chainDigest, signedAt });
      const { firmId: _firmId, ...data } = checkpoint;
      unit.record({ type: "AUDIT_LOG_CHECKPOINT", firmId, actor: systemActor, data });
      await unit.affected(CHECKPOINTED, [state.lastSeq + 1, unit.now, firmId]);
      return checkpoint;
    });
  }

  /** Signs the log as it is, without an event. The log has one at least; those that wait are sealed first. */
  async state(firmId: string): Promise<Checkpoint> {
    const { work, keys } = this.needs;
    while (await this.sealSome(firmId));
    const key = keys.signingKey(CHECKPOINT_PURPOSE);
    const counter = await work.reader.findOneByOrFail(AuditCounter, { firmId });
    if (counter.chainDigest === null) throw new Error("the log has no event to sign");
    if (!this.isKeyStored) await work.do((unit) => this.storeKey(unit, key.jwk));
    const signedAt = new Date(work.clock.now()).toISOString();
    return signCheckpoint(key, { firmId, seq: counter.chainedSeq, digest: counter.chainDigest, signedAt });
  }

  /** Signs for every firm whose turn it is. Stops early when aborted. */
  async signDue(stopping: AbortSignal): Promise<void> {
    const { work } = this.needs;
    const due = await work.unpreparedRows(DUE, [work.clock.now() - HOUR_MS]);
    for (const { firmId } of due) {
      if (stopping.aborted) return;
      await this.sign(firmId, { onlyIfDue: true });
    }
  }

  /**
   * Seals events that servers of the version before have written. After an update that may be a whole log, so a firm's
   * acts get the lock for as long as this had it. Stops early when aborted.
   */
  async sealAll(stopping: AbortSignal): Promise<void> {
    for (const { firmId } of await this.needs.work.unpreparedRows(UNSEALED, []))
      for (let isLeft = true; isLeft && !stopping.aborted;) {
        const beganAt = performance.now();
        isLeft = await this.sealSome(firmId);
        if (isLeft) await setTimeout(performance.now() - beganAt);
      }
  }

  /** Whether some are left. */
  private sealSome(firmId: string): Promise<boolean> {
    return this.needs.work.do(async (unit) => {
      const found = await lockChain(unit.manager, firmId);
      if (!found || isWhole(found)) return false;
      const { state, sealed } = await sealWaiting(unit.manager, firmId, found, SEALED_AT_ONCE);
      await saveChain(unit.manager, firmId, state);
      if (sealed) unit.record({ type: "AUDIT_LOG_SEALED", firmId, actor: systemActor, data: sealed });
      return !isWhole(state);
    });
  }

  /** Every key that has signed a checkpoint here or may sign one: the active one first. */
  async publicKeys(): Promise<PublicJwk[]> {
    const { work, keys } = this.needs;
    const own = keys.ids.map((id) => keys.signingKey(CHECKPOINT_PURPOSE, id).jwk);
    const stored = (await work.unpreparedRows(KEYS, []))
      .filter(({ publicKey, proof }) => this.isOurs(publicKey, proof))
      .map(({ publicKey }) => publicJwk(publicKey));
    return [...own, ...stored.filter(({ kid }) => !own.some((key) => key.kid === kid))];
  }

  /**
   * Proves the stored keys by the active key of SECRET_KEYS, so that they stay known after the key that proved them
   * before is gone.
   */
  async renewProofs(): Promise<void> {
    const { work, keys } = this.needs;
    for (const { id, publicKey, proof } of await work.unpreparedRows(KEYS, []))
      if (this.isOurs(publicKey, proof) && !proof.startsWith(`${keys.activeId}.`))
        await work.do((unit) => unit.affected(RENEW, [this.proofOf(publicKey, keys.activeId), id]));
  }

  private proofOf(publicKey: string, keyId: string): string {
    return `${keyId}.${this.needs.keys.hmac(publicKey, "audit signing key", keyId)}`;
  }
  private isOurs(publicKey: string, proof: string): boolean {
    const [keyId = ""] = proof.split(".");
    return this.needs.keys.ids.includes(keyId) && isSameSecret(proof, this.proofOf(publicKey, keyId));
  }

  /** A key stays known after it has left SECRET_KEYS. */
  private async storeKey(unit: UnitOfWork, { kid, x }: PublicJwk): Promise<void> {
    if (this.isKeyStored) return;
    await unit.affected(
      sql`${insertIgnore(unit.manager)} ${signingKeys} (${signingKeys.id}, ${signingKeys.publicKey}, ${signingKeys.proof}, ${signingKeys.createdAt}) VALUES (?, ?, ?, ?)`,
      [kid, x, this.proofOf(x, this.needs.keys.activeId), unit.now],
    );
    unit.afterCommit(() => (this.isKeyStored = true));
  }
}
