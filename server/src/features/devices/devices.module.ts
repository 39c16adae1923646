import type { Platform } from "../../platform/platform.js";
import type { AccessRule } from "../access/access-rule.js";
import type { FeatureModule } from "../access/feature-module.js";
import { TrustedDevicesResolver } from "./trusted-devices.resolver.js";
import type { TrustedDevices } from "./trusted-devices.service.js";

/** Who may read a client's devices: whoever may read the login. */
const deviceRule = { team: "read", key: "CONTACTS_READ", portal: "account" } as const satisfies AccessRule;

export function devicesModule(_platform: Platform, { trustedDevices }: { trustedDevices: TrustedDevices }) {
  return {
    resolvers: [new TrustedDevicesResolver(trustedDevices)],
    nodes: { trustedDevice: { allow: deviceRule, find: (id, context) => trustedDevices.find(id, context) } },
  } satisfies FeatureModule;
}
