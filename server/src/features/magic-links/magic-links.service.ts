import {
  attemptLimits,
  decideClaim,
  lengths,
  lifetimes,
  linkState,
  maskEmail,
  methodsProven,
  type SessionTransport,
} from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { digestOf, isSameSecret, newToken } from "../../platform/crypto/tokens.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { rateLimited, Refusal } from "../../platform/graphql/failures.js";
import { sourceKey } from "../../platform/http/source-address.js";
import { endLink } from "../access-endings/end-link.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { lockContacts } from "../contacts/contacts-lock.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { mustBeOpen } from "../access/firm-open.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { endSessions, listedIfAny } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { SuppressedMails } from "../limits/suppressed-mails.service.js";
import { type ClaimOutcome, MagicLinkNotUsable, MagicLinkPreview } from "./magic-link.results.js";
import type { LinkDoor } from "../sign-in/link-door.js";
import { SignedIn } from "../sign-in/sign-in.results.js";
import { MagicLink } from "./magic-link.entity.js";
import { mailRequestLink } from "./mail-request-link.js";

export interface MagicLinkServiceNeeds {
  work: Work;
  attempts: Attempts;
  suppressed: SuppressedMails;
  door: LinkDoor;
  /** Multiplies the limits per source address (SOURCE_LIMIT_FACTOR). */
  sourceLimitFactor: number;
}

const links = table(MagicLink);
const OF_TOKEN = select({ id: links.id, firmId: links.firmId, requestId: links.requestId })
  .from`${links} WHERE ${links.tokenDigest} = ?`;
const LIVE_OF_REQUEST = select({ id: links.id, issuedAt: links.issuedAt })
  .from`${links} WHERE ${links.requestId} = ? AND ${links.revokedAt} IS NULL`;
const BIND = sql`UPDATE ${links} SET ${links.claimedAt} = ?, ${links.deviceKeyDigest} = ?, ${links.boundUntil} = ?
  WHERE ${links.id} = ? AND ${links.claimedAt} IS NULL AND ${links.revokedAt} IS NULL AND ${links.expiresAt} > ?`;
const sessions = table(Session);
const SESSIONS_OF_OTHERS = sql`${sessions.requestId} = ? AND ${sessions.assurance} = 'LINK'
  AND (${sessions.magicLinkId} IS NULL OR ${sessions.magicLinkId} <> ?)`;

const TOKEN_PREFIX = "gml";
const isMagicLinkToken = (text: string): boolean => /^gml_[\w-]{43}$/.test(text);

/**
 * The ways into one request without an account. Anybody may look at a link as often as they like; a person's click
 * claims it and binds it to the device. Claiming a newer link replaces the older ones.
 */
export class MagicLinks {
  constructor(private readonly needs: MagicLinkServiceNeeds) {}

  /** What a link would do; null if the token is not one. Changes nothing. */
  async preview(token: string, deviceKey: string | null): Promise<MagicLinkPreview | null> {
    if (!isMagicLinkToken(token)) return null;
    const { work } = this.needs;
    const link = await work.reader.findOneBy(MagicLink, { tokenDigest: digestOf(token) });
    if (!link) return null;
    const [request, policy] = await Promise.all([
      work.reader.findOneByOrFail(ClientRequest, { id: link.requestId, firmId: link.firmId }),
      loadPolicy(work.reader, link.firmId),
    ]);
    const state = linkState(link, work.clock.now());
    return Object.assign(new MagicLinkPreview(), {
      firm: PortalFirmView.of(policy, work.clock.now()),
      maskedEmail: maskEmail(request.sentTo),
      requestTitle: request.title,
      state,
      claimedByThisDevice: state === "CLAIMED" && deviceKey !== null && isBoundTo(link, digestOf(deviceKey)),
    });
  }

