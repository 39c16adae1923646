import { Brackets, In } from "typeorm";
import {
  changesBetween,
  lengths,
  normalizeEmail,
  normalizeLine,
  redirectsRequests,
  type EmailChange,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { isUniqueViolation } from "../../platform/database/dialect.js";
import { unpreparedWrite } from "../../platform/database/prepared-rows.js";
import { join, placeholders, select, sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { readdressRequests, retireAddress } from "../access-endings/retire-address.js";
import { mustBeLine } from "../../platform/graphql/input-texts.js";
import { voidTokensOf } from "../mailed-tokens/mailed-tokens.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import type { Actor, RecordedEvent, UnitOfWork } from "../work/unit-of-work.js";
import { updateUnlinkedSince, updateSignInKeys, stateOf } from "./account-links.js";
import { contactFacts } from "./contact-facts.js";
import { emailChangeVersion } from "./email-change-version.js";
import { announceRedirect, requestsOf, type Redirect } from "./contact-redirects.js";
import { contactWords, nameKeyOf } from "./contact-index.js";
import { Contact, SearchWord } from "./contact.entity.js";
import type { ContactOutcome } from "./contact.results.js";
import type { ContactInput, UpdateContactInput } from "./contact.inputs.js";
import { lockContacts } from "./contacts-lock.js";
import { withCounts } from "./portal-counts.js";

/** A contact's fields as they are stored. */
type Fields = Pick<Contact, "name" | "email" | "organization" | "externalId" | "language">;
type Change = Omit<UpdateContactInput, "contactId">;
/** A change and, if it names its contact, that contact. */
type Row = Change & Partial<Pick<UpdateContactInput, "contactId">>;
/**
 * Who changes contacts. `mustBeAllowedToRedirect` throws if the caller may not move a contact's requests to another
 * login.
 */
export interface ChangedBy {
  actor: Actor;
  mustBeAllowedToRedirect: () => void;
}

const WORDS_AT_ONCE = 1000;

const portalAccounts = table(PortalAccount);
const ACCOUNTS = select({ id: portalAccounts.id, email: portalAccounts.email })
  .from`${portalAccounts} WHERE ${portalAccounts.firmId} = ? AND ${portalAccounts.email}`;
const words = table(SearchWord);
const INSERT_WORDS = sql`INSERT INTO ${words} (${words.firmId}, ${words.word}, ${words.nameKey}, ${words.contactId}) VALUES`;

const idOf = ({ externalId }: Change): string | null => normalizeLine(externalId ?? "") || null;
/** An id as it was sent: before ids were composed, it was stored so. */
const sentIdOf = ({ externalId }: Change): string | null => externalId?.trim() || null;
const emailOf = ({ email }: Change): string | null => (email ? normalizeEmail(email) : null);
const unique = (values: (string | null)[]): string[] => [...new Set(values.filter((value) => value !== null))];

/**
 * What one unit of work does to a firm's contacts: read at the beginning, decided row by row in memory, written at the
 * end in a few statements. A refused row leaves no trace, and each row sees what the rows before it did.
 */
export class ContactChanges {
  private readonly created = new Set<Contact>();
  private readonly changed = new Set<Contact>();
  /** The contacts whose email has changed, with their previous emails. */
  private readonly readdressed = new Map<Contact, string[]>();
  /** The accounts that contacts have left or joined. */
  private readonly relinked = new Set<string | null>();
  /**
   * Contacts that are now found by other words, or sorted elsewhere among those with the same words; with their
   * previous `nameKey`.
   */
  private readonly reworded = new Map<Contact, string>();
  /** The accounts that contacts have left. */
  private readonly left = new Set<string>();
  private readonly redirected: Redirect[] = [];
  private readonly events: RecordedEvent[] = [];

  private constructor(
    private readonly unit: UnitOfWork,
    private readonly firmId: string,
    private readonly by: ChangedBy,
    /** The contacts that the rows may refer to, oldest first. */
    private readonly known: Contact[],
    /** The portal accounts with the rows' emails. */
    private readonly accounts: ReadonlyMap<string, string>,
    /** How many requests those of the contacts have that were sent one. */
    private readonly asked: ReadonlyMap<string, number>,
  ) {}

  /** Nobody else changes the firm's contacts from here to the commit, so that what is read here stays true. */
  static async begin(unit: UnitOfWork, firmId: string, rows: readonly Row[], by: ChangedBy): Promise<ContactChanges> {
    await lockContacts(unit, firmId);
    const [ids, emails] = [unique([...rows.map(idOf), ...rows.map(sentIdOf)]), unique(rows.map(emailOf))];
    const isMeant = new Brackets((where) => {
      where.where("1 = 0");
      if (ids.length > 0) where.orWhere({ externalId: In(ids) });
      if (emails.length > 0) where.orWhere({ email: In(emails) });
    });
    const known = await unit.manager
      .createQueryBuilder(Contact, "c")
      .where({ firmId })
      .andWhere(isMeant)
      .orderBy("c.createdAt")
      .addOrderBy("c.id")
      .getMany();
    const accounts =
      emails.length === 0
        ? []
        : await unit.unpreparedRows(ACCOUNTS.plus` IN (${placeholders(emails.length)})`, [firmId, ...emails]);
    const meant = unique([...known.map(({ id }) => id), ...rows.map(({ contactId }) => contactId ?? null)]);
    const asked = await requestsOf(unit, firmId, meant);
    const accountOf = new Map(accounts.map(({ id, email }) => [email, id]));
    return new ContactChanges(unit, firmId, by, known, accountOf, asked);
  }

  /** Changes the contact that the row refers to, or adds one. */
  upsert(row: ContactInput): { contact: Contact; outcome: ContactOutcome } {
    const known = this.match(row);
    if (!known) return { contact: this.add(row), outcome: "CREATED" };
    return { outcome: this.change(known, row, row.allowRedirect === true) ? "UPDATED" : "UNCHANGED", contact: known };
  }

  /** What the row's email does to the contact that it refers to; null if it refers to none, or its email stays. */
  emailChangeIn(row: ContactInput): { contactId: string; change: EmailChange } | null {
    const known = this.match(row);
    if (!known || row.email === undefined) return null;
    const change = this.emailChange(known, emailOf(row));
    return change.from === change.to ? null : { contactId: known.id, change };
  }

  private emailChange(contact: Contact, to: string | null): EmailChange {
    return {
      isNewContact: this.created.has(contact),
      from: contact.email,
      to,
      accountBefore: contact.portalAccountId,
      accountAfter: this.accountOf(to),
      hasRequests: this.asked.has(contact.id),
    };
  }

  add(input: ContactInput): Contact {
    const fields = readFields(input, { name: "", email: null, organization: null, externalId: null, language: null });
    const contact = this.unit.manager.create(Contact, {
      id: newId("contact", this.unit.now),
      firmId: this.firmId,
      createdAt: this.unit.now,
      invitedAt: null,
      signedInAt: 0,
      nameKey: nameKeyOf(fields.name),
      ...fields,
    });
    this.address(contact);
    this.known.push(contact);
    this.created.add(contact);
    this.record("CONTACT_CREATED", contact, {});
    return contact;
  }

  /**
   * Changes the given fields. Returns false if nothing differs, and then writes nothing. `allowsRedirect`: the caller
   * names this contact, or says that its requests may go elsewhere.
   */
  change(contact: Contact, input: Change, allowsRedirect = true): boolean {
    const fields = readFields(input, contact);
    const emailChange = this.emailChange(contact, fields.email);
    const { from: before, accountBefore, accountAfter } = emailChange;
    const isEmailNew = fields.email !== before;
    if (input.expectedEmailChange != null && input.expectedEmailChange !== emailChangeVersion(emailChange))
      throw new Refusal("VERSION_CONFLICT", ["input", "expectedEmailChange"]);
    const keys = ["name", "email", "organization", "externalId", "language"] as const;
    if (keys.every((key) => fields[key] === contact[key])) return false;
    const factsBefore = contactFacts(contact);
    const isRedirect = redirectsRequests(emailChange);
    // A refused row leaves no trace, so this precedes any change.
    if (isRedirect && !allowsRedirect) throw new Refusal("CONTACT_REDIRECT_REFUSED", ["input", "email"]);
    if (isRedirect) this.by.mustBeAllowedToRedirect();
    if ((["name", "email", "organization"] as const).some((key) => fields[key] !== contact[key]))
      this.reworded.set(contact, this.reworded.get(contact) ?? contact.nameKey);
    Object.assign(contact, fields, { nameKey: nameKeyOf(fields.name) });
    if (isEmailNew) {
      // The new address was never invited.
      contact.invitedAt = null;
      this.relinked.add(accountBefore);
      if (accountBefore !== null && accountBefore !== accountAfter) this.left.add(accountBefore);
      this.address(contact);
      const earlier = this.readdressed.get(contact) ?? [];
      this.readdressed.set(contact, before === null ? earlier : [...earlier, before]);
    }
    this.changed.add(contact);
    this.record("CONTACT_UPDATED", contact, factsBefore);
    const requests = this.asked.get(contact.id) ?? 0;
    if (isRedirect) this.redirected.push({ ...emailChange, contact, requests });
    return true;
  }

  async write(): Promise<void> {
    for (const event of this.events) this.unit.record(event);
    const created = [...this.created];
    const changed = [...this.changed].filter((contact) => !this.created.has(contact));
    const restated = [...new Set([...created, ...this.readdressed.keys()])].map(({ id }) => id);
    if (restated.length === 0) await this.store(created, changed);
    else await withCounts(this.unit, this.firmId, restated, () => this.store(created, changed));
    await updateUnlinkedSince(this.unit, this.firmId, [...this.relinked]);
    for (const [contact, earlier] of this.readdressed) await this.retire(contact, earlier);
    // Otherwise the login's owner could use such a token to move it back to the contact at the new address.
    for (const accountId of this.left) await voidTokensOf(this.unit, accountId, ["EMAIL_CHANGE"]);
    for (const redirect of this.redirected) await announceRedirect(this.unit, redirect, this.by.actor);
  }

  /** Ensures that nothing sent to the contact's previous addresses opens anything. */
  private async retire({ id: contactId, email: to }: Contact, earlier: readonly string[]): Promise<void> {
    const { unit, firmId } = this;
    for (const from of earlier)
      if (from !== to)
        this.recordEnded(contactId, from, await retireAddress(unit, { firmId, contactIds: [contactId], from, to }));
    if (!this.asked.has(contactId)) return;
    this.recordEnded(contactId, earlier.at(-1) ?? to ?? "", await readdressRequests(unit, { firmId, contactId, to }));
  }

  private recordEnded(contactId: string, email: string, sessionIds: readonly string[]): void {
    if (sessionIds.length === 0) return;
    const data = { email, sessions: sessionIds.length, sessionIds };
    this.unit.record({ type: "SESSIONS_REVOKED", firmId: this.firmId, actor: this.by.actor, contactId, data });
  }

  private async store(created: Contact[], changed: Contact[]): Promise<void> {
    const { manager } = this.unit;
    try {
      if (created.length > 0) await manager.insert(Contact, created);
      for (const contact of changed) {
        const { id, name, nameKey, email, organization, externalId, language } = contact;
        const { invitedAt, portalAccountId, accessState } = contact;
        const fields = { name, nameKey, email, organization, externalId, language };
        const access = this.readdressed.has(contact) ? { invitedAt, portalAccountId, accessState } : {};
        await manager.update(Contact, { id }, { ...fields, ...access });
      }
    } catch (error) {
      if (isUniqueViolation(error))
        throw new Refusal("ALREADY_EXISTS", ["input", "externalId"], "Another contact has this externalId.");
      throw error;
    }
    const moved = new Set([...created.filter(({ portalAccountId }) => portalAccountId), ...this.readdressed.keys()]);
    if (moved.size > 0)
      await updateSignInKeys(
        manager,
        [...moved].map(({ id }) => id),
      );
    const reworded = changed.filter((contact) => this.reworded.has(contact));
    for (const contact of reworded)
      await manager.delete(SearchWord, {
        firmId: this.firmId,
        nameKey: this.reworded.get(contact) ?? contact.nameKey,
        contactId: contact.id,
      });
    const rows = [...created, ...reworded].flatMap((contact) =>
      contactWords(contact).map((word) => [this.firmId, word, contact.nameKey, contact.id]),
    );
    for (let from = 0; from < rows.length; from += WORDS_AT_ONCE) {
      const part = rows.slice(from, from + WORDS_AT_ONCE);
      const places = join(
        part.map(() => sql`(?, ?, ?, ?)`),
        ", ",
      );
      await unpreparedWrite(manager, sql`${INSERT_WORDS} ${places}`, part.flat());
    }
  }

  /** The contact that a row refers to: by the integrator's id, else by the mailbox. */
  private match(row: ContactInput): Contact | undefined {
    const [id, sentId, email] = [idOf(row), sentIdOf(row), emailOf(row)];
    const byId = (wanted: string | null) =>
      wanted === null ? undefined : this.known.find((contact) => contact.externalId === wanted);
    return (
      byId(sentId) ??
      byId(id) ??
      // A row with its own id is a separate contact with the same mailbox, unless there is one without an id.
      (email === null
        ? undefined
        : this.known.find((contact) => contact.email === email && (id === null || contact.externalId === null)))
    );
  }

  /** The email is new: if an account has it, that account serves the contact from now on. */
  private address(contact: Contact): void {
    contact.portalAccountId = this.accountOf(contact.email);
    this.relinked.add(contact.portalAccountId);
    contact.accessState = stateOf(contact);
  }
  private accountOf(email: string | null): string | null {
    return email === null ? null : (this.accounts.get(email) ?? null);
  }

  private record(
    type: "CONTACT_CREATED" | "CONTACT_UPDATED",
    contact: Contact,
    before: ReturnType<typeof contactFacts> | Record<never, never>,
  ): void {
    const { id, name } = contact;
    const changes = changesBetween(before, contactFacts(contact));
    this.events.push({ type, firmId: this.firmId, actor: this.by.actor, contactId: id, changes, data: { name } });
  }
}

/** Validates the given fields; omitted ones keep their values. */
function readFields(input: { [F in keyof Fields]?: Fields[F] | null }, current: Fields): Fields {
  const text = (key: "name" | "organization" | "externalId", limit: number): string | null => {
    const value = input[key];
    if (value === undefined) return current[key];
    const line = normalizeLine(value ?? "");
    if ([...line].length > limit)
      throw new Refusal("INVALID_INPUT", ["input", key], `Use at most ${limit} characters.`);
    if (line === "") return null;
    mustBeLine(line, ["input", key]);
    // An id from before ids were composed stays as it is: another contact may have the composed one by now.
    const isSameId = key === "externalId" && normalizeLine(current[key] ?? "") === line;
    return isSameId ? current[key] : line;
  };
  const name = text("name", lengths.name);
  if (name === null) throw new Refusal("INVALID_INPUT", ["input", "name"], "A contact needs a name.");
  const given = input.email?.trim();
  const email = input.email === undefined ? current.email : given ? normalizeEmail(given) : null;
  if (given && email === null) throw new Refusal("INVALID_EMAIL", ["input", "email"]);
  return {
    name,
    email,
    organization: text("organization", lengths.name),
    externalId: text("externalId", lengths.externalId),
    language: input.language === undefined ? current.language : input.language,
  };
}
