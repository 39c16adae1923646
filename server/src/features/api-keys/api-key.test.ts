import { randomBytes } from "node:crypto";
import { beforeAll, expect, it } from "@jest/globals";
import type { DataSource } from "typeorm";
import { insertFirm } from "../firms/insert-firm.js";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import type { TeamCaller } from "../callers/caller.js";
import { checkAccess } from "../access/access-rule.js";
import { systemActor, Work } from "../work/unit-of-work.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { ApiKey } from "./api-key.entity.js";
import { API_KEY_LIFETIME_MS, ApiKeys } from "./api-keys.service.js";
import { IdempotencyKeys } from "../idempotency/idempotency.js";
import { portalLinks } from "../work/portal-links.js";

describeOnDatabases("API keys", (database) => {
  let time = Date.now();
  let dataSource: DataSource;
  let work: Work;
  let service: ApiKeys;
  let idempotency: IdempotencyKeys;
  let firms: string[];
  const owner = (firmId: string): TeamCaller => ({
    kind: "TEAM_MEMBER",
    firmId,
    memberId: "mem_1",
    name: "Olive",
    email: "o@oak.example",
    role: "OWNER",
    sessionId: "ses_1",
    authenticatedAt: time,
  });
  const make = (firmId = firms[0] ?? "") =>
    service.create(owner(firmId), { name: "Sync", scopes: ["CONTACTS_READ", "AUDIT_READ"] }, systemActor);

  beforeAll(async () => {
    dataSource = await database.open();
    work = new Work({
      dataSource,
      clock: { now: () => time },
      enqueueMail: async () => undefined,
      links: () => portalLinks("http://localhost"),
      onEvents: () => undefined,
      onMail: () => undefined,
    });
    service = new ApiKeys({ work, log: createLog("silent") });
    idempotency = new IdempotencyKeys({ work, keys: new KeyRing([{ id: "k1", key: randomBytes(32) }]) });
    firms = await work.do(async (unit) => [
      (await insertFirm(unit, { slug: "oak", name: "Oak", plan: "TEAM" })).id,
      (await insertFirm(unit, { slug: "elm", name: "Elm", plan: "TEAM" })).id,
    ]);
  });

  it("a key belongs to its firm, has its scopes and is stored only as a digest", async () => {
    const { token, apiKey } = await make();
    expect(token.startsWith(`${apiKey.prefix}_`)).toBe(true);
    const caller = await service.authenticate(token);
    expect(caller).toMatchObject({ firmId: firms[0], keyId: apiKey.id, scopes: ["CONTACTS_READ", "AUDIT_READ"] });
    if (!caller) throw new Error("no caller");
    expect(() => checkAccess({ key: "CONTACTS_WRITE" }, caller)).toThrow("the scope CONTACTS_WRITE");
    expect(() => checkAccess({ team: "write" }, caller)).toThrow("a signed-in person");
    expect(JSON.stringify(await work.reader.find(ApiKey))).not.toContain(token.slice(13));
    expect(await work.reader.countBy(AuditEvent, { type: "API_KEY_CREATED" })).toBe(1);
  });

  it("a prefix alone, a wrong secret, another key's secret and a wrong prefix are all anonymous", async () => {
    const { token, apiKey } = await make();
    const other = await make();
    for (const wrong of [
      apiKey.prefix,
      `${apiKey.prefix}_`,
      `${token}x`,
      token.slice(0, -1),
      "",
      `${apiKey.prefix}_${"a".repeat(43)}`,
      apiKey.prefix + other.token.slice(12),
      `ghk_00000000${token.slice(12)}`,
    ])
      expect(await service.authenticate(wrong)).toBeNull();
  });

  it("is refused from its expiry on, and from its revocation on", async () => {
    const { token, apiKey } = await make();
    await expect(service.revoke(owner(firms[1] ?? ""), apiKey.id, systemActor)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await service.authenticate(token)).not.toBeNull();
    await service.revoke(owner(firms[0] ?? ""), apiKey.id, systemActor);
    await service.revoke(owner(firms[0] ?? ""), apiKey.id, systemActor);
    expect(await service.authenticate(token)).toBeNull();
    expect(await work.reader.countBy(AuditEvent, { type: "API_KEY_REVOKED" })).toBe(1);
    const late = await make();
    time += API_KEY_LIFETIME_MS;
    expect(await service.authenticate(late.token)).toBeNull();
  });

  it("its last use is written once a minute", async () => {
    const { token, apiKey } = await make();
    const lastUse = async () => {
      await service.authenticate(token);
      await service.settle();
      return (await work.reader.findOneByOrFail(ApiKey, { id: apiKey.id })).lastUsedAt;
    };
    const first = time;
    expect(await lastUse()).toBe(first);
    time += 59_000;
    expect(await lastUse()).toBe(first);
    time += 1000;
    expect(await lastUse()).toBe(first + 60_000);
  });

  it("needs a fresh sign-in, at least one scope, each once, and an expiry within a year", async () => {
    const stale = { ...owner(firms[0] ?? ""), authenticatedAt: time - 601_000 };
    const wish = { name: "Sync", scopes: ["AUDIT_READ"] as const };
    await expect(service.create(stale, wish, systemActor)).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
    for (const wrong of [
      { scopes: [] },
      { scopes: ["AUDIT_READ", "AUDIT_READ"] as const },
      { name: "  " },
      { expiresAt: time },
      { expiresAt: time + API_KEY_LIFETIME_MS + 1 },
    ])
      await expect(service.create(owner(firms[0] ?? ""), { ...wish, ...wrong }, systemActor)).rejects.toMatchObject({
        code: "INVALID_INPUT",
      });
  });

  it("of parallel requests with one Idempotency-Key one runs; its response is repeated for a day, only to its caller", async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, () => idempotency.claim("key 1", "abc", "body")));
    const [claimed, ...more] = claims.filter(({ kind }) => kind === "CLAIMED");
    expect(more).toEqual([]);
    expect(claims.filter(({ kind }) => kind === "IN_USE")).toHaveLength(9);
    if (claimed?.kind !== "CLAIMED") throw new Error("not claimed");
    await idempotency.keep(claimed, { data: { name: "Maya Canary" } });
    expect(await idempotency.claim("key 1", "abc", "body")).toEqual({
      kind: "REPLAY",
      answer: { data: { name: "Maya Canary" } },
    });
    expect(await idempotency.claim("key 1", "abc", "other")).toEqual({ kind: "REUSED" });
    const other = await idempotency.claim("key 2", "abc", "other");
    expect(other.kind).toBe("CLAIMED");
    if (other.kind === "CLAIMED") await idempotency.release(other);
    expect((await idempotency.claim("key 2", "abc", "body")).kind).toBe("CLAIMED");
    expect(JSON.stringify(await dataSource.query("SELECT * FROM idempotency_records"))).not.toContain("Canary");
    time += 24 * 3_600_000;
    expect((await idempotency.claim("key 1", "abc", "other")).kind).toBe("CLAIMED");
  });
});
