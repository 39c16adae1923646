import {
  maskEmail,
  methodsProven,
  nextAccountStep,
  nextTeamStep,
  provesMailbox,
  teamRoleNeedsTwoFactor,
  type Proof,
  type SecondProof,
  type SessionTransport,
  type SignInDoor,
} from "@gatehouse/shared";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { about, type Person } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { saveSignIn } from "../contacts/account-links.js";
import { Contact } from "../contacts/contact.entity.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";
import { notify } from "../mail/security-notices.js";
import { newDeviceSignIn } from "../mail/security-letters.js";
import { mustBeOpen } from "../access/firm-open.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import type { OpenedSession, Sessions } from "../sessions/sessions.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { EnrollmentCodes } from "./enrollment-codes.js";
import { rememberDevice } from "../devices/known-devices.js";
import { askSecondFactor } from "./second-factor-asking.js";
import { actorAs } from "./sign-in-actor.js";
import type { SignInChallenge } from "./sign-in-challenge.entity.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import { TwoFactorEnrollmentRequired, type SignInOutcome } from "./sign-in.results.js";
import type { PersonViewer } from "../viewers/viewer.results.js";
import { signedIn } from "./signed-in.js";
import { findTrustedDevice, useTrustedDevice } from "../devices/trusted-devices.js";

/** The doors to an account. A magic link opens only its request, by LinkDoor. */
export type AccountDoors = Exclude<SignInDoor, "MAGIC_LINK">;

/** The door to an account by which the challenge came. */
export function accountDoorOf({ door }: Pick<SignInChallenge, "door">): AccountDoors {
  if (door === "MAGIC_LINK") throw new Error("a magic link does not lead to an account");
  return door;
}

/** How somebody has entered, and with what proof. */
export interface Entry {
  person: Person;
  door: AccountDoors;
  transport: SessionTransport;
  context: RequestContext;
  /** The second factor that was given in this very sign-in, after the door. */
  second?: SecondProof;
  /** The request that a magic link led here for. */
  landingRequestId?: string | null;
}

const sessions = table(Session);
const EARLIER = sql`SELECT 1 FROM ${sessions} WHERE ${sessions.ownerId} = ? AND ${sessions.id} <> ?`;
const SEEN_BEFORE = select({
  isKnownPerson: computed(sql`EXISTS(${EARLIER})`, Boolean),
  isKnownDevice: computed(sql`EXISTS(${EARLIER} AND ${sessions.userAgent} = ?)`, Boolean),
});

/** Where every way into an account ends; docs/architecture.md draws them. */
export class AccountDoor {
  constructor(
    private readonly needs: {
      challenges: SignInChallenges;
      sessions: Sessions;
      secondFactor: SecondFactor;
      enrollmentCodes: EnrollmentCodes;
    },
  ) {}

  /**
   * What a door leads to. Account sessions are opened only here, so that no path bypasses the firm's mode or a second
   * factor.
   */
  async enter(unit: UnitOfWork, entry: Entry): Promise<SignInOutcome> {
    const { secondFactor, challenges, enrollmentCodes } = this.needs;
    const { person, context } = entry;
    const policy = await loadPolicy(unit.manager, person.firmId, { lock: "share" });
    mustBeOpen(policy);
    const factor = await secondFactor.stateOf(unit.manager, person);
    const isEnrolled = factor.enrolledAt !== null;
    const isSecondFactorProven = entry.second !== undefined;
    const device =
      person.audience === "PORTAL" && isEnrolled
        ? await findTrustedDevice(unit.manager, person, context, policy.trustedDeviceDays, unit.now)
        : null;
    const isDeviceTrusted = device !== null;
    const facts = { policy, now: unit.now, isEnrolled, isSecondFactorProven, isDeviceTrusted };
    const step =
      person.role === null
        ? nextAccountStep(facts)
        : nextTeamStep({ ...facts, isTwoFactorRequired: teamRoleNeedsTwoFactor(policy, person.role) });
    switch (step.step) {
      case "REFUSE":
        throw new Refusal(step.code);
      case "PROVE_SECOND_FACTOR": {
        const trustedDeviceDays = person.audience === "PORTAL" ? policy.trustedDeviceDays : 0;
        return askSecondFactor(unit, challenges, entry, factor, trustedDeviceDays);
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
        if (device !== null && second === "TRUSTED_DEVICE") await useTrustedDevice(unit, device);
        const opened = await this.openAccountSession(unit, entry, isFactorProven, proof);
        // Somebody who sets up an authenticator next need not prove the mailbox that has just let them in.
        if (!isEnrolled && provesMailbox(entry.door))
          await challenges.create(unit, { ...entry, step: "ENROLLMENT", sessionId: opened.session.id });
        unit.record({
          type: "SIGN_IN_SUCCEEDED",
          ...about(person, actorAs(person, context.source)),
          methods: methodsProven(proof),
          data: {
            email: person.email,
            door: entry.door,
            sessionId: opened.session.id,
            ...listedIfAny(opened.endedSessionIds),
          },
        });
        const known = { policy, factor };
        const answer = await signedIn(unit, opened, entry, await landingOf(unit, entry), known);
        // Last, since it takes the firm's event lock, for which others should wait no longer than necessary.
        await markSignIn(unit, person, answer.viewer);
        return answer;
      }
    }
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
    const mine = [person.ownerId, opened.session.id];
    const [seen] = await unit.rows(SEEN_BEFORE, [...mine, ...mine, userAgent]);
    if (seen?.isKnownPerson && !seen.isKnownDevice)
      await notify(unit, person, actorAs(person, context.source), newDeviceSignIn);
    return opened;
  }
}

async function markSignIn(unit: UnitOfWork, { ownerId, firmId }: Person, viewer: PersonViewer): Promise<void> {
  const shownPerson = viewer instanceof TeamMemberView ? viewer : viewer.account;
  if (shownPerson) shownPerson.lastSignInAt = unit.now;
  if (viewer instanceof TeamMemberView)
    await unit.manager.update(TeamMember, { id: ownerId }, { lastSignInAt: unit.now });
  else await saveSignIn(unit, firmId, ownerId);
}

/** The request to open next, if the account reaches it: a response must not reveal whether an arbitrary id exists. */
async function landingOf({ manager }: UnitOfWork, { person, landingRequestId }: Entry): Promise<string | null> {
  if (landingRequestId == null || person.accountId === null) return null;
  const request = await manager.findOneBy(ClientRequest, { id: landingRequestId, firmId: person.firmId });
  const isWithin =
    request !== null && (await manager.existsBy(Contact, { id: request.contactId, portalAccountId: person.accountId }));
  return isWithin ? request.id : null;
}
