import type { Place, Truth } from "./place.js";
import type { Call, Walker } from "./walker.js";

const MODES = {
  "the firm chooses login": { mode: "MAGIC_LINK_AND_LOGIN", magicLinkRequiresTwoFactor: true },
  "the firm chooses links only": { mode: "MAGIC_LINK_ONLY", magicLinkRequiresTwoFactor: true },
  "the firm requires 2FA": { mode: "MAGIC_LINK_AND_LOGIN_2FA", magicLinkRequiresTwoFactor: true },
  "the firm requires 2FA, but not of links": { mode: "MAGIC_LINK_AND_LOGIN_2FA", magicLinkRequiresTwoFactor: false },
  "the firm announces 2FA": { mode: "MAGIC_LINK_AND_LOGIN_2FA", magicLinkRequiresTwoFactor: true, inMinutes: 5 },
} as const;

/** What the firm decides meanwhile, and the days that it announced. */
export class FirmCalls {
  constructor(private readonly walker: Walker) {}

  readonly all: Record<string, Call> = {
    "the firm sends a password reset": {
      can: ({ truth }) => truth.hasAccount,
      make: async (place) => {
        const { contactId, email } = this.walker.given;
        if (await this.administer("sendPasswordReset", "ContactId", { contactId }))
          place.held.reset = await this.walker.world.mailedToken(email, /password/i);
      },
    },
    "the firm resets 2FA": {
      can: ({ truth }) => truth.authenticator !== null,
      make: async (place) => {
        const input = { contactId: this.walker.given.contactId, reason: "lost phone" };
        if (await this.administer("resetTwoFactor", "ContactReason", input)) place.truth.authenticator = null;
      },
    },
    "the firm deletes the account": {
      can: ({ truth }) => truth.hasAccount,
      make: async (place) => {
        const input = { contactId: this.walker.given.contactId, reason: "left" };
        if (await this.administer("deletePortalAccount", "ContactReason", input))
          Object.assign(place.truth, { hasAccount: false, authenticator: null });
      },
    },
    ...Object.fromEntries(
      Object.entries(MODES).map(([name, change]) => [
        name,
        { can: () => true, make: (place: Place) => this.setMode(place, change) },
      ]),
    ),
    "the announced day comes": {
      can: ({ truth, at }) => truth.enforcedFrom !== null && truth.enforcedFrom > at,
      make: async (place) => {
        place.at = (place.truth.enforcedFrom ?? 0) + 1000;
        this.walker.setClock(place.at);
      },
    },
    "the plan goes to TEAM": {
      can: ({ truth }) => truth.plan !== "TEAM",
      make: (place) => this.setPlan(place, "TEAM"),
    },
    "the plan goes to BUSINESS": {
      can: ({ truth }) => truth.plan !== "BUSINESS",
      make: (place) => this.setPlan(place, "BUSINESS"),
    },
  };

  private async administer(name: string, type: string, input: object): Promise<boolean> {
    const selection = type === "UpdateSecurityPolicy" ? "firm { id }" : "contact { id }";
    const { userErrors } = await this.walker.mutate(name, type, selection, input, this.walker.given.owner);
    return userErrors.length === 0;
  }

  private async setMode(
    place: Place,
    { inMinutes, ...change }: { mode: string; magicLinkRequiresTwoFactor: boolean; inMinutes?: number },
  ): Promise<void> {
    const [row] = (await this.walker.world.app.work.reader.query(
      "SELECT version FROM security_policies WHERE firmId = ?",
      [this.walker.given.firm.id],
    )) as { version: number }[];
    const enforcedFrom = inMinutes === undefined ? null : place.at + inMinutes * 60_000;
    const isSet = await this.administer("updateSecurityPolicy", "UpdateSecurityPolicy", {
      ...change,
      enforcedFrom: enforcedFrom === null ? null : new Date(enforcedFrom).toISOString(),
      expectedVersion: row?.version,
    });
    if (isSet) Object.assign(place.truth, change, { enforcedFrom });
  }

  private async setPlan(place: Place, plan: Truth["plan"]): Promise<void> {
    await this.walker.world.changePlan(this.walker.given.firm.id, plan);
    place.truth.plan = plan;
  }
}
