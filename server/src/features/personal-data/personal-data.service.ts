import type { EntityManager } from "typeorm";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { readReason } from "../../platform/graphql/input-texts.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { asFirmCaller } from "../callers/caller.js";
import { lockSessionsOf } from "../callers/caller-now.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { accountDeleted } from "../mail/account-letters.js";
import { findPerson, type Person } from "../people/person.js";
import { forgetReports, reportsNamingClients } from "../reports/forget-reports.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { mustFind } from "../work/must-find.js";
import type { Work } from "../work/unit-of-work.js";
import { addressesOf } from "./addresses.js";
import { deleteContactRows } from "./delete-contact.js";
import { beginErasure, eraseSome, eventsOf } from "./erase-person.js";
import { ContactDeletionView } from "./personal-data.results.js";

const field = ["input", "contactId"];
/** So many events lose their facts in the transaction of the deletion; a worker erases the others. */
const ERASED_AT_ONCE = 300;

const n = computed<number>(sql`COUNT(*)`);
const c = table(Contact, "c");
const r = table(ClientRequest, "r");
const l = table(MagicLink, "l");
const OTHERS = select({ n }).from`${c} WHERE ${c.firmId} = ? AND ${c.portalAccountId} = ? AND ${c.id} <> ?`;
const REQUESTS = select({ n }).from`${r} WHERE ${r.contactId} = ?`;
const OPEN_LINKS = select({ n })
  .from`${r} JOIN ${l} ON ${l.requestId} = ${r.id} WHERE ${r.contactId} = ? AND ${l.revokedAt} IS NULL
  AND ((${l.claimedAt} IS NULL AND ${l.expiresAt} > ?) OR (${l.claimedAt} IS NOT NULL AND ${l.boundUntil} > ?))`;

/** How the service reads: in a transaction, or outside one. */
interface Reader {
  manager: EntityManager;
  rows: Work["rows"];
  now: number;
}

/** What is kept about a client: to delete it (shared/personal-data). */
export class PersonalData {
  constructor(private readonly needs: { work: Work; secondFactor: SecondFactor; wakeErasures(): void }) {}

  /** What deleting the contact means; null if there is no such contact. */
  async deletionOf(contactId: string, context: RequestContext): Promise<ContactDeletionView | null> {
    const { firmId } = asFirmCaller(context.caller);
    const { work } = this.needs;
    const contact = await work.reader.findOneBy(Contact, { id: contactId, firmId });
    if (!contact) return null;
    const reader = { manager: work.reader, rows: work.rows.bind(work), now: work.clock.now() };
    const { person, login, ...rest } = await this.extentOf(reader, contact);
    const addresses = await addressesOf(work, contact, rest.deletesLogin ? login : null);
    const events = await eventsOf(work, firmId, person, addresses);
    const reports = await reportsNamingClients(work, firmId);
    const loginEmail = login?.email ?? null;
    return Object.assign(new ContactDeletionView(), { contactId, loginEmail, ...rest, events, reports });
  }

  /** Deletes the contact, and its login unless another contact has it. */
  async delete(
    input: { contactId: string; reason: string },
    context: RequestContext,
  ): Promise<{ deletedContactId: string; isErasing: boolean }> {
    const reason = readReason(input.reason);
    const caller = asFirmCaller(context.caller);
    const { work, secondFactor } = this.needs;
    mustBeFresh(caller, work.clock.now());
    const { firmId } = caller;
    return work.do(async (unit) => {
      const find = () => mustFind(unit.manager, Contact, "contact", { id: input.contactId, firmId }, field);
      const found = await find();
      // In the order in which everybody locks them: sessions, the second factor, the firm.
      if (found.portalAccountId !== null) {
        const owner = { firmId, ownerId: found.portalAccountId };
        await lockSessionsOf(unit, owner);
        await secondFactor.stateOf(unit.manager, owner, true);
      }
      await lockContacts(unit, firmId);
      const contact = await find();
      if (contact.portalAccountId !== found.portalAccountId) throw new Refusal("VERSION_CONFLICT", field);
      const { person, login, deletesLogin, requests, openLinks } = await this.extentOf(
        { manager: unit.manager, rows: unit.rows.bind(unit), now: unit.now },
        contact,
      );
      const gone = deletesLogin ? login : null;
      const addresses = await addressesOf(unit, contact, gone);
      const events = await eventsOf(unit, firmId, person, addresses);
      const actor = actorIn(context);
      const deleted = { contact, login: gone, addresses, actor };
      const { ended, trustedDeviceIds } = await deleteContactRows(unit, secondFactor, deleted);
      await beginErasure(unit, firmId, person, addresses);
      const isErasing = await eraseSome(unit, firmId, contact.id, ERASED_AT_ONCE);
      const reports = await forgetReports(unit, firmId);
      unit.record({
        type: "CONTACT_DELETED",
        firmId,
        actor,
        contactId: contact.id,
        accountId: person.accountId,
        reason,
        data: {
          requests,
          links: openLinks,
          events,
          ...(isErasing && { isErasing }),
          ...(reports > 0 && { reports }),
          ...(trustedDeviceIds.length > 0 && { trustedDeviceIds }),
          ...listedIfAny(ended),
        },
      });
      if (gone)
        unit.mail({
          isNotice: true,
          firmId,
          to: gone.email,
          content: accountDeleted({ firmName: gone.firmName }),
          language: contact.language,
        });
      unit.afterCommit(() => this.needs.wakeErasures());
      return { deletedContactId: contact.id, isErasing };
    });
  }

  private async extentOf({ manager, rows, now }: Reader, contact: Contact) {
    const { id: contactId, firmId, portalAccountId } = contact;
    const login: Person | null = portalAccountId === null ? null : await findPerson(manager, "PORTAL", portalAccountId);
    const otherContacts = (await rows(OTHERS, [firmId, portalAccountId, contactId]))[0]?.n ?? 0;
    const deletesLogin = login !== null && otherContacts === 0;
    const requests = (await rows(REQUESTS, [contactId]))[0]?.n ?? 0;
    const openLinks = (await rows(OPEN_LINKS, [contactId, now, now]))[0]?.n ?? 0;
    const accounts = deletesLogin
      ? { accountId: portalAccountId, keptAccountId: null }
      : { accountId: null, keptAccountId: portalAccountId };
    const person = { contactId, ...accounts };
    return { person, login, deletesLogin, otherContacts, requests, openLinks };
  }
}
