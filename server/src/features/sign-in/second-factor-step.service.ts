import { secondFactorKinds, type SecondFactorKind, type SecondProof, type SessionTransport } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import type { RequestContext } from "../callers/request-context.js";
import { findPerson, type Person } from "../people/person.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { SignInChallenge } from "./sign-in-challenge.entity.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import type { SignInOutcome } from "./sign-in.results.js";
import { accountDoorOf, type AccountDoor } from "./account-door.js";
import type { LinkDoor } from "./link-door.js";
import { actorAs } from "./sign-in-actor.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { transportOf } from "./transport.js";
import { mustLookLikeProof } from "../second-factors/typed-answers.js";
import { trustDevice } from "../devices/trusted-devices.js";

interface Step {
  challengeToken: string;
  trustDevice?: boolean | null;
  transport?: SessionTransport | null;
}
/** The second step of a sign-in: a proof by one of the second factors. */
export class SecondFactorStep {
  constructor(
    private readonly needs: {
      work: Work;
      challenges: SignInChallenges;
      secondFactor: SecondFactor;
      sourceLimits: SourceLimits;
      accountDoor: AccountDoor;
      linkDoor: LinkDoor;
    },
  ) {}

  /**
   * Continues through the door by which the sign-in came. Throws CHALLENGE_EXPIRED, ACCOUNT_LOCKED, RATE_LIMITED, and
   * INVALID_CODE for an `answer` that is not a proof of this kind.
   */
  async prove(
    kind: SecondFactorKind,
    input: Step & { answer: string },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, challenges, secondFactor, sourceLimits } = this.needs;
    const transport = transportOf(input.transport, context);
    mustLookLikeProof(input.answer, [kind]);
    // Looked up before locking the address's row, which many may share. Whether the challenge is still live is decided
    // when its attempt is taken.
    const found = await challenges.look(input.challengeToken, "SECOND_FACTOR");
    const owner = found && (await findPerson(work.reader, found.audience, found.ownerId));
    // All attempts are taken, and kept, before the proof is checked.
    const afterSource = async (unit: UnitOfWork) => {
      if (!found || !owner) throw new Refusal("CHALLENGE_EXPIRED");
      const tries = actorAs(owner, context.source);
      await secondFactor.takeAttempt(unit, owner, tries);
      await challenges.takeAttempt(unit, found);
      return { challenge: found, person: owner, actor: tries };
    };
    return sourceLimits.guardWith(
      "secondFactor",
      context,
      { afterSource },
      async ({ challenge, person, actor }) =>
        (await secondFactor.proving(
          person,
          async (unit) => {
            const subject = { subjectId: challenge.id, purpose: "SIGN_IN" } as const;
            const proof = { answer: input.answer, subject };
            if (!(await secondFactor.spend(unit, person, actor, proof, [kind]))) return null;
            await challenges.spend(unit, challenge);
            const given = { ...input, transport, second: secondFactorKinds[kind].proof };
            return this.continueThrough(unit, challenge, person, given, context);
          },
          (unit) => challenges.giveAttemptBack(unit, challenge),
        )) ?? secondFactor.fail(person, actor, kind),
    );
  }

  private async continueThrough(
    unit: UnitOfWork,
    challenge: SignInChallenge,
    person: Person,
    input: Step & { transport: SessionTransport; second: SecondProof },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { accountDoor, linkDoor } = this.needs;
    if (challenge.door === "MAGIC_LINK") {
      const link = await unit.manager.findOneBy(MagicLink, {
        id: challenge.magicLinkId ?? "",
        firmId: challenge.firmId,
      });
      // The link moved to another device while the code was typed.
      if (!link || link.revokedAt !== null || link.deviceKeyDigest !== challenge.deviceKeyDigest)
        throw new Refusal("CHALLENGE_EXPIRED");
      const request = await unit.manager.findOneByOrFail(ClientRequest, { id: link.requestId, firmId: link.firmId });
      const entry = { link, request, context, transport: input.transport };
      return linkDoor.enterProven(unit, person, entry, input.second);
    }
    if (input.trustDevice && person.audience === "PORTAL") {
      const policy = await loadPolicy(unit.manager, person.firmId, { lock: "share" });
      await trustDevice(unit, person, context, { policy, actor: actorAs(person, context.source) });
    }
    return accountDoor.enter(unit, {
      person,
      door: accountDoorOf(challenge),
      transport: input.transport,
      context,
      second: input.second,
      landingRequestId: challenge.landingRequestId,
    });
  }
}
