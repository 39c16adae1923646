import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { newId } from "../../platform/crypto/ids.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { statementsDuring } from "../../testing/statements.js";
import { until, World, type Data } from "../../testing/world.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";

const OF_CONTACT = "query($id: ID!) { contact(id: $id) { portalAccount { email sessions { id } } } }";
const PAGE = "query($first: Int!) { contacts(first: $first) { nodes { portalAccount { sessions { id } } } } }";

describeOnDatabases("a look at a client's open sessions", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  const eventsOf = async (token: string): Promise<Data[]> => {
    const { data } = await world.ask(
      "{ auditEvents(last: 100, filter: { types: [SESSIONS_VIEWED] }) { nodes { summary data actorName actorKind contact { id } } } }",
      {},
      token,
    );
    return data.auditEvents.nodes;
  };
  /** A firm with so many contacts that have an account each. */
  async function firmWithAccounts(accounts: number) {
    const firm = await world.firm();
    const token = await world.ownerToken(firm);
    for (let n = 0; n < accounts; n += 50)
      await world.ask(
        "mutation($input: UpsertContactsInput!) { upsertContacts(input: $input) { userErrors { code } } }",
        {
          input: {
            contacts: Array.from({ length: Math.min(50, accounts - n) }, (_, at) => ({
              externalId: `${n + at}`,
              name: `Client ${n + at}`,
              email: `client-${n + at}@${firm.slug}.example`,
            })),
          },
        },
        token,
      );
    await world.app.work.do(async ({ manager, now }) => {
      const contacts: { id: string; email: string }[] = await manager.query(
        "SELECT id, email FROM contacts WHERE firmId = ?",
        [firm.id],
      );
      for (const { id, email } of contacts) {
        const accountId = newId("portalAccount", now);
        await manager.insert(PortalAccount, {
          id: accountId,
          firmId: firm.id,
          email,
          createdAt: now,
          lastSignInAt: null,
          unlinkedAt: null,
        });
        await manager.query("UPDATE contacts SET portalAccountId = ? WHERE id = ?", [accountId, id]);
      }
    });
    return { firm, token };
  }

  it("is an event, once in ten minutes for each viewer and account; one's own sessions are nobody else's business", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { contactId, email, created } = await world.client(firm, owner);
    const client = created.result.sessionToken;
    await world.ask("{ viewer { ... on PortalViewer { account { sessions { id } } } } }", {}, client);
    await world.ask("{ viewer { ... on TeamMember { sessions { id } } } }", {}, owner);
    await world.ask("query($id: ID!) { contact(id: $id) { portalAccount { email } } }", { id: contactId }, owner);
    expect(await eventsOf(owner)).toEqual([]);

    const look = async (token: string) => {
      const { data } = await world.ask(OF_CONTACT, { id: contactId }, token);
      expect(data.contact.portalAccount.sessions).toHaveLength(1);
    };
    await Promise.all([look(owner), look(owner), look(owner)]);
    await look(owner);
    const byOwner = {
      summary: `Olive Owner viewed the open sessions of Maya Fields (${email}): 1.`,
      data: { email, sessions: 1, portalAccountId: expect.any(String) },
      actorName: "Olive Owner",
      actorKind: "TEAM_MEMBER",
      contact: { id: contactId },
    };
    expect(await eventsOf(owner)).toEqual([byOwner]);

    const key = await world.key(owner, ["CONTACTS_READ"]);
    await look(key);
    await look(key);
    world.forward({ minutes: 9 });
    await look(owner);
    expect((await eventsOf(owner)).map(({ actorKind }) => actorKind)).toEqual(["API_KEY", "TEAM_MEMBER"]);
    world.forward({ minutes: 2 });
    await look(owner);
    expect((await eventsOf(owner)).map(({ actorKind }) => actorKind)).toEqual([
      "TEAM_MEMBER",
      "API_KEY",
      "TEAM_MEMBER",
    ]);
  });

  it("of somebody who may not see them is none", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { contactId } = await world.client(firm, owner);
    await world.ask(OF_CONTACT, { id: contactId }, await world.key(owner, ["AUDIT_READ"]));
    await world.ask(OF_CONTACT, { id: contactId }, await world.ownerToken(await world.firm()));
    await world.ask(OF_CONTACT, { id: contactId });
    expect(await eventsOf(owner)).toEqual([]);
  });

  it("X79 at a page of a hundred accounts has an event for each, by no more statements than a page of ten", async () => {
    const many = await firmWithAccounts(100);
    const few = await firmWithAccounts(10);
    const look = ({ token }: { token: string }, first: number) =>
      statementsDuring(async () => {
        const { data, errors } = await world.ask(PAGE, { first }, token);
        expect([errors, data.contacts.nodes.length]).toEqual([undefined, first]);
      });
    // The first request for a document reads more.
    await look(await firmWithAccounts(2), 2);
    const atFew = await look(few, 10);
    const atMany = await look(many, 100);
    // One more for each of ninety accounts would show, whatever the server's workers ask meanwhile.
    expect(atMany.length).toBeLessThan(atFew.length + 30);
    expect(atFew.length).toBeLessThan(60);
    const events = await eventsOf(many.token);
    expect(events).toHaveLength(100);
    expect(new Set(events.map(({ contact }) => contact.id)).size).toBe(100);
    expect(await eventsOf(few.token)).toHaveLength(10);

    const again = await look(many, 100);
    expect(again.filter(({ sql }) => /^\s*(INSERT|UPDATE).*(audit_|attempt_)/is.test(sql))).toEqual([]);
    expect(await eventsOf(many.token)).toHaveLength(100);
  }, 120_000);

  it("by those who follow the log live is one too, though their shared answer names none of them", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { contactId, email } = await world.client(firm, owner);
    const socket = world.socket(owner);
    const got: Data[] = [];
    const stop = socket.subscribe(
      { query: "subscription { auditEvents { type contact { portalAccount { sessions { id } } } } }" },
      { next: (message) => void got.push(message), error: () => undefined, complete: () => undefined },
    );
    await until(async () => {
      const input = { contactId, name: `Maya ${Date.now()}` };
      await world.mutate("updateContact", "UpdateContactInput", "contact { id }", input, owner);
      return got.length > 0;
    });
    expect(got[0].errors).toBeUndefined();
    expect(got[0].data.auditEvents.contact.portalAccount.sessions).toHaveLength(1);
    const [event, ...others] = await eventsOf(owner);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ actorName: "Somebody who follows the log live", data: { email, sessions: 1 } });
    stop();
    await socket.dispose();
  });
});
