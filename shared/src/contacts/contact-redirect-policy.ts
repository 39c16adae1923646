/** A contact's email, as it was and as it is to be, with the portal account that reaches its requests before and after. */
export interface EmailChange {
  /** A new contact has no requests that could go to somebody else. */
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
 * Whether the change hands the contact's requests to another login or takes them from the one that has them, or to another mailbox, whose
 * reader could open an account for them: then it is as dangerous as a change of the login email. A second contact with a login's address is
 * what an account is for, and reroutes nothing.
 */
export const redirectsRequests = (change: EmailChange): boolean => {
  const { isNewContact, from, to, accountBefore, accountAfter, hasRequests } = change;
  return !isNewContact && from !== to && (accountBefore !== accountAfter || (hasRequests && accountAfter === null));
};
