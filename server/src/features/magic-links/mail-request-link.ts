import type { Language } from "@gatehouse/shared";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { ClientRequestItem, type ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { accessLink, clientRequest } from "../mail/request-letters.js";

const HOUR_MS = 3_600_000;

/** Mails a request's link, always to the address to which the request was sent. */
export async function mailRequestLink(
  unit: UnitOfWork,
  request: ClientRequest,
  {
    token,
    occasion,
    expiresAt,
    asked = null,
  }: { token: string; occasion: "REQUEST" | "ACCESS_LINK"; expiresAt: number; asked?: Language | null },
): Promise<void> {
  const firm = await unit.manager.findOneByOrFail(Firm, { id: request.firmId });
  const given = {
    firmName: firm.name,
    title: request.title,
    link: unit.links.magicLink(firm.slug, token),
    expiresInHours: Math.round((expiresAt - unit.now) / HOUR_MS),
  };
  const contact = await unit.manager.findOneByOrFail(Contact, { id: request.contactId });
  const content =
    occasion === "ACCESS_LINK"
      ? accessLink(given)
      : clientRequest({ ...given, contactName: contact.name, ...(await details(unit, request)) });
  unit.mail({ firmId: firm.id, to: request.sentTo, content, language: contact.language, asked });
}

async function details({ manager }: UnitOfWork, request: ClientRequest) {
  const items = await manager.find(ClientRequestItem, {
    where: { requestId: request.id },
    order: { position: "ASC" },
  });
  return { items: items.map(({ text }) => text), dueOn: request.dueOn };
}
