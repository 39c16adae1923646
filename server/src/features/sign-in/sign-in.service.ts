import { setTimeout as sleep } from "node:timers/promises";
import {
  allowsPasswordLogin,
  attemptLimits,
  lifetimes,
  maskEmail,
  nextAccountStep,
  nextLinkStep,
  nextTeamStep,
  teamRoleNeedsTwoFactor,
  normalizeEmail,
  provesMailbox,
  type Audience,
  type ModePolicy,
  type Proof,
  type SecondProof,
  type SessionTransport,
  type SignInDoor,
} from "@gatehouse/shared";
import { isId, newId } from "../../platform/crypto/ids.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import { rateLimited, Refusal } from "../../platform/graphql/failures.js";
import { sourceKey } from "../../platform/http/source-address.js";
import { actorOf, anonymous, viewerIdOf, type Caller, type Source } from "../access/caller.js";
import { findClientByEmail, findMemberByEmail, findPerson, type Person } from "../access/person.js";
import { sessionCookie, type RequestContext } from "../access/request-context.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { noteSignIn } from "../contacts/contact-access-state.js";
import { Contact } from "../contacts/contact.entity.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";
import { Firm } from "../firms/firm.entity.js";
import type { LinkEntry } from "./link-entry.js";
import { notify } from "../mail/security-notices.js";
import { newDeviceSignIn } from "../mail/security-letters.js";
import { Passkey } from "../passkeys/passkey.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { shareOfStranger } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { couldBePassword, lockedCredential, renewHash } from "../passwords/password.service.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { loadPolicy, type FirmPolicy } from "../firms/security-policy.reader.js";
import type { Session } from "../sessions/session.entity.js";
import { SessionView } from "../sessions/session.results.js";
import type { OpenedSession, SessionService } from "../sessions/session.service.js";
import { isLocked, lockedRefusal, SecondFactorLocked, type SecondFactor } from "../two-factor/second-factor.service.js";
import { NoMoreCodes, type EnrollmentCodes } from "./enrollment-codes.js";
import { passwordTriesOf, type Attempts, type TakenAttempt } from "./attempts.service.js";
import { knownDevicesOf, passwordTriesOn, rememberDevice } from "../sessions/known-devices.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import {
  AccountRequired,
  SignedIn,
  SignInRequired,
  TwoFactorEnrollmentRequired,
  TwoFactorRequired,
  type ClaimOutcome,
  type PersonViewer,
  type SignInOutcome,
} from "./sign-in.results.js";
import { isTrustedDevice } from "./trusted-devices.js";
import { viewerOf, type KnownOfViewer } from "./viewer.service.js";

export interface SignInNeeds {
  work: Work;
  hasher: PasswordHasher;
  attempts: Attempts;
  challenges: SignInChallenges;
  sessions: SessionService;
  secondFactor: SecondFactor;
  enrollmentCodes: EnrollmentCodes;
  /** Multiplies the limits per source address. */
  sourceLimitFactor: number;
}

interface PortalPassword {
  firmSlug: string;
  email: string;
  password: string;
  landingRequestId?: string | null;
  transport?: SessionTransport | null;
}

/** A door that somebody has come through, and with what proof. */
export interface Entry {
  person: Person;
  door: SignInDoor;
  transport: SessionTransport;
  context: RequestContext;
  /** What was given as second factor in this very sign-in, after the door. */
  second?: SecondProof;
  /** The request that a magic link led here for. */
  landingRequestId?: string | null;
}

/** The person as the actor of a sign-in's events. */
export const actorAs = (person: Pick<Person, "email" | "accountId"> & Partial<Person>, source: Source): Actor => ({
  ...actorOf(anonymous, source),
  kind: person.accountId === null && person.audience === "TEAM" ? "TEAM_MEMBER" : "CLIENT",
  id: person.ownerId ?? null,
  name: person.email,
});

