import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, inspect, missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

const wide = "𝕎會ﷺ界".repeat(50).slice(0, 200);
const unbroken = "Donaudampfschifffahrtsgesellschaft".repeat(6).slice(0, 200);
const longEmail = `${"very.long.local-part.".repeat(3).slice(0, 60)}a@${"subdomain-of-a-firm.".repeat(8)}example`;
const widths = [390, 1280];

/** What is wider than the page. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => element.outerHTML.slice(0, 160));
  })()`);

maybe("names and addresses as long as they may be", () => {
  let running: Running;
  let contactId: string;
  beforeAll(async () => {
    running = await start();
    const ask = await asOwner(running);
    const { contact, userErrors } = (await ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { message } } }",
      { input: { name: unbroken, organization: unbroken, email: longEmail, externalId: "x".repeat(60) } },
    )) as { contact: { id: string } | null; userErrors: unknown[] };
    expect(userErrors).toEqual([]);
    contactId = contact?.id ?? "";
    await ask(
      "mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } userErrors { message } } }",
      { input: { contactId, title: unbroken.slice(0, 120), items: [unbroken.slice(0, 120)], dueOn: null } },
    );
    await ask(
      "mutation($input: InviteTeamMemberInput!) { inviteTeamMember(input: $input) { userErrors { message } } }",
      {
        input: { name: unbroken, email: `a${longEmail}`, role: "STAFF" },
      },
    );
  }, 120_000);
  afterAll(() => running?.stop());

  /** The firm's name is part of the page's data. */
  const renameFirm = (page: Page) =>
    page.route("**/graphql", async (route) => {
      const answer = await route.fetch();
      const text = (await answer.text()).replaceAll(/"Harbor [^"]*"/g, JSON.stringify(wide));
      // Its logo would stand in place of the name.
      await route.fulfill({ response: answer, body: text.replaceAll(/"logoUrl":"[^"]*"/g, '"logoUrl":null') });
    });
  const look = async (page: Page, name: string) => {
    for (const width of widths) {
      await page.setViewportSize({ width, height: 844 });
      expect([name, width, await overflowing(page)]).toEqual([name, width, []]);
    }
    await inspect(page, `long-${name}`);
  };

  it.each(["", "/request-account", "/forgot-password", "/nothing"])("the portal holds: %s", async (page) => {
    const client = await openDevice(running);
    await renameFirm(client);
    await client.goto(`${running.url}/portal/harbor${page}`);
    await client.getByRole("heading").first().waitFor();
    await look(client, `portal${page.replace("/", "-")}`);
    await client.context().close();
  });

  it("the portal's signed-in pages hold, and the enrollment", async () => {
    const client = await openDevice(running);
    await renameFirm(client);
    await client.goto(`${running.url}/portal/harbor`);
    await signIn(client, { email: "noah@client.example", password: "harbor-demo-client" });
    await client.getByRole("heading", { name: "Your requests" }).waitFor();
    await look(client, "portal-home");
    await client.getByRole("link", { name: "Account", exact: true }).click();
    await client.getByRole("heading", { name: "Your account" }).waitFor();
    await look(client, "portal-account");
    await client.getByRole("button", { name: "Set up two-factor authentication" }).click();
    await client.getByLabel("Code from the email").waitFor();
    await look(client, "portal-mailed-code");
    await client.context().close();
  });

  it("the dashboard holds", async () => {
    const admin = await openDevice(running, 1280);
    await renameFirm(admin);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await admin.getByRole("searchbox", { name: "Search contacts" }).fill("Donau");
    await admin.getByRole("row").nth(1).waitFor();
    await look(admin, "contacts");
    for (const [path, heading] of [
      [`/contacts/${contactId}`, unbroken],
      ["/overview", "Overview"],
      ["/activity", "Activity"],
      ["/settings/client-portal", "Client Portal"],
      ["/settings/team", "Team"],
      ["/account", "Your account"],
    ] as const) {
      await admin.setViewportSize({ width: 1280, height: 844 });
      await admin.goto(`${running.url}${path}`);
      await admin.getByRole("heading", { name: heading, level: 1 }).waitFor();
      await admin.waitForLoadState("networkidle").catch(() => undefined);
      await look(admin, path.slice(1, 20).replaceAll("/", "-"));
    }
    await admin.context().close();
  });

  it("cut no date in the list", async () => {
    const admin = await openDevice(running, 1280, 844);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.locator("td time").first().waitFor();
    for (const width of [800, 1100, 1280, 1440]) {
      await admin.setViewportSize({ width, height: 844 });
      const cut = await admin.evaluate<string[]>(`[...document.querySelectorAll("td time")].filter((time) => {
        const cell = time.closest("td");
        const inner = cell.getBoundingClientRect().right - parseFloat(getComputedStyle(cell).paddingRight);
        return time.getBoundingClientRect().right > inner + 1;
      }).map((time) => time.textContent)`);
      expect([width, cut]).toEqual([width, []]);
    }
    await admin.context().close();
  });
});
