import type { IncomingMessage } from "node:http";

/**
 * Whether the request comes from a page of another site, as far as the browser says (OWASP CSRF: Origin,
 * Sec-Fetch-Site).
 */
export function isFromElsewhere(
  { headers }: IncomingMessage,
  /** Whether pages of that origin may call. */
  isAllowedOrigin: (origin: string) => boolean,
): boolean {
  const site = headers["sec-fetch-site"];
  return (
    (headers.origin !== undefined && !isAllowedOrigin(headers.origin)) || site === "cross-site" || site === "same-site"
  );
}
