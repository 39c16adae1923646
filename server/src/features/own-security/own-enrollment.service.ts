import { toString as drawQrCode } from "qrcode";
import {
  allowsPasswordLogin,
  askedToEnroll,
  eventLimits,
  isWithinFlow,
  lifetimes,
  mayEnroll,
  methodsProven,
  planOffersTwoFactor,
  readDigitCode,
  type SessionTransport,
} from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import { asPerson, ownerIdOf, type PersonCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { lockCaller } from "../callers/caller-now.js";
import { about, findPerson, personOf, type Person } from "../people/person.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { endAccess } from "../access-endings/end-access.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { notify } from "../mail/security-notices.js";
import { twoFactorEnrolled } from "../mail/security-letters.js";
import type { AuthenticatorEnrollment } from "../two-factor/authenticator-enrollment.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { clockDriftSeconds, matchingStep, otpauthUri } from "../second-factors/totp.js";
import { PendingTwoFactorEnrollment } from "./own-security.results.js";
import { accountDoorOf, type AccountDoor } from "../sign-in/account-door.js";
import type { EnrollmentCodes } from "../sign-in/enrollment-codes.js";
import type { OwnSecondFactor } from "./own-second-factor.service.js";
import type { SessionRenewal } from "./session-renewal.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import type { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import type { SignInChallenges } from "../sign-in/sign-in-challenges.js";
import { SignedIn } from "../sign-in/sign-in.results.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { typedKinds } from "../second-factors/second-factor-methods.js";
import { mustLookLikeMailedCode, mustLookLikeProof } from "../second-factors/typed-answers.js";
import { transportOf } from "../sign-in/transport.js";

/**
 * Who enrolls: somebody who is signing in (with the token of their challenge), or somebody signed in (whose session may
 * have a challenge).
 */
type Enrolling = { person: Person; actor: Actor } & (
  { caller: null; challenge: SignInChallenge } | { caller: PersonCaller; challenge: SignInChallenge | null }
);

/** Sets up or replaces a person's authenticator. The same for clients and team members. */
export class OwnEnrollment {
  constructor(
    private readonly needs: {
      work: Work;
      challenges: SignInChallenges;
      secondFactor: SecondFactor;
      enrollment: AuthenticatorEnrollment;
      ownSecondFactor: OwnSecondFactor;
      renewal: SessionRenewal;
      enrollmentCodes: EnrollmentCodes;
      sourceLimits: SourceLimits;
      attempts: Attempts;
      door: AccountDoor;
    },
  ) {}

  async begin(
    input: { enrollmentToken?: string | null; emailCode?: string | null; currentCode?: string | null },
    context: RequestContext,
  ): Promise<PendingTwoFactorEnrollment> {
    const { work, challenges, secondFactor, enrollment } = this.needs;
    const enrolling = await this.whoEnrolls(input.enrollmentToken, context);
    const { person, caller, actor } = enrolling;
    const now = work.clock.now();
    if (caller) mustBeFresh(caller, now);
    const isEnrolled = await secondFactor.isEnrolled(person);
    let challenge = challengeInTime(enrolling, now);
    const asked = askedToEnroll({ isEnrolled, isMailboxProven: challenge?.isMailboxProven ?? false });
    if (asked === "PRESENT_CODE") {
      if (input.currentCode == null) throw new Refusal("TWO_FACTOR_ALREADY_ENROLLED");
      mustLookLikeProof(input.currentCode, typedKinds, "currentCode");
      await this.needs.ownSecondFactor.takeTries(person, actor, context);
    }
    if (asked === "MAILED_CODE") challenge = await this.proveMailbox(enrolling, challenge, input.emailCode, context);

    const begun = await secondFactor.proving(person, async (unit) => {
      if (caller) await lockCaller(unit, caller);
      const expiresAt = unit.now + lifetimes.pendingEnrollment;
      if (isEnrolled) {
        await this.mustBeAllowedToEnroll(unit, person);
        if (!(await secondFactor.spend(unit, person, actor, { answer: input.currentCode ?? "", subject: null })))
          return null;
      } else {
        const proven = provenOf(challenge);
        await challenges.keep(unit, proven, caller ? expiresAt : proven.expiresAt);
        await this.mustBeAllowedToEnroll(unit, person);
        await this.mustNotBeEnrolled(unit, person);
      }
      const secret = await enrollment.begin(unit, person, expiresAt);
      if (await this.mayHaveEvent(unit, "secret-shown", person))
        unit.record({
          type: "AUTHENTICATOR_SECRET_SHOWN",
          ...about(person, actor),
          data: { email: person.email, replaces: isEnrolled },
        });
      return { secret, expiresAt };
    });
    if (begun === null) return secondFactor.failAgain(person, actor, "AUTHENTICATOR", "ENROLLMENT");
    const uri = otpauthUri({ secret: begun.secret, issuer: person.firmName, account: person.email });
    const svg = await drawQrCode(uri, { type: "svg", errorCorrectionLevel: "M", margin: 4 });
    return Object.assign(new PendingTwoFactorEnrollment(), {
      otpauthUri: uri,
      secret: begun.secret,
      qrCode: `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`,
      expiresAt: begun.expiresAt,
    });
  }

  /**
   * Returns the challenge once the mailed code has proven its mailbox. Without a code it refuses and asks for one,
   * which a session is mailed now.
   *
   * Six digits can be guessed, so attempts are limited per account: they count as the second factor's, which the code
   * stands in for. Otherwise a thief with the password would get five more with every sign-in.
   */
  private async proveMailbox(
    { person, actor, caller }: Enrolling,
    challenge: SignInChallenge | null,
    code: string | null | undefined,
    context: RequestContext,
  ): Promise<SignInChallenge> {
    const { work, challenges, secondFactor, sourceLimits } = this.needs;
    if (code == null) {
      if (caller) await this.mailCode(person, actor, caller, context);
      throw new Refusal("EMAIL_CODE_REQUIRED", ["input", "emailCode"]);
    }
    mustLookLikeMailedCode(code);
    if (!challenge) throw setUpTookTooLong();
    const afterSource = async (unit: UnitOfWork) => {
      await secondFactor.takeAttempt(unit, person, actor);
      await challenges.takeAttempt(unit, challenge);
    };
    return sourceLimits.guardWith("secondFactor", context, { afterSource }, async () => {
      const isProven = await work.do(async (unit) => {
        if (!(await challenges.proveMailbox(unit, challenge, code))) return false;
        await secondFactor.giveAttemptsBack(unit, person);
        return true;
      });
      if (isProven) return { ...challenge, isMailboxProven: true };
      return caller
        ? secondFactor.failAgain(person, actor, "EMAIL_CODE", "FIRST_ENROLLMENT")
        : secondFactor.fail(person, actor, "EMAIL_CODE");
    });
  }

  /** Mails the session a code; an earlier one becomes void. */
  private async mailCode(person: Person, actor: Actor, caller: PersonCaller, context: RequestContext): Promise<void> {
    const { work, secondFactor, enrollmentCodes } = this.needs;
    const { sessionId } = caller;
    const mailing = work.do(async (unit) => {
      await lockCaller(unit, caller);
      await this.mustBeAllowedToEnroll(unit, person);
      const factor = await secondFactor.stateOf(unit.manager, person);
      await enrollmentCodes.open(unit, { person, door: "PASSWORD", sessionId }, factor, context.language);
    });
    await enrollmentCodes.recordingHeldBack(person, actor, mailing);
  }

  async confirm(
    input: { enrollmentToken?: string | null; code: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<{ recoveryCodes: string[]; signedIn: SignedIn | null }> {
    const { work, challenges, secondFactor, enrollment, sourceLimits, door } = this.needs;
    const transport = transportOf(input.transport, context);
    const { person, challenge, caller, actor } = await this.whoEnrolls(input.enrollmentToken, context);
    // Somebody who is enrolled gave the current code when the new authenticator was begun.
    const isReplacing = caller !== null && (await secondFactor.isEnrolled(person));
    if (!isReplacing) provenOf(challenge);
    mustLookLikeProof(input.code, ["AUTHENTICATOR"]);
    const code = readDigitCode(input.code) ?? "";
    return sourceLimits.guard("secondFactor", context, async () => {
      const secret = await enrollment.takeAttempt(person);
      if (secret === null) throw setUpTookTooLong();
      const now = work.clock.now();
      const step = matchingStep(secret, code, now);
      if (step === null) {
        const drift = clockDriftSeconds(secret, code, now);
        await this.recordWrongFirstCode(person, actor, drift);
        throw wrongFirstCode(drift);
      }

      return work.do(async (unit) => {
        if (caller) await lockCaller(unit, caller);
        if (!isReplacing) await challenges.spend(unit, provenOf(challenge));
        await this.mustBeAllowedToEnroll(unit, person);
        if (!isReplacing) await this.mustNotBeEnrolled(unit, person);
        const recoveryCodes = await enrollment.complete(unit, person, secret, step);
        if (recoveryCodes === null) throw new Refusal("CHALLENGE_EXPIRED");
        await notify(unit, person, actor, twoFactorEnrolled);
        const ended = await endAccess(unit, person, "TWO_FACTOR_SET_UP", {
          actor,
          keptSessionId: caller?.sessionId,
        });
        const act = caller ? "ENROLLMENT" : challenge.door;
        const proof = { act, second: "NEW_AUTHENTICATOR", isEnrolled: true } as const;
        const renewed =
          caller &&
          (await this.needs.renewal.renew(unit, caller, context, proof, {
            assurance: "TWO_FACTOR",
            isSecondFactorProven: true,
          }));
        unit.record({
          type: "TWO_FACTOR_ENROLLED",
          ...about(person, actor),
          methods: methodsProven(proof),
          data: {
            email: person.email,
            recoveryCodes: recoveryCodes.length,
            ...renewed?.continued,
            ...listedIfAny(ended),
          },
        });
        if (caller) return { recoveryCodes, signedIn: null };
        const entry = {
          person,
          door: accountDoorOf(challenge),
          transport,
          context,
          second: "NEW_AUTHENTICATOR" as const,
          landingRequestId: challenge.landingRequestId,
        };
        const outcome = await door.enter(unit, entry);
        return { recoveryCodes, signedIn: outcome instanceof SignedIn ? outcome : null };
      });
    });
  }

  private async recordWrongFirstCode(person: Person, actor: Actor, drift: number | null): Promise<void> {
    await this.needs.work.do(async (unit) => {
      if (await this.mayHaveEvent(unit, "wrong-first-code", person))
        unit.record({
          type: "TWO_FACTOR_ENROLLMENT_FAILED",
          ...about(person, actor),
          data: { email: person.email, clockDriftSeconds: drift },
        });
    });
  }

  /** Somebody whose mailbox is proven may begin again and again; the log gets a limited number of these events. */
  private async mayHaveEvent(unit: UnitOfWork, what: string, { ownerId }: Person): Promise<boolean> {
    return (await this.needs.attempts.takeWithin(unit, `${what}:${ownerId}`, eventLimits.enrollment)).ok;
  }

  private async whoEnrolls(enrollmentToken: string | null | undefined, context: RequestContext): Promise<Enrolling> {
    const { work, challenges } = this.needs;
    if (enrollmentToken != null) {
      const challenge = await challenges.find(enrollmentToken, "ENROLLMENT");
      const person = await findPerson(work.reader, challenge.audience, challenge.ownerId);
      if (!person) throw new Refusal("CHALLENGE_EXPIRED");
      return { person, actor: actorAs(person, context.source), challenge, caller: null };
    }
    const caller = asPerson(context.caller);
    const challenge = await challenges.ofSession({ ownerId: ownerIdOf(caller), sessionId: caller.sessionId });
    return { person: await personOf(work.reader, caller), actor: actorIn(context), challenge, caller };
  }

  /**
   * Locks the second factor's row: somebody who was not asked for a current code must have none, both when their
   * authenticator is begun and when it is put in force.
   */
  private async mustNotBeEnrolled(unit: UnitOfWork, person: Person): Promise<void> {
    const { enrolledAt } = await this.needs.secondFactor.stateOf(unit.manager, person, true);
    if (enrolledAt !== null) throw new Refusal("TWO_FACTOR_ALREADY_ENROLLED");
  }

  private async mustBeAllowedToEnroll(unit: UnitOfWork, person: Person): Promise<void> {
    if (person.audience === "TEAM") return;
    const policy = await loadPolicy(unit.manager, person.firmId, { lock: "share" });
    if (!mayEnroll({ policy, planOffersTwoFactor: planOffersTwoFactor(policy.plan) }))
      throw new Refusal(allowsPasswordLogin(policy) ? "PLAN_UPGRADE_REQUIRED" : "LOGIN_DISABLED");
  }
}

/** The challenge, if it is not too late for it to begin an authenticator. */
const challengeInTime = ({ challenge }: Enrolling, now: number): SignInChallenge | null =>
  challenge && isWithinFlow({ flowBeganAt: challenge.createdAt, now }) ? challenge : null;

/** The challenge, with its mailbox proven. */
function provenOf(challenge: SignInChallenge | null): SignInChallenge {
  if (!challenge) throw setUpTookTooLong();
  if (!challenge.isMailboxProven) throw new Refusal("EMAIL_CODE_REQUIRED", ["input", "emailCode"]);
  return challenge;
}

const setUpTookTooLong = () => new Refusal("CHALLENGE_EXPIRED", null, (say) => say.setUpTookTooLong);

function wrongFirstCode(driftSeconds: number | null): Refusal {
  if (driftSeconds === null) return new Refusal("INVALID_CODE", ["input", "code"]);
  return new Refusal("INVALID_CODE", ["input", "code"], (say) => say.clockIsOff(driftSeconds));
}
