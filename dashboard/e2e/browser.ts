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

/** The tools that the stories need and this machine lacks; with REQUIRE_SERVICES=1 that is an error, otherwise the stories are skipped with a warning. */
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
  log: () => string;
  stop: () => Promise<void>;
}

/** Starts the built server with the demo firm on its own database, and a browser. */
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
  let log = "";
  const listen = (chunk: Buffer) => {
    log += chunk.toString();
  };
  server.stdout?.on("data", listen);
  server.stderr?.on("data", listen);
  await until(async () => {
    if (server.exitCode !== null) throw new Error(`The server exited: ${log}`);
    // The demo firm is loaded after the server has started to listen.
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
    log: () => log,
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

/** Opens a device of its own: it shares nothing with the other pages. */
export async function openDevice({ browser }: Running, width = 390, height = 844, locale = "en-US"): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, locale });
  // Shorter than the tests' own limit, so that a failure names the step that hangs.
  context.setDefaultTimeout(30_000);
  return context.newPage();
}

/** Pretends that the browser shows another tab, or this one again: headless, it believes that all tabs are visible. */
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

/** Signs in as an owner, without a browser, and returns a function that runs a document and returns its only field. */
export async function asOwner(
  { url }: Running,
  who = owner,
): Promise<(document: string, variables?: object) => Promise<unknown>> {
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
    { input: { ...who, transport: "TOKEN" } },
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

/** On the account page of a person who signed in with only a password: enters the mailed code, then does the same as `enroll`. */
export async function enrollFromAccount(running: Running, page: Page, to: string): ReturnType<typeof enroll> {
  const since = Date.now();
  await page.getByRole("button", { name: "Set up two-factor authentication" }).click();
  await enterMailedCode(page, await mailed(running, to, /\b(\d{6})\b/, since));
  return enroll(page);
}
/** Enters the mailed code and continues. */
export async function enterMailedCode(page: Page, code: string): Promise<void> {
  await page.getByLabel("Code from the email").fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Goes from the QR code on the screen to the saved recovery codes. Returns the phone's secret, the names it is shown under, and the codes. */
export async function enroll(
  page: Page,
  pictures?: string,
): Promise<{ secret: string; recoveryCodes: string[]; issuer: string; account: string }> {
  await page.getByRole("img", { name: /QR code/ }).waitFor();
  const read = await readQr(page);
  const secret = read.searchParams.get("secret") ?? "";
  if (!/^[A-Z2-7]{32,}$/.test(secret)) throw new Error(`The QR code has no secret: ${secret}`);
  // A person who cannot scan taps the link or enters the key: all three must agree.
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
/** Enters the authenticator's code and continues. */
export async function enterCode(page: Page, button: string, code: string): Promise<void> {
  await page.getByLabel("Code from your authenticator app").fill(code);
  await page.getByRole("button", { name: button }).click();
}

/** Waits until `holds` is true, checking every 200 ms. */
export async function until(holds: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("The condition was not met in time.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The match in the newest mail to `to` since `since` (epoch ms): a whole link, or the pattern's group in the text. */
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

/** The token in the fragment of a mailed link. */
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

/** The keys of cached answers, like `mailedToken({"token":"…"})`, that contain the token. */
export const cacheKeysWith = (token: string, memory: readonly string[]): string[] =>
  memory.filter((text) => text.includes(token) && text.includes("("));

/** On a busy machine Chromium sometimes never takes a requested screenshot, so it is asked a second time. */
async function picture(of: Page | Locator, options: PageScreenshotOptions): Promise<void> {
  const take = () => of.screenshot({ ...options, timeout: 10_000 });
  await take().catch(take);
}

const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/**
 * The texts whose nodes React keeps: a browser's translator replaces them, and React would then fail or write into nodes that are gone
 * (src/jsx/lone-texts.ts).
 */
const heldTexts = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const held = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
      if (Object.keys(texts.currentNode).some((key) => key.startsWith("__reactFiber$")))
        held.push(texts.currentNode.parentElement.outerHTML.slice(0, 300));
    return held;
  })()`);

/** Checks that axe finds no violation on the page, and that a translator can rewrite every text. With STORY_PICTURES=1 it also takes screenshots at phone and desktop width. */
export async function inspect(page: Page, name: string): Promise<void> {
  if (process.env.STORY_PICTURES === "1") await takePictures(page, name);
  await page.evaluate(`${axeSource};undefined`);
  const found = await page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`,
  );
  if (found.length > 0) throw new Error(`${name}: ${found.join("\n")}`);
  const held = await heldTexts(page);
  if (held.length > 0) throw new Error(`${name}: React holds the nodes of these texts: ${held.join("\n")}`);
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
    // A list of 50 rows would make the picture too long to look at.
    const clip = { x: 0, y: 0, width, height: Math.min(whole, 2000) };
    await picture(page, { path: join(screenshots, `${name}-${width}.png`), fullPage: true, clip });
  }
  if (before) await page.setViewportSize(before);
}

/** Reads from the screen what a phone's camera would: the `otpauth:` address. */
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

/** The code for a secret, `ahead` steps of 30 seconds from now: a step that was used is never accepted again. */
export const codeOf = (secret: string, ahead = 0): string =>
  execFileSync("oathtool", ["--totp", "--base32", `--now=@${Math.floor(Date.now() / 1000) + ahead * 30}`, secret], {
    encoding: "utf8",
  }).trim();
