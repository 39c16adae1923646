import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, World, type Data } from "../../testing/world.js";

describeOnDatabases("client requests", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const send = (contactId: string, input: object = {}, token = owner): Promise<Data> =>
    world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { id title sentTo dueOn completedAt linkState contact { id } items { id text done } }",
      { contactId, title: "Tax return", items: ["Payroll", "Bank statement"], ...input },
      token,
    );
  const resend = (requestId: string, token = owner): Promise<Data> =>
    world.mutate("resendClientRequest", "RequestIdInput", "request { id sentTo linkState }", { requestId }, token);
  const claim = async (token: string): Promise<Data> =>
    (
      await world.mutate(
        "claimMagicLink",
        "ClaimMagicLinkInput",
        "result { __typename ... on SignedIn { sessionToken } }",
        { token, deviceKey: randomBytes(16).toString("base64url"), transport: "TOKEN" },
      )
    ).result;
  const linkState = async (id: string): Promise<string> =>
    (await world.ask("query($id: ID!) { node(id: $id) { ... on ClientRequest { linkState } } }", { id }, owner)).data
      .node.linkState;

  it("is sent with its items in order, mailed, and recorded in the log", async () => {
    const { id, email } = await world.contact(owner);
    const { request } = await send(id, { title: " Year end ", dueOn: "2027-01-31" });
    expect(request).toMatchObject({
      title: "Year end",
      sentTo: email,
      dueOn: "2027-01-31",
      completedAt: null,
      linkState: "UNCLAIMED",
      contact: { id },
    });
    expect(request.items.map(({ text, done }: Data) => [text, done])).toEqual([
      ["Payroll", false],
      ["Bank statement", false],
    ]);
    const mail = await world.mail(email, /Request from .*: Year end/);
    for (const text of ["Payroll", "Bank statement", "Test & Sons"]) expect(mail.text).toContain(text);
    expect(mail.links[0]).toMatch(new RegExp(`/portal/${firm.slug}/link#token=gml_`));
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { auditEvents { nodes { type } } requests { nodes { id } } } }",
      { id },
      owner,
    );
    expect(data.contact.auditEvents.nodes[0]).toEqual({ type: "REQUEST_SENT" });
    expect(data.contact.requests.nodes).toEqual([{ id: request.id }]);
  });

  it("is refused with the field at fault, and then no mail is sent", async () => {
    const { id, email } = await world.contact(owner);
    const refused = async (input: object): Promise<unknown> => {
      const { request, userErrors } = await send(id, input);
      expect(request).toBeNull();
      return [userErrors[0].code, userErrors[0].field];
    };
    expect(await refused({ title: " " })).toEqual(["INVALID_INPUT", ["input", "title"]]);
    expect(await refused({ items: [] })).toEqual(["INVALID_INPUT", ["input", "items"]]);
    expect(await refused({ items: ["a", ""] })).toEqual(["INVALID_INPUT", ["input", "items", "1"]]);
    expect(await refused({ dueOn: "2026-02-30" })).toEqual(["INVALID_INPUT", ["input", "dueOn"]]);
    expect(await world.mails(email)).toEqual([]);
    const { contact } = await world.mutate("createContact", "ContactInput", "contact { id }", { name: "Mute" }, owner);
    expect(codesOf(await send(contact.id))).toEqual(["INVALID_INPUT"]);
  });

  it("another firm's contacts and requests behave like absent ones; staff may read, not send", async () => {
    const { id } = await world.contact(owner);
    const { request } = await send(id);
    const stranger = await world.ownerToken(await world.firm());
    world.forward({ minutes: 2 });
    expect(codesOf(await send(id, {}, stranger))).toEqual(["NOT_FOUND"]);
    expect(await resend(request.id, stranger)).toEqual(await resend("req_absent", stranger));
    const seen = async (token: string) =>
      (await world.ask("query($id: ID!) { node(id: $id) { id } }", { id: request.id }, token)).data.node;
    expect(await seen(stranger)).toBeNull();
    const staff = await world.ownerToken({ owner: await world.member(firm.id, "STAFF") });
    expect(await seen(staff)).toEqual({ id: request.id });
    await expect(send(id, {}, staff)).rejects.toThrow("FORBIDDEN");
    await expect(resend(request.id, staff)).rejects.toThrow("FORBIDDEN");
  });

  it("shows the state of its links over its life; resent, it goes to the address that the contact has now", async () => {
    const { id, email } = await world.contact(owner);
    const { request } = await send(id);
    const first = await world.mailedToken(email, /Request from .*: Tax return/);
    const opened = await claim(first);
    expect(await linkState(request.id)).toBe("CLAIMED");
    world.forward({ minutes: 1, seconds: 1 });
    expect((await resend(request.id)).request).toEqual({ id: request.id, sentTo: email, linkState: "UNCLAIMED" });
    const second = await world.mailedToken(email, /Request from .*: Tax return/);
    // Until the new link is claimed, the device that has the request keeps it.
    const isIn = async (token: string) =>
      (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;
    expect(await isIn(opened.sessionToken)).toBe(true);
    const again = await claim(second);
    expect(again.__typename).toBe("SignedIn");
    expect(await isIn(opened.sessionToken)).toBe(false);
    expect(await linkState(request.id)).toBe("CLAIMED");

    const moved = `moved-${email}`;
    await world.mutate("updateContact", "UpdateContactInput", "contact { id }", { contactId: id, email: moved }, owner);
    expect([await linkState(request.id), await isIn(again.sessionToken)]).toEqual(["REVOKED", false]);
    const mailed = (await world.mails(email)).length;
    world.forward({ minutes: 1, seconds: 1 });
    expect((await resend(request.id)).request).toEqual({ id: request.id, sentTo: moved, linkState: "UNCLAIMED" });
    expect((await claim(await world.mailedToken(moved, /Request from .*: Tax return/))).__typename).toBe("SignedIn");
    expect(await world.mails(email)).toHaveLength(mailed);
    world.forward({ minutes: 31 * 24 * 60 });
    owner = await world.ownerToken(firm);
    expect(await linkState(request.id)).toBe("EXPIRED");
  });

  it("a client sees what is due first, undated last, then what is completed, across pages and back", async () => {
    const client = await world.client(firm, owner);
    const session = client.created.result.sessionToken;
    const made: Record<string, Data> = {};
    for (const [title, dueOn] of Object.entries({
      undated: null,
      later: "2027-05-01",
      "done first": "2026-01-01",
      sooner: "2027-01-31",
      "done last": null,
    })) {
      made[title] = (await send(client.contactId, { title, dueOn })).request;
      world.forward({ seconds: 1 });
    }
    for (const title of ["done first", "done last"]) {
      for (const { id } of made[title].items)
        await world.mutate(
          "setRequestItemDone",
          "SetRequestItemDoneInput",
          "request { id }",
          { itemId: id, done: true },
          session,
        );
      world.forward({ seconds: 1 });
    }
    const page = async (args: string): Promise<Data> =>
      (
        await world.ask(
          `{ viewer { ... on PortalViewer { requests(${args}) { nodes { title } pageInfo { hasNextPage endCursor startCursor } } } } }`,
          {},
          session,
        )
      ).data.viewer.requests;
    const titles: string[] = [];
    let last: Data = null;
    do {
      last = await page(last ? `first: 2, after: "${last.pageInfo.endCursor}"` : "first: 2");
      titles.push(...last.nodes.map(({ title }: Data) => title));
    } while (last.pageInfo.hasNextPage);
    expect(titles).toEqual(["sooner", "later", "undated", "done last", "done first"]);
    const back = await page(`last: 2, before: "${last.pageInfo.startCursor}"`);
    expect(back.nodes.map(({ title }: Data) => title)).toEqual(["undated", "done last"]);
  });

  it("a client sees of a contact whose request it is, and nothing that the firm keeps to itself", async () => {
    const client = await world.client(firm, owner);
    const session = client.created.result.sessionToken;
    const externalId = `crm-${client.contactId}`;
    const changes = { contactId: client.contactId, externalId, organization: "Fields Ltd" };
    await world.mutate("updateContact", "UpdateContactInput", "contact { id }", changes, owner);
    await send(client.contactId);
    const { data: schema } = await world.ask(
      '{ type: __type(name: "Contact") { fields { name type { kind ofType { kind } } } } }',
    );
    const scalars = ["SCALAR", "ENUM"];
    const fields: Data[] = schema.type.fields;
    const seen: Record<string, unknown> = {};
    for (const { name, type } of fields) {
      const selection = scalars.includes(type.ofType?.kind ?? type.kind) ? name : `${name} { __typename }`;
      for (const query of [
        `{ viewer { ... on PortalViewer { requests { nodes { contact { ${selection} } } } } } }`,
        `{ viewer { ... on PortalViewer { account { contacts { ${selection} } } } } }`,
      ]) {
        const { data, errors } = await world.ask(query, {}, session);
        if (errors) continue;
        const contact = data.viewer.requests?.nodes[0].contact ?? data.viewer.account.contacts[0];
        if (contact[name] !== null) seen[name] = contact[name];
      }
    }
    expect(seen).toEqual({
      id: client.contactId,
      name: "Maya Fields",
      organization: "Fields Ltd",
      createdAt: expect.any(String),
      portalAccessState: "ACCOUNT_CREATED",
    });
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { externalId createdAt } }",
      { id: client.contactId },
      owner,
    );
    expect(data.contact).toEqual({ externalId, createdAt: expect.any(String) });
  });

  it("an account sees the requests of all its contacts in pages, and ticks them off, but not another account's", async () => {
    const client = await world.client(firm, owner);
    const session = client.created.result.sessionToken;
    const holding = await world.contact(owner, "Fields Holding", client.email);
    const mine: string[] = [];
    for (const contactId of [client.contactId, holding.id, client.contactId]) {
      mine.unshift((await send(contactId)).request.id);
      world.forward({ seconds: 1 });
    }
    const other = (await send((await world.contact(owner)).id)).request;
    const page = async (after: string | null): Promise<Data> =>
      (
        await world.ask(
          `query($after: String) { viewer { ... on PortalViewer { requests(first: 2, after: $after) {
            nodes { id contact { name } items { id } } pageInfo { hasNextPage endCursor } } } } }`,
          { after },
          session,
        )
      ).data.viewer.requests;
    const first = await page(null);
    const second = await page(first.pageInfo.endCursor);
    const all: Data[] = [...first.nodes, ...second.nodes];
    expect(all.map(({ id }) => id)).toEqual(mine);
    expect(all[1].contact.name).toBe("Fields Holding");
    expect(second.pageInfo.hasNextPage).toBe(false);
    const tick = (itemId: string, done = true): Promise<Data> =>
      world.mutate(
        "setRequestItemDone",
        "SetRequestItemDoneInput",
        "request { id completedAt }",
        { itemId, done },
        session,
      );
    const items = all[1].items as { id: string }[];
    const [item = "", ...others] = items.map(({ id }) => id);
    const log = async () =>
      (
        await world.ask(
          `query($contactId: ID!) { auditEvents(first: 20, filter: { contactId: $contactId, types: [REQUEST_ITEM_DONE REQUEST_ITEM_REOPENED REQUEST_COMPLETED] }) {
            nodes { type summary actorKind } } }`,
          { contactId: holding.id },
          owner,
        )
      ).data.auditEvents.nodes.toReversed() as Data[];
    // Twice at the same moment, as from two tabs: the firm gets one event for each item, and one for the completion.
    const ticked = await Promise.all([item, item, ...others].map((id) => tick(id)));
    expect(ticked.some(({ request }) => request.completedAt !== null)).toBe(true);
    expect((await log()).map(({ type }) => type)).toEqual([
      ...items.map(() => "REQUEST_ITEM_DONE"),
      "REQUEST_COMPLETED",
    ]);
    await tick(item, false);
    await tick(item, false);
    const reopened = (await log()).slice(items.length + 1);
    expect(reopened).toEqual([
      {
        type: "REQUEST_ITEM_REOPENED",
        actorKind: "CLIENT",
        summary: expect.stringMatching(/^Fields Holding \(.+\) reopened ".+" in ".+"\.$/),
      },
    ]);
    expect(codesOf(await tick(other.items[0].id))).toEqual(["NOT_FOUND"]);
  });
});
