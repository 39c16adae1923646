import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page, Request } from "playwright-core";
import {
  asOwner,
  cacheKeysWith,
  codeOf,
  enroll,
  enterCode,
  enterMailedCode,
  inspect,
  mailed,
  memoryOf,
  missingTools,
  openDevice,
  owner,
  setPolicy,
  signIn,
  start,
  tokenOf,
  type Running,
} from "./browser.js";

const email = "maya@client.example";
const password = "seven quiet herons wade";
const noah = { email: "noah@client.example", password: "harbor-demo-client" };
const toLink = /\/link#token=/;
const title = "Documents for your 2025 tax return";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });

/** Clicks the link page's only button; the title is on this page and on the request's, so the address shows which one it is. */
async function openRequest(page: Page): Promise<void> {
  await button(page, "Open the request").click();
  await page.waitForURL(/\/request\//);
  await heading(page, title).waitFor();
}

/** Sends a request to the contact with that email and returns its magic link. */
async function sendRequest(running: Running, to: string, name: string): Promise<string> {
  const ask = await asOwner(running);
  const { nodes } = (await ask("query($search: String) { contacts(filter: { search: $search }) { nodes { id } } }", {
    search: to,
  })) as { nodes: { id: string }[] };
  const since = Date.now();
  await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
    input: { contactId: nodes[0]?.id, title: name, items: ["The signed form"], dueOn: null },
  });
  return mailed(running, to, toLink, since);
}

/** Everything that a page and the browser keep where a later page, another person or another program could read it. */
async function keptBy(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const { entries } = await session.send("Page.getNavigationHistory");
  return JSON.stringify([
    entries.map(({ url, title: shown }) => [url, shown]),
    await page.context().storageState({ indexedDB: true }),
    await page.evaluate(
      `[document.referrer, document.title, JSON.stringify(history.state), JSON.stringify(localStorage),
        JSON.stringify(sessionStorage), document.cookie, document.documentElement.outerHTML]`,
    ),
  ]);
}
const timingsOf = (page: Page) => page.evaluate<string>("JSON.stringify(performance.getEntries())");

