import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, inspect, missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(240_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const LONG = `${"A very long name of an organization that nobody could read in one glance, ".repeat(2)}whose end matters`;

maybe("what an event changed can be read in the log", () => {
  let running: Running;
  let ask: Awaited<ReturnType<typeof asOwner>>;
  let contactId = "";
  beforeAll(async () => {
    running = await start();
    ask = await asOwner(running);
    const mutate = (name: string, type: string, answer: string, input: object) =>
      ask(`mutation($input: ${type}!) { ${name}(input: $input) { ${answer} userErrors { code } } }`, { input });
    const made = await mutate("createContact", "ContactInput", "contact { id }", {
      name: "Petra Stone",
      language: "FR",
    });
    contactId = (made as { contact: { id: string } }).contact.id;
    const change = { contactId, email: "petra@client.example", organization: LONG, language: "EN" };
    await mutate("updateContact", "UpdateContactInput", "contact { id }", change);
    await mutate("updateBranding", "UpdateBrandingInput", "firm { id }", { color: "#0b5f4e", logo: null });
    const { securityPolicy } = (await ask("{ firm { securityPolicy { version } } }")) as {
      securityPolicy: { version: number };
    };
    await mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", {
      mode: "MAGIC_LINK_AND_LOGIN_2FA",
      // In Toronto it is still the day before.
      enforcedFrom: "2031-03-02T03:30:00.000Z",
      expectedVersion: securityPolicy.version,
    });
  }, 120_000);
  afterAll(() => running?.stop());

  const fitsIn = (page: Page) => page.evaluate("document.documentElement.scrollWidth <= innerWidth");
  const cellsOf = async (page: Page, of: RegExp): Promise<string[][]> => {
    const event = page.getByRole("listitem").filter({ hasText: of }).first();
    await event.locator("summary").first().focus();
    await page.keyboard.press("Enter");
    await event.getByRole("columnheader", { name: "Before" }).waitFor();
    const rows = await event.getByRole("row").all();
    return Promise.all(rows.map((row) => row.locator("th, td").allInnerTexts()));
  };

  it.each([1280, 390])("by the keyboard, in the firm's words and zone, %d pixels wide", async (width) => {
    const page = await openDevice(running, width, 900);
    await page.goto(`${running.url}/activity`);
    await signIn(page, owner);
    await page.getByText("changed the contact").first().waitFor();
    expect(await cellsOf(page, /changed the portal's security/)).toEqual([
      ["Field", "Before", "After"],
      ["Security", "Magic link and login", "Magic link and login with two-factor authentication"],
      ["2FA required from", "None", expect.stringMatching(/^Mar 1, 2031, 10:30\sPM/)],
    ]);
    expect(await cellsOf(page, /changed the portal's branding/)).toEqual([
      ["Field", "Before", "After"],
      ["Color", "#1d4e89", "#0b5f4e"],
      ["Logo", expect.stringMatching(/^\/logos\//), "None"],
      ["Logo width", expect.stringMatching(/^\d+$/), "None"],
      ["Logo height", expect.stringMatching(/^\d+$/), "None"],
    ]);
    expect(await cellsOf(page, /changed the contact/)).toEqual([
      ["Field", "Before", "After"],
      ["Email", "None", "petra@client.example"],
      ["Organization", "None", `${LONG.slice(0, 80)}…`],
      ["Language", "French", "English"],
    ]);
    await page.evaluate("scrollTo(0, 0)");
    await inspect(page, `activity-changes-${width}`);
    expect(await fitsIn(page)).toBe(true);
    await page
      .getByText(`${LONG.slice(0, 80)}…`)
      .first()
      .click();
    await page.getByText("whose end matters").first().waitFor();
    await inspect(page, `activity-changes-whole-${width}`);

    await page.goto(`${running.url}/contacts/${contactId}`);
    await page.getByText("changed the contact").first().waitFor();
    expect((await cellsOf(page, /changed the contact/))[3]).toEqual(["Language", "French", "English"]);
    await inspect(page, `contact-changes-${width}`);
    expect(await fitsIn(page)).toBe(true);
    await page.context().close();
  });
});
