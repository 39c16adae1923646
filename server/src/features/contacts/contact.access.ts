import type { AccessRule } from "../access/access-rule.js";

/** Who may read the firm's contacts and what belongs to them. */
export const contactsRule = { team: "read", key: "CONTACTS_READ" } as const satisfies AccessRule;

/** Who may change them, and see what a change would do. */
export const changingContacts = { team: "write", key: "CONTACTS_WRITE" } as const satisfies AccessRule;

/** Who may read a login: everybody who may read the contacts, and the client who owns it. */
export const accountRule = { ...contactsRule, portal: "account" } as const satisfies AccessRule;