maybe("a magic link is one request on one device", () => {
  let running: Running;
  let phone: Page;
  let tablet: Page;
  let link: string;
  let newLink: string;
  let requests: Request[];

  beforeAll(async () => {
    running = await start();
    phone = await openDevice(running);
    tablet = await openDevice(running);
    requests = [];
    for (const page of [phone, tablet]) page.on("request", (request) => requests.push(request));
  }, 120_000);
  afterAll(() => running?.stop());

  it("M01 a mail scanner that fetches the address and runs the page, twice, does not use the link up", async () => {
    link = await mailed(running, email, toLink, 0);
    for (const method of ["HEAD", "GET", "GET"]) expect((await fetch(link, { method })).status).toBe(200);
    for (let visit = 0; visit < 2; visit++) {
      const scanner = await openDevice(running);
      await scanner.goto(link);
      await button(scanner, "Open the request").waitFor();
      await scanner.context().close();
    }
  });

  it("the client's click opens the request on the phone, where it can be worked on", async () => {
    await phone.goto(link);
    await button(phone, "Open the request").waitFor();
    await inspect(phone, "portal-magic-link");
    await openRequest(phone);
    await inspect(phone, "portal-link-request");
    expect(await phone.getByRole("link", { name: "Account", exact: true }).count()).toBe(0);
    await phone.getByRole("checkbox").first().focus();
    await phone.keyboard.press("Space");
    await phone.getByText(/^1 of \d+ done$/).waitFor();
    await phone.reload();
    await phone.getByText(/^1 of \d+ done$/).waitFor();
  });

  it("M13 afterwards the token exists only in the mail", async () => {
    const token = tokenOf(link);
    expect(token).toMatch(/^gml_[\w-]{43}$/);
    const page = await openDevice(running);
    await page.goto(link);
    await heading(page, "You need a new link").waitFor();
    // While the page still needs it, it is only in the page's memory: not in a cache key, in storage or in the address.
    expect(await keptBy(page)).not.toContain(token);
    expect(cacheKeysWith(token, await memoryOf(page))).toEqual([]);
    await page.context().close();

    await phone.goto("about:blank");
    await phone.goto(link);
    await openRequest(phone);
    expect(await keptBy(phone)).not.toContain(token);
    expect(await timingsOf(phone)).not.toContain(token);
    expect((await memoryOf(phone)).filter((text) => text.includes(token))).toEqual([]);
    for (const request of requests) {
      expect(request.url().split("#")[0]).not.toContain(token);
      expect(JSON.stringify(await request.allHeaders())).not.toContain(token);
    }
    expect(requests.filter((request) => request.postData()?.includes(token)).length).toBeGreaterThan(0);
    // The log is not empty, and does not mention the token.
    expect(running.log()).toContain("localhost");
    expect(running.log()).not.toContain(token);
  });

  it("another device is refused and gets its own link by mail, at most one a minute", async () => {
    await tablet.goto(link);
    await heading(tablet, "You need a new link").waitFor();
    await tablet.getByText("opened on another device").waitFor();
    await inspect(tablet, "portal-link-other-device");
    const since = Date.now();
    await button(tablet, "Send access link").click();
    await heading(tablet, "Check your email").waitFor();
    await inspect(tablet, "portal-link-sent");
    // The page says where the mail went without revealing the address to the person who has the link.
    expect(await tablet.getByText(email).count()).toBe(0);
    newLink = await mailed(running, email, toLink, since);
    expect(newLink).not.toBe(link);

    await tablet.goto("about:blank");
    await tablet.goto(link);
    await button(tablet, "Send access link").click();
    await heading(tablet, "Check your email").waitFor();
    const links = (await running.mails(email)).filter((mail) => mail.links.some((each) => toLink.test(each)));
    expect(links).toHaveLength(2);
  });

  it("the click on the new link moves the request to that device; the first one loses access", async () => {
    // Until then, the first device keeps its access.
    await phone.reload();
    await heading(phone, title).waitFor();
    await tablet.goto(newLink);
    await openRequest(tablet);
    await tablet.getByText(/^1 of \d+ done$/).waitFor();

    await phone.reload();
    await heading(phone, "Sign in").waitFor();
    await phone.goto(link);
    await heading(phone, "You need a new link").waitFor();
    await phone.getByText("There is a newer link").waitFor();
    // The same device may open it again.
    await tablet.context().clearCookies();
    await tablet.goto(newLink);
    await openRequest(tablet);
  });

  it("from the link's session the client creates an account, lands on the request, and finds it on the home page", async () => {
    await button(tablet, "Create an account").click();
    await tablet.getByRole("textbox", { name: /New password/ }).fill(password);
    await button(tablet, "Create account").click();
    await heading(tablet, title).waitFor();
    await tablet.getByRole("link", { name: "Account", exact: true }).waitFor();
    await inspect(tablet, "portal-request");
    await tablet.getByRole("link", { name: "All your requests" }).click();
    await heading(tablet, "Your requests").waitFor();
    await tablet.getByRole("article", { name: title }).getByText("For Maya Fields").waitFor();
  });

  it("shows all requests sent to the mailbox, whichever contact they are for, by how soon they are due", async () => {
    const ask = await asOwner(running);
    const { contact } = (await ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }",
      {
        input: { name: "Fields Holding", email },
      },
    )) as { contact: { id: string } };
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    for (const [name, dueOn] of [
      ["Sales tax of last quarter", day(-10)],
      ["Bank statements", day(3)],
      ["Annual accounts", day(60)],
      ["Shareholder list", null],
    ])
      await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
        input: { contactId: contact.id, title: name, items: ["One", "Two"], dueOn },
      });
    await tablet.reload();
    const group = (name: string) => tablet.getByRole("region", { name });
    for (const [name, request] of [
      ["Overdue", "Sales tax of last quarter"],
      ["Due within a week", "Bank statements"],
      ["Later", "Annual accounts"],
      ["Without a due date", "Shareholder list"],
    ] as const)
      await group(name).getByRole("article", { name: request }).getByText("For Fields Holding").waitFor();

    await tablet.getByRole("link", { name: "Bank statements" }).focus();
    await tablet.keyboard.press("Enter");
    await heading(tablet, "Bank statements").waitFor();
    for (const item of ["One", "Two"]) await tablet.getByText(item, { exact: true }).click();
    await tablet.getByText("Completed").waitFor();
    await tablet.getByRole("link", { name: "All your requests" }).click();
    await group("Completed").getByRole("article", { name: "Bank statements" }).waitFor();
    expect(await group("Due within a week").count()).toBe(0);
    await inspect(tablet, "portal-home-groups");
  });
});

maybe("a firm that uses links only", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
    await setPolicy(running, { mode: "MAGIC_LINK_ONLY" });
  }, 120_000);
  afterAll(() => running?.stop());

  it("says so wherever a password would be asked for, and its links open their requests", async () => {
    const page = await openDevice(running);
    for (const path of ["", "/request-account", "/forgot-password"]) {
      await page.goto(`${running.url}/portal/harbor${path}`);
      await heading(page, "Open the link in your email").waitFor();
      await page.getByText(/does not use passwords/).waitFor();
      expect(await page.getByRole("textbox").count()).toBe(0);
    }
    await inspect(page, "portal-links-only");
    await page.goto(await mailed(running, email, toLink, 0));
    await openRequest(page);
    expect(await button(page, "Create an account").count()).toBe(0);
    await page.context().close();
  });
});

