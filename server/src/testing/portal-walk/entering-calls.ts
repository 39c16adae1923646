import { CLIENT_PASSWORD } from "../world.js";
import { arrive, DEVICES, type Place } from "./place.js";
import { accountSession, RESULT, SIGNED_IN, type Call, type Walker } from "./walker.js";

/** What lets a client in: passwords, mailed tokens, links and codes. */
export class EnteringCalls {
  constructor(private readonly walker: Walker) {}

  readonly all: Record<string, Call> = {
    "sign in": {
      can: ({ truth }) => truth.hasAccount,
      make: async (place) => {
        const { firm, email } = this.walker.given;
        const input = { firmSlug: firm.slug, email, password: place.held.password, transport: "TOKEN" };
        arrive(place, (await this.walker.mutate("portalSignIn", "PortalSignIn", RESULT, input)).result);
      },
    },
    "create the account by the invitation": {
      can: ({ held }) => held.invite !== undefined,
      make: (place) => this.create(place, place.held.invite),
    },
    "create the account by the requested mail": {
      can: ({ held }) => held.confirmation !== undefined,
      make: (place) => this.create(place, place.held.confirmation),
    },
    "create the account by the link's token": {
      can: ({ held }) => held.linkConfirmation !== undefined,
      make: (place) => this.create(place, place.held.linkConfirmation),
    },
    "create the account from a session": {
      can: (place) => accountSession(place) !== undefined,
      make: (place) => this.create(place, undefined, accountSession(place)?.token),
    },
    "reset the password by mail": {
      can: ({ held }) => held.reset !== undefined,
      make: async (place) => {
        const newPassword = `${place.held.password}!`;
        const input = { resetToken: place.held.reset, newPassword, transport: "TOKEN" };
        const { result } = await this.walker.mutate("resetPassword", "ResetPassword", RESULT, input);
        if (result === null) return;
        place.held.password = newPassword;
        arrive(place, result, null, true);
      },
    },
    "claim the link": { can: () => true, make: (place) => this.claim(place, DEVICES[0]) },
    "claim the link on another device": { can: () => true, make: (place) => this.claim(place, DEVICES[1]) },
    "type the code": {
      can: ({ held, truth }) => held.challenge !== undefined && truth.authenticator !== null,
      make: (place) => this.prove(place, place.held.challenge),
    },
    "type the code for the link": {
      can: ({ held, truth }) => held.linkChallenge !== undefined && truth.authenticator !== null,
      make: (place) => this.prove(place, place.held.linkChallenge),
    },
    "use a recovery code": {
      can: ({ held }) => held.challenge !== undefined && held.recoveryCodes.length > 0,
      make: (place) => this.recover(place, place.held.challenge),
    },
    "use a recovery code for the link": {
      can: ({ held }) => held.linkChallenge !== undefined && held.recoveryCodes.length > 0,
      make: (place) => this.recover(place, place.held.linkChallenge),
    },
  };

  private async create(place: Place, confirmationToken: string | undefined, token?: string): Promise<void> {
    const input = { confirmationToken, password: CLIENT_PASSWORD, transport: "TOKEN" };
    const { result } = await this.walker.mutate("createPortalAccount", "CreatePortalAccount", RESULT, input, token);
    if (result === null) return;
    Object.assign(place.truth, { hasAccount: true, authenticator: null });
    place.held.password = CLIENT_PASSWORD;
    arrive(place, result, null, true);
  }

  private async claim(place: Place, deviceKey: string): Promise<void> {
    const { result } = await this.walker.mutate(
      "claimMagicLink",
      "ClaimMagicLink",
      `result { ${SIGNED_IN} ... on TwoFactorRequired { challengeToken } ... on AccountRequired { confirmationToken } }`,
      { token: this.walker.given.link, deviceKey, transport: "TOKEN" },
    );
    if (result?.__typename === "TwoFactorRequired") place.held.linkChallenge = result.challengeToken;
    else arrive(place, result);
  }

  private async prove(place: Place, challengeToken: string | undefined): Promise<void> {
    const secret = place.truth.authenticator ?? "";
    const input = { challengeToken, code: this.walker.freshCode(place, secret), transport: "TOKEN" };
    const { result } = await this.walker.mutate("verifyTwoFactor", "VerifyTwoFactor", RESULT, input);
    arrive(place, result, secret);
  }

  private async recover(place: Place, challengeToken: string | undefined): Promise<void> {
    const { authenticator } = place.truth;
    const input = { challengeToken, code: place.held.recoveryCodes.shift(), transport: "TOKEN" };
    const { result } = await this.walker.mutate("useRecoveryCode", "UseRecoveryCode", RESULT, input);
    arrive(place, result, authenticator);
  }
}
