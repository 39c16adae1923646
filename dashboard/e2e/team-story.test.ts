import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import {
  asOwner,
  cacheKeysWith,
  enroll,
  enterMailedCode,
  inspect,
  mailed,
  memoryOf,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  tokenOf,
  until,
  type Running,
} from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const password = "seven quiet herons wade";

maybe("a firm manages its team and its clients' access", () => {
  let running: Running;
  let admin: Page;
  /** The addresses that the admin's pages requested, and the browser's complaints. */
  const asked: string[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    running = await start();
    admin = await openDevice(running, 1440, 900);
    admin.on("request", (request) => asked.push(request.url()));
    admin.on("websocket", (socket) => asked.push(socket.url()));
    admin.on("console", (message) => {
      if (/Content.Security.Policy|Refused to/i.test(message.text())) complaints.push(message.text());
    });
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
  }, 120_000);
  afterAll(() => running?.stop());

  it("an invited colleague chooses a password through the mailed link and is signed in", async () => {
    const since = Date.now();
    await admin.getByRole("link", { name: "Team" }).click();
    await admin.getByRole("button", { name: "Invite colleague" }).click();
    await admin.getByRole("textbox", { name: /Name/ }).fill("Kim Lee");
    await admin.getByRole("textbox", { name: /Email/ }).fill("kim@harbor.example");
    await admin.getByRole("button", { name: "Send invitation" }).click();
    const row = admin.getByRole("row").filter({ hasText: "Kim Lee" });
    await row.getByText("Invited").waitFor();
    await inspect(admin, "team");
    const colleague = await openDevice(running, 1440, 900);
    const link = await mailed(running, "kim@harbor.example", /choose-password/, since);
    await colleague.goto(link);
    await colleague.getByRole("heading", { name: /Choose a password/ }).waitFor();
    expect(colleague.url()).not.toContain("token");
    expect(cacheKeysWith(tokenOf(link), await memoryOf(colleague))).toEqual([]);
    await inspect(colleague, "choose-password");
    await colleague.getByRole("textbox", { name: /New password/ }).fill(password);
    await colleague.getByRole("button", { name: "Save and sign in" }).click();
    await colleague.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    expect(await colleague.getByRole("button", { name: "New contact" }).count()).toBe(0);
    await colleague.context().close();
  });

  it("X14 a colleague who forgot the password requests a link on the sign-in page, and is signed in again", async () => {
    const since = Date.now();
    const colleague = await openDevice(running, 390, 844);
    await colleague.goto(running.url);
    await colleague.getByRole("button", { name: "Forgot your password?" }).click();
    await colleague.getByRole("heading", { name: "Choose a new password" }).waitFor();
    await inspect(colleague, "team-forgot-password");
    await colleague.getByRole("textbox", { name: /Email/ }).fill("kim@harbor.example");
    await colleague.getByRole("button", { name: "Send me a link" }).click();
    await colleague.getByRole("heading", { name: "Check your email" }).waitFor();
    await colleague.setViewportSize({ width: 1440, height: 900 });
    await inspect(colleague, "team-forgot-password-sent");
    await colleague.getByRole("button", { name: "Back to sign-in" }).click();
    await colleague.getByRole("heading", { name: "Sign in to your firm" }).waitFor();
    await colleague.goto(await mailed(running, "kim@harbor.example", /choose-password/, since));
    await colleague.getByRole("textbox", { name: /New password/ }).fill(`${password} again`);
    await colleague.getByRole("button", { name: "Save and sign in" }).click();
    await colleague.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await colleague.context().close();
  });

  it("X7 a colleague with only a password must prove the mailbox before an authenticator is set up", async () => {
    const colleague = await openDevice(running, 390, 844);
    await colleague.goto(`${running.url}/account`);
    await signIn(colleague, { email: "kim@harbor.example", password: `${password} again` });
    await colleague.getByRole("heading", { name: "Your account" }).waitFor();
    const since = Date.now();
    await colleague.getByRole("button", { name: "Set up two-factor authentication" }).click();
    await colleague.getByText("we emailed a 6-digit code to kim@harbor.example").waitFor();
    await inspect(colleague, "team-account-mailed-code");
    await enterMailedCode(colleague, await mailed(running, "kim@harbor.example", /\b(\d{6})\b/, since));
    await enroll(colleague);
    await colleague.getByText("2FA on").waitFor();
    await colleague.context().close();
  });

  it("the overview's funnel moves while a client creates an account", async () => {
    await admin.getByRole("link", { name: "Overview" }).click();
    await admin.getByRole("heading", { name: "Adoption" }).waitFor();
    await inspect(admin, "overview");
    const counted = async () =>
      Number.parseInt(await admin.locator("dt:has-text('Account, no 2FA') + dd").innerText(), 10);
    const before = await counted();
    const since = Date.now();
    const client = await openDevice(running, 390, 844);
    await client.goto(`${running.url}/portal/harbor/request-account`);
    await client.getByRole("textbox", { name: /Email/ }).fill("maya@client.example");
    await client
      .getByRole("button", { name: /account|mail|link/i })
      .first()
      .click();
    await client.goto(await mailed(running, "maya@client.example", /\/confirm#/, since));
    await client.getByRole("textbox", { name: /New password|Password/ }).fill(password);
    await client.getByRole("button", { name: /Create/ }).click();
    await until(async () => (await counted()) === before + 1);
    await client.context().close();
  });

  it('the contact page says why a client cannot get in, and "this wasn\'t me" signs out every device', async () => {
    const since = Date.now();
    const client = await openDevice(running, 390, 844);
    await client.goto(`${running.url}/portal/harbor`);
    await signIn(client, { email: "noah@client.example", password: "not the right password" });
    await client.getByRole("alert").waitFor();
    await admin.getByRole("link", { name: "Contacts" }).click();
    await admin.getByRole("searchbox", { name: "Search contacts" }).fill("noah@client");
    await admin.getByRole("link", { name: "Noah Berg" }).click();
    const card = admin.getByRole("region", { name: "Why can't this client get in?" });
    await card.getByText("Wrong passwords").waitFor();
    await card.getByRole("button", { name: "Send password reset" }).waitFor();
    await inspect(admin, "contact-access");

    await signIn(client, { email: "noah@client.example", password: "harbor-demo-client" });
    await client.getByRole("button", { name: "Sign out" }).waitFor();
    const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const other = await (
      await running.browser.newContext({ viewport: { width: 390, height: 844 }, userAgent })
    ).newPage();
    await other.goto(`${running.url}/portal/harbor`);
    await signIn(other, { email: "noah@client.example", password: "harbor-demo-client" });
    await other.getByRole("button", { name: "Sign out" }).waitFor();
    await other.goto(await mailed(running, "noah@client.example", /not-me/, since));
    await other.getByRole("heading", { name: "This wasn't me" }).waitFor();
    await inspect(other, "not-me");
    await other.getByRole("button", { name: /sign out every device/ }).click();
    await other.getByRole("heading", { name: "Every device is signed out" }).waitFor();
    await client.reload();
    await client.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  });

  it("M06 no address redirects a sign-in to another site", async () => {
    const targets = [
      "//evil.example",
      "/\\evil.example",
      "https:evil.example",
      "javascript:alert(1)",
      "%2f%2fevil.example",
    ];
    const page = await openDevice(running, 390, 844);
    const left: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(running.url) && !request.url().startsWith("data:")) left.push(request.url());
    });
    for (const target of targets) {
      await page.goto(
        `${running.url}/portal/harbor?next=${target}&redirect=${target}&returnTo=${target}#next=${target}`,
      );
      await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    }
    await signIn(page, { email: "maya@client.example", password });
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    expect(new URL(page.url()).origin).toBe(running.url);
    for (const path of [
      "//evil.example/%2e%2e",
      "/%2f%2fevil.example",
      "/portal//evil.example",
      "/portal/harbor/%0d%0aLocation:%20https://evil.example",
    ]) {
      const answer = await fetch(`${running.url}${path}`, { redirect: "manual" });
      expect([path, answer.headers.get("location"), answer.status >= 300 && answer.status < 400]).toEqual([
        path,
        null,
        false,
      ]);
    }
    expect(left).toEqual([]);
  });

  it("S06 and U01 a page of another origin can frame nothing of ours and do nothing in the name of the signed-in person", async () => {
    const planted = `mutation { createContact(input: { name: "Planted" }) { contact { id } } }`;
    const operation = JSON.stringify({ query: planted });
    const address = `${running.url}/graphql`;
    const attack = `<!doctype html><title>A prize</title>
      <iframe name="framed" src="${running.url}/settings/api-keys"></iframe><iframe name="into"></iframe>
      <img src="${address}?query=${encodeURIComponent(planted)}"><img src="${running.url}/audit-log.csv">
      <form method="post" action="${address}" enctype="text/plain" target="into">
        <input name='${operation.slice(0, -1)},"x":"' value='"}'></form>
      <script>
        document.forms[0].submit();
        const tries = ["text/plain", "application/json", "application/x-www-form-urlencoded"].flatMap((type) =>
          ["no-cors", "cors"].map((mode) => fetch("${address}", { method: "POST", mode, credentials: "include", body: ${JSON.stringify(operation)},
            headers: { "content-type": type } })));
        tries.push(fetch("${running.url}/audit-log.csv", { mode: "no-cors", credentials: "include" }));
        tries.push(new Promise((resolve, reject) => {
          const socket = new WebSocket("${address.replace("http", "ws")}", "graphql-transport-ws");
          socket.onopen = () => resolve("open");
          socket.onerror = reject;
        }));
        addEventListener("load", () => Promise.allSettled(tries).then((settled) => { globalThis.ended = settled.map(({ status, value }) =>
          value === "open" ? "open" : status === "fulfilled" ? value.type : "refused"); }));
      </script>`;
    const evil = createServer((_request, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(attack);
    });
    await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
    const { port } = evil.address() as AddressInfo;
    // First a different site, then the same site on another port, because sites ignore ports: there the browser sends the cookies along.
    for (const host of ["127.0.0.1", "localhost"]) {
      const page = await admin.context().newPage();
      await page.goto(`http://${host}:${port}/`);
      await page.waitForFunction("globalThis.ended");
      const ended = await page.evaluate<string[]>("globalThis.ended");
      // Neither an answer nor a socket gets through.
      expect(ended).toEqual(Array.from({ length: 8 }, () => "refused"));
      const framed = page.frames().filter((frame) => frame.url().startsWith(running.url));
      for (const frame of framed)
        expect(
          await frame
            .locator("body")
            .innerText()
            .catch(() => ""),
        ).not.toMatch(/API keys/i);
      await page.close();
    }
    await new Promise((resolve) => evil.close(resolve));
    const ask = await asOwner(running);
    const { totalCount } = (await ask('{ contacts(filter: { search: "Planted" }) { totalCount } }')) as {
      totalCount: number;
    };
    const { nodes } = (await ask(
      "{ auditEvents(first: 5, filter: { types: [AUDIT_LOG_EXPORTED] }) { nodes { id } } }",
    )) as {
      nodes: unknown[];
    };
    expect([totalCount, nodes]).toEqual([0, []]);
  });

  it("U01 the pages send no requests to anyone else, do not violate their own policy, and leave nothing behind after signing out", async () => {
    await admin.goto(running.url);
    await admin.getByRole("row").nth(1).waitFor();
    const ask = await asOwner(running);
    const { nodes } = (await ask("{ contacts(first: 50) { nodes { email } } }")) as {
      nodes: { email: string | null }[];
    };
    const clients = nodes.flatMap(({ email }) => email ?? []);
    const shown = (memory: string[]) => clients.filter((email) => memory.some((text) => text.includes(email)));
    expect(shown(await memoryOf(admin)).length).toBeGreaterThan(10);
    await admin.getByRole("button", { name: "Sign out" }).click();
    await admin.getByRole("heading", { name: "Sign in to your firm" }).waitFor();
    expect(shown(await memoryOf(admin))).toEqual([]);
    await admin.goto(`${running.url}/contacts`);
    await admin.getByRole("heading", { name: "Sign in to your firm" }).waitFor();
    const { cookies, origins } = await admin.context().storageState({ indexedDB: true });
    // It grants no access: it only keeps strangers' attempts from counting against this browser.
    expect(cookies.map(({ name }) => name)).toEqual(["gatehouse_known_team"]);
    expect(JSON.stringify(origins)).not.toContain("@");
    const ours = [running.url, running.url.replace("http", "ws"), "data:"];
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((url) => !ours.some((own) => url.startsWith(own)))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
