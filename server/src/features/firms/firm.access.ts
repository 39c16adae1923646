import type { AccessRule } from "../access/access-rule.js";

/** Who may read the firm: its team, and its keys whatever their scopes. */
export const firmRule = { team: "read", key: "any" } as const satisfies AccessRule;
