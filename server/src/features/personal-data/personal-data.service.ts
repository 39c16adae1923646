import { Refusal } from "../../platform/graphql/failures.js";
import { readReason } from "../../platform/graphql/input-texts.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { asFirmCaller } from "../callers/caller.js";
import { lockSessionsOf } from "../callers/caller-now.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { Contact } from "../contacts/contact.entity.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { accountDeleted } from "../mail/account-letters.js";
import { forgetReports, reportsNamingClients } from "../reports/forget-reports.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { mustFind } from "../work/must-find.js";
import type { Work } from "../work/unit-of-work.js";
import { addressesOf } from "./addresses.js";
import { deleteContactRows } from "./delete-contact.js";
import { beginErasure, eraseSome } from "./erase-person.js";
import { extentOf } from "./extent.js";
import { countEventsOf } from "./person-events.js";
import { ContactDeletionView } from "./personal-data.results.js";

const field = ["input", "contactId"];
/** So many events lose their facts in the transaction of the deletion; a worker erases the others. */
const ERASED_AT_ONCE = 300;

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
    const { person, login, ...rest } = await extentOf(reader, contact);
    const addresses = await addressesOf(work, contact, rest.deletesLogin ? login : null);
    const events = await countEventsOf(work, firmId, person, addresses);
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
      const { person, login, deletesLogin, requests, openLinks } = await extentOf(
        { manager: unit.manager, rows: unit.rows.bind(unit), now: unit.now },
        contact,
      );
      const gone = deletesLogin ? login : null;
      const addresses = await addressesOf(unit, contact, gone);
      const events = await countEventsOf(unit, firmId, person, addresses);
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
          ...(person.keptAccountId !== null && { sharedPortalAccountId: person.keptAccountId }),
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
}
