import { isFirmSlug } from "../names/firm-slug.js";
import { counts } from "../limits/limits.js";

/**
 * What a browser keeps of its visits to firms' portals, of one kind: sessions, or trusted devices. Each firm has a cookie of its own, so that one
 * browser can be signed in at several. The shared cookie holds the one that was written last: pages and servers of versions that knew only
 * that cookie still use it during an update.
 */
export interface FirmCookies {
  /** Tokens by the firm's slug, in the browser's order: the cookie that it has had longest comes first (RFC 6265, 5.4). */
  readonly own: ReadonlyMap<string, string>;
  /** Null: there is none. */
  readonly shared: string | null;
}

/** A cookie that an answer sets, or clears. `firm`: its slug; null: the shared cookie. */
export interface FirmCookieChange {
  firm: string | null;
  /** Null: the cookie is cleared. */
  token: string | null;
}

/**
 * The tokens that may count for a page of this firm, in the order in which they are tried. A page only chooses among the browser's own cookies,
 * and `isOfFirm` decides afterwards. `firm`: the slug in the page's address; null: the page does not name its firm, because it was loaded
 * from an older version. The shared cookie comes first, unless it is another firm's: if it differs, an older server wrote it later.
 */
export function tokensFor(firm: string | null, { own, shared }: FirmCookies): string[] {
  if (firm === null) return shared === null ? [] : [shared];
  const slug = firm.toLowerCase();
  if (!isFirmSlug(slug)) return [];
  const isAnothers = [...own].some(([other, token]) => other !== slug && token === shared);
  const tokens = [isAnothers ? null : shared, own.get(slug) ?? null];
  return [...new Set(tokens.filter((token) => token !== null))];
}

/** Whether a session counts for a page that names `firm` (null: none). `slug`: that of the session's firm; null: the session is a team member's. */
export const isOfFirm = (firm: string | null, slug: string | null): boolean =>
  firm === null || firm.toLowerCase() === slug;

/** What an answer changes once the browser has this token for the firm. Of more than `counts.firmsPerBrowser` firms, the oldest are dropped. */
export function changesWith(firm: string, token: string, { own }: FirmCookies): FirmCookieChange[] {
  const others = [...own.keys()].filter((slug) => slug !== firm);
  const surplus = others.slice(0, Math.max(0, others.length + 1 - counts.firmsPerBrowser));
  return [{ firm, token }, { firm: null, token }, ...surplus.map((slug) => ({ firm: slug, token: null }))];
}

/** What an answer changes once the firm's token has ended: other firms' stay. */
export function changesWithout(firm: string, { own, shared }: FirmCookies): FirmCookieChange[] {
  const ended = { firm, token: null };
  return shared !== null && shared === own.get(firm) ? [ended, { firm: null, token: null }] : [ended];
}

/** The cookies after these changes. */
export function changed(cookies: FirmCookies, changes: readonly FirmCookieChange[]): FirmCookies {
  const own = new Map(cookies.own);
  let { shared } = cookies;
  for (const { firm, token } of changes)
    if (firm === null) shared = token;
    else if (token === null) own.delete(firm);
    else own.set(firm, token);
  return { own, shared };
}
