import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Api, CLIENT_PASSWORD } from "./api.js";

/**
 * The main story through docker/compose.yaml, which runs: `.ci/containers.sh` starts it and then this. A firm that the
 * operator's command creates invites a client, who sets up two-factor authentication and signs in, while one of the two
 * servers is stopped and the live feed goes on.
 */
const PROXY = process.env.GATEHOUSE_URL ?? "http://localhost:8080";
const MAILPIT = "http://127.0.0.1:8025";
const OWNER_PASSWORD = "a long owner password";
const PATIENCE_MS = 300_000;

class Proxy extends Api {
  readonly url = PROXY;
}
const api = new Proxy();
const say = (line: string) => void process.stdout.write(`  ${line}\n`);
function must(what: string, isSo: boolean, found: unknown = ""): void {
  if (!isSo) throw new Error(`${what}: ${JSON.stringify(found)}`);
  say(what);
}
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  let last: unknown;
  for (const startedAt = Date.now(); Date.now() - startedAt < PATIENCE_MS; await wait(250)) {
    const found = await look().catch((error: unknown) => void (last = error));
    if (found !== undefined) return found as T;
  }
  throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s (${String(last)})`);
}
function podman(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("podman", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`podman ${args.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}
interface Message {
  ID: string;
  Subject: string;
  To: { Address: string }[];
}
const mailTo = (to: string, subject: RegExp) =>
  until(`a mail to ${to}`, async () => {
    const { messages } = (await (await fetch(`${MAILPIT}/api/v1/messages`)).json()) as { messages: Message[] };
    const found = messages.find((mail) => mail.To[0]?.Address === to && subject.test(mail.Subject));
    if (!found) return undefined;
    return ((await (await fetch(`${MAILPIT}/api/v1/message/${found.ID}`)).json()) as { Text: string }).Text;
  });
const ready = () =>
  until("ready through the proxy", async () => ((await fetch(`${PROXY}/readyz`)).ok ? true : undefined));

async function story(): Promise<void> {
  await ready();
  say("ready through the proxy");
  const slug = `harbor-${randomBytes(3).toString("hex")}`;
  const owner = `owner@${slug}.example`;
  const options = ["--slug", slug, "--name", "Harbor & Pine", "--plan", "BUSINESS", "--owner-name", "Olive"];
  const exec = ["exec", "--env", `GATEHOUSE_OWNER_PASSWORD=${OWNER_PASSWORD}`, "gatehouse_server-1_1", "gatehouse"];
  await until("the firm is created by the operator's command", async () =>
    podman(...exec, "firm", "create", ...options, "--owner-email", owner),
  );
  say("the firm is created by the operator's command");
  must("a process in the image is not root", podman("exec", "gatehouse_server-1_1", "id", "-u").trim() === "1000");

  const { result } = await api.signIn("teamSignIn", "TeamSignInInput", { email: owner, password: OWNER_PASSWORD });
  const token = result.sessionToken as string;
  const { data } = await api.ask("{ firm { securityPolicy { version } } }", {}, token);
  await api.mutate(
    "updateSecurityPolicy",
    "UpdateSecurityPolicyInput",
    "firm { id }",
    { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: data.firm.securityPolicy.version },
    token,
  );
  const seen: string[] = [];
  let after: string | undefined;
  const socket = api.socket(token, {}, { retryAttempts: 1000, shouldRetry: () => true, retryWait: () => wait(200) });
  socket.subscribe<{ auditEvents: { type: string; cursor: string } }>(
    {
      query: "subscription($after: String) { auditEvents(after: $after) { type cursor } }",
      get variables() {
        return { after };
      },
    },
    {
      next: ({ data: event }) => {
        if (!event) return;
        seen.push(event.auditEvents.type);
        after = event.auditEvents.cursor;
      },
      error: (error) => say(`the feed ended: ${JSON.stringify(error)}`),
      complete: () => undefined,
    },
  );
  const maya = await api.contact(token);
  await until("an event arrives live through the proxy", async () => seen.includes("CONTACT_CREATED") || undefined);
  say("an event arrives live through the proxy");
  await api.mutate(
    "inviteContacts",
    "InviteContactsInput",
    "results { contact { id } }",
    { contactIds: [maya.id] },
    token,
  );
  const invitation = await mailTo(maya.email, /invites you/);
  must("the mail's link leads to the proxy", invitation.includes(`${PROXY}/portal/`), invitation);
  const confirmationToken = /#token=([\w-]+)/.exec(invitation)?.[1] ?? "";
  const made = await api.signIn("createPortalAccount", "CreatePortalAccountInput", {
    confirmationToken,
    password: CLIENT_PASSWORD,
  });
  must(
    "the invited client must set up 2FA",
    made.result?.__typename === "TwoFactorEnrollmentRequired" || made.result?.__typename === "SignedIn",
    made,
  );
  const again = await api.portalSignIn({ slug }, maya.email);
  const { enrollmentToken, emailCodeRequired } = again.result as {
    enrollmentToken: string;
    emailCodeRequired: boolean;
  };
  const emailCode = emailCodeRequired
    ? (/(\d{3}\s?\d{3})/.exec(await mailTo(maya.email, /^Your code to set up/))?.[1] ?? null)
    : null;
  const { enrollment } = await api.mutate(
    "beginTwoFactorEnrollment",
    "BeginTwoFactorEnrollmentInput",
    "enrollment { secret }",
    { enrollmentToken, emailCode },
  );
  const confirmed = await api.mutate(
    "confirmTwoFactorEnrollment",
    "ConfirmTwoFactorEnrollmentInput",
    "recoveryCodes signedIn { sessionToken }",
    { enrollmentToken, code: api.code(enrollment.secret), transport: "TOKEN" },
  );
  must("the client set up 2FA", confirmed.recoveryCodes?.length === 10, confirmed);

  podman("stop", "-t", "30", "gatehouse_server-1_1");
  say("server-1 is stopped");
  const asked = await api.portalSignIn({ slug }, maya.email);
  must("sign-in goes on by server-2", asked.result?.__typename === "TwoFactorRequired", asked);
  const done = await api.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
    challengeToken: asked.result.challengeToken,
    code: api.code(enrollment.secret, 1),
  });
  must("the client signed in with an authenticator's code", done.result?.__typename === "SignedIn", done);
  await until("the feed went on by server-2", async () => seen.includes("SIGN_IN_SUCCEEDED") || undefined);
  say("the feed went on by server-2");
  await socket.dispose();

  const page = await fetch(`${PROXY}/docs`, { headers: { "accept-encoding": "gzip" } });
  must("pages come compressed", page.headers.get("content-encoding") === "gzip", [...page.headers]);
  const large = await api.raw({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: `{ firm { name } } # ${"x".repeat(2_000_000)}` }),
  });
  const refusal = (await large.json()) as { errors: { extensions: { code: string } }[] };
  must("a body that is too large is refused in JSON", large.status === 413, refusal);
  must("metrics stay inside", (await fetch(`${PROXY}/metrics`)).status === 404);
  podman("stop", "-t", "30", "gatehouse_server-2_1");
  const down = await api.ask("{ firm { name } }", {}, token);
  must(
    "without a server the proxy says so in JSON",
    down.status === 503 && down.errors?.[0]?.extensions.code === "UNAVAILABLE" && down.headers.has("retry-after"),
    down,
  );
}

story().then(
  () => say("the story holds"),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
