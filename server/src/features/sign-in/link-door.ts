import {
  lifetimes,
  maskEmail,
  methodsProven,
  nextLinkStep,
  type SecondProof,
  type SessionTransport,
} from "@gatehouse/shared";
import { select, sql, table } from "../../platform/database/sql.js";
import { newId } from "../../platform/crypto/ids.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import { about, findClientByEmail, findPerson, type Person } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import type { FirmPolicy } from "../firms/security-policy.reader.js";
import type { MagicLink } from "../magic-links/magic-link.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { endSessions, listedIfAny } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { askSecondFactor } from "./second-factor-asking.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import type { SignedIn } from "./sign-in.results.js";
import { AccountRequired, SignInRequired, type ClaimOutcome } from "../magic-links/magic-link.results.js";
import { actorAs } from "./sign-in-actor.js";
import { signedIn } from "./signed-in.js";

/** A claimed link on its way to a session. */
export interface LinkEntry {
  /** Read under the lock that everything takes that opens a session. */
  policy: FirmPolicy;
  link: MagicLink;
  request: ClientRequest;
  context: RequestContext;
  transport: SessionTransport;
  deviceKeyDigest: string;
}

/** What a claimed link led to, and the sessions that ended for it. */
export interface LinkEntered<O extends ClaimOutcome = ClaimOutcome> {
  outcome: O;
  endedSessionIds: readonly string[];
}
const withoutEnding = (outcome: ClaimOutcome): LinkEntered => ({ outcome, endedSessionIds: [] });

const contacts = table(Contact);
const ACCOUNT_OF_CONTACT = select({ portalAccountId: contacts.portalAccountId })
  .from`${contacts} WHERE ${contacts.id} = ? AND ${contacts.firmId} = ?`;
const sessionRows = table(Session);
const EARLIER = sql`${sessionRows.requestId} = ? AND ${sessionRows.magicLinkId} = ? AND ${sessionRows.assurance} = 'LINK' AND ${sessionRows.id} <> ?`;

/** Where the way of a magic link ends: at its one request. */
export class LinkDoor {
  constructor(
    private readonly needs: { challenges: SignInChallenges; sessions: Sessions; secondFactor: SecondFactor },
  ) {}

  /** What a claimed magic link leads to: its one request, or a step that must come first. */
  async enter(
    unit: UnitOfWork,
    { policy, link, request, context, transport, deviceKeyDigest }: LinkEntry,
  ): Promise<LinkEntered> {
    const { secondFactor, challenges } = this.needs;
    const { firmId } = link;
    const [contact] = await unit.rows(ACCOUNT_OF_CONTACT, [request.contactId, firmId]);
    if (!contact) throw new Error("the contact of a request is gone");
    const { portalAccountId } = contact;
    // The account's login email may have changed since the link was sent: its code is still required.
    const person =
      (portalAccountId === null ? null : await findPerson(unit.manager, "PORTAL", portalAccountId)) ??
      (await findClientByEmail(unit.manager, firmId, request.sentTo));
    const factor = person && (await secondFactor.stateOf(unit.manager, person));
    const { step } = nextLinkStep({
      policy,
      now: unit.now,
      hasAccount: person !== null,
      isEnrolled: factor?.enrolledAt != null,
      isSecondFactorProven: false,
    });
    if (step === "PROVE_SECOND_FACTOR" && person && factor) {
      const given = { person, door: "MAGIC_LINK", magicLinkId: link.id, deviceKeyDigest } as const;
      // A trusted device skips the code of a password sign-in, never that of a link.
      return withoutEnding(await askSecondFactor(unit, challenges, given, factor, 0));
    }
    const maskedEmail = maskEmail(request.sentTo);
    if (step === "SIGN_IN") return withoutEnding(new SignInRequired({ maskedEmail, requestId: request.id }));
    if (step === "CREATE_ACCOUNT") {
      const token = newToken("gmc");
      const expiresAt = unit.now + lifetimes.enrollmentToken;
      await unit.manager.insert(MailedToken, {
        id: newId("mailedToken", unit.now),
        firmId,
        kind: "MAGIC_LINK",
        tokenDigest: digestOf(token),
        email: request.sentTo,
        accountId: null,
        magicLinkId: link.id,
        createdAt: unit.now,
        expiresAt,
        spentAt: null,
      });
      return withoutEnding(new AccountRequired({ confirmationToken: token, expiresAt, maskedEmail }));
    }
    return this.openSession(unit, { link, request, context, transport }, { policy });
  }

  /** Opens the link's request for somebody who was asked for a second factor and has given it. */
  async enterProven(
    unit: UnitOfWork,
    person: Person,
    entry: Pick<LinkEntry, "link" | "request" | "context" | "transport">,
    second: SecondProof,
  ): Promise<SignedIn> {
    const { request, context } = entry;
    const { outcome, endedSessionIds } = await this.openSession(unit, entry, { second });
    unit.record({
      type: "SIGN_IN_SUCCEEDED",
      ...about(person, actorAs(person, context.source)),
      contactId: request.contactId,
      methods: methodsProven({ act: "MAGIC_LINK", second }),
      data: {
        email: request.sentTo,
        door: "MAGIC_LINK",
        sessionId: outcome.session.id,
        requestId: request.id,
        title: request.title,
        ...listedIfAny(endedSessionIds),
      },
    });
    return outcome;
  }

  /** Opens a session that reaches exactly one request. */
  private async openSession(
    unit: UnitOfWork,
    { link, request, context, transport }: Pick<LinkEntry, "link" | "request" | "context" | "transport">,
    { second, policy }: { second?: SecondProof; policy?: FirmPolicy },
  ): Promise<LinkEntered<SignedIn>> {
    const isSecondFactorProven = second !== undefined;
    const opened = await this.needs.sessions.open(unit, {
      firmId: link.firmId,
      email: request.sentTo,
      requestId: request.id,
      magicLinkId: link.id,
      audience: "PORTAL",
      ownerId: null,
      assurance: "LINK",
      isSecondFactorProven,
      proof: { act: "MAGIC_LINK", second: second ?? "NONE", isEnrolled: isSecondFactorProven },
      transport,
      source: context.source,
    });
    // One live session per link, however often it is claimed.
    const endedSessionIds = await endSessions(unit, EARLIER, [request.id, link.id, opened.session.id]);
    return { outcome: await signedIn(unit, opened, { context, transport }, request.id, { policy }), endedSessionIds };
  }
}
