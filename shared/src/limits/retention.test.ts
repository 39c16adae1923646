import { describe, expect, it } from "@jest/globals";
import { lifetimes } from "./limits.js";
import { DAY_MS } from "../durations/durations.js";
import { retentionRules, retentionWith, type RetentionRule } from "./retention.js";

const rules: [string, RetentionRule][] = Object.entries(retentionRules);

describe("what is kept", () => {
  it("is what operators are told, unless they set it", () => {
    expect(retentionWith()).toEqual({
      auditEvents: null,
      reports: 0,
      sessions: 400,
      mails: 30,
      mailedTokens: 30,
      webhookDeliveries: 30,
      attemptCounters: 2,
      devices: 1,
      signInSteps: 1,
      idempotencyRecords: 0,
    });
    expect(retentionWith({ auditEvents: 365 })).toEqual({ ...retentionWith(), auditEvents: 365 });
  });

  it.each(rules)(
    "%s is kept by default for as long as is needed, and one that nobody sets for exactly that",
    (_, rule) => {
      const days = rule.days ?? Number.POSITIVE_INFINITY;
      expect(days).toBeGreaterThanOrEqual(rule.leastDays);
      expect(rule.variable !== null || days === rule.leastDays).toBe(true);
      expect(rule.variable ?? "FIXED_RETENTION_DAYS").toMatch(/^[A-Z]+_RETENTION_DAYS$/);
    },
  );

  it("is at least what the rest of the product promises", () => {
    expect(retentionRules.webhookDeliveries.days * DAY_MS).toBe(lifetimes.webhookDelivery);
    expect(retentionRules.sessions.leastDays * DAY_MS).toBeGreaterThanOrEqual(lifetimes.knownDevice);
    expect(retentionRules.auditEvents.leastDays).toBeGreaterThanOrEqual(retentionRules.webhookDeliveries.days);
  });
});
