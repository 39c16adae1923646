import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { enrollFromAccount, inspect, missingTools, openDevice, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const noah = { email: "noah@client.example", password: "harbor-demo-client" };
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Adds Chromium's virtual authenticator, like a phone with a fingerprint reader. */
async function plugIn(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

maybe("a client with a passkey", () => {
  let running: Running;
  let phone: Page;
  beforeAll(async () => {
    running = await start();
    phone = await openDevice(running);
    await plugIn(phone);
    await phone.goto(`${running.url}/portal/harbor`);
    await signIn(phone, noah);
    await phone.getByRole("link", { name: "Account", exact: true }).click();
    await enrollFromAccount(running, phone, noah.email);
  }, 180_000);
  afterAll(() => running?.stop());

  it("adds it to the authenticator app, on the account page", async () => {
    await button(phone, "Add a passkey").click();
    await phone.getByRole("textbox", { name: "Name" }).fill("My phone");
    await inspect(phone, "passkey-add");
    await button(phone, "Continue").click();
    await phone.getByText("My phone").waitFor();
    await inspect(phone, "portal-account-passkey");
  });

  it("signs in with it instead of the code", async () => {
    await phone.getByRole("button", { name: "Sign out", exact: true }).first().click();
    await phone.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await signIn(phone, noah);
    await button(phone, "Use your passkey").waitFor();
    await inspect(phone, "portal-code-or-passkey");
    await button(phone, "Use your passkey").click();
    await phone.getByRole("link", { name: "Account", exact: true }).click();
    await phone.getByText("used", { exact: false }).first().waitFor();
  });

  it("removes it again, and is asked for the code as before", async () => {
    await button(phone, "Remove My phone").click();
    await phone.getByText("My phone").waitFor({ state: "detached" });
    await phone.getByRole("button", { name: "Sign out", exact: true }).first().click();
    await phone.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await signIn(phone, noah);
    await phone.getByLabel("Code from your authenticator app").waitFor();
    expect(await button(phone, "Use your passkey").count()).toBe(0);
  });
});
