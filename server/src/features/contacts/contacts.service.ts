import DataLoader from "dataloader";
import { In } from "typeorm";
import { counts } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import { answer } from "../../platform/graphql/payloads.js";
import { asFirmCaller, type Caller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { mustFind } from "../work/must-find.js";
import type { Work } from "../work/unit-of-work.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { isFresh } from "../access/fresh-proof.js";
import { ContactEmailChangeView } from "./contact-email-change.results.js";
import { ContactChanges, type ChangedBy } from "./contact-changes.js";
import { mustBeAllowedToRedirect } from "./contact-redirects.js";
import { Contact } from "./contact.entity.js";
import type { ContactInput, ContactsArgs, UpdateContactInput, UpsertContactsInput } from "./contact.inputs.js";
import { type ContactConnection, ContactPayload, ContactView, type ContactOutcome } from "./contact.results.js";
import { ContactsReadModel } from "./contacts.read-model.js";

/** How many rows are committed together. */
const ROWS_AT_ONCE = 100;

/** The people at the firm's clients, as the firm lists them. */
export class Contacts {
  private readonly reads: ContactsReadModel;
  constructor(private readonly work: Work) {
    this.reads = new ContactsReadModel(work);
  }

  private readonly byId = () =>
    new DataLoader<string, Contact | null>(async (ids) => {
      const contacts = await this.work.reader.findBy(Contact, { id: In([...ids]) });
      const found = new Map(contacts.map((contact) => [contact.id, contact]));
      return ids.map((id) => found.get(id) ?? null);
    });
  private readonly accountById = () =>
    new DataLoader<string, PortalAccount | null>(async (ids) => {
      const accounts = await this.work.reader.findBy(PortalAccount, { id: In([...ids]) });
      const found = new Map(accounts.map((account) => [account.id, account]));
      return ids.map((id) => found.get(id) ?? null);
    });
  private readonly byAccount = () =>
    new DataLoader<string, Contact[]>(async (accountIds) => {
      const contacts = await this.work.reader.find(Contact, {
        where: { portalAccountId: In([...accountIds]) },
        order: { createdAt: "ASC", id: "ASC" },
      });
      return accountIds.map((accountId) => contacts.filter((contact) => contact.portalAccountId === accountId));
    });

  find(firmId: string, by: { id?: string | null; externalId?: string | null }): Promise<ContactView | null> {
    return this.reads.find(firmId, by);
  }
  list(firmId: string, args: ContactsArgs): Promise<ContactConnection> {
    return this.reads.page(firmId, args);
  }

  async ofEvent(firmId: string, contactId: string, context: RequestContext): Promise<ContactView | null> {
    const contact = await context.loaders.of(this.byId).load(contactId);
    return contact?.firmId === firmId ? seenBy(context.caller, contact) : null;
  }

  /** Loads the account if it was not read along. */
  async account(
    contact: Pick<ContactView, "portalAccountId">,
    { loaders }: RequestContext,
  ): Promise<PortalAccountView | null> {
    if (contact.portalAccountId === null) return null;
    const account = await loaders.of(this.accountById).load(contact.portalAccountId);
    return account && PortalAccountView.of(account);
  }

  async ofAccount(account: PortalAccountView, { loaders, caller }: RequestContext): Promise<ContactView[]> {
    return (await loaders.of(this.byAccount).load(account.id)).map((contact) => seenBy(caller, contact));
  }

  /** An account by its id, if the caller may see it. */
  async findAccount(caller: Caller, id: string): Promise<PortalAccountView | null> {
    if (caller.kind === "ANONYMOUS" || (caller.kind === "CLIENT" && caller.accountId !== id)) return null;
    const account = await this.work.reader.findOneBy(PortalAccount, { id, firmId: caller.firmId });
    return account && PortalAccountView.of(account);
  }

  private changedBy(context: RequestContext): ChangedBy {
    const caller = asFirmCaller(context.caller);
    const actor = actorIn(context);
    return { actor, mustBeAllowedToRedirect: () => mustBeAllowedToRedirect(caller, this.work.clock.now()) };
  }

  async create(input: ContactInput, context: RequestContext): Promise<ContactView> {
    const { firmId } = asFirmCaller(context.caller);
    return this.work.do(async (unit) => {
      const changes = await ContactChanges.begin(unit, firmId, [input], this.changedBy(context));
      const contact = changes.add(input);
      await changes.write();
      return ContactView.of(contact);
    });
  }

  async update(input: UpdateContactInput, context: RequestContext): Promise<ContactView> {
    const { firmId } = asFirmCaller(context.caller);
    return this.work.do(async (unit) => {
      const changes = await ContactChanges.begin(unit, firmId, [input], this.changedBy(context));
      const { contactId: id } = input;
      const contact = await mustFind(unit.manager, Contact, "contact", { id, firmId }, ["input", "contactId"]);
      changes.change(contact, input);
      await changes.write();
      return ContactView.of(contact);
    });
  }

  /**
   * Changes many contacts, matched by externalId, or else by email. Returns one result per row, in order, each with the
   * contact as it was after its row. A refused row does not stop the others. Commits a hundred rows at a time, so that
   * the firm's other work waits no longer than that.
   */
  async upsert(
    { contacts: rows, dryRun }: UpsertContactsInput,
    context: RequestContext,
  ): Promise<{
    results: ContactPayload[];
    outcomes: (ContactOutcome | null)[];
    emailChanges: (ContactEmailChangeView | null)[];
  }> {
    const { firmId } = asFirmCaller(context.caller);
    const isProofFresh = isFresh(context.caller, this.work.clock.now());
    if (rows.length > counts.upsertRows)
      throw new Refusal("INVALID_INPUT", ["input", "contacts"], `Send at most ${counts.upsertRows} rows at once.`);
    const results: ContactPayload[] = [];
    const outcomes: (ContactOutcome | null)[] = [];
    const emailChanges: (ContactEmailChangeView | null)[] = [];
    // Without writing, every row must see all rows before it, as it would if they were written.
    const atOnce = dryRun ? rows.length : ROWS_AT_ONCE;
    for (let from = 0; from < rows.length; from += atOnce) {
      const part = rows.slice(from, from + atOnce);
      const [answers, did, moved] = await this.work.do(async (unit) => {
        const changes = await ContactChanges.begin(unit, firmId, part, this.changedBy(context));
        const decided: ContactPayload[] = [];
        const done: (ContactOutcome | null)[] = [];
        const shown: (ContactEmailChangeView | null)[] = [];
        for (const row of part) {
          done.push(null);
          const emailChange = changes.emailChangeIn(row);
          shown.push(emailChange && ContactEmailChangeView.of({ firmId, ...emailChange }, isProofFresh));
          decided.push(
            await answer(ContactPayload, async () => {
              const { contact, outcome } = changes.upsert(row);
              done[done.length - 1] = outcome;
              return { contact: dryRun && outcome === "CREATED" ? null : ContactView.of(contact) };
            }),
          );
        }
        if (!dryRun) await changes.write();
        return [decided, done, shown] as const;
      });
      outcomes.push(...did);
      emailChanges.push(...moved);
      for (const [index, { userErrors }] of answers.entries())
        for (const error of userErrors)
          error.field = ["input", "contacts", (from + index).toString(), ...(error.field ?? []).slice(1)];
      results.push(...answers);
    }
    return { results, outcomes, emailChanges };
  }
}

const seenBy = (caller: Caller, contact: Contact): ContactView =>
  caller.kind === "CLIENT" ? ContactView.forClient(contact) : ContactView.of(contact);
