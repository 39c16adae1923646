import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, AcceptedPayload } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { ChooseTeamPasswordInput, TeamEmailInput } from "./team-password.inputs.js";
import { SignInPayload } from "../sign-in/sign-in.results.js";
import type { TeamPassword } from "./team-password.service.js";
import type { TeamPasswordRequests } from "./team-password-requests.service.js";

@Resolver()
export class TeamPasswordResolver {
  constructor(
    private readonly passwords: TeamPassword,
    private readonly requests: TeamPasswordRequests,
  ) {}

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a colleague who forgot the password a link to choose another one, by chooseTeamPassword. The response is the same whether the address is known or not. Limited to three in 15 minutes per address.",
  })
  requestTeamPasswordReset(
    @Arg("input", () => TeamEmailInput, { description: "The colleague's address." }) input: TeamEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.requests.request(input, context);
      return { accepted: true };
    });
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, {
    description:
      "Joins a team through the mailed link, or replaces a forgotten password, and continues to sign in. Somebody who joins and signs in to another firm's team already gives the password that they have (mailedToken's signsInAlready): another one is INVALID_CREDENTIALS. A replaced password is that of all their teams. ACCOUNT_LOCKED without a field: the new password is set and the token spent, but signing in must wait until the second factor is unlocked.",
  })
  chooseTeamPassword(
    @Arg("input", () => ChooseTeamPasswordInput, { description: "The link's token and the password." })
    input: ChooseTeamPasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.passwords.choose(input, context) }));
  }
}