/** Longer than looking somebody up, hashing and telling of it take on a machine that is not overloaded. */
const FAILED_SIGN_IN_MS = 500;

/** A failed sign-in is answered after the same time, so that what was found (an account, a password) does not show in it. */
async function failEvenly<T>(signIn: () => Promise<T>): Promise<T> {
  const answerAt = performance.now() + FAILED_SIGN_IN_MS;
  try {
    return await signIn();
  } catch (failure) {
    if (failure instanceof Refusal && failure.code === "INVALID_CREDENTIALS")
      await sleep(Math.max(0, answerAt - performance.now()));
    throw failure;
  }
}

/** From "who are you" to a session; docs/architecture.md draws the way. */
export class SignInService {
  constructor(private readonly needs: SignInNeeds) {}

  /** Tokens are for programs: a page would keep them where scripts can read them. */
  transportOf(transport: SessionTransport | null | undefined, context: RequestContext): SessionTransport {
    if (transport === "TOKEN" && context.isBrowser)
      throw new Refusal(
        "INVALID_INPUT",
        ["input", "transport"],
        "TOKEN is refused where the request carries an Origin; use COOKIE.",
      );
    return transport ?? "COOKIE";
  }

  teamSignIn(
    input: { email: string; password: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    return failEvenly(() => this.teamByPassword(input, context));
  }

  portalSignIn(input: PortalPassword, context: RequestContext): Promise<SignInOutcome> {
    return failEvenly(() => this.clientByPassword(input, context));
  }

  private async teamByPassword(
    input: { email: string; password: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const transport = this.transportOf(input.transport, context);
    const email = normalizeEmail(input.email) ?? "";
    const person = await findMemberByEmail(this.needs.work.reader, email);
    return this.byPassword({
      audience: "TEAM",
      firmId: person?.firmId ?? null,
      email,
      person,
      password: input.password,
      transport,
      context,
    });
  }

  private async clientByPassword(input: PortalPassword, context: RequestContext): Promise<SignInOutcome> {
    const { reader } = this.needs.work;
    const transport = this.transportOf(input.transport, context);
    const firm = await reader.findOneBy(Firm, { slug: input.firmSlug });
    const email = normalizeEmail(input.email) ?? "";
    if (firm) mustAllowLogin(await loadPolicy(reader, firm.id));
    const person = firm && (await findClientByEmail(reader, firm.id, email));
    return this.byPassword({
      audience: "PORTAL",
      firmId: firm?.id ?? null,
      email,
      person,
      password: input.password,
      landingRequestId: isId("clientRequest", input.landingRequestId ?? "") ? input.landingRequestId : null,
      transport,
      context,
    });
  }

  /** Unknown email, wrong password, no account, another firm's account: the same work, the same answer. */
  private async byPassword(given: {
    audience: Audience;
    firmId: string | null;
    email: string;
    person: Person | null;
    password: string;
    landingRequestId?: string | null;
    transport: SessionTransport;
    context: RequestContext;
  }): Promise<SignInOutcome> {
    const { work, hasher, attempts, enrollmentCodes } = this.needs;
    const { person, context } = given;
    // On a browser that the person has signed in with, a stranger's failures count for nothing, and hers for nobody else.
    const devices = await knownDevicesOf(work.reader, context, given.audience, work.clock.now());
    const device = devices.find(({ ownerId }) => ownerId === person?.ownerId);
    const key = device ? passwordTriesOn(device) : passwordTriesOf(given.audience, given.firmId, given.email);
    const limit = device ? attemptLimits.passwordOnKnownDevice : attemptLimits.password;
    const { bySource, attempt } = await work.doAndKeep(async (unit) => {
      const source = await this.takeFromSourceWithin(unit, "password", context);
      const taken = await attempts.takeWithin(unit, key, limit);
      if (!taken.ok) throw passwordWait(taken.retryAfterMs);
      return { bySource: source, attempt: taken };
    });

    const credential = person && (await work.reader.findOneBy(PasswordCredential, { ownerId: person.ownerId }));
    // What cannot be a password costs no hash, whoever's it is said to be.
    const share = shareOfStranger(context, { firmId: given.audience === "TEAM" ? null : given.firmId, who: key });
    const isRight =
      couldBePassword(given.password) &&
      (await attempts.judging([attempt.taken, bySource], () => hasher.matches(given.password, credential, share)));
    if (!isRight || !person || !credential) {
      await this.recordFailure(given, attempt.isLast ? attempt.waitMs : null);
      throw new Refusal("INVALID_CREDENTIALS");
    }
    const renewed = hasher.isOld(credential) ? await hasher.hash(given.password, share) : null;
    const entering = work.do(async (unit) => {
      // The policy first, as wherever a session may be opened. The password's row stays as it is until the commit: whoever changes it at
      // this moment either comes first, and this sign-in fails, or waits, and ends the session that it opens.
      await loadPolicy(unit.manager, person.firmId, { lock: "share" });
      const current = await lockedCredential(unit, person.ownerId);
      if (current?.version !== credential.version) throw new Refusal("INVALID_CREDENTIALS");
      // Found by an address that may be somebody else's by now: a change of it waits for the password's row as well.
      const found = await findPerson(unit.manager, given.audience, person.ownerId);
      if (found?.email !== person.email) throw new Refusal("INVALID_CREDENTIALS");
      if (renewed) await renewHash(unit, current, hasher, renewed);
      await attempts.clearWithin(unit, key);
      return this.enter(unit, {
        person: found,
        door: "PASSWORD",
        transport: given.transport,
        context,
        landingRequestId: given.landingRequestId ?? null,
      });
    });
    const outcome = await enrollmentCodes
      .orTell(person, actorAs(person, context.source), entering)
      .catch(async (refused: unknown) => {
        // The password was right, and what comes after it has to wait: no wrong one is counted.
        if (refused instanceof NoMoreCodes || refused instanceof SecondFactorLocked) {
          await attempts.clear(key);
          await attempts.giveBack(bySource);
        }
        throw refused;
      });
    await attempts.giveBack(bySource);
    return outcome;
  }

  /**
   * What a door leads to: the one place where a session of an account is opened, so that no path leads around the firm's mode or a
   * second factor.
   */
  async enter(unit: UnitOfWork, entry: Entry): Promise<SignInOutcome> {
    const { secondFactor, challenges, enrollmentCodes } = this.needs;
    const { person, context } = entry;
    const policy = await loadPolicy(unit.manager, person.firmId, { lock: "share" });
    const factor = await secondFactor.stateOf(unit.manager, person);
    const isEnrolled = factor.enrolledAt !== null;
    const isSecondFactorProven = entry.second !== undefined;
    const isDeviceTrusted =
      person.audience === "PORTAL" &&
      isEnrolled &&
      (await isTrustedDevice(unit.manager, person, context, policy.trustedDeviceDays, unit.now));
    const facts = { policy, now: unit.now, isEnrolled, isSecondFactorProven, isDeviceTrusted };
    const step =
      person.role === null
        ? nextAccountStep(facts)
        : nextTeamStep({ ...facts, isTwoFactorDemanded: teamRoleNeedsTwoFactor(policy, person.role) });
    switch (step.step) {
      case "REFUSE":
        throw new Refusal(step.code);
      case "PROVE_SECOND_FACTOR": {
        if (isLocked(factor, unit.now)) throw lockedRefusal(factor.lockedUntil ?? 0, unit.now);
        const { challenge, token } = await challenges.create(unit, { ...entry, step: "SECOND_FACTOR" });
        const offersTrust = person.audience === "PORTAL" && policy.trustedDeviceDays > 0;
        return new TwoFactorRequired({
          challengeToken: token,
          expiresAt: challenge.expiresAt,
          trustedDeviceDays: offersTrust ? policy.trustedDeviceDays : null,
          hasPasskey: await unit.manager.existsBy(Passkey, { ownerId: person.ownerId }),
        });
      }
      case "ENROLL": {
        const { challenge, token, emailCode } = await enrollmentCodes.open(unit, entry, factor, context.language);
        return new TwoFactorEnrollmentRequired({
          enrollmentToken: token,
          expiresAt: challenge.expiresAt,
          emailCodeRequired: emailCode !== null,
          maskedEmail: maskEmail(person.email),
        });
      }
      case "OPEN_SESSION": {
        const isFactorProven = step.assurance === "TWO_FACTOR";
        const second = entry.second ?? (isDeviceTrusted ? "TRUSTED_DEVICE" : "NONE");
        const proof = { act: entry.door, second, isEnrolled };
        const opened = await this.openAccountSession(unit, entry, isFactorProven, proof);
        // Who sets up an authenticator next is not asked for the mailbox that has just let them in.
        if (!isEnrolled && provesMailbox(entry.door))
          await challenges.create(unit, { ...entry, step: "ENROLLMENT", sessionId: opened.session.id });
        unit.record({
          type: "SIGN_IN_SUCCEEDED",
          firmId: person.firmId,
          actor: actorAs(person, context.source),
          accountId: person.accountId,
          data: { email: person.email, secondFactor: isFactorProven },
        });
        const known = { policy, factor };
        const signedIn = await this.signedIn(unit, opened, entry, await this.landingOf(unit, entry), known);
        // Last, since it takes the lock that the firm's events take: others wait for it no longer than they must.
        await this.noteSignIn(unit, person, signedIn.viewer);
        return signedIn;
      }
    }
  }

  /** What a claimed magic link leads to: its one request, or what has to be done first. */
  async enterByLink(
    unit: UnitOfWork,
    { policy, link, request, context, transport, deviceKeyDigest }: LinkEntry,
  ): Promise<ClaimOutcome> {
    const { secondFactor, challenges } = this.needs;
    const { firmId } = link;
    const [contact] = await unit.rows<Pick<Contact, "portalAccountId">>(
      "SELECT portalAccountId FROM contacts WHERE id = ? AND firmId = ?",
      [request.contactId, firmId],
    );
    if (!contact) throw new Error("the contact of a request is gone");
    const { portalAccountId } = contact;
    // The account's login email may have changed since the link was sent: its code is still asked.
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
      if (isLocked(factor, unit.now)) throw lockedRefusal(factor.lockedUntil ?? 0, unit.now);
      const given = {
        step: "SECOND_FACTOR",
        person,
        door: "MAGIC_LINK",
        magicLinkId: link.id,
        deviceKeyDigest,
      } as const;
      const { challenge, token } = await challenges.create(unit, given);
      // A trusted device skips the code of a password sign-in, never of a link.
      return new TwoFactorRequired({
        challengeToken: token,
        expiresAt: challenge.expiresAt,
        trustedDeviceDays: null,
        hasPasskey: await unit.manager.existsBy(Passkey, { ownerId: person.ownerId }),
      });
    }
    const maskedEmail = maskEmail(request.sentTo);
    if (step === "SIGN_IN") return new SignInRequired({ maskedEmail, requestId: request.id });
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
      return new AccountRequired({ confirmationToken: token, expiresAt, maskedEmail });
    }
    return this.openLinkSession(
      unit,
      { firmId, email: request.sentTo, requestId: request.id, magicLinkId: link.id },
      transport,
      context,
      { policy },
    );
  }

