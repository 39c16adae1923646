import { dayInWords } from "@gatehouse/shared";
import type { ClientLetter } from "../work/mail-to-send.js";
import { action, paragraph } from "./letter.js";
import { toClient, type FromFirm, type WithLink } from "./letter-parts.js";

/* Letters to clients about what the firm requests from them. */

/** A request to a client, with its magic link. `dueOn`: YYYY-MM-DD. */
export const clientRequest = ({
  firmName,
  contactName,
  title,
  items,
  dueOn,
  link,
  expiresInHours,
}: WithLink & { contactName: string; title: string; items: readonly string[]; dueOn: string | null }): ClientLetter =>
  toClient(firmName, (say, language) => ({
    subject: say.clientRequest.subject(firmName, title),
    blocks: [
      paragraph(say.hello(contactName)),
      paragraph(say.clientRequest.what(firmName, title)),
      { kind: "list", items },
      ...(dueOn === null
        ? []
        : [paragraph(say.clientRequest.answerBy(dayInWords(Date.parse(`${dueOn}T00:00:00Z`), "UTC", language)))]),
      action(say.openRequest, link),
      paragraph(say.clientRequest.howToOpen(expiresInHours)),
      paragraph(say.clientRequest.notExpected(firmName)),
    ],
  }));

/** The client asked for a fresh link to a request, to open it on another device. */
export const accessLink = ({ firmName, title, link, expiresInHours }: WithLink & { title: string }): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.accessLink.subject(title),
    blocks: [
      paragraph(say.accessLink.what(firmName, title)),
      action(say.openRequest, link),
      paragraph(say.accessLink.howToOpen(expiresInHours)),
      paragraph(say.notAsked),
    ],
  }));

/** To the mailbox that received a contact's requests so far, and to the one that receives them from now on. */
export const contactRedirected = ({
  firmName,
  contactName,
  isNewAddress,
}: FromFirm & { contactName: string; isNewAddress: boolean }): ClientLetter =>
  toClient(firmName, ({ contactRedirected: say }) => ({
    subject: say.subject(firmName),
    blocks: [
      paragraph(isNewAddress ? say.requestsComeHere(firmName, contactName) : say.goElsewhere(firmName, contactName)),
      paragraph(say.notExpected(firmName)),
    ],
  }));

/** To the mailbox of a login that opens a contact's requests from now on, though the contact's email is the same. */
export const contactOpensElsewhere = ({ firmName, contactName }: FromFirm & { contactName: string }): ClientLetter =>
  toClient(firmName, ({ contactRedirected: say }) => ({
    subject: say.subject(firmName),
    blocks: [paragraph(say.loginOpensThem(firmName, contactName)), paragraph(say.notExpected(firmName))],
  }));