maybe("a magic link if the firm requires two-factor authentication", () => {
  let running: Running;
  let phone: { secret: string; recoveryCodes: string[] };
  beforeAll(async () => {
    running = await start();
    await setPolicy(running, { mode: "MAGIC_LINK_AND_LOGIN_2FA", trustedDeviceDays: 14 });
  }, 120_000);
  afterAll(() => running?.stop());

  it("leads a client without an account through creating one and enrolling to the request", async () => {
    const page = await openDevice(running);
    await page.goto(await mailed(running, email, toLink, 0));
    await button(page, "Open the request").click();
    await heading(page, "Create your account").waitFor();
    await inspect(page, "portal-link-create-account");
    await page.getByRole("textbox", { name: /New password/ }).fill(password);
    await button(page, "Create account").click();
    // The link has proven the mailbox, so no code is mailed.
    phone = await enroll(page);
    await heading(page, title).waitFor();
    await page.getByText("For Maya Fields").waitFor();
    await page.getByRole("link", { name: "Account", exact: true }).waitFor();
    await page.context().close();
  });

  it("asks an enrolled client for the code and opens only the request", async () => {
    const link = await sendRequest(running, email, "Sign the engagement letter");
    const page = await openDevice(running);
    await page.goto(link);
    await button(page, "Open the request").click();
    await heading(page, "Enter your code").waitFor();
    // A trusted device skips the code at a sign-in, but never for a link.
    expect(await page.getByRole("checkbox").count()).toBe(0);
    await inspect(page, "portal-link-code");
    await enterCode(page, "Sign in", codeOf(phone.secret, 1));
    await heading(page, "Sign the engagement letter").waitFor();
    expect(await page.getByRole("link", { name: "Account", exact: true }).count()).toBe(0);
    await page.context().close();
  });

  it("asks a client with an account to sign in and enroll first, even after a reload, and then opens the request", async () => {
    const link = await sendRequest(running, noah.email, "Sign the power of attorney");
    const page = await openDevice(running);
    await page.goto(link);
    await button(page, "Open the request").click();
    await heading(page, "Sign in first").waitFor();
    await inspect(page, "portal-link-sign-in-first");
    await button(page, "Go to sign-in").click();
    await heading(page, "Sign in").waitFor();
    await page.reload();
    const since = Date.now();
    await signIn(page, noah);
    await heading(page, "Set up two-factor authentication").waitFor();
    await enterMailedCode(page, await mailed(running, noah.email, /\b(\d{6})\b/, since));
    await enroll(page);
    await heading(page, "Sign the power of attorney").waitFor();
    await page.getByText("For Noah Berg").waitFor();
    await page.context().close();
  });

  it("a client who trusts the device is not asked for the code there again", async () => {
    const page = await openDevice(running);
    await page.goto(`${running.url}/portal/harbor`);
    await signIn(page, { email, password });
    await heading(page, "Enter your code").waitFor();
    await button(page, "Use a recovery code").click();
    await page.getByLabel("Recovery code").fill(phone.recoveryCodes[0] ?? "");
    await inspect(page, "portal-recovery-code");
    await button(page, "Sign in").click();
    // The phone may be lost, so setting up a new one is offered.
    await heading(page, "Your requests").waitFor();
    await button(page, "Set up a new phone").waitFor();
    await inspect(page, "portal-new-phone");
    await button(page, "Set up a new phone").click();
    await page.getByLabel("Recovery code or current code").fill(phone.recoveryCodes[1] ?? "");
    await inspect(page, "portal-new-phone-proof");
    await button(page, "Continue").click();
    phone = await enroll(page);
    await button(page, "Set up a new phone").waitFor({ state: "detached" });

    await button(page, "Sign out").click();
    await heading(page, "Sign in").waitFor();
    await signIn(page, { email, password });
    await page.getByText("Trust this device for 14 days").click();
    await inspect(page, "portal-code-trust");
    await enterCode(page, "Sign in", codeOf(phone.secret, 1));
    await heading(page, "Your requests").waitFor();
    await button(page, "Sign out").click();
    await heading(page, "Sign in").waitFor();
    await signIn(page, { email, password });
    await heading(page, "Your requests").waitFor();
    await page.context().close();
  });
});

maybe("dashboard and portal in one browser", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  }, 120_000);
  afterAll(() => running?.stop());

  it("are signed in side by side; signing out of one leaves the other", async () => {
    const dashboard = await openDevice(running, 1440, 900);
    const portal = await dashboard.context().newPage();
    await dashboard.goto(running.url);
    await signIn(dashboard, owner);
    await heading(dashboard, "Contacts").waitFor();
    await portal.goto(`${running.url}/portal/harbor`);
    await signIn(portal, noah);
    await heading(portal, "Your requests").waitFor();
    await dashboard.reload();
    await heading(dashboard, "Contacts").waitFor();
    await button(portal, "Sign out").click();
    await heading(portal, "Sign in").waitFor();
    await dashboard.reload();
    await heading(dashboard, "Contacts").waitFor();
  });
});
