import { setTimeout as sleep } from "node:timers/promises";
import {
  MINUTE_MS,
  askedForNewPassword,
  attemptLimits,
  isFullProof,
  methodsProven,
  secondFactorKinds,
  type ReauthenticationPurpose,
  type SecondFactorKind,
} from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import { lockSessionsOf } from "../callers/caller-now.js";
import { asPerson, ownerIdOf, type PersonCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { about, findMembersOf, personOf, type Person } from "../people/person.js";
import { actorIn, setSessionCookie, type RequestContext } from "../callers/request-context.js";
import { endAccess } from "../access-endings/end-access.js";
import { setPassword } from "../access-endings/set-password.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { shareOfPerson } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { couldBePassword, mustBeGoodPassword } from "../passwords/passwords.js";
import { typedKinds } from "../second-factors/second-factor-methods.js";
import { mustLookLikeProof } from "../second-factors/typed-answers.js";
import { SessionView } from "../sessions/session.results.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { OwnSecondFactor } from "./own-second-factor.service.js";
import type { SessionRenewal } from "./session-renewal.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import type { SourceLimits } from "../limits/source-limits.js";

/** A signed-in person's own password and sessions. */
export class OwnCredentials {
  constructor(
    private readonly needs: {
      work: Work;
      hasher: PasswordHasher;
      attempts: Attempts;
      sessions: Sessions;
      secondFactor: SecondFactor;
      ownSecondFactor: OwnSecondFactor;
      renewal: SessionRenewal;
      sourceLimits: SourceLimits;
    },
  ) {}

  async stepUp(
    input: { password: string; code?: string | null; passkeyResponse?: string | null },
    context: RequestContext,
  ): Promise<SessionView> {
    const { work, secondFactor, ownSecondFactor, renewal } = this.needs;
    const caller = asPerson(context.caller);
    const person = await personOf(work.reader, caller);
    const actor = actorIn(context);
    if (input.code) mustLookLikeProof(input.code, typedKinds);
    await this.mustBeTheirPassword(person, input.password, "STEP_UP", context);
    const { passkeyResponse } = input;
    const second = passkeyResponse == null ? (input.code ? "CODE" : "NONE") : "PASSKEY";
    const wasEnrolled = await secondFactor.isEnrolled(person);
    if (!isFullProof({ act: "STEP_UP", second, isEnrolled: wasEnrolled })) throw codeMissing();
    if (wasEnrolled) await ownSecondFactor.takeTries(person, actor, context);
    const session = await secondFactor.proving(person, async (unit) => {
      // Locked if there was none, so that an authenticator confirmed at this moment is required too.
      const isEnrolled = wasEnrolled || (await secondFactor.stateOf(unit.manager, person, true)).enrolledAt !== null;
      if (isEnrolled && !wasEnrolled) throw codeMissing();
      const kind = isEnrolled ? await this.spend(unit, person, caller, actor, input) : null;
      if (isEnrolled && kind === null) return null;
      // Somebody without an authenticator proves nothing by a code.
      const proof = { act: "STEP_UP", second: kind ? secondFactorKinds[kind].proof : "NONE", isEnrolled } as const;
      const renewed = await renewal.renew(unit, caller, context, proof);
      unit.record({
        type: "REAUTHENTICATION_SUCCEEDED",
        ...about(person, actor),
        methods: methodsProven(proof),
        data: { email: person.email, ...renewed.continued },
      });
      return renewed.session;
    });
    if (session === null)
      return secondFactor.failAgain(person, actor, passkeyResponse == null ? "AUTHENTICATOR" : "PASSKEY", "STEP_UP");
    return SessionView.of(session, session.id);
  }

  private spend(
    unit: UnitOfWork,
    person: Person,
    { sessionId }: PersonCaller,
    actor: Actor,
    { code, passkeyResponse }: { code?: string | null; passkeyResponse?: string | null },
  ): Promise<SecondFactorKind | null> {
    const { secondFactor } = this.needs;
    const subject = { subjectId: sessionId, purpose: "STEP_UP" } as const;
    return passkeyResponse == null
      ? secondFactor.spend(unit, person, actor, { answer: code ?? "", subject })
      : secondFactor.spend(unit, person, actor, { answer: passkeyResponse, subject }, ["PASSKEY"]);
  }

  /**
   * Requires the current password, and a fresh proof of somebody with an authenticator: the password alone does not
   * fully prove them, and changing it ends their other sessions. It does not count as a fresh proof itself.
   */
  async changePassword(
    input: { currentPassword: string; newPassword: string },
    context: RequestContext,
  ): Promise<SessionView> {
    const { secondFactor, work, hasher, renewal } = this.needs;
    const caller = asPerson(context.caller);
    const person = await personOf(work.reader, caller);
    const isEnrolled = await secondFactor.isEnrolled(person);
    const isEnrolledInAnotherTeam = !isEnrolled && (await this.isEnrolledInAnotherTeam(person));
    const asked = askedForNewPassword({ isEnrolledHere: isEnrolled, isEnrolledInAnotherTeam });
    if (asked === "FRESH_PROOF") mustBeFresh(caller, work.clock.now());
    await this.mustBeTheirPassword(person, input.currentPassword, "PASSWORD_CHANGE", context);
    // Only whoever knows the password hears of another team.
    if (asked === "ANOTHER_TEAMS_PROOF")
      throw new Refusal("TWO_FACTOR_NOT_ENROLLED", null, (say) => say.passwordOfSafeTeam);
    mustBeGoodPassword(input.newPassword, person, ["input", "newPassword"]);
    const stored = await hasher.hash(input.newPassword, shareOfOwner(person, context));
    const actor = actorIn(context);
    const session = await work.do(async (unit) => {
      const proof = { act: "PASSWORD_CHANGE", second: "NONE", isEnrolled } as const;
      const { renewed } = await setPassword(unit, person, stored, {
        act: "PASSWORD_CHANGED",
        actor: (each) => (each.ownerId === person.ownerId ? actor : actorAs(each, context.source)),
        isOwn: true,
        keptSessionId: caller.sessionId,
        renew: () => renewal.renew(unit, caller, context, proof),
      });
      return renewed.session;
    });
    return SessionView.of(session, session.id);
  }

  private async isEnrolledInAnotherTeam(person: Person): Promise<boolean> {
    const { work, secondFactor } = this.needs;
    if (person.audience !== "TEAM") return false;
    for (const each of await findMembersOf(work.reader, person.credentialId))
      if (each.ownerId !== person.ownerId && (await secondFactor.isEnrolled(each))) return true;
    return false;
  }

  /** Ends one of the caller's own sessions; NOT_FOUND for any other. */
  async revokeSession(input: { sessionId: string }, context: RequestContext): Promise<string> {
    const { work, sessions } = this.needs;
    const caller = asPerson(context.caller);
    const actor = actorIn(context);
    await work.do(async (unit) => {
      const owner = { firmId: caller.firmId, ownerId: ownerIdOf(caller) };
      if (!(await sessions.end(unit, input.sessionId, owner))) throw new Refusal("NOT_FOUND", ["input", "sessionId"]);
      const person =
        caller.kind === "CLIENT"
          ? ({ audience: "PORTAL", accountId: caller.accountId } as const)
          : ({ audience: "TEAM", accountId: null } as const);
      unit.record({
        type: "SESSIONS_REVOKED",
        ...about({ ...owner, ...person }, actor),
        data: { email: caller.email, sessions: 1, sessionIds: [input.sessionId] },
      });
      if (input.sessionId === caller.sessionId) unit.afterCommit(() => setSessionCookie(context, caller, null));
    });
    return input.sessionId;
  }

  /**
   * Ends everything of the caller's that the act ends; the own session continues under another id, so that a copy of its
   * cookie opens nothing either.
   */
  async signOutEverywhere(context: RequestContext): Promise<{ session: SessionView; endedSessions: number }> {
    const { work, secondFactor, renewal } = this.needs;
    const caller = asPerson(context.caller);
    const actor = actorIn(context);
    return work.do(async (unit) => {
      const person = await personOf(unit.manager, caller);
      await lockSessionsOf(unit, person);
      const { enrolledAt } = await secondFactor.stateOf(unit.manager, person);
      const sessionIds = await endAccess(unit, person, "SIGNED_OUT_EVERYWHERE", {
        actor,
        keptSessionId: caller.sessionId,
      });
      const proof = { act: "SIGN_OUT_ELSEWHERE", second: "NONE", isEnrolled: enrolledAt !== null } as const;
      const { session, continued } = await renewal.renew(unit, caller, context, proof);
      unit.record({
        type: "SESSIONS_REVOKED",
        ...about(person, actor),
        data: { email: person.email, sessions: sessionIds.length, sessionIds, ...continued },
      });
      return { session: SessionView.of(session, session.id), endedSessions: sessionIds.length };
    });
  }

  /** Ends the caller's session; does nothing for a caller without one. */
  async signOut(context: RequestContext): Promise<void> {
    const { caller } = context;
    if (caller.kind !== "TEAM_MEMBER" && caller.kind !== "CLIENT") return;
    const { firmId, email, sessionId } = caller;
    const person =
      caller.kind === "CLIENT"
        ? ({ audience: "PORTAL", accountId: caller.accountId } as const)
        : ({ audience: "TEAM", accountId: null, ownerId: caller.memberId } as const);
    const requestId = caller.kind === "CLIENT" ? caller.requestId : null;
    const actor = actorIn(context);
    await this.needs.work.do(async (unit) => {
      const hasEnded = await this.needs.sessions.end(unit, sessionId);
      const request = requestId && (await unit.manager.findOneBy(ClientRequest, { id: requestId, firmId }));
      const contactId = request ? request.contactId : null;
      const event = { ...about({ firmId, ...person }, actor), contactId, data: { email, sessionId } };
      if (hasEnded) unit.record({ type: "SIGNED_OUT", ...event });
      unit.afterCommit(() => setSessionCookie(context, caller, null));
    });
  }

  /**
   * Counted separately from sign-ins, so that a stranger's failures do not keep a signed-in person from proving who
   * they are.
   */
  private async mustBeTheirPassword(
    person: Person,
    password: string,
    purpose: keyof typeof passwordFields,
    context: RequestContext,
  ): Promise<void> {
    const { work, hasher, attempts, sourceLimits } = this.needs;
    const key = `password-again:${person.credentialId}`;
    const proofsKey = `proofs-again:${person.credentialId}`;
    const tooOften = (retryAfterMs: number) =>
      new Refusal("TOO_MANY_REQUESTS", null, (say) => say.provenTooOften(retryAfterMs));
    // Only reads, and pauses: somebody who repeats this in a loop takes no cores from people who sign in.
    const until = await attempts.waitsUntil(proofsKey, attemptLimits.proofsAgain);
    if (until !== null) {
      await sleep(REFUSAL_PAUSE_MS);
      throw tooOften(until - work.clock.now());
    }
    const tries = {
      // Kept even if the password was right: repeating one's own must not use up the attempts of everybody at the
      // address.
      beforeSource: async (unit: UnitOfWork) => {
        const proof = await attempts.takeWithin(unit, proofsKey, attemptLimits.proofsAgain);
        if (!proof.ok) throw tooOften(proof.retryAfterMs);
      },
      afterSource: async (unit: UnitOfWork) => {
        const taken = await attempts.takeWithin(unit, key, attemptLimits.password);
        if (!taken.ok)
          throw new Refusal("ACCOUNT_LOCKED", null, (say) => say.tooManyWrongPasswords(taken.retryAfterMs));
        return taken;
      },
    };
    await sourceLimits.guardWith("password", context, tries, async (attempt, bySource) => {
      const credential = await work.reader.findOneBy(PasswordCredential, { ownerId: person.credentialId });
      const share = shareOfOwner(person, context);
      const isRight =
        couldBePassword(password) &&
        (await attempts.judging([attempt.taken, bySource], () => hasher.matches(password, credential, share)));
      if (!isRight) {
        await this.recordWrongPassword(person, purpose, attempt.isLast ? attempt.waitMs : null, context);
        throw new Refusal("INVALID_CREDENTIALS", passwordFields[purpose], (say) => say.passwordWrong);
      }
      await attempts.clear(key).catch(async (error: unknown) => {
        await attempts.giveBackAfter(error, [attempt.taken, bySource]);
        throw error;
      });
    });
  }

  /**
   * Recorded like a failed sign-in, so that the log has every guess. `waitMs`: set if it was the last one before a
   * wait.
   */
  private async recordWrongPassword(
    person: Person,
    purpose: keyof typeof passwordFields,
    waitMs: number | null,
    context: RequestContext,
  ): Promise<void> {
    const { email } = person;
    const event = about(person, actorIn(context));
    await this.needs.work.do((unit) => {
      unit.record({ type: "REAUTHENTICATION_FAILED", ...event, data: { email, what: "password", purpose } });
      const minutes = Math.ceil((waitMs ?? 0) / MINUTE_MS);
      if (waitMs !== null)
        unit.record({ type: "ACCOUNT_LOCKED", ...event, data: { email, minutes, what: "password" } });
      return Promise.resolve();
    });
  }
}

const REFUSAL_PAUSE_MS = 500;
/** Where the input holds the repeated password, by what it is required for. */
const passwordFields = {
  STEP_UP: ["input", "password"],
  PASSWORD_CHANGE: ["input", "currentPassword"],
} as const satisfies Partial<Record<ReauthenticationPurpose, readonly string[]>>;
const shareOfOwner = ({ firmId, credentialId }: Person, context: RequestContext) =>
  shareOfPerson(context, { firmId, who: credentialId });
const codeMissing = () => new Refusal("INVALID_CODE", ["input", "code"], (say) => say.codeMissing);
