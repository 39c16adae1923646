import { contactDataFileName, dayOf, lifetimes, type ContactDataFile } from "@gatehouse/shared";
import { notFound } from "../../platform/graphql/failures.js";
import { readReason } from "../../platform/graphql/input-texts.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import type { SentFile } from "../audit-export/audit-export.http.js";
import type { ExportAccess } from "../audit-export/export-access.js";
import { asFirmCaller, credentialIdOf, type FirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { Contact } from "../contacts/contact.entity.js";
import { mustFind } from "../work/must-find.js";
import type { Work } from "../work/unit-of-work.js";
import { readContactData, type ContactData, type Part, type Row } from "./contact-data.js";
import { contactDataHtml, PAGE_POLICY } from "./contact-data-html.js";
import { contactDataJson } from "./contact-data-json.js";
import type { ExportTickets } from "./export-tickets.js";
import { ContactDataDownload } from "./personal-data.results.js";

/** The name of the act in refusals: that of the mutation. */
const ACT = "exportContactData";
/** Where the files are: this, the ticket, and `.json` or `.html`. */
export const CONTACT_DATA_PATH = "/contact-data/";

const files: Readonly<
  Record<ContactDataFile, { contentType: string; write(data: ContactData): AsyncIterable<string> }>
> = {
  json: { contentType: "application/json; charset=utf-8", write: contactDataJson },
  html: { contentType: "text/html; charset=utf-8", write: contactDataHtml },
};

/** Gives out everything that is kept about a client, as a file. */
export class ContactExport {
  constructor(private readonly needs: { work: Work; tickets: ExportTickets; exportAccess: ExportAccess }) {}

  /** Records that the contact's data is given out, and for the next minutes lets this session or key download it. */
  async begin(input: { contactId: string; reason: string }, context: RequestContext): Promise<ContactDataDownload> {
    const reason = readReason(input.reason);
    const caller = asFirmCaller(context.caller);
    const { work, tickets } = this.needs;
    mustBeFresh(caller, work.clock.now());
    const { firmId } = caller;
    return work.do(async (unit) => {
      const field = ["input", "contactId"];
      const contact = await mustFind(unit.manager, Contact, "contact", { id: input.contactId, firmId }, field);
      const { id: contactId, name } = contact;
      unit.record({
        type: "CONTACT_DATA_EXPORTED",
        firmId,
        actor: actorIn(context),
        contactId,
        reason,
        data: { name },
      });
      const expiresAt = unit.now + lifetimes.contactDataDownload;
      const ticket = tickets.issue({ contactId, credentialId: credentialIdOf(caller), expiresAt });
      const path = `${CONTACT_DATA_PATH}${ticket}`;
      return Object.assign(new ContactDataDownload(), { json: `${path}.json`, html: `${path}.html`, expiresAt });
    });
  }

  /**
   * The file of a ticket. Throws UNAUTHENTICATED or FORBIDDEN, also while it is written, and NOT_FOUND for a ticket that
   * has expired or is another's, and once the contact is deleted.
   */
  async file(path: string, context: RequestContext): Promise<SentFile> {
    const { work, tickets, exportAccess } = this.needs;
    const caller = await exportAccess.mayExport(context, ACT);
    const { firmId } = caller;
    const kind = path.endsWith(".json") ? "json" : path.endsWith(".html") ? "html" : null;
    const ticket = tickets.read(path.slice(CONTACT_DATA_PATH.length, -".json".length), work.clock.now());
    const isOwn = ticket?.credentialId === credentialIdOf(caller);
    if (!ticket || !isOwn || kind === null) throw gone();
    const contact = await work.reader.findOneBy(Contact, { id: ticket.contactId, firmId });
    if (!contact) throw gone();
    const data = await readContactData(work, contact);
    const { contentType, write } = files[kind];
    return {
      name: contactDataFileName(contact.name, dayOf(data.exportedAt, data.timeZone), kind),
      contentType,
      headers: { "content-security-policy": PAGE_POLICY },
      content: write({ ...data, parts: data.parts.map((part) => this.whileAllowed(part, caller, contact.id)) }),
    };
  }

  /** Nothing more is written once the caller's right has ended, or the contact is deleted. */
  private whileAllowed(part: Part, caller: FirmCaller, contactId: string): Part {
    const { work, exportAccess } = this.needs;
    async function* checked(): AsyncGenerator<readonly Row[]> {
      for await (const page of part.rows) {
        await exportAccess.mustStillExport(caller);
        if (!(await work.reader.existsBy(Contact, { id: contactId, firmId: caller.firmId }))) throw gone();
        yield page;
      }
    }
    return { ...part, rows: checked() };
  }
}

const gone = () =>
  notFound("There is no such download: it has expired, or another session or key asked for it. Export the data again.");
