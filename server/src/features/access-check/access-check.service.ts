import { In, IsNull, MoreThan } from "typeorm";
import {
  DAY_MS,
  attemptLimits,
  accessFindings,
  requestLinkState,
  secondFactorLockEndsAt,
  type AccessFacts,
  type AuditEventData,
  type AuditEventType,
} from "@gatehouse/shared";
import type { AuditLog } from "../audit/audit-log.service.js";
import type { AuditEventView } from "../audit/audit-event.results.js";
import type { Work } from "../work/unit-of-work.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import type { ContactView } from "../contacts/contact.results.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { passwordAttemptsKey, type Attempts } from "../limits/attempts.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { AccessFindingView } from "./access-check.results.js";

/** How many of a client's latest events are examined. */
const EVENTS = 100;

/** Events that end a series of failures: earlier failures no longer matter. */
const goodNews: readonly AuditEventType[] = [
  "SIGN_IN_SUCCEEDED",
  "PASSWORD_CHANGED",
  "TWO_FACTOR_RESET",
  "ACCOUNT_UNLOCKED",
];
const informative: AuditEventType[] = [...goodNews, "SIGN_IN_FAILED", "MAGIC_LINK_DECLINED", "MAGIC_LINK_CLAIMED"];

/** "Why can't this client get in?": gathers the facts, which shared/access-check judges. */
export class AccessCheck {
  constructor(private readonly needs: { work: Work; log: AuditLog; attempts: Attempts; secondFactor: SecondFactor }) {}

  async of({ id, firmId }: Pick<ContactView, "id" | "firmId">): Promise<AccessFindingView[]> {
    const { work, log } = this.needs;
    const contact = await work.reader.findOneByOrFail(Contact, { id, firmId });
    const now = work.clock.now();
    const events = (
      await log.page(firmId, { first: EVENTS }, { types: informative, contactId: id, since: now - DAY_MS })
    ).nodes;
    const account = await this.accountOf(contact);
    const request = await this.requestOf(contact, events, now);
    const facts: AccessFacts = {
      now,
      policy: await loadPolicy(work.reader, firmId),
      email: contact.email,
      invitation: await this.invitationOf(contact, now),
      account,
      failures: failuresIn(events),
      request,
      mail: await this.mailOf(firmId, [contact.email, account?.email]),
    };
    return accessFindings(facts).map((finding) => AccessFindingView.of(finding, request?.id ?? null));
  }

  private async accountOf({ firmId, portalAccountId }: Contact): Promise<AccessFacts["account"]> {
    const { work, attempts, secondFactor } = this.needs;
    if (portalAccountId === null) return null;
    const { id, email } = await work.reader.findOneByOrFail(PortalAccount, { id: portalAccountId, firmId });
    const factor = await secondFactor.stateOf(work.reader, { ownerId: id, firmId });
    return {
      email,
      isEnrolled: factor.enrolledAt !== null,
      recoveryCodesRemaining: factor.recoveryCodesRemaining,
      secondFactorLockedUntil: secondFactorLockEndsAt(factor, work.clock.now()),
      passwordWaitUntil: await attempts.waitsUntil(
        passwordAttemptsKey("PORTAL", firmId, email),
        attemptLimits.password,
      ),
    };
  }

  private async invitationOf(contact: Contact, now: number): Promise<AccessFacts["invitation"]> {
    const { firmId, email, invitedAt } = contact;
    if (invitedAt === null || email === null) return null;
    const isUsable = await this.needs.work.reader.existsBy(MailedToken, {
      firmId,
      email,
      kind: "INVITE",
      spentAt: IsNull(),
      expiresAt: MoreThan(now),
    });
    return { sentAt: invitedAt, isUsable };
  }

  /** The newest request that is not completed. */
  private async requestOf(contact: Contact, events: AuditEventView[], now: number): Promise<AccessFacts["request"]> {
    const { reader } = this.needs.work;
    const request = await reader.findOne(ClientRequest, {
      where: { firmId: contact.firmId, contactId: contact.id, completedAt: IsNull() },
      order: { createdAt: "DESC", id: "DESC" },
    });
    if (!request) return null;
    const links = await reader.find(MagicLink, { where: { requestId: request.id }, order: { issuedAt: "DESC" } });
    const last = events.find(
      ({ type, stored }) =>
        type.startsWith("MAGIC_LINK_") && (JSON.parse(stored.data) as { title: string }).title === request.title,
    );
    return {
      id: request.id,
      title: request.title,
      link: requestLinkState(links, now),
      declinedAt: last?.type === "MAGIC_LINK_DECLINED" ? last.occurredAt : null,
    };
  }

  /** The firm's own last mail: it must not learn what another firm sent to the same address. */
  private async mailOf(firmId: string, addresses: (string | null | undefined)[]): Promise<AccessFacts["mail"]> {
    const mail = await this.needs.work.reader.findOne(OutboxMail, {
      where: { firmId, recipient: In(addresses.filter((address) => address != null)) },
      order: { createdAt: "DESC", id: "DESC" },
    });
    return (
      mail && {
        recipient: mail.recipient,
        at: mail.createdAt,
        sentAt: mail.sentAt,
        failure: mail.lastFailure,
        isGivenUp: mail.sentAt === null && mail.encryptedContent === null,
      }
    );
  }
}

/** The failed attempts since the last good news; `events` come newest first. */
function failuresIn(events: AuditEventView[]): AccessFacts["failures"] {
  const end = events.findIndex(({ type }) => goodNews.includes(type));
  const failed = events.slice(0, end === -1 ? undefined : end).filter(({ type }) => type === "SIGN_IN_FAILED");
  const isOfPassword = ({ stored }: AuditEventView) =>
    (JSON.parse(stored.data) as AuditEventData["SIGN_IN_FAILED"]).what === "password";
  return (["password", "second factor"] as const).flatMap((what) => {
    const tries = failed.filter((event) => isOfPassword(event) === (what === "password"));
    return tries[0] ? [{ what, count: tries.length, lastAt: tries[0].occurredAt }] : [];
  });
}
