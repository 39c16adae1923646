import { randomBytes } from "node:crypto";
import { DAY_MS, HOUR_MS, addDays, dayOf, changesBetween, lifetimes, usableTimeZone } from "@gatehouse/shared";
import { newId } from "../platform/crypto/ids.js";
import { digestOf, newToken } from "../platform/crypto/tokens.js";
import { ClientRequest, ClientRequestItem } from "../features/client-requests/client-request.entity.js";
import { MagicLink } from "../features/magic-links/magic-link.entity.js";
import { clientRequest } from "../features/mail/request-letters.js";
import type { UnitOfWork } from "../features/work/unit-of-work.js";
import { demoRequests } from "./demo-people.js";
import type { DemoScene, StoredContact } from "./demo-scene.js";

/** Writes a request with its link. `isMailed`: sends its mail. The other requests' mails were read long ago. */
export async function sendRequest(
  unit: UnitOfWork,
  scene: DemoScene,
  contact: StoredContact,
  email: string,
  isMailed: boolean,
): Promise<void> {
  const { firm, actor, links } = scene;
  const { manager, now } = unit;
  const { title, items } = demoRequests[contact.index % demoRequests.length] ?? demoRequests[0];
  const isDone = !isMailed && contact.index % 3 === 1;
  const isClaimed = !isMailed && contact.index % 2 === 0;
  const dueOn = addDays(dayOf(now, usableTimeZone(firm.timeZone)), 21);
  const answeredAt = Math.min(now + 2 * DAY_MS, scene.now);
  const request = manager.create(ClientRequest, {
    id: newId("clientRequest", now),
    firmId: firm.id,
    contactId: contact.id,
    title,
    sentTo: email,
    dueOn,
    createdAt: now,
    completedAt: isDone ? answeredAt : null,
  });
  await manager.insert(ClientRequest, request);
  await manager.insert(
    ClientRequestItem,
    items.map((text, position) => ({
      id: newId("clientRequestItem", now),
      requestId: request.id,
      position,
      text,
      doneAt: isDone || (isClaimed && position === 0) ? answeredAt : null,
    })),
  );
  const token = newToken("gml");
  const magicLinkId = newId("magicLink", now);
  const expiresAt = now + lifetimes.magicLink;
  await manager.insert(MagicLink, {
    id: magicLinkId,
    firmId: firm.id,
    requestId: request.id,
    tokenDigest: digestOf(token),
    issuedAt: now,
    expiresAt,
    claimedAt: isClaimed ? answeredAt : null,
    deviceKeyDigest: isClaimed ? digestOf(randomBytes(32).toString("base64url")) : null,
    boundUntil: isClaimed ? answeredAt + lifetimes.magicLinkDevice : null,
    revokedAt: null,
  });
  unit.record({
    type: "REQUEST_SENT",
    firmId: firm.id,
    actor,
    contactId: contact.id,
    changes: changesBetween({}, { title, sentTo: email, dueOn }),
    data: { title, email, requestId: request.id, magicLinkId, openUntil: new Date(expiresAt).toISOString() },
  });
  if (!isMailed) return;
  unit.mail({
    isNotice: true,
    firmId: firm.id,
    to: email,
    content: clientRequest({
      firmName: firm.name,
      contactName: contact.facts.name,
      title,
      items,
      dueOn,
      link: links.magicLink(firm.slug, token),
      expiresInHours: lifetimes.magicLink / HOUR_MS,
    }),
  });
}
