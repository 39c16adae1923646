/**
 * When a person needs a fresh proof for an act (a sign-in or stepUp of at most ten minutes ago, see full-proof.ts). ALWAYS: asked
 * before anything of the act is looked at. SOMETIMES: the use case asks, once it knows what the act comes to.
 */
export type FreshProofNeed = "ALWAYS" | "SOMETIMES";

export interface DangerousAct {
  needs: FreshProofNeed;
  /** What a stolen session could do with it. */
  why: string;
}

const goesWithTheAccount = "takes over or takes away somebody's account";
const changesTheTeam = "changes who is in the team, and as what";
const changesOwnFactors = "changes what proves the person";

/**
 * The mutations that need one, by name (OWASP ASVS 7.5.1, 7.5.3). The server's `@Allow` reads this table. An API key proves itself
 * with every request and has the scope for the act, so this is about people.
 */
export const dangerousActs = {
  createApiKey: { needs: "ALWAYS", why: "a key outlives the session" },
  updateSecurityPolicy: { needs: "SOMETIMES", why: "where it loosens the policy" },

  resetTwoFactor: { needs: "ALWAYS", why: goesWithTheAccount },
  changeLoginEmail: { needs: "ALWAYS", why: goesWithTheAccount },
  deletePortalAccount: { needs: "ALWAYS", why: goesWithTheAccount },

  inviteTeamMember: { needs: "ALWAYS", why: changesTheTeam },
  sendTeamPasswordLink: { needs: "ALWAYS", why: changesTheTeam },
  changeTeamMember: { needs: "ALWAYS", why: changesTheTeam },
  removeTeamMember: { needs: "ALWAYS", why: changesTheTeam },
  resetTeamMemberTwoFactor: { needs: "ALWAYS", why: changesTheTeam },

  beginPasskeyRegistration: { needs: "ALWAYS", why: changesOwnFactors },
  addPasskey: { needs: "ALWAYS", why: changesOwnFactors },
  removePasskey: { needs: "ALWAYS", why: changesOwnFactors },
  regenerateRecoveryCodes: { needs: "ALWAYS", why: changesOwnFactors },
  disableTwoFactor: { needs: "ALWAYS", why: changesOwnFactors },
  beginTwoFactorEnrollment: { needs: "SOMETIMES", why: "of somebody signed in: it changes what proves the person" },
  changePassword: {
    needs: "SOMETIMES",
    why: "of somebody with an authenticator: the password alone is not all that proves them",
  },
} as const satisfies Record<string, DangerousAct>;
export type DangerousActName = keyof typeof dangerousActs;

/** Whether a mutation is refused to a person without a fresh proof, whatever its input says. */
export const alwaysNeedsFreshProof = (mutation: string): boolean => {
  const acts: Readonly<Record<string, DangerousAct>> = dangerousActs;
  return Object.hasOwn(acts, mutation) && acts[mutation]?.needs === "ALWAYS";
};
