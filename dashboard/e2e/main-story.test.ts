import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import {
  codeOf,
  enroll,
  enterCode,
  enterMailedCode,
  inspect,
  mailed,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  type Running,
} from "./browser.js";

const email = "maya@client.example";
const password = "seven quiet herons wade";
const noah = { email: "noah@client.example", password: "harbor-demo-client" };

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("a firm turns on two-factor authentication and its client goes through it", () => {
  let running: Running;
  let admin: Page;
  let client: Page;
  let secret: string;

  /** Signs in a client who must enroll: password, mailed code, then the enrollment. */
  const signInAndEnroll = async (page: Page, pictures?: string): Promise<string> => {
    await page.goto(`${running.url}/portal/harbor`);
    const since = Date.now();
    await signIn(page, { email, password });
    await page.getByRole("heading", { name: "Set up two-factor authentication" }).waitFor();
    if (pictures) await inspect(page, `${pictures}-mailed-code`);
    await enterMailedCode(page, await mailed(running, email, /\b(\d{6})\b/, since));
    const phone = await enroll(page, pictures);
    expect(phone.recoveryCodes).toHaveLength(10);
    expect([phone.issuer, phone.account]).toEqual(["Harbor & Pine Accounting", email]);
    await page.getByRole("heading", { name: "Your requests" }).waitFor();
    return phone.secret;
  };
  const go = (name: string) => admin.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
  const row = () => admin.getByRole("row").filter({ hasText: "Maya Fields" });
  const watch = async (): Promise<void> => {
    await go("Contacts");
    await admin.getByRole("searchbox", { name: "Search contacts" }).fill("Maya Fields");
    await row().waitFor();
    await admin.evaluate("globalThis.isWatching = true");
  };
  const expectNoReload = async () => expect(await admin.evaluate("globalThis.isWatching")).toBe(true);

  beforeAll(async () => {
    running = await start();
    admin = await openDevice(running, 1440, 900);
    client = await openDevice(running);
  }, 120_000);
  afterAll(() => running?.stop());

  it("the admin watches the contacts; the client has no account yet", async () => {
    await admin.goto(running.url);
    await admin.getByRole("heading", { name: "Sign in to your firm" }).waitFor();
    await inspect(admin, "dashboard-sign-in");
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await admin.getByRole("row").nth(1).waitFor();
    await inspect(admin, "dashboard-contacts");
    await watch();
    expect(await row().getByText(email).count()).toBe(1);
    expect(
      await row()
        .getByText(/2FA (on|off)/)
        .count(),
    ).toBe(0);
  });

  it("the client requests an account and creates it with the mailed link; the admin's row shows it without a reload", async () => {
    await client.goto(`${running.url}/portal/harbor`);
    await client.getByRole("heading", { name: "Sign in" }).waitFor();
    await inspect(client, "portal-sign-in");
    await client.getByRole("link", { name: /Create one/ }).click();
    await client.getByLabel("Email").fill(email);
    await inspect(client, "portal-request-account");
    const since = Date.now();
    await client.getByRole("button", { name: "Send me the link" }).click();
    await client.getByRole("heading", { name: "Check your email" }).waitFor();
    await inspect(client, "portal-check-mail");
    await client.goto(await mailed(running, email, /\/confirm#token=/, since));
    await client.getByRole("heading", { name: "Create your account" }).waitFor();
    // The token is removed from the address immediately.
    expect(client.url()).toBe(`${running.url}/portal/harbor/confirm`);
    await inspect(client, "portal-create-account");
    await client.getByRole("textbox", { name: /New password/ }).fill(password);
    await client.getByRole("button", { name: "Create account" }).click();
    await client.getByRole("heading", { name: "Your requests" }).waitFor();
    await inspect(client, "portal-home");

    await row().getByText("2FA off").waitFor();
    expect(await row().getByText(email).count()).toBe(2);
    await expectNoReload();
    await inspect(admin, "dashboard-account-created");
  });

  it("another client enrolls voluntarily and is asked for the code from then on, whatever the mode", async () => {
    const page = await openDevice(running);
    await page.goto(`${running.url}/portal/harbor`);
    await signIn(page, noah);
    await page.getByRole("heading", { name: "Your requests" }).waitFor();
    await page.getByRole("link", { name: "Account", exact: true }).click();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    await inspect(page, "portal-account");
    // He signed in with only the password: anyone who knows it cannot enroll a phone without his mailbox.
    const asked = Date.now();
    await page.getByRole("button", { name: "Set up two-factor authentication" }).click();
    await page.getByText(`we emailed a 6-digit code to ${noah.email}`).waitFor();
    const first = await mailed(running, noah.email, /\b(\d{6})\b/, asked);
    expect(await page.getByRole("alert").count()).toBe(0);
    await inspect(page, "portal-account-mailed-code");
    await enterMailedCode(page, first === "000000" ? "000001" : "000000");
    await page.getByText("The emailed code is incorrect or has expired.").waitFor();
    const again = Date.now();
    await page.getByRole("button", { name: "Email me another code" }).click();
    await page.getByText("We have emailed you another code.").waitFor();
    await inspect(page, "portal-account-mailed-again");
    await enterMailedCode(page, await mailed(running, noah.email, /\b(\d{6})\b/, again));
    const own = (await enroll(page)).secret;
    await page.getByText("2FA on").waitFor();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(page, noah);
    await page.getByRole("heading", { name: "Enter your code" }).waitFor();
    await enterCode(page, "Sign in", codeOf(own, 1));
    await page.getByRole("heading", { name: "Your requests" }).waitFor();
    await page.context().close();
  });

  it("the admin chooses the 2FA mode after seeing what it will do; the client's session loses access", async () => {
    await go("Client Portal");
    await admin.getByText("Magic link and login with two-factor authentication", { exact: true }).click();
    // Clients get a month's notice, unless the firm says otherwise.
    const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    expect(
      Math.abs(Date.parse(await admin.getByLabel("Required from").inputValue()) - Date.parse(inAMonth)),
    ).toBeLessThanOrEqual(86_400_000);
    await admin.getByText("At once", { exact: true }).click();
    await admin.getByRole("region", { name: "What saving will do" }).waitFor();
    await inspect(admin, "dashboard-security-impact");
    const save = admin.getByRole("button", { name: "Save", exact: true });
    await save.click();
    const question = admin.getByRole("alertdialog", { name: "Require two-factor authentication at once?" });
    await question.getByText(/client accounts? ha(s|ve) no second factor yet/).waitFor();
    await question.getByText(/sessions? will end now/).waitFor();
    await inspect(admin, "dashboard-security-at-once");
    await question.getByRole("button", { name: "Cancel" }).click();
    await client.reload();
    await client.getByRole("heading", { name: "Your requests" }).waitFor();
    await save.click();
    await question.getByRole("button", { name: "Require it at once" }).click();
    await admin.getByText("Saved.", { exact: true }).first().waitFor();
    await client.reload();
    await client.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  it("T01 the client enrolls with the mailed code, the QR code read by zbarimg and a code from oathtool; the admin sees it live", async () => {
    await watch();
    await client.context().close();
    client = await openDevice(running);
    secret = await signInAndEnroll(client, "portal");
    await row().getByText("2FA on").waitFor();
    await expectNoReload();
    await inspect(admin, "dashboard-two-factor-on");
    await client.getByRole("link", { name: "Account", exact: true }).click();
    await client.getByRole("heading", { name: "Your account" }).waitFor();
    await client.getByText("2FA on").waitFor();
    // Shown only once, so not on the account page.
    expect(await client.getByRole("list", { name: "Recovery codes" }).count()).toBe(0);
  });

  it("the client signs in with the next code, and the accepted code never works again", async () => {
    const page = await openDevice(running);
    await page.goto(`${running.url}/portal/harbor`);
    await signIn(page, { email, password });
    await page.getByRole("heading", { name: "Enter your code" }).waitFor();
    await inspect(page, "portal-code");
    const code = codeOf(secret, 1);
    await enterCode(page, "Sign in", code);
    await page.getByRole("heading", { name: "Your requests" }).waitFor();
    await page.context().close();

    const thief = await openDevice(running);
    await thief.goto(`${running.url}/portal/harbor`);
    await signIn(thief, { email, password });
    await thief.getByRole("heading", { name: "Enter your code" }).waitFor();
    await enterCode(thief, "Sign in", code);
    await thief.locator("[aria-invalid=true]").waitFor();
    await inspect(thief, "portal-code-refused");
    await thief.context().close();
  });

  it("the admin resets 2FA with a reason; the client must enroll again", async () => {
    await row().getByRole("link", { name: "Maya Fields" }).click();
    await admin.getByRole("heading", { name: "Maya Fields" }).waitFor();
    await admin.getByText("Recovery codes left").waitFor();
    await inspect(admin, "dashboard-contact");
    await admin.getByRole("button", { name: "Edit login details" }).click();
    await admin.getByRole("menuitem", { name: /Reset 2FA/ }).click();
    const dialog = admin.getByRole("dialog", { name: /Reset two-factor/ });
    await dialog.getByLabel("Reason").fill("Lost the phone; called back on the number on file.");
    await inspect(admin, "dashboard-reset-two-factor");
    await dialog.getByRole("button", { name: "Reset 2FA" }).click();
    await dialog.waitFor({ state: "detached" });
    await admin.getByText("2FA off").first().waitFor();
    await admin
      .getByText(/Lost the phone/)
      .first()
      .waitFor();

    await client.reload();
    await client.getByRole("heading", { name: "Sign in" }).waitFor();
    const again = await signInAndEnroll(client);
    expect(again).not.toBe(secret);
    await admin.getByText("2FA on").first().waitFor();
    await admin
      .getByText(/Password and a code from the app/)
      .first()
      .waitFor();
    await expectNoReload();
    await inspect(admin, "dashboard-contact-enrolled-again");
  });
});