  /**
   * A person's click. The first claim binds the link to the device, takes the request away from the devices of older
   * links, and applies the firm's policy to decide what comes next. The same device may return within its 30 days. Any
   * other device learns only the state. Refuses an unknown token (TOKEN_INVALID) and a device key that is too short
   * (INVALID_INPUT).
   */
  async claim(
    input: { token: string; deviceKey: string; transport: SessionTransport },
    context: RequestContext,
  ): Promise<ClaimOutcome | MagicLinkNotUsable> {
    const { length } = input.deviceKey;
    if (length < lengths.deviceKeyMin || length > lengths.deviceKeyMax)
      throw new Refusal(
        "INVALID_INPUT",
        ["input", "deviceKey"],
        `A device key has ${lengths.deviceKeyMin} to ${lengths.deviceKeyMax} characters.`,
      );
    const { work, attempts, sourceLimitFactor } = this.needs;
    const source = `magic-link-claims:${sourceKey(context.source.ipAddress)}`;
    const attempt = await attempts.take(source, attemptLimits.tokenBySource, sourceLimitFactor);
    if (!attempt.ok) throw rateLimited(attempt.retryAfterMs);

    const deviceKeyDigest = digestOf(input.deviceKey);
    let isUsable = false;
    const claiming = work.do(async (unit) => {
      isUsable = false;
      const claimed = await this.claimWithin(unit, { ...input, deviceKeyDigest, context });
      isUsable = claimed !== null && !(claimed instanceof MagicLinkNotUsable);
      if (isUsable) await attempts.giveBackWithin(unit, attempt.taken);
      return claimed;
    });
    const outcome = await claiming.catch(async (error: unknown) => {
      if (isUsable) await attempts.giveBackAfter(error, [attempt.taken]);
      throw error;
    });
    if (outcome === null) throw new Refusal("TOKEN_INVALID", ["input", "token"]);
    return outcome;
  }

  /**
   * Mails a new link to the address to which the request was sent (or to its replacement), whatever state the given
   * link is in. Returns nothing, even for an unknown token or past the request's limit: somebody who presses the button
   * again within a minute already has a mail on its way. Only the limit by source address is reported (RATE_LIMITED),
   * and it ignores the token.
   */
  async sendAccessLink(token: string, context: RequestContext): Promise<void> {
    const { work, attempts, sourceLimitFactor } = this.needs;
    const bySource = await attempts.take(
      `access-link-mails:${sourceKey(context.source.ipAddress)}`,
      attemptLimits.mailsBySource,
      sourceLimitFactor,
    );
    if (!bySource.ok) throw rateLimited(bySource.retryAfterMs);
    work.mustSendMail();
    if (!isMagicLinkToken(token)) return;
    const link = await work.reader.findOneBy(MagicLink, { tokenDigest: digestOf(token) });
    if (!link) return;
    if ((await this.takeMail(link.requestId)) !== null) return this.tellOfHeldLink(link, context);
    await work.do(async (unit) => {
      // A change of the contact's email either comes first, or finds the new link and ends it.
      await lockContacts(unit, link.firmId);
      const request = await unit.manager.findOneByOrFail(ClientRequest, { id: link.requestId, firmId: link.firmId });
      // The firm has removed the address: the one that the request was sent to belongs to nobody.
      const { email } = await unit.manager.findOneByOrFail(Contact, { id: request.contactId });
      if (email === null) return;
      const { token: newLink, expiresAt, issued } = await this.issue(unit, request, lifetimes.accessLink);
      await mailRequestLink(unit, request, {
        token: newLink,
        occasion: "ACCESS_LINK",
        asked: context.language,
        expiresAt,
      });
      unit.record({
        type: "MAGIC_LINK_SENT",
        firmId: request.firmId,
        actor: actorIn(context),
        contactId: request.contactId,
        data: { title: request.title, email: request.sentTo, requestId: request.id, ...issued },
      });
    });
  }

  private async tellOfHeldLink({ requestId, firmId }: MagicLink, context: RequestContext): Promise<void> {
    const { work, suppressed } = this.needs;
    const { contactId, sentTo } = await work.reader.findOneByOrFail(ClientRequest, { id: requestId, firmId });
    await suppressed.record({ firmId, contactId, email: sentTo, actor: actorIn(context), what: "link" });
  }

  /**
   * Creates a new link of the request; its token is only for the mail. Older links stay usable until this one is
   * claimed. `issued`: what the event says of it.
   */
  async issue(
    unit: UnitOfWork,
    request: Pick<ClientRequest, "id" | "firmId">,
    lifetimeMs: number = lifetimes.magicLink,
  ): Promise<{ token: string; expiresAt: number; issued: { magicLinkId: string; openUntil: string } }> {
    const token = newToken(TOKEN_PREFIX);
    const id = newId("magicLink", unit.now);
    const expiresAt = unit.now + lifetimeMs;
    await unit.manager.insert(MagicLink, {
      id,
      firmId: request.firmId,
      requestId: request.id,
      tokenDigest: digestOf(token),
      issuedAt: unit.now,
      expiresAt,
      claimedAt: null,
      deviceKeyDigest: null,
      boundUntil: null,
      revokedAt: null,
    });
    return { token, expiresAt, issued: { magicLinkId: id, openUntil: new Date(expiresAt).toISOString() } };
  }

