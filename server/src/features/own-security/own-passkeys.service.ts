import { counts, mayAddPasskey, normalizeName } from "@gatehouse/shared";
import { sql, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { asPerson, ownerIdOf, type PersonCaller } from "../callers/caller.js";
import { mustBeFresh } from "../access/fresh-proof.js";
import { lockCaller } from "../callers/caller-now.js";
import { about, personOf, type Person } from "../people/person.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { mustFind } from "../work/must-find.js";
import type { Actor, UnitOfWork, Work } from "../work/unit-of-work.js";
import { notify } from "../mail/security-notices.js";
import { passkeyAdded, passkeyRemoved } from "../mail/security-letters.js";
import type { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import type { SignInChallenges } from "../sign-in/sign-in-challenges.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { Passkey } from "../passkeys/passkey.entity.js";
import { PasskeyView } from "./passkey.results.js";
import type { Passkeys, PasskeySubject } from "../passkeys/passkeys.service.js";

const rows = table(Passkey);
const DELETE_PASSKEY = sql`DELETE FROM ${rows} WHERE ${rows.id} = ?`;

/**
 * People's own passkeys: list, add and remove them, and request a proof by one. The same for clients and team members.
 */
export class OwnPasskeys {
  constructor(
    private readonly needs: {
      work: Work;
      passkeys: Passkeys;
      secondFactor: SecondFactor;
      challenges: SignInChallenges;
    },
  ) {}

  async list({ caller }: RequestContext): Promise<PasskeyView[]> {
    const { work, passkeys } = this.needs;
    return (await passkeys.of(work.reader, ownerIdOf(asPerson(caller)))).map(PasskeyView.of);
  }

  /** Requires a fresh proof and an authenticator in force. Returns the options for the browser. */
  beginRegistration(context: RequestContext): Promise<string> {
    return this.whenFresh(context, async (unit, person, caller) => {
      await this.mustBeAllowedToAdd(unit, person);
      return this.needs.passkeys.beginRegistration(unit, person, caller.sessionId);
    });
  }

  add(input: { response: string; name: string }, context: RequestContext): Promise<PasskeyView> {
    const name = normalizeName(input.name);
    if (name === null) throw new Refusal("INVALID_INPUT", ["input", "name"], (say) => say.passkeyUnnamed);
    return this.whenFresh(context, async (unit, person, caller, actor) => {
      await this.mustBeAllowedToAdd(unit, person);
      const passkey = await this.needs.passkeys.finishRegistration(
        unit,
        person,
        caller.sessionId,
        input.response,
        name,
      );
      if (!passkey) throw new Refusal("CHALLENGE_EXPIRED", ["input", "response"], (say) => say.passkeyNotAdded);
      unit.record({
        type: "PASSKEY_ADDED",
        ...about(person, actor),
        data: { email: person.email, name, passkeyId: passkey.id },
      });
      await notify(unit, person, actor, passkeyAdded, { name });
      return PasskeyView.of(passkey);
    });
  }

  remove({ passkeyId }: { passkeyId: string }, context: RequestContext): Promise<string> {
    return this.whenFresh(context, async (unit, person, _caller, actor) => {
      const { firmId, ownerId } = person;
      const field = ["input", "passkeyId"];
      const passkey = await mustFind(unit.manager, Passkey, "passkey", { id: passkeyId, firmId, ownerId }, field);
      if ((await unit.affected(DELETE_PASSKEY, [passkey.id])) !== 1) throw new Refusal("NOT_FOUND", field);
      unit.record({
        type: "PASSKEY_REMOVED",
        ...about(person, actor),
        data: { email: person.email, name: passkey.name, passkeyId },
      });
      await notify(unit, person, actor, passkeyRemoved, { name: passkey.name });
      return passkeyId;
    });
  }

  /** What the browser must ask a passkey, to continue signing in or (without a token) for stepUp. */
  async beginVerification(input: { challengeToken?: string | null }, context: RequestContext): Promise<string> {
    const { work, passkeys, challenges } = this.needs;
    const [ownerId, subject] =
      input.challengeToken == null
        ? stepUpOf(asPerson(context.caller))
        : signInOf(await challenges.find(input.challengeToken, "SECOND_FACTOR"));
    const options = await work.do(async (unit) => {
      if (subject.purpose === "STEP_UP") await lockCaller(unit, context.caller);
      return passkeys.beginAssertion(unit, ownerId, subject);
    });
    if (options === null) throw new Refusal("NOT_FOUND", null, (say) => say.passkeysMissing);
    return options;
  }

  private async mustBeAllowedToAdd(unit: UnitOfWork, person: Person): Promise<void> {
    // The second factor's row is locked, so that two passkeys added at once still count each other.
    const { enrolledAt } = await this.needs.secondFactor.stateOf(unit.manager, person, true);
    const passkeys = await unit.manager.countBy(Passkey, { ownerId: person.ownerId });
    if (mayAddPasskey({ isEnrolled: enrolledAt !== null, passkeys })) return;
    if (enrolledAt === null) throw new Refusal("TWO_FACTOR_NOT_ENROLLED");
    throw new Refusal("INVALID_INPUT", null, (say) => say.passkeysFull(counts.passkeys));
  }

  private async whenFresh<T>(
    context: RequestContext,
    act: (unit: UnitOfWork, person: Person, caller: PersonCaller, actor: Actor) => Promise<T>,
  ): Promise<T> {
    const { work } = this.needs;
    const caller = asPerson(context.caller);
    mustBeFresh(caller, work.clock.now());
    const actor = actorIn(context);
    return work.do(async (unit) => act(unit, await personOf(unit.manager, caller), caller, actor));
  }
}

const stepUpOf = (caller: PersonCaller): [ownerId: string, subject: PasskeySubject] => [
  ownerIdOf(caller),
  { subjectId: caller.sessionId, purpose: "STEP_UP" },
];
const signInOf = ({ id, ownerId }: SignInChallenge): [ownerId: string, subject: PasskeySubject] => [
  ownerId,
  { subjectId: id, purpose: "SIGN_IN" },
];
