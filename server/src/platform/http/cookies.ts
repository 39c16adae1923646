/** What browsers put around a pair. Without its end: it would be searched for from each of many spaces. */
const withoutBlanksBefore = (text: string): string => text.replace(/^[ \t]+/, "");
/**
 * Parses a Cookie header. The first of two equal names wins. Only spaces and tabs are dropped: `trim` would drop the byte A0 too, which
 * browsers keep, so that a sibling domain's cookie `\xA0__Host-…` would pass for one that only this host can set.
 */
export function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at < 1) continue;
    const name = withoutBlanksBefore(pair.slice(0, at));
    if (!cookies.has(name)) cookies.set(name, withoutBlanksBefore(pair.slice(at + 1)));
  }
  return cookies;
}

/**
 * A session cookie (OWASP ASVS 3.3): scripts cannot read it, other sites' forms do not send it, and under https the
 * `__Host-` prefix keeps sibling domains from setting it. A `maxAgeMs` of null clears it.
 */
export function sessionCookieHeader(name: string, value: string, maxAgeMs: number | null, isSecure: boolean): string {
  const parts = [`${cookieName(name, isSecure)}=${value}`, "Path=/", "HttpOnly", "SameSite=Lax"];
  parts.push(maxAgeMs === null ? "Max-Age=0" : `Max-Age=${Math.floor(maxAgeMs / 1000)}`);
  if (isSecure) parts.push("Secure");
  return parts.join("; ");
}
export const cookieName = (name: string, isSecure: boolean): string => `${isSecure ? "__Host-" : ""}gatehouse_${name}`;
