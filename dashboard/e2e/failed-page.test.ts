import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { inspect, missingTools, openDevice, owner, signIn, start, until, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

/** The next thing that the page draws fails, as if something else had changed the document. */
const breakPage = (page: Page) =>
  page.evaluate(`
    const { appendChild, insertBefore } = Node.prototype;
    const failing = (real) =>
      function (...given) {
        if (!this.isConnected) return real.apply(this, given);
        Object.assign(Node.prototype, { appendChild, insertBefore });
        throw new DOMException("The node with ann@client.example is not a child of this node.", "NotFoundError");
      };
    Object.assign(Node.prototype, { appendChild: failing(appendChild), insertBefore: failing(insertBefore) });
    undefined`);

maybe("a page that fails nevertheless", () => {
  let running: Running;
  const reports = () => running.log().match(/.*a page failed in the browser.*/g) ?? [];
  beforeAll(async () => {
    running = await start();
  }, 120_000);
  afterAll(() => running?.stop());

  it("of a client: says so, in the client's language, keeps what was typed but no password, and reports to the log", async () => {
    const client = await openDevice(running, 390, 844, "fr-CA");
    await client.goto(`${running.url}/portal/harbor`);
    await client.getByLabel("Adresse courriel").fill("zoe@client.example");
    await client.getByRole("textbox", { name: /Mot de passe/ }).fill("a password that is typed");
    await breakPage(client);
    await client.getByRole("button", { name: "Se connecter" }).click();
    await client.getByRole("heading", { name: "Cette page a cessé de fonctionner." }).waitFor();
    await inspect(client, "portal-failed");
    await client.getByRole("button", { name: "Charger de nouveau" }).click();
    await client
      .getByRole("heading", { name: "Se connecter" })
      .or(client.getByLabel("Adresse courriel"))
      .first()
      .waitFor();
    expect(await client.getByLabel("Adresse courriel").inputValue()).toBe("zoe@client.example");
    expect(await client.getByRole("textbox", { name: /Mot de passe/ }).inputValue()).toBe("");
    await until(async () => reports().length > 0);
    expect(JSON.parse(reports()[0] ?? "")).toMatchObject({
      level: 40,
      page: "portal",
      error: "NotFoundError",
      isTranslated: false,
    });
    // The error's own message, which may quote anything, stays in the browser.
    expect(running.log()).not.toContain("ann@client.example");
    expect(running.log()).not.toContain("a password that is typed");
    await client.context().close();
  });

  it("of the dashboard: the navigation stays, and a dialog that is opened again holds what was typed", async () => {
    const admin = await openDevice(running, 1440, 900);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("button", { name: "New contact" }).click();
    await admin.getByRole("textbox", { name: /^Organization/ }).fill("Lindenhof & Töchter");
    await admin.getByRole("textbox", { name: /^Email/ }).fill("a@b");
    await breakPage(admin);
    await admin.getByRole("button", { name: "Create contact" }).click();
    await admin.getByRole("heading", { name: "This page has stopped working." }).waitFor();
    await inspect(admin, "dashboard-failed");
    expect(await admin.getByRole("link", { name: "Overview" }).count()).toBe(1);
    await admin.getByRole("button", { name: "Load again" }).click();
    await admin.getByRole("button", { name: "New contact" }).click();
    expect(await admin.getByRole("textbox", { name: /^Organization/ }).inputValue()).toBe("Lindenhof & Töchter");
    expect(await admin.getByRole("textbox", { name: /^Email/ }).inputValue()).toBe("a@b");
    await until(async () => reports().some((line) => line.includes('"dashboard"')));
    await admin.context().close();
  });

  it("that fails each time is loaded anew from the server", async () => {
    const client = await openDevice(running);
    await client.goto(`${running.url}/portal/harbor`);
    for (let failures = 0; failures < 2; failures++) {
      await client.getByLabel("Email").fill("zoe@client.example");
      await client.getByRole("textbox", { name: /Password/ }).fill("a password");
      await breakPage(client);
      await client.getByRole("button", { name: "Sign in" }).click();
      await client.getByRole("heading", { name: "This page has stopped working." }).waitFor();
      const loaded = client.waitForEvent("load", { timeout: 5000 }).then(
        () => true,
        () => false,
      );
      await client.getByRole("button", { name: "Load again" }).click();
      expect([failures, await loaded]).toEqual([failures, failures === 1]);
    }
    await client.getByLabel("Email").waitFor();
    await client.context().close();
  });
});
