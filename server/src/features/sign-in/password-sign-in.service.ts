import { setTimeout as sleep } from "node:timers/promises";
import { afterPassword, attemptLimits, normalizeEmail, type Audience, type SessionTransport } from "@gatehouse/shared";
import { sql, table } from "../../platform/database/sql.js";
import { isId } from "../../platform/crypto/ids.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { findClientByEmail, findMembersByEmail, findPerson, type Person } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import { FirmGone } from "../work/firm-gone.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { AuditCounter } from "../audit/audit-event.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { shareOfStranger } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { couldBePassword, lockedCredential, renewHash } from "../passwords/passwords.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { knownDevicesOf, devicePasswordAttemptsKey } from "../devices/known-devices.js";
import { SecondFactorLocked } from "../two-factor/second-factor.service.js";
import type { AccountDoor } from "./account-door.js";
import { passwordAttemptsKey, type Attempts } from "../limits/attempts.service.js";
import { CodeMailsUsedUp, type EnrollmentCodes } from "./enrollment-codes.js";
import { mustAllowLogin } from "../security-mode/must-allow-login.js";
import { actorAs } from "./sign-in-actor.js";
import { askForFirm } from "./firm-choices.service.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import { recordWrongPassword, recordWrongTeamPassword } from "./wrong-password.js";
import type { SignInOutcome } from "./sign-in.results.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { transportOf } from "./transport.js";

interface TeamPassword {
  email: string;
  password: string;
  firmSlug?: string | null;
  transport?: SessionTransport | null;
}
interface PortalPassword {
  firmSlug: string;
  email: string;
  password: string;
  landingRequestId?: string | null;
  transport?: SessionTransport | null;
}

/** Longer than looking somebody up, hashing and recording take on a machine that is not overloaded. */
const FAILED_SIGN_IN_MS = 500;

/**
 * Answers every failed sign-in after the same time, so that the time does not reveal what was found (an account, a
 * password).
 */
async function failEvenly<T>(signIn: () => Promise<T>): Promise<T> {
  const answerAt = performance.now() + FAILED_SIGN_IN_MS;
  try {
    return await signIn();
  } catch (error) {
    // Its firm was deleted meanwhile, so it is one for nobody.
    const failure = error instanceof FirmGone ? new Refusal("INVALID_CREDENTIALS") : error;
    if (failure instanceof Refusal && failure.code === "INVALID_CREDENTIALS")
      await sleep(Math.max(0, answerAt - performance.now()));
    throw failure;
  }
}

const counters = table(AuditCounter);
/** Takes as long as the event that it replaces. */
const WRITE_NOTHING = sql`UPDATE ${counters} SET ${counters.lastSeq} = ${counters.lastSeq} WHERE ${counters.firmId} = ?`;

/** Signs team members and clients in by email and password. */
export class PasswordSignIn {
  constructor(
    private readonly needs: {
      work: Work;
      hasher: PasswordHasher;
      attempts: Attempts;
      challenges: SignInChallenges;
      enrollmentCodes: EnrollmentCodes;
      sourceLimits: SourceLimits;
      door: AccountDoor;
    },
  ) {}

  teamSignIn(input: TeamPassword, context: RequestContext): Promise<SignInOutcome> {
    return failEvenly(() => this.teamByPassword(input, context));
  }

  portalSignIn(input: PortalPassword, context: RequestContext): Promise<SignInOutcome> {
    return failEvenly(() => this.clientByPassword(input, context));
  }

  private async teamByPassword(input: TeamPassword, context: RequestContext): Promise<SignInOutcome> {
    const transport = transportOf(input.transport, context);
    const email = normalizeEmail(input.email) ?? "";
    return this.byPassword({
      audience: "TEAM",
      firmId: null,
      firmSlug: input.firmSlug ?? null,
      email,
      people: await findMembersByEmail(this.needs.work.reader, email),
      password: input.password,
      transport,
      context,
    });
  }

  private async clientByPassword(input: PortalPassword, context: RequestContext): Promise<SignInOutcome> {
    const { reader } = this.needs.work;
    const transport = transportOf(input.transport, context);
    const firm = await reader.findOneBy(Firm, { slug: input.firmSlug });
    const email = normalizeEmail(input.email) ?? "";
    if (firm) mustAllowLogin(await loadPolicy(reader, firm.id));
    const person = firm && (await findClientByEmail(reader, firm.id, email));
    return this.byPassword({
      audience: "PORTAL",
      firmId: firm?.id ?? null,
      firmSlug: null,
      email,
      people: person ? [person] : [],
      password: input.password,
      landingRequestId: isId("clientRequest", input.landingRequestId ?? "") ? input.landingRequestId : null,
      transport,
      context,
    });
  }

