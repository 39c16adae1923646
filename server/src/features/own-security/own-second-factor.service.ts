import {
  mayDisableTwoFactor,
  methodsProven,
  secondFactorKinds,
  teamRoleNeedsTwoFactor,
  type FactorProof,
  type ReauthenticationPurpose,
} from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import { asPerson, type PersonCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { about, personOf, type Person } from "../people/person.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { endAccess } from "../access-endings/end-access.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { loadPolicy, type FirmPolicy } from "../firms/security-policy.reader.js";
import { notify } from "../mail/security-notices.js";
import { recoveryCodesRegenerated, twoFactorDisabled } from "../mail/security-letters.js";
import type { AuthenticatorEnrollment } from "../two-factor/authenticator-enrollment.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { typedKinds } from "../second-factors/second-factor-methods.js";
import { mustLookLikeProof } from "../second-factors/typed-answers.js";
import { TwoFactorStatusView } from "../two-factor/two-factor.results.js";
import type { SessionRenewal } from "./session-renewal.js";
import type { SourceLimits } from "../limits/source-limits.js";

/** Switches a person's own second factor off, and renews recovery codes. The same for clients and team members. */
export class OwnSecondFactor {
  constructor(
    private readonly needs: {
      work: Work;
      secondFactor: SecondFactor;
      enrollment: AuthenticatorEnrollment;
      renewal: SessionRenewal;
      sourceLimits: SourceLimits;
    },
  ) {}

  async regenerateRecoveryCodes(input: { code: string }, context: RequestContext): Promise<string[]> {
    return this.withFreshCode(input.code, "RECOVERY_CODES", context, async (unit, person, _caller, actor, second) => {
      const codes = await this.needs.enrollment.replaceRecoveryCodes(unit, person);
      unit.record({
        type: "RECOVERY_CODES_REGENERATED",
        ...about(person, actor),
        methods: methodsProven({ act: "TWO_FACTOR_REMOVAL", second }),
        data: { email: person.email, recoveryCodes: codes.length },
      });
      await notify(unit, person, actor, recoveryCodesRegenerated);
      return codes;
    });
  }

  async disable(input: { code: string }, context: RequestContext): Promise<TwoFactorStatusView> {
    const { work, secondFactor } = this.needs;
    const person = await personOf(work.reader, asPerson(context.caller));
    this.mustBeAllowedToDisable(await loadPolicy(work.reader, person.firmId), person);
    return this.withFreshCode(input.code, "TWO_FACTOR_REMOVAL", context, async (unit, owner, caller, actor, second) => {
      this.mustBeAllowedToDisable(await loadPolicy(unit.manager, owner.firmId, { lock: "share" }), owner, unit.now);
      await secondFactor.remove(unit, owner);
      await notify(unit, owner, actor, twoFactorDisabled);
      const ended = await endAccess(unit, owner, "TWO_FACTOR_DISABLED", { actor, keptSessionId: caller.sessionId });
      const proof = { act: "TWO_FACTOR_REMOVAL", second, isEnrolled: false } as const;
      const { continued } = await this.needs.renewal.renew(unit, caller, context, proof, {
        assurance: "PASSWORD",
        isSecondFactorProven: false,
      });
      unit.record({
        type: "TWO_FACTOR_DISABLED",
        ...about(owner, actor),
        methods: methodsProven(proof),
        data: { email: owner.email, ...continued, ...listedIfAny(ended) },
      });
      return TwoFactorStatusView.of({ enrolledAt: null, required: false, recoveryCodesRemaining: 0 });
    });
  }

  async takeTries(person: Person, actor: Actor, context: RequestContext): Promise<void> {
    const { work, sourceLimits, secondFactor } = this.needs;
    await work.doAndKeep(async (unit) => {
      await sourceLimits.spend(unit, "secondFactor", context);
      await secondFactor.takeAttempt(unit, person, actor);
    });
  }

  private async withFreshCode<T>(
    code: string,
    purpose: ReauthenticationPurpose,
    context: RequestContext,
    work: (unit: UnitOfWork, person: Person, caller: PersonCaller, actor: Actor, second: FactorProof) => Promise<T>,
  ): Promise<T> {
    const { work: units, secondFactor } = this.needs;
    const caller = asPerson(context.caller);
    mustBeFresh(caller, units.clock.now());
    const actor = actorIn(context);
    const person = await personOf(units.reader, caller);
    if ((await secondFactor.stateOf(units.reader, person)).enrolledAt === null)
      throw new Refusal("TWO_FACTOR_NOT_ENROLLED");
    mustLookLikeProof(code, typedKinds);
    await this.takeTries(person, actor, context);
    const done = await secondFactor.proving(person, async (unit) => {
      const kind = await secondFactor.spend(unit, person, actor, { answer: code, subject: null });
      return kind && { answer: await work(unit, person, caller, actor, secondFactorKinds[kind].proof) };
    });
    if (done === null) return secondFactor.failAgain(person, actor, "AUTHENTICATOR", purpose);
    return done.answer;
  }

  private mustBeAllowedToDisable(policy: FirmPolicy, person: Person, now = this.needs.work.clock.now()): void {
    const mayDisable =
      person.role === null ? mayDisableTwoFactor({ policy, now }) : !teamRoleNeedsTwoFactor(policy, person.role);
    if (!mayDisable) throw new Refusal("TWO_FACTOR_REQUIRED_BY_FIRM");
  }
}
