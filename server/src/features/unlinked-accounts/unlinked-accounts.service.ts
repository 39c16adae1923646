import { forceIndexSql } from "../../platform/database/dialect.js";
import { computed, indexOf, notNull, select, sql, table, type Sql } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { keyset, pageOf, readPage, type PageArgs } from "../../platform/graphql/pages.js";
import { asFirmCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { lockSessionsOf } from "../callers/caller-now.js";
import { findPerson, type Person } from "../people/person.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { readReason } from "../../platform/graphql/input-texts.js";
import { mustFind } from "../work/must-find.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { deleteAccount, signOutEverywhere, type FirmsAct } from "../portal-administration/end-account.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { PortalAccountConnection } from "./unlinked-account.results.js";

const KIND = "portalAccounts.unlinked";
const field = ["input", "portalAccountId"];

const accounts = table(PortalAccount);
const a = table(PortalAccount, "a");
const UNLINKED_INDEX = indexOf(PortalAccount, ["firmId", "unlinkedAt", "id"]);
const UNLINKED = select({ ...a, unlinkedAt: notNull(a.unlinkedAt) });
const COUNT = select({ n: computed<number>(sql`COUNT(*)`) });
const lastUnlinkedFirst = keyset([
  { by: a.unlinkedAt, isDescending: true },
  { by: a.id, isDescending: true },
]);

/**
 * The accounts that no contact has: the contact's email has changed, or the account was created after that. They open
 * nothing of the firm's and appear on no contact's page, so the firm lists and ends them by their own id.
 */
export class UnlinkedAccounts {
  constructor(private readonly needs: { work: Work; secondFactor: SecondFactor }) {}

  /** The most recently unlinked come first. */
  async page(firmId: string, args: PageArgs): Promise<PortalAccountConnection> {
    const page = readPage(args, KIND, 2);
    const keys = lastUnlinkedFirst(page);
    const text = UNLINKED.from`${a} ${this.index()} WHERE ${a.firmId} = ? AND ${a.unlinkedAt} IS NOT NULL AND ${keys.where}
        ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`;
    const rows = await this.needs.work.readList(firmId, (reads) => reads.rows(text, [firmId, ...keys.parameters]));
    const found = pageOf(rows, page, KIND, (row) => [row.unlinkedAt, row.id], PortalAccountView.of);
    return Object.assign(new PortalAccountConnection(), found, { count: () => this.count(firmId) });
  }

  /** Skips the firm's other accounts. */
  private index(): Sql {
    return forceIndexSql(this.needs.work.reader, UNLINKED_INDEX);
  }

  private async count(firmId: string): Promise<number> {
    const text = COUNT.from`${accounts} ${this.index()} WHERE ${accounts.firmId} = ? AND ${accounts.unlinkedAt} IS NOT NULL`;
    const [row] = await this.needs.work.readList(firmId, (reads) => reads.rows(text, [firmId]));
    return row?.n ?? 0;
  }

  revokeSessions(input: { portalAccountId: string }, context: RequestContext): Promise<PortalAccountView> {
    return this.act(input.portalAccountId, context, signOutEverywhere);
  }

  async delete(input: { portalAccountId: string; reason: string }, context: RequestContext): Promise<string> {
    const reason = readReason(input.reason);
    mustBeFresh(asFirmCaller(context.caller), this.needs.work.clock.now());
    const { id } = await this.act(input.portalAccountId, context, (unit, person, act) =>
      deleteAccount(unit, this.needs.secondFactor, person, { ...act, reason }),
    );
    return id;
  }

  private async act(
    portalAccountId: string,
    context: RequestContext,
    work: (unit: UnitOfWork, person: Person, act: FirmsAct) => Promise<void>,
  ): Promise<PortalAccountView> {
    const { firmId } = asFirmCaller(context.caller);
    return this.needs.work.do(async (unit) => {
      // Somebody who concurrently gives a contact the account's address either waits or comes first, so that no linked
      // account is ended unnoticed.
      await lockContacts(unit, firmId);
      const { manager } = unit;
      const account = await mustFind(manager, PortalAccount, "portalAccount", { id: portalAccountId, firmId }, field);
      const person = await findPerson(manager, "PORTAL", account.id);
      if (!person) throw new Refusal("NOT_FOUND", field);
      if (account.unlinkedAt === null)
        throw new Refusal("INVALID_INPUT", field, "A contact has this login. Manage it on the contact's page.");
      await lockSessionsOf(unit, person);
      await work(unit, person, { actor: actorIn(context), contact: null });
      return PortalAccountView.of(account);
    });
  }
}