  /** Unknown email, wrong password, no account, another firm's account: the same work, the same response. */
  private async byPassword(given: {
    audience: Audience;
    /** The portal's firm. */
    firmId: string | null;
    /** The team's firm, if one was named. */
    firmSlug: string | null;
    email: string;
    /** Whose password it would be: a client, or the memberships of one person. */
    people: readonly Person[];
    password: string;
    landingRequestId?: string | null;
    transport: SessionTransport;
    context: RequestContext;
  }): Promise<SignInOutcome> {
    const { work, hasher, attempts, challenges, enrollmentCodes, sourceLimits, door } = this.needs;
    const { people, context } = given;
    const next = afterPassword(people, given.firmSlug);
    const [person] = people;
    // On a browser with which the person has signed in before, strangers' failures do not count, and its own failures
    // count for nobody else.
    const devices = await knownDevicesOf(work.reader, context, given.audience, work.clock.now());
    const known = people.find((each) => devices.some(({ ownerId }) => ownerId === each.ownerId));
    const device = devices.find(({ ownerId }) => ownerId === known?.ownerId);
    const key = device
      ? devicePasswordAttemptsKey(device)
      : passwordAttemptsKey(given.audience, given.firmId, given.email);
    const limit = device ? attemptLimits.passwordOnKnownDevice : attemptLimits.password;
    const afterSource = async (unit: UnitOfWork) => {
      const taken = await attempts.takeWithin(unit, key, limit);
      if (!taken.ok) throw passwordWait(taken.retryAfterMs);
      return taken;
    };
    return sourceLimits.guardWith("password", context, { afterSource }, async (attempt, bySource) => {
      const credential = person
        ? await work.reader.findOneBy(PasswordCredential, { ownerId: person.credentialId })
        : null;
      // Text that cannot be a password costs no hash, whatever the account.
      const share = shareOfStranger(context, { firmId: given.audience === "TEAM" ? null : given.firmId, who: key });
      const isRight =
        couldBePassword(given.password) &&
        (await attempts.judging([attempt.taken, bySource], () => hasher.matches(given.password, credential, share)));
      if (!isRight || !person || !credential || next.step === "REFUSE") {
        await this.recordFailure(given, attempt.isLast ? attempt.waitMs : null);
        throw new Refusal("INVALID_CREDENTIALS");
      }
      const renewed = hasher.isOld(credential) ? await hasher.hash(given.password, share) : null;
      const chosen = next.step === "ENTER" ? next.person : person;
      const entering = work.do(async (unit) => {
        // The policy is locked first, as wherever a session may be opened. The password's row stays locked until the
        // commit: a concurrent change either comes first, and this sign-in fails, or it waits, and then ends the
        // session that is opened here.
        await loadPolicy(unit.manager, chosen.firmId, { lock: "share" });
        const current = await lockedCredential(unit, chosen.credentialId);
        if (current?.version !== credential.version) throw new Refusal("INVALID_CREDENTIALS");
        // The address with which the person was found may have changed hands: changing it waits for the password's row
        // as well.
        const found = await findPerson(unit.manager, given.audience, chosen.ownerId);
        if (found?.email !== chosen.email || found.credentialId !== chosen.credentialId)
          throw new Refusal("INVALID_CREDENTIALS");
        if (renewed) await renewHash(unit, current, hasher, renewed);
        await attempts.clearWithin(unit, key);
        if (next.step === "CHOOSE_FIRM") return askForFirm(unit, challenges, next.people, "PASSWORD");
        return door.enter(unit, {
          person: found,
          door: "PASSWORD",
          transport: given.transport,
          context,
          landingRequestId: given.landingRequestId ?? null,
        });
      });
      return enrollmentCodes
        .recordingHeldBack(chosen, actorAs(chosen, context.source), entering)
        .catch(async (refused: unknown) => {
          // The password was right but the next step has to wait: this does not count as a wrong password.
          const isDisabled = refused instanceof Refusal && refused.code === "FIRM_DISABLED";
          if (isDisabled || refused instanceof CodeMailsUsedUp || refused instanceof SecondFactorLocked) {
            await attempts.clear(key);
            await attempts.giveBack(bySource);
          }
          await attempts.giveBackAfter(refused, [attempt.taken, bySource]);
          throw refused;
        });
    });
  }

  private async recordFailure(
    given: {
      audience: Audience;
      firmId: string | null;
      email: string;
      people: readonly Person[];
      context: RequestContext;
    },
    lockedMs: number | null,
  ): Promise<void> {
    const { work } = this.needs;
    const { firmId, people, email, context } = given;
    if (given.audience === "TEAM" && people.length > 0) return recordWrongTeamPassword(work, people, context, lockedMs);
    await work.do(async (unit) => {
      if (people.length > 0) return recordWrongPassword(unit, people, context, lockedMs);
      // The event costs a write, so a sign-in for nobody makes one as well. An invalid address has nothing to record.
      if (firmId === null || email === "") return void (await unit.affected(WRITE_NOTHING, [""]));
      // An attempt by a client without an account is attached to the contact.
      const where = { firmId, email };
      const contact = await unit.manager.findOne(Contact, { where, order: { createdAt: "ASC", id: "ASC" } });
      const stranger = { firmId, email, accountId: null };
      recordWrongPassword(unit, [stranger], context, lockedMs, contact?.id);
    });
  }
}

const passwordWait = (waitMs: number) =>
  new Refusal("ACCOUNT_LOCKED", null, (say) => say.tooManyWrongPasswords(waitMs));
