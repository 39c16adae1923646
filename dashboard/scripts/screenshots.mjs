// `npm run screenshots`: every page of the demo firm, at phone and desktop width, light and dark, into dashboard/screenshots; axe checks
// each. Exits with 1 if it finds a violation. Needs Debian's chromium.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../screenshots");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const schemes = ["light", "dark"];
const violations = [];

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port: free } = probe.address();
    probe.close(() => resolve(free));
  });
});
const url = `http://localhost:${port}`;
const data = mkdtempSync(join(tmpdir(), "gatehouse-screenshots-"));
const server = spawn(
  process.execPath,
  ["--disallow-code-generation-from-strings", join(here, "../../server/dist/main.js")],
  {
    cwd: data,
    env: { PATH: process.env.PATH, PORT: String(port), DEMO: "1", PUBLIC_URL: url, SOURCE_LIMIT_FACTOR: "100" },
    stdio: ["ignore", "ignore", "inherit"],
  },
);
const isUp = async () => {
  const query = '{ portal(firmSlug: "harbor") { name } }';
  const answer = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  }).catch(() => null);
  return (await answer?.text())?.includes("Harbor") ?? false;
};
while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 200));
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});

async function look(page, name) {
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of schemes) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(target, `${name}-${size}-${colorScheme}.png`), fullPage: true });
      await page.evaluate(axe);
      const found = await page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))",
      );
      violations.push(...found.map((what) => `${name} (${size}, ${colorScheme}): ${what}`));
    }
  console.log(name);
}
async function visit(page, name, path) {
  await page.goto(`${url}${path}`);
  await page
    .locator("h1")
    .first()
    .waitFor({ timeout: 10_000 })
    .catch(() => violations.push(`${name}: no heading: ${url}${path}`));
  await page.waitForTimeout(500);
  await look(page, name);
}
async function signIn(page, path, email, password) {
  await page.goto(`${url}${path}`);
  await page.getByRole("textbox", { name: /Email/ }).fill(email);
  await page.getByRole("textbox", { name: /Password/ }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
const mailedLink = async (to, part) => {
  const mails = await (await fetch(`${url}/mailbox.json?to=${encodeURIComponent(to)}`)).json();
  return mails.flatMap(({ links }) => links).find((link) => link.includes(part));
};

mkdirSync(target, { recursive: true });
try {
  const anonymous = await browser.newPage();
  await visit(anonymous, "portal-sign-in", "/portal/harbor");
  await visit(anonymous, "portal-request-account", "/portal/harbor/request-account");
  await visit(anonymous, "portal-forgot-password", "/portal/harbor/forgot-password");
  await visit(anonymous, "portal-unknown-firm", "/portal/nobody");
  const link = await mailedLink("maya@client.example", "/link#");
  if (link) {
    await anonymous.goto(link);
    await anonymous.locator("h1").first().waitFor();
    await look(anonymous, "portal-magic-link");
  }
  await visit(anonymous, "team-sign-in", "/");
  await visit(anonymous, "docs", "/docs");

  const client = await (await browser.newContext()).newPage();
  await signIn(client, "/portal/harbor", "noah@client.example", "harbor-demo-client");
  await client.getByRole("button", { name: "Sign out" }).waitFor();
  await look(client, "portal-home");
  await visit(client, "portal-account", "/portal/harbor/account");

  const owner = await (await browser.newContext()).newPage();
  await signIn(owner, "/", "owner@harbor.example", "harbor-demo-owner");
  await owner.getByRole("heading", { name: "Contacts" }).waitFor();
  await look(owner, "contacts");
  await owner.locator('a[href^="/contacts/"]').first().click();
  await owner.getByRole("heading", { name: "Client portal" }).waitFor();
  await look(owner, "contact");
  for (const path of [
    "overview",
    "activity",
    "reports",
    "contacts/import",
    "settings/client-portal",
    "settings/team",
    "settings/api-keys",
    "settings/webhooks",
    "account",
  ])
    await visit(owner, path.replace("/", "-"), `/${path}`);

  await owner.goto(`${url}/activity?what=TWO_FACTOR&who=CLIENT`);
  await owner.getByRole("button", { name: "Clear filter" }).waitFor();
  await look(owner, "activity-filtered");
  await owner.goto(`${url}/contacts/import`);
  const lines = [
    "Name,Email,Company,Client ID",
    "Ida Stone,ida@client.example,Stone & Sons,4711",
    "Bo Reed,not an address,,4712",
  ];
  await owner
    .locator('input[type="file"]')
    .setInputFiles({ name: "clients.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });
  await owner.getByRole("button", { name: "Check the file" }).waitFor();
  await look(owner, "contacts-import-match");
  await owner.getByRole("button", { name: "Check the file" }).click();
  await owner.getByRole("button", { name: "Import 1 row" }).waitFor();
  await look(owner, "contacts-import-check");
  await owner.getByRole("button", { name: "Import 1 row" }).click();
  await owner.getByText("Done: 1 of 2 rows added or changed a contact.").waitFor();
  await look(owner, "contacts-import-done");

  // Last, because it changes what the other pages show.
  await visit(owner, "roll-out-who", "/settings/client-portal/roll-out");
  for (const step of ["when", "message", "start"]) {
    await owner.getByRole("button", { name: "Next" }).click();
    await owner.waitForTimeout(800);
    await look(owner, `roll-out-${step}`);
  }
  await owner.getByRole("button", { name: "Start the roll-out" }).click();
  await owner.getByRole("heading", { name: "Progress" }).waitFor();
  await owner.waitForTimeout(4000);
  await look(owner, "roll-out-progress");
  await owner.getByRole("button", { name: "Undo", exact: true }).click();
  await look(owner, "roll-out-undo");
  await visit(anonymous, "portal-sign-in-announced", "/portal/harbor");
  await visit(client, "portal-home-announced", "/portal/harbor");
} finally {
  await browser.close();
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("exit", resolve));
  rmSync(data, { recursive: true, force: true });
}
console.log(violations.length === 0 ? "axe: no violation" : violations.join("\n"));
process.exit(violations.length === 0 ? 0 : 1);