  /** A session that reaches exactly one request. */
  async openLinkSession(
    unit: UnitOfWork,
    reach: { firmId: string; email: string; requestId: string; magicLinkId: string },
    transport: SessionTransport,
    context: RequestContext,
    { second, policy }: { second?: SecondProof; policy?: FirmPolicy },
  ): Promise<SignedIn> {
    const isSecondFactorProven = second !== undefined;
    const opened = await this.needs.sessions.open(unit, {
      ...reach,
      audience: "PORTAL",
      ownerId: null,
      assurance: "LINK",
      isSecondFactorProven,
      proof: { act: "MAGIC_LINK", second: second ?? "NONE", isEnrolled: isSecondFactorProven },
      transport,
      source: context.source,
    });
    // One link, one live session, however often it is claimed.
    await unit.affected(
      "UPDATE sessions SET revokedAt = ? WHERE requestId = ? AND magicLinkId = ? AND assurance = 'LINK' AND revokedAt IS NULL AND id <> ?",
      [unit.now, reach.requestId, reach.magicLinkId, opened.session.id],
    );
    return this.signedIn(unit, opened, { context, transport }, reach.requestId, { policy });
  }

  /** One attempt of the source address, to give back on success. */
  async takeFromSource(what: "password" | "secondFactor" | "token", context: RequestContext): Promise<TakenAttempt> {
    return this.needs.work.doAndKeep((unit) => this.takeFromSourceWithin(unit, what, context));
  }
  /** The same beside other tries (Work.doAndKeep). */
  async takeFromSourceWithin(
    unit: UnitOfWork,
    what: "password" | "secondFactor" | "token",
    context: RequestContext,
  ): Promise<TakenAttempt> {
    const { attempts, sourceLimitFactor } = this.needs;
    const key = `source:${what}:${sourceKey(context.source.ipAddress)}`;
    const attempt = await attempts.takeWithin(unit, key, attemptLimits[`${what}BySource`], sourceLimitFactor);
    if (!attempt.ok) throw rateLimited(attempt.retryAfterMs);
    return attempt.taken;
  }
  giveBack(taken: TakenAttempt): Promise<void> {
    return this.needs.attempts.giveBack(taken);
  }

