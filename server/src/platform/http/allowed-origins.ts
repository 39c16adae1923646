/** The origins whose pages may call: exactly PUBLIC_URL's. On a developer's machine also that machine's other names. */
export function allowedOrigins(publicUrl: string, port: number, isProduction: boolean): ReadonlySet<string> {
  const { origin, hostname } = new URL(publicUrl);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const others =
    isLocal && !isProduction ? ["localhost", "127.0.0.1", "[::1]"].map((name) => `http://${name}:${port}`) : [];
  return new Set([origin, ...others]);
}
