import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Locator, type Page, type PageScreenshotOptions } from "playwright-core";

const chromiumPath = "/usr/bin/chromium";
const needed = [chromiumPath, "/usr/bin/oathtool", "/usr/bin/zbarimg"];
const root = join(__dirname, "../..");
const screenshots = join(__dirname, "screenshots");

/** What the stories need and this machine lacks; with REQUIRE_SERVICES=1 that is a failure, else they are skipped, loudly. */
export function missingTools(): string[] {
  const missing = needed.filter((path) => !existsSync(path));
  if (missing.length > 0 && process.env.REQUIRE_SERVICES === "1")
    throw new Error(`The browser stories need ${missing.join(", ")}.`);
  if (missing.length > 0) console.warn(`SKIPPED: the browser stories; missing ${missing.join(", ")}.`);
  return missing;
}

export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

export interface Mail {
  to: string;
  subject: string;
  text: string;
  links: string[];
  /** ISO 8601. */
  sentAt: string;
}
export interface Running {
  url: string;
  browser: Browser;
  mails: (to: string) => Promise<Mail[]>;
  /** Everything that the server has written to its log. */
  said: () => string;
  stop: () => Promise<void>;
}

/** The built server with the demo firm on a database of its own, and a browser. */
export async function start(): Promise<Running> {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "gatehouse-e2e-"));
  const url = `http://localhost:${port}`;
  const server: ChildProcess = spawn(
    process.execPath,
    ["--disallow-code-generation-from-strings", join(root, "server/dist/main.js")],
    {
      cwd: data,
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        DEMO: "1",
        PUBLIC_URL: url,
        DATABASE_URL: `sqlite:${join(data, "gatehouse.sqlite")}`,
        SOURCE_LIMIT_FACTOR: "100",
      },
    },
  );
  let said = "";
  const listen = (chunk: Buffer) => {
    said += chunk.toString();
  };
  server.stdout?.on("data", listen);
  server.stderr?.on("data", listen);
  await until(async () => {
    if (server.exitCode !== null) throw new Error(`The server ended: ${said}`);
    // The demo firm is loaded after the server listens.
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: '{ portal(firmSlug: "harbor") { name } }' }),
    }).catch(() => null);
    return (await answer?.text())?.includes("Harbor") ?? false;
  }, 100_000);
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--no-first-run",
    ],
  });
  return {
    url,
    browser,
    said: () => said,
    mails: async (to) => (await fetch(`${url}/mailbox.json?to=${encodeURIComponent(to)}`)).json(),
    stop: async () => {
      await browser.close();
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export const owner = { email: "owner@harbor.example", password: "harbor-demo-owner" };

/** A device of its own: nothing is shared with the other pages. */
export async function openDevice({ browser }: Running, width = 390, height = 844, locale = "en-US"): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, locale });
  // Below the tests' own limit, so that a failure names the step that hangs.
  context.setDefaultTimeout(30_000);
  return context.newPage();
}

/** As when the browser shows another tab in its place, or this one again: headless it believes that all are shown. */
export const turn = (tab: Page, state: "hidden" | "visible") =>
  tab.evaluate(`
    Object.defineProperty(document, "hidden", { configurable: true, value: ${state === "hidden"} });
    Object.defineProperty(document, "visibilityState", { configurable: true, value: "${state}" });
    document.dispatchEvent(new Event("visibilitychange"));
  `);

/** Fills in the sign-in form that is shown. */
export async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel("Email").fill(who.email);
  await page.getByRole("textbox", { name: /Password/ }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What a program of the firm may ask, signed in as the owner; answers the one field of the document. */
export async function asOwner({ url }: Running): Promise<(document: string, variables?: object) => Promise<unknown>> {
  const ask = async (query: string, variables: object, headers: Record<string, string>) => {
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: Record<string, unknown>; errors?: unknown };
    const [field] = Object.values(data ?? {});
    if (errors !== undefined || field === undefined) throw new Error(JSON.stringify(errors));
    return field;
  };
  const { result } = (await ask(
    "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { ... on SignedIn { sessionToken } } } }",
    { input: { ...owner, transport: "TOKEN" } },
    {},
  )) as { result: { sessionToken: string } };
  return (document, variables = {}) => ask(document, variables, { authorization: `Bearer ${result.sessionToken}` });
}

/** Sets the firm's policy. */
export async function setPolicy(
  running: Running,
  changes: { mode?: string; trustedDeviceDays?: number },
): Promise<void> {
  const ask = await asOwner(running);
  const { securityPolicy } = (await ask("{ firm { securityPolicy { version } } }")) as {
    securityPolicy: { version: number };
  };
  const { userErrors } = (await ask(
    "mutation($input: UpdateSecurityPolicyInput!) { updateSecurityPolicy(input: $input) { userErrors { message } } }",
    { input: { ...changes, expectedVersion: securityPolicy.version } },
  )) as { userErrors: unknown[] };
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
}

