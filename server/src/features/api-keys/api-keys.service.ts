import { randomBytes, timingSafeEqual } from "node:crypto";
import type { ApiScope } from "@gatehouse/shared";
import { DAY_MS, MINUTE_MS, changesBetween } from "@gatehouse/shared";
import { isId, newId } from "../../platform/crypto/ids.js";
import { digestOf } from "../../platform/crypto/tokens.js";
import { placeholders, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Log } from "../../platform/log.js";
import type { FirmCaller, KeyCaller, TeamCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { readName } from "../../platform/graphql/input-texts.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import { mustFind } from "../work/must-find.js";
import { momentFact } from "../work/moment-fact.js";
import type { Actor, Work } from "../work/unit-of-work.js";
import { ApiKey } from "./api-key.entity.js";
import { ApiKeyView, readScopes } from "./api-key.results.js";

/** OWASP ASVS 14.2: every key expires. */
export const API_KEY_LIFETIME_MS = 365 * DAY_MS;
/** `lastUsedAt` is updated at most this often. */
const TOUCH_EVERY_MS = MINUTE_MS;
/** The most keys that the list shows: the newest. */
const LISTED = 500;
const TOKEN = /^(ghk_[0-9a-z]{8})_[\w-]{43}$/;
const PREFIX_LETTERS = "0123456789abcdefghijklmnopqrstuv";
/** Compared if no key has the prefix, so that a wrong prefix takes as long as a wrong secret. */
const NOBODYS_DIGEST = digestOf("no key has this digest");

export interface NewApiKey {
  name: string;
  scopes: readonly ApiScope[];
  expiresAt?: number | null;
}

const keys = table(ApiKey);
const k = table(ApiKey, "k");
const p = table(SecurityPolicy, "p");
const FACTS = {
  id: k.id,
  firmId: k.firmId,
  name: k.name,
  scopes: k.scopes,
  tokenDigest: k.tokenDigest,
  expiresAt: k.expiresAt,
  lastUsedAt: k.lastUsedAt,
  revokedAt: k.revokedAt,
  firmDisabledAt: p.firmDisabledAt,
};
const KEYS = select(FACTS).from`${k} JOIN ${p} ON ${p.firmId} = ${k.firmId} WHERE `;
const OF_PREFIX = KEYS.plus`${k.prefix} = ?`;
const isLiveAt = (row: RowOf<typeof KEYS>, now: number): boolean =>
  row.revokedAt === null && row.firmDisabledAt === null && (row.expiresAt === null || row.expiresAt > now);
const REVOKE = sql`UPDATE ${keys} SET ${keys.revokedAt} = ? WHERE ${keys.id} = ? AND ${keys.firmId} = ? AND ${keys.revokedAt} IS NULL`;
const TOUCH = sql`UPDATE ${keys} SET ${keys.lastUsedAt} = ? WHERE ${keys.id} = ? AND (${keys.lastUsedAt} IS NULL OR ${keys.lastUsedAt} <= ?)`;

/** Integrators' keys: created by people, shown once, checked at every use. */
export class ApiKeys {
  private readonly touches = new Set<Promise<unknown>>();

  constructor(private readonly needs: { work: Work; log: Log }) {}

  /** Creates a key. Its token is in the response and nowhere else. Refuses with STEP_UP_REQUIRED or INVALID_INPUT. */
  async create(caller: TeamCaller, input: NewApiKey, actor: Actor): Promise<{ apiKey: ApiKeyView; token: string }> {
    mustBeFresh(caller, this.needs.work.clock.now());
    const name = readName(input.name);
    const scopes = [...new Set(input.scopes)];
    if (scopes.length === 0 || scopes.length !== input.scopes.length)
      throw new Refusal("INVALID_INPUT", ["input", "scopes"], "Choose at least one scope, each once.");
    const now = this.needs.work.clock.now();
    const expiresAt = input.expiresAt ?? now + API_KEY_LIFETIME_MS;
    if (expiresAt <= now || expiresAt > now + API_KEY_LIFETIME_MS)
      throw new Refusal("INVALID_INPUT", ["input", "expiresAt"], "The key must expire within the next year.");

    const prefix = `ghk_${Array.from(randomBytes(8), (byte) => PREFIX_LETTERS[byte % 32]).join("")}`;
    const token = `${prefix}_${randomBytes(32).toString("base64url")}`;
    const apiKey = await this.needs.work.do(async (unit) => {
      const row = unit.manager.create(ApiKey, {
        id: newId("apiKey", unit.now),
        firmId: caller.firmId,
        name,
        prefix,
        expiresAt,
        tokenDigest: digestOf(token),
        scopes: scopes.join(" "),
        createdAt: unit.now,
        lastUsedAt: null,
        revokedAt: null,
      });
      await unit.manager.insert(ApiKey, row);
      const view = ApiKeyView.of(row);
      unit.record({
        type: "API_KEY_CREATED",
        firmId: caller.firmId,
        actor,
        changes: changesBetween({}, { name, prefix, scopes: view.scopes, expiresAt: momentFact(expiresAt) }),
        data: { name, scopes, apiKeyId: row.id, isShownOnce: true },
      });
      return view;
    });
    return { apiKey, token };
  }

  /**
   * From the commit on every operation with the key is refused, and so is the next event on its sockets. Revoking it
   * again succeeds.
   */
  async revoke(caller: TeamCaller, apiKeyId: string, actor: Actor): Promise<ApiKeyView> {
    const { firmId } = caller;
    const field = ["input", "apiKeyId"];
    return this.needs.work.do(async (unit) => {
      const row = await mustFind(unit.manager, ApiKey, "apiKey", { id: apiKeyId, firmId }, field, { lock: "update" });
      if ((await unit.affected(REVOKE, [unit.now, apiKeyId, firmId])) === 1) {
        row.revokedAt = unit.now;
        const changes = changesBetween({ revokedAt: null }, { revokedAt: momentFact(unit.now) });
        const data = { name: row.name, apiKeyId };
        unit.record({ type: "API_KEY_REVOKED", firmId, actor, changes, data });
      }
      return ApiKeyView.of(row);
    });
  }

  /** The firm's keys, newest first, including revoked and expired ones. */
  async list(caller: FirmCaller): Promise<ApiKeyView[]> {
    const rows = await this.needs.work.reader.find(ApiKey, {
      where: { firmId: caller.firmId },
      order: { createdAt: "DESC", id: "DESC" },
      take: LISTED,
    });
    return rows.map((row) => ApiKeyView.of(row));
  }

  /** The firm's key with that id, for `node(id:)`. */
  async findNode(caller: FirmCaller, id: string): Promise<ApiKeyView | null> {
    if (!isId("apiKey", id)) return null;
    const row = await this.needs.work.reader.findOneBy(ApiKey, { id, firmId: caller.firmId });
    return row && ApiKeyView.of(row);
  }

  /** The key of a caller who has just been authenticated by it, for `viewer`. */
  async ofId(keyId: string): Promise<ApiKeyView | null> {
    const row = await this.needs.work.reader.findOneBy(ApiKey, { id: keyId });
    return row && ApiKeyView.of(row);
  }

  /**
   * Who calls with this token; null if it is not a valid key. Wrong prefix, wrong secret, expired and revoked take the
   * same steps: one query by the public prefix, one comparison of digests in constant time, then the decision.
   */
  async authenticate(token: string): Promise<KeyCaller | null> {
    const prefix = TOKEN.exec(token)?.[1];
    if (prefix === undefined) return null;
    const given = digestOf(token);
    const [row] = await this.needs.work.rows(OF_PREFIX, [prefix]);
    const isRight = timingSafeEqual(Buffer.from(given), Buffer.from(row?.tokenDigest ?? NOBODYS_DIGEST));
    const now = this.needs.work.clock.now();
    if (!isRight || row === undefined || !isLiveAt(row, now)) return null;
    if (row.lastUsedAt === null || row.lastUsedAt + TOUCH_EVERY_MS <= now) this.touch(row.id, now);
    return {
      kind: "API_KEY",
      firmId: row.firmId,
      keyId: row.id,
      name: row.name,
      scopes: readScopes(row.scopes),
    };
  }

  /** For open sockets: the keys that are still valid, in one statement. */
  async recheck(keyIds: string[]): Promise<Map<string, KeyCaller>> {
    if (keyIds.length === 0) return new Map();
    const now = this.needs.work.clock.now();
    const rows = await this.needs.work.unpreparedRows(KEYS.plus`${k.id} IN (${placeholders(keyIds.length)})`, keyIds);
    return new Map(
      rows
        .filter((row) => isLiveAt(row, now))
        .map(({ id, firmId, name, scopes }) => [
          id,
          { kind: "API_KEY", firmId, keyId: id, name, scopes: readScopes(scopes) },
        ]),
    );
  }

  /** Waits until the last uses are written; call it before the database closes. */
  async settle(): Promise<void> {
    await Promise.all(this.touches);
  }

  /** Outside the request's path: an operation neither waits for it nor fails because of it. */
  private touch(keyId: string, now: number): void {
    const touch = this.needs.work
      .do((unit) => unit.affected(TOUCH, [now, keyId, now - TOUCH_EVERY_MS]))
      .catch((error: unknown) => this.needs.log.warn({ err: error }, "the last use of an API key was not written"))
      .finally(() => this.touches.delete(touch));
    this.touches.add(touch);
  }
}
