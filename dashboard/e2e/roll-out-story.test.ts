import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import {
  enrolFromAccount,
  inspect,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  until,
  type Running,
} from "./browser.js";

// A whole story a test, on a machine that may have other work.
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

  it("the firm sees whom it concerns, by name, chooses a day and its words, and sees the mails as the clients will", async () => {
    await admin.getByRole("link", { name: "Client Portal" }).click();
    await admin.getByRole("link", { name: "Roll out two-factor" }).click();
    await heading("Whom it concerns");
    await admin.getByText(/Have an account without it: \d+/).click();
    await admin.getByRole("region", { name: "Roll-out assistant" }).getByRole("link").first().waitFor();
    await admin.getByRole("button", { name: "Show more" }).click();
    await inspect(admin, "roll-out-who");
    // Only whoever has an account.
    await admin.getByText("Invite contacts without an account too").click();
    await next();

    await heading("When it begins");
    await admin.getByLabel("Mails a minute").fill("600");
    await admin.getByText("Choose 1 to 60 mails a minute.").waitFor();
    expect(await admin.getByRole("button", { name: "Next" }).isDisabled()).toBe(true);
    await admin.getByLabel("Mails a minute").fill("60");
    await inspect(admin, "roll-out-when");
    await next();

    await heading("What your clients read");
    const words = admin.getByRole("textbox", { name: "Your message" });
    expect(await words.inputValue()).toMatch(/^Harbor & Pine Accounting adds[^]* before \d+ \w+ 20\d\d\./);
    await words.fill("A word of our own: <b>call us</b> when it does not work.");
    await admin.getByText("> A word of our own: <b>call us</b> when it does not work.").waitFor();
    await admin.getByRole("tab", { name: "Reminder" }).click();
    await admin.getByText(/^Reminder: set up two-factor authentication by/).waitFor();
    expect(await admin.getByRole("tab", { name: "Invitation" }).count()).toBe(0);
    await inspect(admin, "roll-out-message");
    await next();

    await heading("Check, and start");
    await inspect(admin, "roll-out-start");
  });

  it("the mails go out as it watches; it pauses them, and goes on", async () => {
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
  });

  it("a client reads of it before signing in and after, and sets it up early; the firm sees it at once", async () => {
    await client.goto(`${running.url}/portal/harbor`);
    await client.getByText(/on, signing in here also takes a code from your phone/).waitFor();
    await inspect(client, "portal-sign-in-announced");
    await signIn(client, noah);
    await client.getByText(/asks for two-factor authentication. Set it up now/).waitFor();
    await inspect(client, "portal-home-announced");
    const before = await bar("Set up");
    await client.getByRole("link", { name: "Set it up" }).click();
    await enrolFromAccount(running, client, noah.email);
    await until(async () => (await bar("Set up")) > before);
    await client.getByRole("link", { name: "Requests" }).click();
    await client.getByRole("heading", { name: "Your requests" }).waitFor();
    expect(await client.getByText(/asks for two-factor authentication/).count()).toBe(0);
  });

  it("undone, everything is as before, and whoever was told reads that it is called off", async () => {
    const told = await admin.getByRole("row").filter({ hasText: "Notified" }).first().innerText();
    const address = /[\w.+-]+@[\w.-]+/.exec(told)?.[0] ?? "";
    await admin.getByRole("button", { name: "Undo", exact: true }).click();
    const dialog = admin.getByRole("alertdialog", { name: "Undo the roll-out?" });
    await dialog.getByText(/Tell the \d+ contacts? already notified/).waitFor();
    await inspect(admin, "roll-out-undo");
    await dialog.getByRole("button", { name: "Undo the roll-out" }).click();
    await heading("Whom it concerns");
    await admin.getByText(/The last roll-out, started on .* was undone/).waitFor();
    await until(
      async () => (await running.mails(address)).some(({ subject }) => /no second step at sign-in/.test(subject)),
      90_000,
    );
    const visitor = await openDevice(running, 390, 844);
    await visitor.goto(`${running.url}/portal/harbor`);
    await visitor.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    expect(await visitor.getByText(/takes a code from your phone/).count()).toBe(0);
  });
});
