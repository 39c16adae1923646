import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { serverAddress } from "../../platform/database/database-address.js";
import { canReplicate, listReadsDuring, Replication, type ReplicatedKind } from "../../testing/replication.js";
import { until, World, type Data } from "../../testing/world.js";

const LIST = "{ contacts(first: 20) { nodes { id name } totalCount } }";
const SEARCH =
  "query($search: String!) { contacts(first: 20, filter: { search: $search }) { nodes { name } totalCount } }";
const STATS = "{ firm { portalStats { contacts } } }";
const TREND = "{ firm { portalTrend(days: 3) { invitesSent } } }";
const LOG = "{ auditEvents(first: 5) { nodes { type } } }";
const UNLINKED = "{ unlinkedPortalAccounts(first: 5) { nodes { id } totalCount } }";

const kinds: ReplicatedKind[] = ["mariadb", "mysql"];
for (const kind of kinds)
  (canReplicate(kind) ? describe : describe.skip)(`lists from a read replica (${kind})`, () => {
    let pair: Replication;
    let world: World;
    let firm: Awaited<ReturnType<World["firm"]>>;
    let owner: string;
    beforeAll(async () => {
      pair = await Replication.start(kind);
      world = await World.start(pair.url, { databaseReplica: serverAddress(pair.replicaUrl) });
      firm = await world.firm();
      owner = await world.ownerToken(firm);
      await world.contact(owner, "Ada Zimmer");
      await untilUsed();
    }, 300_000);
    // Also after a failure.
    afterEach(() => pair.resume());
    afterAll(async () => {
      await world?.stop();
      await pair?.stop();
    }, 60_000);

    const answeredDuring = (run: () => Promise<unknown>) => listReadsDuring(world, run);
    async function untilUsed(of = world, token = owner): Promise<void> {
      await pair.untilCaughtUp();
      await until(async () => "replica current" in (await listReadsDuring(of, () => of.ask(LIST, {}, token))));
    }
    const names = async (token = owner): Promise<string[]> => {
      const { data, errors } = await world.ask(LIST, {}, token);
      expect(errors).toBeUndefined();
      return data.contacts.nodes.map(({ name }: { name: string }) => name);
    };
    const codeOf = async (query: string, token: string): Promise<string | undefined> =>
      (await world.ask(query, {}, token)).errors?.[0]?.extensions.code;

    it("the list, its count, a search, the log, its export and reports come from a replica that has everything", async () => {
      await pair.untilCaughtUp();
      const asked: [query: string, reads: number][] = [
        [LIST, 2],
        [LOG, 1],
        [STATS, 1],
        [TREND, 1],
        [UNLINKED, 2],
      ];
      for (const [query, reads] of asked)
        expect([query, await answeredDuring(() => world.ask(query, {}, owner))]).toEqual([
          query,
          { "replica current": reads },
        ]);
      let found: Data;
      const search = async () => (found = (await world.ask(SEARCH, { search: "zim" }, owner)).data);
      expect(await answeredDuring(search)).toEqual({ "replica current": 2 });
      expect(found.contacts).toEqual({ nodes: [{ name: "Ada Zimmer" }], totalCount: 1 });
      const exported = async () => {
        const response = await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${owner}` } });
        await pair.untilCaughtUp();
        expect(await response.text()).toContain("CONTACT_CREATED");
      };
      expect(Object.values(await answeredDuring(exported))).toEqual([1]);
    });

    it("a row is the same from the replica as from the primary", async () => {
      await world.client(firm, owner);
      const whole =
        "{ contacts(first: 20, orderBy: { field: LAST_SIGN_IN_AT, direction: DESC }) { nodes { id name email createdAt portalAccessState portalAccount { id email lastSignInAt lockedUntil twoFactor { enrolled required recoveryCodesRemaining } } } } }";
      await untilUsed();
      const fromReplica = await world.ask(whole, {}, owner);
      await pair.hold();
      await world.contact(owner, "Only on the primary");
      const fromPrimary = await world.ask(whole, {}, owner);
      await pair.resume();
      expect(fromReplica.errors).toBeUndefined();
      expect(
        fromPrimary.data.contacts.nodes.filter(({ name }: { name: string }) => name !== "Only on the primary"),
      ).toEqual(fromReplica.data.contacts.nodes);
    });

    it("X63 a change is in everybody's next list at once, on every server, while the replica is held back", async () => {
      const other = await World.start(pair.url, { databaseReplica: serverAddress(pair.replicaUrl) });
      try {
        await untilUsed(other);
        await pair.hold();
        await other.contact(owner, "Held Back");
        expect(await answeredDuring(async () => expect(await names()).toContain("Held Back"))).toEqual({
          "primary behind": 2,
        });
        const { data } = await world.ask(SEARCH, { search: "held" }, owner);
        expect(data.contacts).toEqual({ nodes: [{ name: "Held Back" }], totalCount: 1 });
        const [event] = (await world.ask(LOG, {}, owner)).data.auditEvents.nodes;
        expect(event).toEqual({ type: "CONTACT_CREATED" });
        // Another firm's lists are as current as they were.
        await pair.resume();
        expect(await answeredDuring(async () => expect(await names()).toContain("Held Back"))).toEqual({
          "replica current": 2,
        });
      } finally {
        await other.stop();
      }
    });

    it("X63 a revoked key and an ended session are refused at once while the replica is held back", async () => {
      const key = await world.key(owner, ["CONTACTS_READ"]);
      const session = await world.ownerToken(firm);
      await untilUsed();
      expect(await names(key)).toContain("Ada Zimmer");
      await pair.hold();
      const { data } = await world.ask("{ apiKeys { id revokedAt } }", {}, owner);
      for (const { id, revokedAt } of data.apiKeys)
        if (revokedAt === null)
          await world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId: id }, owner);
      await world.ask("mutation { signOut { userErrors { code } } }", {}, session);
      expect([await codeOf(LIST, key), await codeOf(LIST, session)]).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
      await pair.resume();
      expect([await codeOf(LIST, key), await codeOf(LIST, session)]).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    });

    it("X63 whoever changes the replica changes what lists show, and lets nobody in", async () => {
      const client = await world.client(firm, owner);
      const key = await world.key(owner, ["CONTACTS_READ"]);
      const session = await world.ownerToken(firm);
      const { data } = await world.ask("{ apiKeys { id revokedAt } firm { securityPolicy { version } } }", {}, owner);
      for (const { id, revokedAt } of data.apiKeys)
        if (revokedAt === null)
          await world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId: id }, owner);
      await world.ask("mutation { signOut { userErrors { code } } }", {}, session);
      const policy = { mode: "MAGIC_LINK_ONLY", expectedVersion: data.firm.securityPolicy.version };
      await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", policy, owner);
      await pair.untilCaughtUp();
      const far = Date.now() + 1e9;
      await pair.tamper(
        `UPDATE gatehouse.api_keys SET revokedAt = NULL, scopes = 'CONTACTS_READ CONTACTS_WRITE ACCESS_RESET'`,
        `UPDATE gatehouse.sessions SET revokedAt = NULL, expiresAt = ${far}, lastUsedAt = ${far}, assurance = 'FULL'`,
        "UPDATE gatehouse.security_policies SET mode = 'MAGIC_LINK_AND_LOGIN', enforcedFrom = NULL",
        "UPDATE gatehouse.team_members SET role = 'OWNER'",
        "UPDATE gatehouse.two_factor_states SET enrolledAt = NULL, lockedUntil = NULL",
        "UPDATE gatehouse.contacts SET name = 'Canary' WHERE name = 'Ada Zimmer'",
      );
      // The proof that lists do come from there.
      await until(async () => (await names()).includes("Canary"));
      expect([await codeOf(LIST, key), await codeOf(LIST, session)]).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
      expect((await world.portalSignIn(firm, client.email)).userErrors).toEqual([
        expect.objectContaining({ code: "LOGIN_DISABLED" }),
      ]);
      const staff = await world.member(firm.id, "STAFF");
      const staffToken = (
        await world.signIn("teamSignIn", "TeamSignInInput", { email: staff, password: "a long owner password" })
      ).result.sessionToken;
      await pair.untilCaughtUp();
      await pair.tamper("UPDATE gatehouse.team_members SET role = 'OWNER'");
      const file = await world.raw({
        path: "/audit-log.csv",
        headers: { authorization: `Bearer ${staffToken}` },
      });
      expect(file.status).toBe(403);
      await pair.tamper("UPDATE gatehouse.contacts SET name = 'Ada Zimmer' WHERE name = 'Canary'");
    });

    it("X63 a server that has gone another way is not asked, although it has as many events", async () => {
      await untilUsed();
      const newest = `firmId = '${firm.id}' ORDER BY seq DESC LIMIT 1`;
      const [row] = await pair.onReplica<{ id: string }>(`SELECT id FROM gatehouse.audit_events WHERE ${newest}`);
      await pair.tamper(`UPDATE gatehouse.audit_events SET id = 'evt_another' WHERE ${newest}`);
      expect(await answeredDuring(() => names())).toEqual({ "primary behind": 2 });
      await pair.tamper(`UPDATE gatehouse.audit_events SET id = '${row?.id ?? ""}' WHERE ${newest}`);
      expect(await answeredDuring(() => names())).toEqual({ "replica current": 2 });
    });
  });
