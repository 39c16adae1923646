import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import {
  enrollFromAccount,
  inspect,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  until,
  type Running,
} from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(240_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const noah = { email: "noah@client.example", password: "harbor-demo-client" };

maybe("a firm rolls out two-factor authentication step by step", () => {
  let running: Running;
  let admin: Page;
  let client: Page;
  beforeAll(async () => {
    running = await start();
    admin = await openDevice(running, 1440, 900);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    client = await openDevice(running, 390, 844);
  }, 120_000);
  afterAll(() => running?.stop());

  const next = () => admin.getByRole("button", { name: "Next" }).click();
  const heading = (name: string) => admin.getByRole("heading", { name, exact: true }).waitFor();
  const bar = async (name: string) =>
    Number(await admin.getByRole("progressbar", { name, exact: true }).getAttribute("aria-valuenow"));

  it("the firm sees who is affected, by name, chooses a day and a message, and previews the mails that clients will get", async () => {
    await admin.getByRole("link", { name: "Client Portal" }).click();
    await admin.getByRole("link", { name: "Roll out two-factor" }).click();
    await heading("Who is affected");
    await admin.getByText(/Have an account without it: \d+/).click();
    await admin.getByRole("region", { name: "Roll-out assistant" }).getByRole("link").first().waitFor();
    await admin.getByRole("button", { name: "Show more" }).click();
    await inspect(admin, "roll-out-who");
    // Only clients who have an account.
    await admin.getByText("Also invite contacts without an account").click();
    await next();

    await heading("When it starts");
    await admin.getByLabel("Mails per minute").fill("600");
    await admin.getByText("Choose 1 to 60 mails per minute.").waitFor();
    expect(await admin.getByRole("button", { name: "Next" }).isDisabled()).toBe(true);
    await admin.getByLabel("Mails per minute").fill("60");
    await inspect(admin, "roll-out-when");
    await next();

    await heading("What your clients will read");
    const words = admin.getByRole("textbox", { name: "Your message" });
    expect(await words.inputValue()).toMatch(/^Harbor & Pine Accounting is adding[^]* before \d+ \w+ 20\d\d\./);
    await words.fill("A word of our own: <b>call us</b> when it does not work.");
    await admin.getByText("> A word of our own: <b>call us</b> when it does not work.").waitFor();
    await admin.getByRole("tab", { name: "Reminder" }).click();
    await admin.getByText(/^Reminder: set up two-factor authentication before/).waitFor();
    expect(await admin.getByRole("tab", { name: "Invitation" }).count()).toBe(0);
    await inspect(admin, "roll-out-message");
    await next();

    await heading("Check and start");
    await inspect(admin, "roll-out-start");
  });

  it("the firm watches the mails go out, pauses them, and resumes them", async () => {
    await admin.getByRole("button", { name: "Start the roll-out" }).click();
    await heading("Progress");
    const row = admin.getByRole("row").filter({ hasText: "Notified" }).first();
    await row.waitFor();
    await inspect(admin, "roll-out-progress");
    await admin.getByRole("button", { name: "Pause mails" }).click();
    await admin.getByText("Paused", { exact: true }).waitFor();
    await inspect(admin, "roll-out-paused");
    await admin.getByRole("button", { name: "Resume mails" }).click();
    const before = await bar("Notified or set up");
    await until(async () => (await bar("Notified or set up")) > before, 30_000);

    // Where the mode is chosen, the roll-out is shown too, and what would end it is said.
    const settings = await openDevice(running, 1280, 900);
    await settings.goto(`${running.url}/settings/client-portal`);
    await signIn(settings, owner);
    await settings
      .getByRole("region", { name: "Roll-out in progress" })
      .getByRole("progressbar", { name: "Set up", exact: true })
      .waitFor();
    await settings.getByText("Magic link and login", { exact: true }).click();
    await settings.getByText("The roll-out is undone: mails that have not gone out are canceled.").waitFor();
    await inspect(settings, "settings-roll-out");
    await settings.context().close();
  });

  it("a client learns about it before and after signing in, and sets it up early; the firm sees it immediately", async () => {
    await client.goto(`${running.url}/portal/harbor`);
    await client.getByText(/Starting .*, you will also need a code from your phone to sign in here/).waitFor();
    await inspect(client, "portal-sign-in-announced");
    await signIn(client, noah);
    await client.getByText(/will require two-factor authentication. Set it up now/).waitFor();
    await inspect(client, "portal-home-announced");
    const before = await bar("Set up");
    await client.getByRole("link", { name: "Set it up" }).click();
    await enrollFromAccount(running, client, noah.email);
    await until(async () => (await bar("Set up")) > before);
    await client.getByRole("link", { name: "Requests" }).click();
    await client.getByRole("heading", { name: "Your requests" }).waitFor();
    expect(await client.getByText(/will require two-factor authentication/).count()).toBe(0);
  });

  it("after it is undone, everything is as before, and clients who were notified are told that it is called off", async () => {
    const recipient = await admin.getByRole("row").filter({ hasText: "Notified" }).first().innerText();
    const address = /[\w.+-]+@[\w.-]+/.exec(recipient)?.[0] ?? "";
    await admin.getByRole("button", { name: "Undo", exact: true }).click();
    const dialog = admin.getByRole("alertdialog", { name: "Undo the roll-out?" });
    await dialog.getByText(/Tell the \d+ contacts? already notified/).waitFor();
    await inspect(admin, "roll-out-undo");
    await dialog.getByRole("button", { name: "Undo the roll-out" }).click();
    await heading("Who is affected");
    await admin.getByText(/The last roll-out, started on .* was undone/).waitFor();
    await until(
      async () => (await running.mails(address)).some(({ subject }) => /no second step at sign-in/.test(subject)),
      90_000,
    );
    const visitor = await openDevice(running, 390, 844);
    await visitor.goto(`${running.url}/portal/harbor`);
    await visitor.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    expect(await visitor.getByText(/need a code from your phone/).count()).toBe(0);
  });
});
