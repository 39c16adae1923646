import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import {
  asOwner,
  codeOf,
  enroll,
  enterCode,
  enterMailedCode,
  mailed,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  until,
  type Running,
} from "./browser.js";
import { isRewritten, translate } from "./translator.js";

const email = "maya@client.example";
const password = "seven quiet herons wade";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const wrongCode = (code: string) => (code === "000000" ? "000001" : "000000");

maybe("people whose browser translates the pages", () => {
  let running: Running;
  let client: Page;
  let admin: Page;
  /** What went wrong in the pages. */
  const faults: string[] = [];
  let secret: string;
  let recoveryCodes: string[];

  const openTranslated = async (width = 390, locale = "en-US") => {
    const page = await openDevice(running, width, 844, locale);
    await translate(page);
    page.on("pageerror", (error) => faults.push(String(error)));
    return page;
  };
  /** Every page was rewritten, none failed. */
  const expectWell = async (page: Page) => {
    expect(await isRewritten(page)).toBe(true);
    expect(await page.getByText("This page has stopped working.").count()).toBe(0);
    expect(faults).toEqual([]);
  };
  beforeAll(async () => {
    running = await start();
    client = await openTranslated();
    admin = await openTranslated(1440);
  }, 120_000);
  afterAll(() => running?.stop());

  it("a client requests an account, corrects a weak password, and creates it", async () => {
    await client.goto(`${running.url}/portal/harbor`);
    await heading(client, "Sign in").waitFor();
    await client.getByRole("link", { name: /Create one/ }).click();
    await client.getByLabel("Email").fill(email);
    const since = Date.now();
    await button(client, "Send me the link").click();
    await heading(client, "Check your email").waitFor();
    await button(client, "Use another address").or(client.getByRole("button")).last().waitFor();
    await client.goto(await mailed(running, email, /\/confirm#token=/, since));
    const field = client.getByRole("textbox", { name: /New password/ });
    await field.fill("maya");
    await client
      .getByText(/at least \d+ characters/i)
      .first()
      .waitFor();
    await button(client, "Create account").click();
    await client.locator("[aria-invalid=true]").waitFor();
    await field.fill(password);
    await button(client, "Show password").click();
    // The button's word follows, though its text node is gone.
    await button(client, "Hide password").getByText("Hide").waitFor();
    await button(client, "Hide password").click();
    await button(client, "Create account").click();
    await heading(client, "Your requests").waitFor();
    await expectWell(client);
  });

  it("sets up an authenticator: a wrong mailed code, another one, the QR code, the recovery codes", async () => {
    await client.getByRole("link", { name: "Account", exact: true }).click();
    await heading(client, "Your account").waitFor();
    await button(client, "Sign out").last().waitFor();
    await client.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Sign out" }).click();
    await heading(client, "Sign in").waitFor();
    await signIn(client, { email, password: "not the right password" });
    await client.getByRole("alert").waitFor();
    await signIn(client, { email, password });
    await client.getByRole("link", { name: "Account", exact: true }).click();
    const asked = Date.now();
    await button(client, "Set up two-factor authentication").click();
    const first = await mailed(running, email, /\b(\d{6})\b/, asked);
    await enterMailedCode(client, wrongCode(first));
    await client.getByText("The emailed code is incorrect or has expired.").first().waitFor();
    const again = Date.now();
    await button(client, "Email me another code").click();
    await client.getByText("We have emailed you another code.").waitFor();
    const second = await mailed(running, email, /\b(\d{6})\b/, again);
    // As the mail writes it, with a blank in it and around it.
    await enterMailedCode(client, `  ${second.slice(0, 3)} ${second.slice(3)} `);
    ({ secret, recoveryCodes } = await enroll(client));
    await client.getByText("2FA on").waitFor();
    await expectWell(client);
  });

  it("signs in with a code, after a wrong one and a look at the recovery codes' field", async () => {
    await client.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Sign out" }).click();
    await heading(client, "Sign in").waitFor();
    await signIn(client, { email, password });
    await heading(client, "Enter your code").waitFor();
    const code = codeOf(secret, 1);
    await enterCode(client, "Sign in", wrongCode(code));
    await client.locator("[aria-invalid=true]").waitFor();
    await button(client, "Use a recovery code").click();
    await client.getByLabel("Recovery code").waitFor();
    await button(client, "Use the authenticator app").click();
    await enterCode(client, "Sign in", code);
    await heading(client, "Your requests").waitFor();
    await expectWell(client);
  });

  it("signs in with a recovery code, is offered a new phone, and gets new recovery codes", async () => {
    await client.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Sign out" }).click();
    await heading(client, "Sign in").waitFor();
    await signIn(client, { email, password });
    await button(client, "Use a recovery code").click();
    await client.getByLabel("Recovery code").fill(recoveryCodes[0] ?? "");
    await button(client, "Sign in").click();
    await heading(client, "Your requests").waitFor();
    await client.getByRole("link", { name: "Account", exact: true }).click();
    await button(client, "New recovery codes").click();
    const dialog = client.getByRole("dialog", { name: "New recovery codes" });
    await dialog.getByLabel("Code from your authenticator app").fill("123");
    await button(client, "Create new codes").click();
    await dialog.locator("[aria-invalid=true]").waitFor();
    // Its codes of now are used; the next step's is accepted.
    let next = codeOf(secret, 1);
    await until(async () => {
      next = codeOf(secret, 1);
      await dialog.getByLabel("Code from your authenticator app").fill(next);
      await button(client, "Create new codes").click();
      // Each try costs one of ten, and a new code comes every 30 seconds.
      await client.waitForTimeout(8000);
      return (await dialog.getByRole("list", { name: "Recovery codes" }).count()) === 1;
    }, 90_000);
    await dialog.getByText("I have saved them").click();
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.waitFor({ state: "detached" });
    await expectWell(client);
  });

  it("switches the language, and the page says what language it is in", async () => {
    const lang = () => client.evaluate<string>("document.documentElement.lang");
    expect(await lang()).toBe("en-CA");
    await client.getByRole("button", { name: "Français" }).click();
    await client.getByRole("heading", { name: "Votre compte" }).waitFor();
    expect(await lang()).toBe("fr-CA");
    await client.getByRole("button", { name: "English" }).click();
    await heading(client, "Your account").waitFor();
    await expectWell(client);
  });

  it("an admin signs in, is refused a contact and corrects it, searches, changes a setting and sees it saved", async () => {
    await admin.goto(running.url);
    await heading(admin, "Sign in to your firm").waitFor();
    await signIn(admin, { ...owner, password: "not the right password" });
    await admin.getByRole("alert").waitFor();
    await signIn(admin, owner);
    await heading(admin, "Contacts").waitFor();
    expect(await admin.evaluate<string>("document.documentElement.lang")).toBe("en");
    await button(admin, "New contact").click();
    const dialog = admin.getByRole("dialog", { name: "New contact" });
    await dialog.getByLabel("Email").fill("li@a-b");
    await dialog.getByRole("button", { name: "Create contact" }).click();
    await dialog.locator("[aria-invalid=true]").first().waitFor();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Li Wei");
    await dialog.getByLabel("Email").fill("li.wei@client.example");
    await dialog.getByRole("button", { name: "Create contact" }).click();
    await dialog.waitFor({ state: "detached" });
    await admin.getByRole("link", { name: "Contacts" }).click();
    await admin.getByRole("searchbox", { name: "Search contacts" }).fill("Li Wei");
    await admin.getByRole("link", { name: "Li Wei" }).waitFor();
    await admin.getByRole("link", { name: "Client Portal" }).click();
    await admin.getByText("Magic link and login with two-factor authentication", { exact: true }).click();
    await admin.getByRole("region", { name: "What saving will do" }).waitFor();
    await button(admin, "Save").click();
    await admin.getByText("Saved.", { exact: true }).first().waitFor();
    await expectWell(admin);
  });

  it("an admin imports a file, invites a colleague, creates a key, and looks at every page", async () => {
    await admin.goto(`${running.url}/contacts/import`);
    const content = "Name,Email\nAda Byron,ada.byron@client.example\nBad,not an address\n";
    await admin
      .locator('input[type="file"]')
      .setInputFiles({ name: "clients.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
    await heading(admin, "Match the columns").waitFor();
    await button(admin, "Check the file").click();
    await heading(admin, "What the import will do").waitFor();
    await admin.getByRole("list", { name: "Outcome" }).waitFor();
    await admin.getByRole("button", { name: /^Import 1/ }).click();
    await admin
      .getByRole("heading", { name: /imported|done/i })
      .first()
      .waitFor();
    await admin.goto(`${running.url}/settings/team`);
    await button(admin, "Invite colleague").click();
    await button(admin, "Send invitation").click();
    await admin.locator("[aria-invalid=true]").first().waitFor();
    await admin.getByRole("textbox", { name: /Name/ }).fill("Kim Lee");
    await admin.getByRole("textbox", { name: /Email/ }).fill("kim@harbor.example");
    await button(admin, "Send invitation").click();
    await admin.getByRole("row").filter({ hasText: "Kim Lee" }).getByText("Invited").waitFor();
    for (const [link, title] of [
      ["Overview", "Overview"],
      ["Activity", "Activity"],
      ["API keys", "API keys"],
      ["Webhooks", "Webhooks"],
    ] as const) {
      await admin.getByRole("link", { name: link, exact: true }).click();
      await admin.getByRole("heading", { name: title, level: 1 }).waitFor();
      await expectWell(admin);
    }
  });

  it("a client opens a request by a magic link", async () => {
    const ask = await asOwner(running);
    const { nodes } = (await ask("query($search: String) { contacts(filter: { search: $search }) { nodes { id } } }", {
      search: "li.wei@client.example",
    })) as { nodes: { id: string }[] };
    const since = Date.now();
    await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
      input: { contactId: nodes[0]?.id, title: "Your 2025 tax return", items: ["The signed form"], dueOn: null },
    });
    const phone = await openTranslated();
    await phone.goto(await mailed(running, "li.wei@client.example", /\/link#token=/, since));
    await button(phone, "Open the request").waitFor();
    await expectWell(phone);
  });
});
