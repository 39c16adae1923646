import { createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { betterAuth } from "better-auth";
import { symmetricEncrypt } from "better-auth/crypto";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { magicLink, twoFactor } from "better-auth/plugins";
import { createPool } from "mysql2/promise";

/**
 * Better Auth as its guide shows it: password sign-in with its default hash (scrypt), twoFactor, magicLink, on the same
 * database server. Its rate limit is off, as Gatehouse's limit by address is raised. `/bench/*` creates the initial
 * data: the same rows that its own endpoints write, without hashing a password for each.
 */
const port = Number(process.env.PORT);
const baseURL = `http://127.0.0.1:${port}`;
const secret = "a secret of the bench that is long enough";
const USERS = Number(process.env.BENCH_USERS);
const PASSWORD = process.env.BENCH_PASSWORD ?? "";
const database = createPool({ uri: process.env.DATABASE_URL ?? "", connectionLimit: 10, timezone: "Z" });
const auth = betterAuth({
  baseURL,
  secret,
  database,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [twoFactor(), magicLink({ sendMagicLink: async () => undefined })],
});
await (await getMigrations(auth.options)).runMigrations();
const context = await auth.$context;
const { internalAdapter, adapter } = context;
const totpSecretOf = (n: number) => `bench-totp-secret-${n.toString().padStart(14, "0")}`;
const emailOf = (n: number) => `user${n}@client.example`;

/** Even numbers have 2FA, as in the firm. */
async function makeUsers(): Promise<void> {
  if (await internalAdapter.findUserByEmail(emailOf(USERS - 1))) return;
  const password = await context.password.hash(PASSWORD);
  for (let n = 0; n < USERS; n++) {
    if (await internalAdapter.findUserByEmail(emailOf(n))) continue;
    const has2FA = n % 2 === 0;
    const user = await internalAdapter.createUser(
      {
        email: emailOf(n),
        name: `User ${n}`,
        emailVerified: true,
        twoFactorEnabled: has2FA,
      } as never,
      { method: "email" } as never,
    );
    await internalAdapter.linkAccount({ userId: user.id, providerId: "credential", accountId: user.id, password });
    if (!has2FA) continue;
    await adapter.create({
      model: "twoFactor",
      data: {
        userId: user.id,
        secret: await symmetricEncrypt({ key: context.secretConfig, data: totpSecretOf(n) }),
        backupCodes: "",
        verified: true,
      },
    });
  }
}
await makeUsers();

const expiresAt = () => new Date(Date.now() + 600_000);
const signed = (value: string) =>
  encodeURIComponent(`${value}.${createHmac("sha256", secret).update(value).digest("base64")}`);
/** Sign-ins that wait for a code: the cookie of each, and its user's secret. */
async function challenges(count: number) {
  const { name } = context.createAuthCookie("two_factor");
  const made: { cookie: string; secret: string }[] = [];
  for (let n = 0; n < count; n++) {
    const number = (n * 2) % USERS;
    const found = await internalAdapter.findUserByEmail(emailOf(number));
    if (!found) throw new Error(`there is no user ${number}`);
    const identifier = `2fa-${randomBytes(10).toString("hex")}`;
    await internalAdapter.createVerificationValue({ value: found.user.id, identifier, expiresAt: expiresAt() });
    await internalAdapter.createVerificationValue({
      value: "0",
      identifier: `2fa-attempts-${identifier}`,
      expiresAt: expiresAt(),
    });
    made.push({ cookie: `${name}=${signed(identifier)}`, secret: totpSecretOf(number) });
  }
  return made;
}
async function links(count: number) {
  const made: { token: string }[] = [];
  for (let n = 0; n < count; n++) {
    const token = randomBytes(16).toString("hex");
    await internalAdapter.createVerificationValue({
      identifier: `magic-link:${token}`,
      value: JSON.stringify({ type: "magic-link", email: emailOf(n % USERS) }),
      expiresAt: expiresAt(),
    });
    made.push({ token });
  }
  return made;
}

const handle = toNodeHandler(auth);
const prepare = async ({ url = "" }: IncomingMessage): Promise<object> => {
  const { pathname, searchParams } = new URL(url, baseURL);
  // Left over from earlier rounds.
  await database.query("DELETE FROM verification");
  await database.query("DELETE FROM session");
  const count = Number(searchParams.get("count"));
  return pathname === "/bench/challenges" ? challenges(count) : links(count);
};
createServer((request, response) => {
  if (!request.url?.startsWith("/bench/")) return void handle(request, response);
  prepare(request).then(
    (made) => response.end(JSON.stringify(made)),
    (error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    },
  );
}).listen(port, "127.0.0.1");
