import type { AccessRule } from "../access/access-rule.js";

/** Who reads the firm's contacts, and what belongs to them. */
export const contactsRule = { team: "read", key: "CONTACTS_READ" } as const satisfies AccessRule;

/** Who reads a login: whoever reads the contacts, and the client whose it is. */
export const accountRule = { ...contactsRule, portal: "account" } as const satisfies AccessRule;