  private async openAccountSession(
    unit: UnitOfWork,
    { person, context, transport }: Entry,
    isFactorProven: boolean,
    proof: Proof,
  ): Promise<OpenedSession> {
    const opened = await this.needs.sessions.open(unit, {
      firmId: person.firmId,
      audience: person.audience,
      ownerId: person.ownerId,
      email: person.email,
      assurance: isFactorProven ? "TWO_FACTOR" : "PASSWORD",
      isSecondFactorProven: isFactorProven,
      proof,
      transport,
      source: context.source,
    });
    if (transport === "COOKIE") await rememberDevice(unit, person, context);
    const { userAgent } = context.source;
    if (userAgent === null) return opened;
    const earlier = "SELECT 1 FROM sessions WHERE ownerId = ? AND id <> ?";
    const mine = [person.ownerId, opened.session.id];
    const [seen] = await unit.rows<{ isKnownPerson: number; isKnownDevice: number }>(
      `SELECT EXISTS(${earlier}) AS isKnownPerson, EXISTS(${earlier} AND userAgent = ?) AS isKnownDevice`,
      [...mine, ...mine, userAgent],
    );
    if (seen?.isKnownPerson && !seen.isKnownDevice)
      await notify(unit, person, actorAs(person, context.source), newDeviceSignIn);
    return opened;
  }

