/** Headers of every response (OWASP ASVS 3.4). HSTS only if the public address is https. */
export function securityHeaders(publicUrl: string): Map<string, string> {
  const { host, protocol } = new URL(publicUrl);
  const socket = `${protocol === "https:" ? "wss" : "ws"}://${host}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${socket}`,
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ];
  return new Map<string, string>([
    ["content-security-policy", policy.join("; ")],
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "DENY"],
    ["referrer-policy", "no-referrer"],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
    [
      "permissions-policy",
      "camera=(), microphone=(), geolocation=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    ],
    ...(protocol === "https:" ? [["strict-transport-security", "max-age=63072000; includeSubDomains"] as const] : []),
  ]);
}
