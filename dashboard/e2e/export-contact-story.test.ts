import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, inspect, missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("a client asks for everything that is kept about them", () => {
  let running: Running;
  let admin: Page;
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-exported-"));

  beforeAll(async () => {
    running = await start();
    admin = await openDevice(running);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Presses a button that saves a file, and returns its name and text. */
  const saved = async (button: string): Promise<{ name: string; path: string; text: string }> => {
    const [download] = await Promise.all([
      admin.waitForEvent("download"),
      admin.getByRole("button", { name: button }).click(),
    ]);
    const name = download.suggestedFilename();
    const path = join(folder, name);
    await download.saveAs(path);
    return { name, path, text: readFileSync(path, "utf8") };
  };

  it("on a phone, the firm says why and saves both files; the page needs nothing else to be read", async () => {
    const ask = await asOwner(running);
    const { contact } = (await ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }",
      {
        input: {
          name: "Zoé Export",
          email: "zoe-export@client.example",
          organization: "<b>Quay</b> & Co",
          language: "FR",
        },
      },
    )) as { contact: { id: string } };
    await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
      input: { contactId: contact.id, title: "Payroll", items: ["Receipts"] },
    });
    await admin.goto(`${running.url}/contacts/${contact.id}`);
    await admin.getByRole("button", { name: "Export data…" }).click();
    const dialog = admin.getByRole("dialog", { name: "Export the client's data" });
    expect(await dialog.getByRole("button", { name: "Export data" }).isDisabled()).toBe(true);
    await inspect(admin, "contact-export");
    await dialog.getByLabel("Reason").fill("Asked for it by letter");
    await dialog.getByRole("button", { name: "Export data" }).click();
    await dialog.getByText("The export is ready").waitFor();
    await inspect(admin, "contact-export-ready");

    const page = await saved("Download page");
    expect(page.name).toMatch(/^zoe-export-\d{4}-\d\d-\d\d\.html$/);
    const json = await saved("Download JSON");
    // Of the day of its own download.
    expect(json.name).toMatch(/^zoe-export-\d{4}-\d\d-\d\d\.json$/);
    expect(JSON.parse(json.text)).toMatchObject({
      format: "gatehouse-contact-data/1",
      kept: { contact: [{ name: "Zoé Export" }], requests: [{ title: "Payroll" }] },
    });
    const reader = await openDevice(running);
    await reader.goto(`file://${page.path}`);
    await reader.getByRole("heading", { name: "Ce que nous conservons sur Zoé Export" }).waitFor();
    await reader.getByText("<b>Quay</b> & Co").first().waitFor();
    await inspect(reader, "contact-data-page");
    expect(await reader.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await dialog.getByRole("button", { name: "Close" }).click();
    await admin.getByText("exported everything that is kept about Zoé Export").first().waitFor();
  });
});
