/**
 * The addresses in mails. Built from PUBLIC_URL alone, never from a request's Host. Tokens are in the fragment, which
 * reaches no server, no log and no Referer; the page reads it and clears the history.
 */
export interface PortalLinks {
  /** The portal's sign-in page. */
  home(slug: string): string;
  /** Opens one request (magic link, access link). */
  magicLink(slug: string, token: string): string;
  /** Creates the account (from an invitation, or the client's own request). */
  confirm(slug: string, token: string): string;
  reset(slug: string, token: string): string;
  /** Confirms a changed login email. */
  confirmEmail(slug: string, token: string): string;
  /** "This wasn't me", for clients and for the team. */
  notMe(slug: string, token: string): string;
  /** Where a colleague chooses a password. */
  teamPassword(token: string): string;
  dashboard(): string;
  /** The firm's reports, in the dashboard. */
  reports(): string;
}

/** `publicUrl` has no trailing slash. */
export function portalLinks(publicUrl: string): PortalLinks {
  const portal = (slug: string) => `${publicUrl}/portal/${encodeURIComponent(slug)}`;
  const withToken = (page: string) => (slug: string, token: string) =>
    `${portal(slug)}/${page}#token=${encodeURIComponent(token)}`;
  return {
    home: portal,
    magicLink: withToken("link"),
    confirm: withToken("confirm"),
    reset: withToken("reset"),
    confirmEmail: withToken("confirm-email"),
    notMe: withToken("not-me"),
    teamPassword: (token) => `${publicUrl}/choose-password#token=${encodeURIComponent(token)}`,
    dashboard: () => `${publicUrl}/`,
    reports: () => `${publicUrl}/reports`,
  };
}
