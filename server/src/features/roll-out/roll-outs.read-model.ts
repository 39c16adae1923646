import { In, type EntityManager } from "typeorm";
import type { RollOutRecipientState } from "@gatehouse/shared";
import { isId } from "../../platform/crypto/ids.js";
import { keyset, pageOf, readPage } from "../../platform/graphql/pages.js";
import type { Work } from "../work/unit-of-work.js";
import { Contact } from "../contacts/contact.entity.js";
import { ContactView } from "../contacts/contact.results.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { RollOut } from "./roll-out.entity.js";
import type { RollOutRecipientsArgs } from "./roll-out.inputs.js";
import { RollOutProgress, RollOutRecipientConnection, RollOutRecipientView, RollOutView } from "./roll-out.results.js";

interface RecipientRow {
  contactId: string;
  nameKey: string;
  state: RollOutRecipientState;
  mails: number;
  mailedAt: number | null;
  mailedTo: string | null;
}
/** How far a recipient is without 2FA. */
const UNENROLLED =
  "CASE WHEN r.leftOutFor IS NOT NULL THEN 'STOPPED' WHEN r.mailedAt IS NOT NULL THEN 'MAILED' ELSE 'WAITING' END";
/** First line that applies wins, so that the counts add up to all recipients. */
const STATE = `CASE WHEN t.enrolledAt IS NOT NULL THEN 'ENROLLED' ELSE ${UNENROLLED} END`;
const FROM = `FROM roll_out_recipients r JOIN contacts c ON c.id = r.contactId
  LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId`;
const KIND = "rollOutRecipients";

/** The firm's latest; null where there never was one. */
export const latestRollOut = (manager: EntityManager, firmId: string): Promise<RollOut | null> =>
  manager.findOne(RollOut, { where: { firmId }, order: { startedAt: "DESC", id: "DESC" } });

/** Reads how a roll-out goes: what was mailed is stored, who has 2FA is looked up, so that it is true at every moment. */
export class RollOutsReadModel {
  constructor(private readonly work: Work) {}

  /** The firm's latest; null where there never was one. */
  async latest(firmId: string): Promise<RollOutView | null> {
    const row = await latestRollOut(this.work.reader, firmId);
    return row && RollOutView.of(row, await loadPolicy(this.work.reader, firmId));
  }

  async find(firmId: string, id: string): Promise<RollOutView | null> {
    const row = isId("rollOut", id) ? await this.work.reader.findOneBy(RollOut, { firmId, id }) : null;
    return row && RollOutView.of(row, await loadPolicy(this.work.reader, firmId));
  }

  /** Counts all, and then those with 2FA, from their side: the page asks for this with every mail, and they are few at first. */
  async progress({ id, firmId }: RollOutView): Promise<RollOutProgress> {
    type Counts = { state: Exclude<RollOutRecipientState, "ENROLLED">; n: number }[];
    const all: Counts = await this.work.rows(
      `SELECT ${UNENROLLED} AS state, COUNT(*) AS n FROM roll_out_recipients r WHERE r.rollOutId = ? GROUP BY ${UNENROLLED}`,
      [id],
    );
    const enrolled: Counts = await this.work.rows(
      `SELECT ${UNENROLLED} AS state, COUNT(*) AS n FROM two_factor_states t JOIN contacts c ON c.portalAccountId = t.ownerId
       JOIN roll_out_recipients r ON r.contactId = c.id AND r.rollOutId = ?
       WHERE t.firmId = ? AND t.enrolledAt IS NOT NULL GROUP BY ${UNENROLLED}`,
      [id, firmId],
    );
    const sum = (counts: Counts) => counts.reduce((total, { n }) => total + Number(n), 0);
    const count = (state: Counts[number]["state"]) => {
      const of = (counts: Counts) => Number(counts.find((row) => row.state === state)?.n ?? 0);
      return of(all) - of(enrolled);
    };
    return Object.assign(new RollOutProgress(), {
      concerned: sum(all),
      enrolled: sum(enrolled),
      leftOut: count("STOPPED"),
      told: count("MAILED"),
      waiting: count("WAITING"),
    });
  }

  async recipients(rollOut: RollOutView, args: RollOutRecipientsArgs): Promise<RollOutRecipientConnection> {
    const page = readPage(args, KIND, 2);
    const keys = keyset([{ sql: "r.nameKey" }, { sql: "r.contactId" }], page);
    const rows = await this.work.rows<RecipientRow>(
      `SELECT r.contactId, r.nameKey, ${STATE} AS state, r.mails, r.mailedAt, r.mailedTo ${FROM}
       WHERE r.rollOutId = ?${args.state ? ` AND ${STATE} = ?` : ""} AND ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
      [rollOut.id, ...(args.state ? [args.state] : []), ...keys.parameters],
    );
    const contacts = await this.work.reader.findBy(Contact, {
      firmId: rollOut.firmId,
      id: In(rows.map(({ contactId }) => contactId)),
    });
    const views = new Map(contacts.map((contact) => [contact.id, ContactView.of(contact)]));
    const failures = await this.failures(rollOut.firmId, rows);
    return Object.assign(
      new RollOutRecipientConnection(),
      pageOf(
        // A contact that went between the two statements is left out.
        rows.filter(({ contactId }) => views.has(contactId)),
        page,
        KIND,
        (row) => [row.nameKey, row.contactId],
        ({ state, mails, mailedAt, mailedTo, ...row }) =>
          Object.assign(new RollOutRecipientView(), {
            contact: views.get(row.contactId),
            state,
            mails,
            mailedAt: mailedAt === null ? null : Number(mailedAt),
            mailedTo,
            failure: failures.get(`${mailedTo} ${mailedAt}`) ?? null,
          }),
      ),
    );
  }

  /** What mail servers said of the last mails, by address and moment. */
  private async failures(firmId: string, rows: readonly RecipientRow[]): Promise<Map<string, string | null>> {
    const mailed = rows.filter(({ mailedAt }) => mailedAt !== null);
    const mails = await this.work.reader.findBy(OutboxMail, {
      firmId,
      recipient: In(mailed.map(({ mailedTo }) => mailedTo)),
      createdAt: In(mailed.map(({ mailedAt }) => mailedAt)),
    });
    return new Map(mails.map(({ recipient, createdAt, lastFailure }) => [`${recipient} ${createdAt}`, lastFailure]));
  }
}
