import type { IncomingMessage } from "node:http";

/** Whether a page of another site asks, as far as the browser tells (OWASP CSRF: Origin, Sec-Fetch-Site). */
export function isFromElsewhere(
  { headers }: IncomingMessage,
  /** Whether a page of that origin may call. */
  isAllowedOrigin: (origin: string) => boolean,
): boolean {
  const site = headers["sec-fetch-site"];
  return (
    (headers.origin !== undefined && !isAllowedOrigin(headers.origin)) || site === "cross-site" || site === "same-site"
  );
}
