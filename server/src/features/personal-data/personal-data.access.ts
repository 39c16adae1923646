import type { AccessRule } from "../access/access-rule.js";

/** Who may delete or export what is kept about a client, and see beforehand what a deletion means. */
export const personalDataRule = { team: "write", key: "ACCESS_RESET" } as const satisfies AccessRule;
