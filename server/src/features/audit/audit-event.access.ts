import type { AccessRule } from "../access/access-rule.js";

/** Who may read events: checked when a subscription begins and before each batch of events. */
export const eventsRule = { team: "read", key: "AUDIT_READ" } as const satisfies AccessRule;
