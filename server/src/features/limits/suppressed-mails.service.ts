import { attemptLimits, type SuppressedMail } from "@gatehouse/shared";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import type { Attempts } from "./attempts.service.js";

/** A mail that a limit held back, and whose it would have been. */
export interface HeldBack {
  firmId: string;
  email: string;
  accountId?: string | null;
  contactId?: string | null;
  /** Who requested it. */
  actor: Actor;
  what: SuppressedMail;
}

/**
 * Records in the firm's log that mails were held back: once an hour for each kind and address, however often they are
 * requested.
 */
export class SuppressedMails {
  constructor(private readonly needs: { work: Work; attempts: Attempts }) {}

  /** Writes the event, unless there is one for this hour already. */
  async record(heldBack: HeldBack): Promise<void> {
    if (await this.isFirst(heldBack)) await this.needs.work.do(async (unit) => recordHeldBack(unit, heldBack));
  }

  /** Whether this hour's event is still to be written; calling this claims it. */
  async isFirst({ firmId, email, what }: Pick<HeldBack, "firmId" | "email" | "what">): Promise<boolean> {
    const key = `suppressed:${what}:${firmId}:${email}`;
    return (await this.needs.attempts.take(key, attemptLimits.suppressedMailEvents)).ok;
  }
}

export function recordHeldBack(unit: UnitOfWork, heldBack: HeldBack): void {
  const { firmId, email, accountId, contactId, actor, what } = heldBack;
  unit.record({ type: "MAIL_SUPPRESSED", firmId, accountId, contactId, actor, data: { email, what } });
}
