/** How far a contact has come on the way into the portal. */
export type PortalAccessState = "NO_EMAIL" | "NOT_INVITED" | "INVITED" | "ACCOUNT_CREATED";

/** The first line that applies wins, so that the four counts add up to all contacts. */
export function portalAccessState(contact: {
  hasAccount: boolean;
  hasEmail: boolean;
  isInvited: boolean;
}): PortalAccessState {
  if (contact.hasAccount) return "ACCOUNT_CREATED";
  if (!contact.hasEmail) return "NO_EMAIL";
  return contact.isInvited ? "INVITED" : "NOT_INVITED";
}
