import { readFileSync } from "node:fs";

/** The variables that may be read from a file: NAME_FILE names one that holds NAME's value. */
export const secretVariables = [
  "SECRET_KEYS",
  "DATABASE_URL",
  "DATABASE_PASSWORD",
  "DATABASE_REPLICA_URL",
  "DATABASE_REPLICA_PASSWORD",
  "REDIS_URL",
  "SMTP_URL",
  "MAIL_DKIM_KEY",
  "GATEHOUSE_OWNER_PASSWORD",
  "GATEHOUSE_MEMBER_PASSWORD",
] as const;

/**
 * The environment with each secret that is kept in a file (a secret of Docker, a credential of systemd), without its
 * last line break. Empty variables count as unset and are left out. `faults`: one sentence each.
 */
export function withSecretFiles(given: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; faults: string[] } {
  const env = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  const faults: string[] = [];
  for (const name of secretVariables) {
    const file = env[`${name}_FILE`];
    if (file === undefined) continue;
    if (env[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set: keep one of them.`);
      continue;
    }
    try {
      const value = readFileSync(file, "utf8").replace(/\r?\n$/, "");
      if (value === "") faults.push(`${name}_FILE: ${file} is empty.`);
      else env[name] = value;
    } catch (error) {
      faults.push(`${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? ""}).`);
    }
  }
  return { env, faults };
}
