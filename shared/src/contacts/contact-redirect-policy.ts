/** A contact's email before and after a change, with the portal account that can open its requests before and after. */
export interface EmailChange {
  /** A new contact has no requests that could go to someone else. */
  isNewContact: boolean;
  from: string | null;
  to: string | null;
  /** The account that serves the contact. */
  accountBefore: string | null;
  /** The account that signs in with the new email. */
  accountAfter: string | null;
  /** The firm has sent the contact a request. */
  hasRequests: boolean;
}

/**
 * What an email change comes to, as it is shown before it is saved; what is saved must still come to the same. Requests are not counted:
 * one more of them goes nowhere else than the others.
 */
export const emailChangeFacts = (change: EmailChange): readonly (string | boolean | null)[] => [
  change.from,
  change.to,
  change.accountBefore,
  change.accountAfter,
  change.hasRequests,
];

/**
 * Whether the change gives the contact's requests to another login, takes them away from the current one, or sends them to another
 * mailbox, whose owner could then create an account for them. Such a change is as dangerous as a change of the login email. A second
 * contact with the address of an existing login is normal and redirects nothing.
 */
export const redirectsRequests = (change: EmailChange): boolean => {
  const { isNewContact, from, to, accountBefore, accountAfter, hasRequests } = change;
  return !isNewContact && from !== to && (accountBefore !== accountAfter || (hasRequests && accountAfter === null));
};
