import { changesBetween, chooseLanguage, type Language } from "@gatehouse/shared";
import { asFirmCaller, type PortalCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { Work } from "../work/unit-of-work.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { Firm } from "../firms/firm.entity.js";

type Reach = { firmId: string } & ({ accountId: string } | { requestId: string });

/** The language of a client, and the firm's default for clients who have not chosen one. */
export class ClientLanguages {
  constructor(private readonly work: Work) {}

  /** Sets the default for clients who have not chosen. Returns the firm's id. */
  async setFirmDefault(language: Language, context: RequestContext): Promise<string> {
    const { firmId } = asFirmCaller(context.caller);
    await this.work.do(async (unit) => {
      const firm = await unit.manager.findOneByOrFail(Firm, { id: firmId });
      const from = chooseLanguage({ own: null, asked: null, firm: firm.clientLanguage });
      if (from === language) return;
      await unit.manager.update(Firm, { id: firmId }, { clientLanguage: language });
      unit.record({
        type: "CLIENT_LANGUAGE_CHANGED",
        firmId,
        actor: actorIn(context),
        changes: changesBetween({ clientLanguage: from }, { clientLanguage: language }),
        data: { from, to: language },
      });
    });
    return firmId;
  }

  /** Sets a client's own language, for every contact that the session speaks for. */
  async choose(language: Language, caller: PortalCaller, context: RequestContext): Promise<Language> {
    await this.work.do(async (unit) => {
      await lockContacts(unit, caller.firmId);
      const contacts = await contactsOf(unit.manager, reachOf(caller));
      for (const { id, name, language: before } of contacts.filter((contact) => contact.language !== language)) {
        await unit.manager.update(Contact, { id }, { language });
        unit.record({
          type: "CONTACT_UPDATED",
          firmId: caller.firmId,
          actor: actorIn(context),
          contactId: id,
          changes: changesBetween({ language: before }, { language }),
          data: { name },
        });
      }
    });
    return language;
  }

  /** What the client has chosen, or the firm for the client; null: neither. */
  async ownOf(reach: Reach): Promise<Language | null> {
    const contacts = await contactsOf(this.work.reader, reach);
    return contacts.find((contact) => contact.language !== null)?.language ?? null;
  }
}

const reachOf = ({ firmId, accountId, requestId }: PortalCaller): Reach =>
  accountId === null ? { firmId, requestId: requestId ?? "" } : { firmId, accountId };

/** Oldest first. */
async function contactsOf(manager: Work["reader"], reach: Reach): Promise<Contact[]> {
  const { firmId } = reach;
  if ("accountId" in reach)
    return manager.find(Contact, {
      where: { firmId, portalAccountId: reach.accountId },
      order: { createdAt: "ASC", id: "ASC" },
    });
  const request = await manager.findOneBy(ClientRequest, { firmId, id: reach.requestId });
  return request ? manager.findBy(Contact, { firmId, id: request.contactId }) : [];
}
