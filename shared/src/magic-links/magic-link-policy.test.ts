import { describe, expect, it } from "@jest/globals";
import { decideClaim, linkState, requestLinkState, type MagicLinkFacts } from "./magic-link-policy.js";

const fresh: MagicLinkFacts = { expiresAt: 100, claimedAt: null, boundUntil: null, revokedAt: null };
const claimed: MagicLinkFacts = { ...fresh, claimedAt: 50, boundUntil: 200 };

describe("magic link state", () => {
  it("expires unclaimed exactly at its end, and a claim carries it beyond", () => {
    expect([99, 100].map((now) => linkState(fresh, now))).toEqual(["UNCLAIMED", "EXPIRED"]);
    expect([100, 199, 200].map((now) => linkState(claimed, now))).toEqual(["CLAIMED", "CLAIMED", "EXPIRED"]);
  });

  it("is revoked before it is anything else", () => {
    for (const link of [fresh, claimed])
      for (const now of [0, 150, 999]) expect(linkState({ ...link, revokedAt: 1 }, now)).toBe("REVOKED");
  });

  it("binds once, opens again for the bound device, and declines everyone else with the reason", () => {
    expect(decideClaim({ ...fresh, isBoundDevice: false }, 0)).toEqual({ decision: "BIND" });
    expect(decideClaim({ ...claimed, isBoundDevice: true }, 199)).toEqual({ decision: "REOPEN" });
    expect(decideClaim({ ...claimed, isBoundDevice: false }, 199)).toEqual({
      decision: "DECLINE",
      why: "other device",
    });
    expect(decideClaim({ ...claimed, isBoundDevice: true }, 200)).toEqual({ decision: "DECLINE", why: "expired" });
    expect(decideClaim({ ...claimed, revokedAt: 60, isBoundDevice: true }, 70)).toEqual({
      decision: "DECLINE",
      why: "revoked",
    });
  });

  it("of a request is that of the newest link that still opens it, or else of the newest", () => {
    expect(requestLinkState([fresh, claimed], 150)).toBe("CLAIMED");
    expect(requestLinkState([fresh, claimed], 50)).toBe("UNCLAIMED");
    expect(requestLinkState([{ ...fresh, revokedAt: 1 }, claimed], 300)).toBe("REVOKED");
    expect(requestLinkState([], 0)).toBe("EXPIRED");
  });
});
