import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import { AccessCheckResolver } from "./access-check.resolver.js";
import { AccessCheck } from "./access-check.service.js";

export function accessCheckModule(
  _platform: Platform,
  {
    work,
    auditLog,
    attempts,
    secondFactor,
  }: { work: Work; auditLog: AuditLog; attempts: Attempts; secondFactor: SecondFactor },
) {
  const check = new AccessCheck({ work, log: auditLog, attempts, secondFactor });
  return { resolvers: [new AccessCheckResolver(check)] } satisfies FeatureModule;
}
