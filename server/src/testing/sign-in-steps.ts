import type { World } from "./world.js";

export const VERIFY = ["verifyTwoFactor", "VerifyTwoFactorInput"] as const;
export const RECOVER = ["useRecoveryCode", "UseRecoveryCodeInput"] as const;

/** The steps that tests of signing in repeat, at their firm. */
export const signInSteps = (at: () => { world: World; firm: Awaited<ReturnType<World["firm"]>>; owner: string }) => ({
  setMode: async (mode: string, of: { owner: string } = at().firm, token?: string) => {
    const { world } = at();
    const asking = token ?? (await world.ownerToken(of));
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, asking);
    return world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "firm { securityPolicy { mode } }",
      { mode, expectedVersion: data.firm.securityPolicy.version },
      asking,
    );
  },
  /** A client of the firm who has enrolled an authenticator voluntarily. */
  enrolledClient: async () => {
    const { world, firm, owner } = at();
    const client = await world.client(firm, owner);
    const phone = await world.enroll({ token: client.created.result.sessionToken });
    return { ...client, ...phone };
  },
  challengeOf: async (email: string): Promise<string> =>
    (await at().world.portalSignIn(at().firm, email)).result.challengeToken,
});