  /** Takes one of the request's mails: 1 a minute, 5 an hour. Returns how long to wait if none is left, else null. */
  async takeMail(requestId: string): Promise<number | null> {
    const { attempts } = this.needs;
    const inMinute = await attempts.take(`request-mail-minute:${requestId}`, attemptLimits.requestMailsByMinute);
    if (!inMinute.ok) return inMinute.retryAfterMs;
    const inHour = await attempts.take(`request-mail-hour:${requestId}`, attemptLimits.requestMailsByHour);
    return inHour.ok ? null : inHour.retryAfterMs;
  }

  private async claimWithin(
    unit: UnitOfWork,
    claim: { token: string; deviceKeyDigest: string; transport: SessionTransport; context: RequestContext },
  ): Promise<ClaimOutcome | MagicLinkNotUsable | null> {
    const { manager, now } = unit;
    if (!isMagicLinkToken(claim.token)) return null;
    const [found] = await unit.rows(OF_TOKEN, [digestOf(claim.token)]);
    if (!found) return null;
    // Locks the policy first, like everything that may open a session (its reader says why), then the request's row, so
    // that claims of one request, even by different links, run one after another.
    const policy = await loadPolicy(manager, found.firmId, { lock: "share" });
    mustBeOpen(policy);
    const request = await manager.findOneOrFail(ClientRequest, {
      where: { id: found.requestId, firmId: found.firmId },
      ...forUpdate(manager),
    });
    const link = await manager.findOneOrFail(MagicLink, { where: { id: found.id }, ...forUpdate(manager) });

    const verdict = decideClaim({ ...link, isBoundDevice: isBoundTo(link, claim.deviceKeyDigest) }, now);
    const actor = actorIn(claim.context);
    if (verdict.decision === "DECLINE") {
      unit.record({
        type: "MAGIC_LINK_DECLINED",
        firmId: request.firmId,
        actor,
        contactId: request.contactId,
        data: { title: request.title, why: verdict.why },
      });
      return new MagicLinkNotUsable(linkState(link, now), maskEmail(request.sentTo));
    }
    let endedSessionIds: readonly string[] = [];
    if (verdict.decision === "BIND") {
      const boundUntil = now + lifetimes.magicLinkDevice;
      const bound = await unit.affected(BIND, [now, claim.deviceKeyDigest, boundUntil, link.id, now]);
      if (bound !== 1) throw new Error("a magic link changed under its request's lock");
      Object.assign(link, { claimedAt: now, deviceKeyDigest: claim.deviceKeyDigest, boundUntil });
      endedSessionIds = await this.revokeOlder(unit, link);
    }
    const entered = await this.needs.door.enter(unit, {
      policy,
      link,
      request,
      context: claim.context,
      transport: claim.transport,
      deviceKeyDigest: claim.deviceKeyDigest,
    });
    unit.record({
      type: "MAGIC_LINK_CLAIMED",
      firmId: request.firmId,
      actor: { ...actor, name: actor.id === null ? request.sentTo : actor.name },
      contactId: request.contactId,
      methods: methodsProven({ act: "MAGIC_LINK", second: "NONE" }),
      data: {
        title: request.title,
        email: request.sentTo,
        requestId: request.id,
        sessionId: entered.outcome instanceof SignedIn ? entered.outcome.session.id : null,
        magicLinkId: link.id,
        ...(link.boundUntil === null ? {} : { openUntil: new Date(link.boundUntil).toISOString() }),
        ...listedIfAny([...endedSessionIds, ...entered.endedSessionIds]),
      },
    });
    return entered.outcome;
  }

  /**
   * The request moves to the device of `link`: everything that its older links gave ends. First whatever may still lead
   * to a session (a pending code, an account being created), then the sessions: so a step that finishes concurrently
   * either has its session ended here, or finds itself void. Returns the ids of the sessions that ended.
   */
  private async revokeOlder(unit: UnitOfWork, link: MagicLink): Promise<string[]> {
    for (const { id, issuedAt } of await unit.rows(LIVE_OF_REQUEST, [link.requestId]))
      if (id !== link.id && issuedAt <= link.issuedAt) await endLink(unit, link.firmId, id);
    return endSessions(unit, SESSIONS_OF_OTHERS, [link.requestId, link.id]);
  }
}

const isBoundTo = (link: Pick<MagicLink, "deviceKeyDigest">, deviceKeyDigest: string): boolean =>
  link.deviceKeyDigest !== null && isSameSecret(link.deviceKeyDigest, deviceKeyDigest);