  private async noteSignIn(unit: UnitOfWork, { ownerId, firmId }: Person, viewer: PersonViewer): Promise<void> {
    const told = viewer instanceof TeamMemberView ? viewer : viewer.account;
    if (told) told.lastSignInAt = unit.now;
    if (viewer instanceof TeamMemberView)
      await unit.manager.update(TeamMember, { id: ownerId }, { lastSignInAt: unit.now });
    else await noteSignIn(unit, firmId, ownerId);
  }

  private async signedIn(
    unit: UnitOfWork,
    { session, token }: OpenedSession,
    { context, transport }: Pick<Entry, "context" | "transport">,
    landingRequestId: string | null,
    known: KnownOfViewer,
  ): Promise<SignedIn> {
    if (transport === "COOKIE") {
      const maxAgeMs = session.expiresAt - unit.now;
      unit.afterCommit(() => context.setCookie(sessionCookie(session.audience), { token, maxAgeMs }));
    }
    const viewer = await viewerOf(unit.manager, session, unit.now, known);
    // What the answer selects of the viewer is resolved as the person who has just signed in.
    unit.afterCommit(() => {
      context.caller = callerOfSession(session, viewer);
      context.nameViewer(viewerIdOf(context.caller));
    });
    return new SignedIn({
      viewer,
      session: SessionView.of(session, session.id),
      sessionToken: transport === "TOKEN" ? token : null,
      landingRequestId,
    });
  }

