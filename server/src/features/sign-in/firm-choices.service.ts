import type { SessionTransport, SignInDoor } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import type { RequestContext } from "../callers/request-context.js";
import { findMembersOf, type Person } from "../people/person.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { lockedCredential } from "../passwords/passwords.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { accountDoorOf, type AccountDoor } from "./account-door.js";
import type { EnrollmentCodes } from "./enrollment-codes.js";
import { actorAs } from "./sign-in-actor.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import { FirmChoice, FirmChoiceRequired, type SignInOutcome } from "./sign-in.results.js";
import { transportOf } from "./transport.js";

/** Makes the sign-in of somebody in several teams wait until they say which. The password was right. */
export async function askForFirm(
  unit: UnitOfWork,
  challenges: SignInChallenges,
  people: readonly Person[],
  door: SignInDoor,
): Promise<FirmChoiceRequired> {
  const [first] = people;
  if (!first) throw new Error("there is no firm to choose");
  // The choice is the person's, not that of a member of one firm.
  const person = { ...first, ownerId: first.credentialId };
  const { challenge, token } = await challenges.create(unit, { person, door, step: "FIRM_CHOICE" });
  return new FirmChoiceRequired({
    challengeToken: token,
    expiresAt: challenge.expiresAt,
    firms: people.map(
      ({ firmId, firmName, firmSlug }) => new FirmChoice({ id: firmId, name: firmName, slug: firmSlug }),
    ),
  });
}

/** Continues the sign-in of somebody in several teams. */
export class FirmChoices {
  constructor(
    private readonly needs: {
      work: Work;
      challenges: SignInChallenges;
      enrollmentCodes: EnrollmentCodes;
      sourceLimits: SourceLimits;
      accountDoor: AccountDoor;
    },
  ) {}

  /**
   * Enters the firm through the door by which the sign-in came: its second factor and policy apply. Throws
   * CHALLENGE_EXPIRED, and NOT_FOUND for a firm that was not in the list.
   */
  async choose(
    input: { challengeToken: string; firmId: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, challenges, enrollmentCodes, sourceLimits, accountDoor } = this.needs;
    const transport = transportOf(input.transport, context);
    return sourceLimits.guard("token", context, async () => {
      const challenge = await challenges.find(input.challengeToken, "FIRM_CHOICE");
      const listed = ({ manager }: Pick<UnitOfWork, "manager">) =>
        findMembersOf(manager, challenge.ownerId, challenge.createdAt);
      const isChosen = ({ firmId }: Person) => firmId === input.firmId;
      const person = (await listed({ manager: work.reader })).find(isChosen);
      if (!person) throw new Refusal("NOT_FOUND", ["input", "firmId"]);
      const entering = work.do(async (unit) => {
        // The locks of a sign-in by password, in its order.
        await loadPolicy(unit.manager, person.firmId, { lock: "share" });
        await lockedCredential(unit, person.credentialId);
        await challenges.spend(unit, challenge);
        const found = (await listed(unit)).find(isChosen);
        if (!found) throw new Refusal("NOT_FOUND", ["input", "firmId"]);
        return accountDoor.enter(unit, { person: found, door: accountDoorOf(challenge), transport, context });
      });
      return enrollmentCodes.recordingHeldBack(person, actorAs(person, context.source), entering);
    });
  }
}
