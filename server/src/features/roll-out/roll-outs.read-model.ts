import { In, type EntityManager } from "typeorm";
import type { RollOutRecipientState } from "@gatehouse/shared";
import { isId } from "../../platform/crypto/ids.js";
import { computed, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { keyset, pageOf, readPage } from "../../platform/graphql/pages.js";
import type { Work } from "../work/unit-of-work.js";
import { Contact } from "../contacts/contact.entity.js";
import { ContactView } from "../contacts/contact.results.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { RollOut, RollOutRecipient } from "./roll-out.entity.js";
import type { RollOutRecipientsArgs } from "./roll-out.inputs.js";
import { RollOutProgress, RollOutRecipientConnection, RollOutRecipientView, RollOutView } from "./roll-out.results.js";

const r = table(RollOutRecipient, "r");
const c = table(Contact, "c");
const t = table(TwoFactorState, "t");
/** How far a recipient without 2FA has come. */
const UNENROLLED = computed<Exclude<RollOutRecipientState, "ENROLLED">>(
  sql`CASE WHEN ${r.leftOutFor} IS NOT NULL THEN 'STOPPED' WHEN ${r.mailedAt} IS NOT NULL THEN 'MAILED' ELSE 'WAITING' END`,
);
/** The first matching line wins, so that the counts add up to all recipients. */
const STATE = computed<RollOutRecipientState>(
  sql`CASE WHEN ${t.enrolledAt} IS NOT NULL THEN 'ENROLLED' ELSE ${UNENROLLED} END`,
);
const COUNTS = select({ state: UNENROLLED, n: computed<number>(sql`COUNT(*)`) });
type Counts = RowOf<typeof COUNTS>[];
const ALL = COUNTS.from`${r} WHERE ${r.rollOutId} = ? GROUP BY ${UNENROLLED}`;
const ENROLLED = COUNTS.from`${t} JOIN ${c} ON ${c.portalAccountId} = ${t.ownerId}
  JOIN ${r} ON ${r.contactId} = ${c.id} AND ${r.rollOutId} = ?
  WHERE ${t.firmId} = ? AND ${t.enrolledAt} IS NOT NULL GROUP BY ${UNENROLLED}`;
const RECIPIENTS = select({
  contactId: r.contactId,
  nameKey: r.nameKey,
  state: STATE,
  mails: r.mails,
  mailedAt: r.mailedAt,
  mailedTo: r.mailedTo,
}).from`${r} JOIN ${c} ON ${c.id} = ${r.contactId}
  LEFT JOIN ${t} ON ${t.ownerId} = ${c.portalAccountId} WHERE ${r.rollOutId} = ? AND `;
const IN_STATE = RECIPIENTS.plus`${STATE} = ? AND `;
const KIND = "rollOutRecipients";
const byName = keyset([{ by: r.nameKey }, { by: r.contactId }]);

/** The firm's latest roll-out; null if there never was one. */
export const latestRollOut = (manager: EntityManager, firmId: string): Promise<RollOut | null> =>
  manager.findOne(RollOut, { where: { firmId }, order: { startedAt: "DESC", id: "DESC" } });

/**
 * Reads the progress of a roll-out. What was mailed is stored; who has 2FA is looked up, so that it is always current.
 */
export class RollOutsReadModel {
  constructor(private readonly work: Work) {}

  /** The firm's latest roll-out; null if there never was one. */
  async latest(firmId: string): Promise<RollOutView | null> {
    const row = await latestRollOut(this.work.reader, firmId);
    return row && RollOutView.of(row, await loadPolicy(this.work.reader, firmId));
  }

  async find(firmId: string, id: string): Promise<RollOutView | null> {
    const row = isId("rollOut", id) ? await this.work.reader.findOneBy(RollOut, { firmId, id }) : null;
    return row && RollOutView.of(row, await loadPolicy(this.work.reader, firmId));
  }

  /**
   * Counts all recipients, and separately those with 2FA, starting from their accounts: the page requests this with
   * every mail, and they are few at first.
   */
  async progress({ id, firmId }: RollOutView): Promise<RollOutProgress> {
    const all = await this.work.rows(ALL, [id]);
    const enrolled = await this.work.rows(ENROLLED, [id, firmId]);
    const sum = (counts: Counts) => counts.reduce((total, { n }) => total + n, 0);
    const count = (state: Counts[number]["state"]) => {
      const of = (counts: Counts) => counts.find((row) => row.state === state)?.n ?? 0;
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
    const keys = byName(page);
    const rows = await this.work.rows(
      (args.state ? IN_STATE : RECIPIENTS).plus`${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`,
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
        // Skips a contact that was deleted between the two statements.
        rows.filter(({ contactId }) => views.has(contactId)),
        page,
        KIND,
        (row) => [row.nameKey, row.contactId],
        ({ state, mails, mailedAt, mailedTo, ...row }) =>
          Object.assign(new RollOutRecipientView(), {
            contact: views.get(row.contactId),
            state,
            mails,
            mailedAt,
            mailedTo,
            failure: failures.get(`${mailedTo} ${mailedAt}`) ?? null,
          }),
      ),
    );
  }

  /** What mail servers said about the last mails, by address and time. */
  private async failures(
    firmId: string,
    rows: readonly RowOf<typeof RECIPIENTS>[],
  ): Promise<Map<string, string | null>> {
    const mailed = rows.filter(({ mailedAt }) => mailedAt !== null);
    const mails = await this.work.reader.findBy(OutboxMail, {
      firmId,
      recipient: In(mailed.map(({ mailedTo }) => mailedTo)),
      createdAt: In(mailed.map(({ mailedAt }) => mailedAt)),
    });
    return new Map(mails.map(({ recipient, createdAt, lastFailure }) => [`${recipient} ${createdAt}`, lastFailure]));
  }
}
