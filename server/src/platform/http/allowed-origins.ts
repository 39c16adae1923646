/** The origins whose pages may call: PUBLIC_URL's exactly; on a developer's machine also the other names of this machine. */
export function allowedOrigins(publicUrl: string, port: number, isProduction: boolean): ReadonlySet<string> {
  const { origin, hostname } = new URL(publicUrl);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const others =
    isLocal && !isProduction ? ["localhost", "127.0.0.1", "[::1]"].map((name) => `http://${name}:${port}`) : [];
  return new Set([origin, ...others]);
}
