import { attemptLimits, type SuppressedMail } from "@gatehouse/shared";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import type { Attempts } from "./attempts.service.js";

/** A mail that a limit kept back, and whose it would have been. */
export interface HeldBack {
  firmId: string;
  email: string;
  accountId?: string | null;
  contactId?: string | null;
  /** Who asked for it. */
  actor: Actor;
  what: SuppressedMail;
}

/** Tells the firm that mails were held back: once an hour for each kind and address, however often they are asked for. */
export class SuppressedMails {
  constructor(private readonly needs: { work: Work; attempts: Attempts }) {}

  /** Writes the event, unless this hour has it. */
  async tell(heldBack: HeldBack): Promise<void> {
    if (await this.isFirst(heldBack)) await this.needs.work.do(async (unit) => recordHeldBack(unit, heldBack));
  }

  /** Whether this hour's event is still to be written; asking takes it. */
  async isFirst({ firmId, email, what }: Pick<HeldBack, "firmId" | "email" | "what">): Promise<boolean> {
    const key = `suppressed:${what}:${firmId}:${email}`;
    return (await this.needs.attempts.take(key, attemptLimits.suppressedMailEvents)).ok;
  }
}

export function recordHeldBack(unit: UnitOfWork, heldBack: HeldBack): void {
  const { firmId, email, accountId, contactId, actor, what } = heldBack;
  unit.record({ type: "MAIL_SUPPRESSED", firmId, accountId, contactId, actor, data: { email, what } });
}