  /** The request to land on, if the account reaches it: an id from outside must not tell whether it exists. */
  private async landingOf({ manager }: UnitOfWork, { person, landingRequestId }: Entry): Promise<string | null> {
    if (landingRequestId == null || person.accountId === null) return null;
    const request = await manager.findOneBy(ClientRequest, { id: landingRequestId, firmId: person.firmId });
    const isWithin =
      request !== null &&
      (await manager.existsBy(Contact, { id: request.contactId, portalAccountId: person.accountId }));
    return isWithin ? request.id : null;
  }

  private async recordFailure(
    given: { audience: Audience; firmId: string | null; email: string; person: Person | null; context: RequestContext },
    lockedMs: number | null,
  ): Promise<void> {
    const { work } = this.needs;
    const { firmId, person, email, context } = given;
    await work.do(async (unit) => {
      // The event costs a write, so nobody's sign-in makes one too; an address that is none has nothing to be told about.
      if (firmId === null || email === "")
        return void (await unit.affected("UPDATE audit_counters SET lastSeq = lastSeq WHERE firmId = ?", [""]));
      const actor = actorAs(person ?? { email, accountId: null }, context.source);
      const accountId = person?.accountId ?? null;
      // A client without an account who tries is told of beside the contact.
      const contact =
        accountId === null && given.audience === "PORTAL"
          ? await unit.manager.findOne(Contact, { where: { firmId, email }, order: { createdAt: "ASC", id: "ASC" } })
          : null;
      const about = { firmId, actor, accountId, contactId: contact?.id };
      unit.record({ type: "SIGN_IN_FAILED", ...about, data: { email, what: "password" } });
      if (lockedMs !== null)
        unit.record({
          type: "ACCOUNT_LOCKED",
          ...about,
          data: { email, minutes: Math.ceil(lockedMs / 60_000), what: "password" },
        });
    });
  }

  /** The person of a challenge, as it is now. */
  async personOfChallenge(
    manager: UnitOfWork["manager"],
    challenge: { audience: Audience; ownerId: string },
  ): Promise<Person> {
    const person = await findPerson(manager, challenge.audience, challenge.ownerId);
    if (!person) throw new Refusal("CHALLENGE_EXPIRED");
    return person;
  }
}

function callerOfSession(session: Session, viewer: PersonViewer): Caller {
  const common = {
    firmId: session.firmId,
    sessionId: session.id,
    authenticatedAt: session.authenticatedAt,
    email: viewer.email,
  };
  if (viewer instanceof TeamMemberView)
    return { ...common, kind: "TEAM_MEMBER", memberId: viewer.id, name: viewer.name, role: viewer.role };
  return {
    ...common,
    kind: "CLIENT",
    assurance: session.assurance,
    accountId: session.ownerId,
    requestId: session.requestId,
  };
}

const passwordWait = (waitMs: number) =>
  new Refusal("ACCOUNT_LOCKED", null, (say) => say.tooManyWrongPasswords(waitMs));

/** Throws LOGIN_DISABLED where the firm's mode has no logins: for what leads to one. */
export function mustAllowLogin(policy: Pick<ModePolicy, "mode">): void {
  if (!allowsPasswordLogin(policy)) throw new Refusal("LOGIN_DISABLED");
}
