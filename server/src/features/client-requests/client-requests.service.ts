import DataLoader from "dataloader";
import { In, IsNull } from "typeorm";
import { changesBetween, inWords, readRequestDraft, requestLinkState, type MagicLinkState } from "@gatehouse/shared";
import { isId, newId } from "../../platform/crypto/ids.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { keyset, pageOf, readPage, type OrderColumn, type PageArgs } from "../../platform/graphql/pages.js";
import { asFirmCaller, asPortalCaller, type Caller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { momentFact } from "../work/moment-fact.js";
import { mustFind } from "../work/must-find.js";
import type { Work } from "../work/unit-of-work.js";
import { Contact } from "../contacts/contact.entity.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import type { MagicLinks } from "../magic-links/magic-links.service.js";
import { mailRequestLink } from "../magic-links/mail-request-link.js";
import { ClientRequest, ClientRequestItem } from "./client-request.entity.js";
import type { SendClientRequestInput, SetRequestItemDoneInput } from "./client-request.inputs.js";
import { ClientRequestConnection, ClientRequestItemView, ClientRequestView } from "./client-request.results.js";

const c = table(Contact, "c");
const r = table(ClientRequest, "r");
const i = table(ClientRequestItem, "i");
const itemRows = table(ClientRequestItem);
const REQUESTS = select({ ...r }).from`${r} WHERE ${r.firmId} = ? AND `;
const OF_CONTACT = sql`${r.contactId} = ?`;
const BY_ID = sql`${r.id} = ?`;
const OF_ACCOUNT = sql`${r.contactId} IN (SELECT ${c.id} FROM ${c} WHERE ${c.portalAccountId} = ?)`;
const ITEM = select({ id: i.id, requestId: i.requestId, text: i.text })
  .from`${i} JOIN ${r} ON ${r.id} = ${i.requestId} WHERE ${i.id} = ? AND ${r.firmId} = ?`;
const SET_DONE = sql`UPDATE ${itemRows} SET ${itemRows.doneAt} = ? WHERE ${itemRows.id} = ? AND ${itemRows.doneAt} IS`;

const NEWEST_FIRST: OrderColumn[] = [
  { by: r.createdAt, isDescending: true },
  { by: r.id, isDescending: true },
];
/**
 * In the order in which a client works through them: open ones by due date, those without one last; then the completed,
 * newest first.
 */
const BY_DUE_DATE: OrderColumn[] = [
  { by: sql`CASE WHEN ${r.completedAt} IS NULL THEN COALESCE(${r.dueOn}, '9999') ELSE 'completed' END` },
  { by: sql`COALESCE(${r.completedAt}, 0)`, isDescending: true },
  ...NEWEST_FIRST,
];
const newestFirst = { kind: "requests", columns: NEWEST_FIRST, keysOfPage: keyset(NEWEST_FIRST) } as const;
const byDueDate = { kind: "requests.due", columns: BY_DUE_DATE, keysOfPage: keyset(BY_DUE_DATE) } as const;

/** Which requests a caller may see: all of a contact, all of an account's contacts, or only a link's. */
export type RequestReach = { contactId: string } | { accountId: string } | { requestId: string };

/** What the firm requests from its clients. */
export class ClientRequests {
  constructor(private readonly needs: { work: Work; links: MagicLinks }) {}

  private readonly itemLoader = () =>
    new DataLoader<string, ClientRequestItem[]>(async (requestIds) => {
      const items = await this.needs.work.reader.find(ClientRequestItem, {
        where: { requestId: In([...requestIds]) },
        order: { position: "ASC" },
      });
      return requestIds.map((requestId) => items.filter((item) => item.requestId === requestId));
    });
  private readonly linkLoader = () =>
    new DataLoader<string, MagicLink[]>(async (requestIds) => {
      const links = await this.needs.work.reader.find(MagicLink, {
        where: { requestId: In([...requestIds]) },
        order: { issuedAt: "DESC", id: "DESC" },
      });
      return requestIds.map((requestId) => links.filter((link) => link.requestId === requestId));
    });

  /** Sends a request with its first magic link. */
  async send(input: SendClientRequestInput, context: RequestContext): Promise<ClientRequestView> {
    const { work, links } = this.needs;
    const { firmId } = asFirmCaller(context.caller);
    const { draft, fault } = readRequestDraft(input);
    if (fault) throw new Refusal("INVALID_INPUT", ["input", ...fault.field], fault.message);
    const id = newId("clientRequest", work.clock.now());
    // The first mail counts too, so that sending and resending right away are two within the minute.
    await links.takeMail(id);
    return work.do(async (unit) => {
      const { manager, now } = unit;
      const { contactId } = input;
      // A change of the contact's email either comes first, or finds the request and ends its link.
      await lockContacts(unit, firmId);
      const contact = await mustFind(manager, Contact, "contact", { id: contactId, firmId }, ["input", "contactId"]);
      if (contact.email === null)
        throw new Refusal("INVALID_INPUT", ["input", "contactId"], "This contact has no email to send the request to.");
      const request = manager.create(ClientRequest, {
        id,
        firmId,
        contactId: contact.id,
        title: draft.title,
        sentTo: contact.email,
        dueOn: draft.dueOn,
        createdAt: now,
        completedAt: null,
      });
      await manager.insert(ClientRequest, request);
      await manager.insert(
        ClientRequestItem,
        draft.items.map((text, position) => ({
          id: newId("clientRequestItem", now),
          requestId: request.id,
          position,
          text,
          doneAt: null,
        })),
      );
      const { token, expiresAt, issued } = await links.issue(unit, request);
      await mailRequestLink(unit, request, { token, occasion: "REQUEST", expiresAt });
      unit.record({
        type: "REQUEST_SENT",
        firmId,
        actor: actorIn(context),
        contactId: contact.id,
        changes: changesBetween({}, { title: request.title, sentTo: request.sentTo, dueOn: request.dueOn }),
        data: { title: request.title, email: request.sentTo, requestId: request.id, ...issued },
      });
      return ClientRequestView.of(request);
    });
  }

  /** Sends it again, with a new link to the address it was sent to, or to its replacement. */
  async resend(requestId: string, context: RequestContext): Promise<ClientRequestView> {
    const { work, links } = this.needs;
    const { firmId } = asFirmCaller(context.caller);
    work.mustSendMail();
    await mustFind(work.reader, ClientRequest, "clientRequest", { id: requestId, firmId }, ["input", "requestId"]);
    const waitMs = await links.takeMail(requestId);
    if (waitMs !== null)
      throw new Refusal(
        "TOO_MANY_REQUESTS",
        ["input", "requestId"],
        `This request was just sent. Try again ${inWords(waitMs)}.`,
      );
    return work.do(async (unit) => {
      await lockContacts(unit, firmId);
      const request = await unit.manager.findOneByOrFail(ClientRequest, { id: requestId, firmId });
      const { email } = await unit.manager.findOneByOrFail(Contact, { id: request.contactId });
      if (email === null)
        throw new Refusal("INVALID_INPUT", ["input", "requestId"], "This contact has no email to send the request to.");
      const { token, expiresAt, issued } = await links.issue(unit, request);
      await mailRequestLink(unit, request, { token, occasion: "REQUEST", expiresAt });
      const data = { title: request.title, email: request.sentTo, requestId: request.id, ...issued };
      unit.record({ type: "MAGIC_LINK_SENT", firmId, actor: actorIn(context), contactId: request.contactId, data });
      return ClientRequestView.of(request);
    });
  }

  /** A client marks an item of a request within reach; any other item is NOT_FOUND. */
  async setItemDone(input: SetRequestItemDoneInput, context: RequestContext): Promise<ClientRequestView> {
    const reach = reachOf(context.caller);
    return this.needs.work.do(async (unit) => {
      const { manager, now } = unit;
      const [item] = isId("clientRequestItem", input.itemId) ? await unit.rows(ITEM, [input.itemId, reach.firmId]) : [];
      // The request's row is locked, so that marking the last two items at once still completes it.
      const request = item
        ? await manager.findOne(ClientRequest, {
            where: { id: item.requestId, firmId: reach.firmId },
            ...forUpdate(manager),
          })
        : null;
      const contact =
        request && (await manager.findOneByOrFail(Contact, { id: request.contactId, firmId: reach.firmId }));
      const isWithin =
        request &&
        ("requestId" in reach ? request.id === reach.requestId : contact?.portalAccountId === reach.accountId);
      if (!item || !request || !isWithin) throw new Refusal("NOT_FOUND", ["input", "itemId"]);
      const isChanged = await unit.affected(input.done ? sql`${SET_DONE} NULL` : sql`${SET_DONE} NOT NULL`, [
        input.done ? now : null,
        item.id,
      ]);
      if (isChanged === 0) return ClientRequestView.of(request);
      const said = { firmId: request.firmId, actor: actorIn(context), contactId: request.contactId };
      const data = { title: request.title, email: request.sentTo, requestId: request.id };
      const completedBefore = request.completedAt;
      const isComplete = !(await manager.existsBy(ClientRequestItem, { requestId: request.id, doneAt: IsNull() }));
      request.completedAt = isComplete ? now : null;
      await manager.save(request);
      const completion = changesBetween(
        { completedAt: momentFact(completedBefore) },
        { completedAt: momentFact(request.completedAt) },
      );
      unit.record({
        ...said,
        type: input.done ? "REQUEST_ITEM_DONE" : "REQUEST_ITEM_REOPENED",
        // What completes a request is an event of its own.
        changes: [...changesBetween({ done: !input.done }, { done: input.done }), ...(isComplete ? [] : completion)],
        data: { ...data, item: item.text, itemId: item.id },
      });
      if (isComplete) unit.record({ ...said, type: "REQUEST_COMPLETED", changes: completion, data });
      return ClientRequestView.of(request);
    });
  }

  /** The firm sees the newest first, a client what is due first. */
  async page(firmId: string, reach: RequestReach, args: PageArgs): Promise<ClientRequestConnection> {
    const { kind, columns, keysOfPage } = "contactId" in reach ? newestFirst : byDueDate;
    const page = readPage(args, kind, columns.length);
    const keys = keysOfPage(page);
    const [condition, value] =
      "contactId" in reach
        ? [OF_CONTACT, reach.contactId]
        : "requestId" in reach
          ? [BY_ID, reach.requestId]
          : [OF_ACCOUNT, reach.accountId];
    const rows = await this.needs.work.unpreparedRows(
      REQUESTS.plus`${condition} AND ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      [firmId, value, ...keys.parameters],
    );
    const keysOf = (row: ClientRequest) => {
      const newest = [row.createdAt, row.id];
      const due = row.completedAt === null ? (row.dueOn ?? "9999") : "completed";
      return kind === "requests" ? newest : [due, row.completedAt ?? 0, ...newest];
    };
    const found = pageOf(rows, page, kind, keysOf, ClientRequestView.of);
    return Object.assign(new ClientRequestConnection(), found);
  }

  async items(request: ClientRequestView, { loaders }: RequestContext): Promise<ClientRequestItemView[]> {
    return (await loaders.of(this.itemLoader).load(request.id)).map(ClientRequestItemView.of);
  }
  async linkState(request: ClientRequestView, { loaders }: RequestContext): Promise<MagicLinkState> {
    return requestLinkState(await loaders.of(this.linkLoader).load(request.id), this.needs.work.clock.now());
  }

  async findNode(caller: Caller, id: string): Promise<ClientRequestView | null> {
    if (caller.kind === "ANONYMOUS") return null;
    const { reader } = this.needs.work;
    const request = await reader.findOneBy(ClientRequest, { id, firmId: caller.firmId });
    if (!request) return null;
    if (caller.kind !== "CLIENT") return ClientRequestView.of(request);
    const reach = reachOf(caller);
    const contact = await reader.findOneByOrFail(Contact, { id: request.contactId, firmId: caller.firmId });
    const isWithin =
      "requestId" in reach ? request.id === reach.requestId : contact.portalAccountId === reach.accountId;
    return isWithin ? ClientRequestView.of(request) : null;
  }
}

/** Which requests a client's session reaches. */
function reachOf(caller: Caller): { firmId: string } & ({ accountId: string } | { requestId: string }) {
  const { firmId, accountId, requestId } = asPortalCaller(caller);
  return accountId === null ? { firmId, requestId: requestId ?? "" } : { firmId, accountId };
}
