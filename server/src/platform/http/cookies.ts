/** Parses a Cookie header. The first of two equal names wins. */
export function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at < 1) continue;
    const name = pair.slice(0, at).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
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