/** On the account page of somebody who is signed in by a password alone: the mailed code, then as `enrol`. */
export async function enrolFromAccount(running: Running, page: Page, to: string): ReturnType<typeof enrol> {
  const since = Date.now();
  await page.getByRole("button", { name: "Set up two-factor authentication" }).click();
  await enterMailedCode(page, await mailed(running, to, /\b(\d{6})\b/, since));
  return enrol(page);
}
/** Types the mailed code and goes on. */
export async function enterMailedCode(page: Page, code: string): Promise<void> {
  await page.getByLabel("Code from the email").fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** From the QR on the screen to the saved recovery codes; the secret that the phone has now and under what names, and the codes. */
export async function enrol(
  page: Page,
  pictures?: string,
): Promise<{ secret: string; recoveryCodes: string[]; issuer: string; account: string }> {
  await page.getByRole("img", { name: /QR code/ }).waitFor();
  const read = await readQr(page);
  const secret = read.searchParams.get("secret") ?? "";
  if (!/^[A-Z2-7]{32,}$/.test(secret)) throw new Error(`The QR code has no secret: ${secret}`);
  // Who cannot scan taps the link or types the key: all three say the same.
  const link = await page.getByRole("link", { name: "Open your authenticator app" }).getAttribute("href");
  const typed = (await page.getByLabel("Key to enter by hand").innerText()).replaceAll(" ", "");
  if (link !== read.href || typed !== secret) throw new Error(`The QR code, the link and the key differ: ${link}`);
  if (pictures) await inspect(page, `${pictures}-enrollment`);
  await enterCode(page, "Turn on two-factor authentication", codeOf(secret));
  const codes = page.getByRole("list", { name: "Recovery codes" });
  await codes.waitFor();
  if (pictures) await inspect(page, `${pictures}-recovery-codes`);
  const recoveryCodes = await codes.getByRole("listitem").allInnerTexts();
  await page.getByText("I have saved them").click();
  await page.getByRole("button", { name: "Continue" }).click();
  await codes.waitFor({ state: "detached" });
  const [, account = ""] = decodeURIComponent(read.pathname.slice(1)).split(":");
  return { secret, recoveryCodes, issuer: read.searchParams.get("issuer") ?? "", account };
}
/** Types the authenticator's code and goes on. */
export async function enterCode(page: Page, button: string, code: string): Promise<void> {
  await page.getByLabel("Code from your authenticator app").fill(code);
  await page.getByRole("button", { name: button }).click();
}

/** Waits until `holds`, looking every 200 ms. */
export async function until(holds: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It did not come to pass in time.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What the pattern finds in the newest mail to `to` that came since `since` (epoch ms): a whole link, or its group in the text. */
export async function mailed(running: Running, to: string, pattern: RegExp, since: number): Promise<string> {
  let found: string | undefined;
  await until(async () => {
    for (const mail of await running.mails(to))
      if (Date.parse(mail.sentAt) >= since)
        found ??= mail.links.find((link) => pattern.test(link)) ?? pattern.exec(mail.text)?.[1];
    return found !== undefined;
  });
  return found ?? "";
}

/** The token that a mailed link carries in its fragment. */
export const tokenOf = (link: string) => decodeURIComponent(/#token=([^&]+)/.exec(link)?.[1] ?? "");

/** Every string that the page's JavaScript holds, after a garbage collection. */
export async function memoryOf(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  let text = "";
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => {
    text += chunk;
  });
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  return (JSON.parse(text) as { strings: string[] }).strings;
}

/** The names of cached answers, like `mailedToken({"token":"…"})`, that hold the token. */
export const cacheKeysWith = (token: string, memory: readonly string[]): string[] =>
  memory.filter((text) => text.includes(token) && text.includes("("));

/** A busy machine's Chromium sometimes never takes a picture that it was asked for: it is asked once more. */
async function picture(of: Page | Locator, options: PageScreenshotOptions): Promise<void> {
  const take = () => of.screenshot({ ...options, timeout: 10_000 });
  await take().catch(take);
}

const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Axe's verdict on the page: no violation. With STORY_PICTURES=1 also screenshots at phone and desk width. */
export async function inspect(page: Page, name: string): Promise<void> {
  if (process.env.STORY_PICTURES === "1") await takePictures(page, name);
  await page.evaluate(`${axeSource};undefined`);
  const found = await page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`,
  );
  if (found.length > 0) throw new Error(`${name}: ${found.join("\n")}`);
}

async function takePictures(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  const before = page.viewportSize();
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    const whole = await page.evaluate<number>("document.documentElement.scrollHeight");
    // A list of 50 rows would make a picture that nobody can look at.
    const clip = { x: 0, y: 0, width, height: Math.min(whole, 2000) };
    await picture(page, { path: join(screenshots, `${name}-${width}.png`), fullPage: true, clip });
  }
  if (before) await page.setViewportSize(before);
}

/** What a phone's camera reads from the screen: the `otpauth:` address. */
export async function readQr(page: Page, name = /QR code/): Promise<URL> {
  const dir = mkdtempSync(join(tmpdir(), "gatehouse-qr-"));
  try {
    const path = join(dir, "qr.png");
    await picture(page.getByRole("img", { name }), { path });
    return new URL(execFileSync("zbarimg", ["--quiet", "--raw", path], { encoding: "utf8" }).trim());
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The code of a secret, `ahead` steps of 30 seconds from now: a step used once is never accepted again. */
export const codeOf = (secret: string, ahead = 0): string =>
  execFileSync("oathtool", ["--totp", "--base32", `--now=@${Math.floor(Date.now() / 1000) + ahead * 30}`, secret], {
    encoding: "utf8",
  }).trim();
