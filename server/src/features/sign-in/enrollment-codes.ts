import { MINUTE_MS, attemptLimits, lifetimes, provesMailbox, type Language } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Person } from "../people/person.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { enrollmentCode } from "../mail/account-letters.js";
import { isLocked, lockedRefusal } from "../two-factor/second-factor.service.js";
import type { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { NewChallenge, OpenedChallenge, SignInChallenges } from "./sign-in-challenges.js";
import type { SuppressedMails } from "../limits/suppressed-mails.service.js";

/** Challenges in which an authenticator is set up, and the codes mailed for them if the mailbox was not proven. */
export class EnrollmentCodes {
  constructor(
    private readonly needs: { attempts: Attempts; challenges: SignInChallenges; suppressed: SuppressedMails },
  ) {}

  /**
   * Opens the challenge and mails its code, if it needs one. Throws ACCOUNT_LOCKED while the account has no attempts
   * left, TOO_MANY_REQUESTS if it has no mails left.
   */
  async open(
    unit: UnitOfWork,
    given: Omit<NewChallenge, "step">,
    factor: TwoFactorState,
    asked: Language | null,
  ): Promise<OpenedChallenge> {
    const { person } = given;
    if (!provesMailbox(given.door)) await this.mustHaveAttemptsLeft(unit, person, factor);
    const opened = await this.needs.challenges.create(unit, { ...given, step: "ENROLLMENT" });
    if (opened.emailCode !== null) {
      const { firmId, firmName, audience, email } = person;
      const expiresInMinutes = lifetimes.emailCode / MINUTE_MS;
      const content = enrollmentCode({ firmName, audience, code: opened.emailCode, expiresInMinutes });
      unit.mail({ firmId, to: email, content, asked });
    }
    return opened;
  }

  /** Awaits the transaction that opens one. If its mail was held back, records that in the firm's log. */
  async recordingHeldBack<T>(person: Person, actor: Actor, opening: Promise<T>): Promise<T> {
    return opening.catch(async (refused: unknown) => {
      if (refused instanceof CodeMailsUsedUp)
        await this.needs.suppressed.record({ ...person, actor, what: "sign-in code" });
      throw refused;
    });
  }

  /**
   * A password alone needs a code to continue. Refuses while the account has no attempts left, or has used up its share
   * of mails.
   */
  private async mustHaveAttemptsLeft(unit: UnitOfWork, person: Person, factor: TwoFactorState): Promise<void> {
    if (isLocked(factor, unit.now)) throw lockedRefusal(factor.lockedUntil ?? 0, unit.now);
    const key = `email-code:${person.ownerId}`;
    const mail = await this.needs.attempts.takeWithin(unit, key, attemptLimits.emailCodesByAccount);
    if (!mail.ok) throw new CodeMailsUsedUp(mail.retryAfterMs);
  }
}

/** The password was right, but the account's mails with codes are used up for a while. */
export class CodeMailsUsedUp extends Refusal {
  constructor(waitMs: number) {
    super("TOO_MANY_REQUESTS", null, (say) => say.tooManyMailedCodes(waitMs));
  }
}
