import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, inspect, missingTools, openDevice, owner, signIn, start, until, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("a firm imports its contacts from a file, and exports its audit log", () => {
  let running: Running;
  let admin: Page;
  beforeAll(async () => {
    running = await start();
    admin = await openDevice(running, 1440, 900);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
  }, 120_000);
  afterAll(() => running?.stop());

  const open = () => admin.goto(`${running.url}/contacts/import`);
  const choose = async (name: string, content: Buffer) => {
    await admin.locator('input[type="file"]').setInputFiles({ name, mimeType: "text/csv", buffer: content });
    await admin.getByRole("heading", { name: "Match the columns" }).waitFor();
  };
  /** Drops a file onto the page, as a person would from the desktop. */
  const drop = async (content: Buffer) => {
    const directory = mkdtempSync(join(tmpdir(), "gatehouse-drop-"));
    const path = join(directory, "clients.csv");
    writeFileSync(path, content);
    const box = await admin.getByText("Drop a CSV file here").boundingBox();
    if (!box) throw new Error("There is no place to drop a file.");
    const session = await admin.context().newCDPSession(admin);
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const)
      await session.send("Input.dispatchDragEvent", { type, x: box.x + 5, y: box.y + 5, data });
    await admin.getByRole("heading", { name: "Match the columns" }).waitFor();
    rmSync(directory, { recursive: true });
  };
  const press = async (name: string | RegExp) => {
    await admin.getByRole("button", { name }).focus();
    await admin.keyboard.press("Enter");
  };
  const outcome = async () => (await admin.getByRole("list", { name: "Outcome" }).innerText()).replaceAll(/\s+/g, " ");
  const saved = async (act: () => Promise<void>): Promise<string> => {
    const [download] = await Promise.all([admin.waitForEvent("download"), act()]);
    return readFileSync(await download.path(), "utf8");
  };
  const overflows = () =>
    admin.evaluate<boolean>("document.documentElement.scrollWidth > document.documentElement.clientWidth");
  const contactOf = async (externalId: string) => {
    const ask = await asOwner(running);
    return ask("query($externalId: String!) { contact(externalId: $externalId) { name email organization } }", {
      externalId,
    });
  };

  it("drops a file from an older spreadsheet, matches columns, checks, corrects and imports it; importing it again changes nothing", async () => {
    await press("Import");
    await admin.getByRole("heading", { name: "Import contacts" }).waitFor();
    await inspect(admin, "import-drop");
    const lines = [
      "Prénom;Nom;Courriel;Société;No client;Note",
      'Zoë;O’Brien;zoe.obrien@client.example;Crêperie;imp-1;"a note\nof two lines"',
      "Ann;=Lee;ann.lee@client.example;Lee & Co;imp-2;",
      "Bad;Address;not an address;;imp-3;",
      "Twice;Told;ANN.LEE@client.example;;;",
      "Nobody;Knows;;;;",
      ";;nameless@client.example;;imp-4;",
    ].join("\r\n");
    // Windows-1252, where the apostrophe is one byte.
    const bytes = [...lines].map((letter) => (letter === "’" ? 0x92 : letter.charCodeAt(0)));
    await drop(Buffer.from(bytes));
    await admin.getByRole("heading", { name: "Match the columns" }).waitFor();
    const rows = admin.getByRole("table", { name: "The first rows" });
    await rows.getByRole("cell", { name: "Zoë O’Brien" }).waitFor();
    await rows.getByRole("cell", { name: "Crêperie" }).waitFor();
    await inspect(admin, "import-match");

    // Another choice, then the guessed one again.
    const organization = admin.getByRole("combobox", { name: /Organization/ });
    const guessed = await organization.inputValue();
    await organization.selectOption({ label: "Not in this file" });
    await rows.getByRole("cell", { name: "Crêperie" }).waitFor({ state: "detached" });
    await organization.selectOption(guessed);
    await press("Check the file");
    await admin.getByRole("heading", { name: "What the import will do" }).waitFor();
    await admin.getByRole("list", { name: "Outcome" }).waitFor();
    expect(await outcome()).toBe("New 2 Will change 0 No change 0 Refused 4");
    const table = admin.getByRole("table", { name: "Rows" });
    const reasonOf = (row: string) =>
      table.getByRole("row").filter({ has: admin.getByRole("cell", { name: row, exact: true }) });
    await reasonOf("4").getByText("This is not a valid email address.").waitFor();
    await reasonOf("5").getByText("Row 3 has the same email and would be overwritten.").waitFor();
    await reasonOf("6").getByText("Give it an email or an external id").waitFor();
    await reasonOf("7").getByText("A contact needs a name.").waitFor();
    expect(await contactOf("imp-1")).toBeNull();
    await inspect(admin, "import-check");
    const refused = await saved(() => press("Download refused rows"));
    expect(refused.split("\r\n")).toHaveLength(5);
    expect(refused).toContain(
      '"Bad","Address","not an address","","imp-3","","4","This is not a valid email address."',
    );

    await admin.setViewportSize({ width: 390, height: 844 });
    expect(await overflows()).toBe(false);
    await inspect(admin, "import-check-phone");
    await press("Import 2 rows");
    await admin.getByText("Done: 2 of 6 rows added or changed a contact.").waitFor();
    expect(await overflows()).toBe(false);
    await inspect(admin, "import-done");
    await admin.setViewportSize({ width: 1440, height: 900 });
    expect(await contactOf("imp-1")).toEqual({
      name: "Zoë O’Brien",
      email: "zoe.obrien@client.example",
      organization: "Crêperie",
    });
    expect(await contactOf("imp-2")).toMatchObject({ name: "Ann =Lee" });

    await press("Import another file");
    await choose("again.csv", Buffer.from(`\uFEFF${lines}`, "utf16le"));
    await press("Check the file");
    await admin.getByRole("list", { name: "Outcome" }).waitFor();
    expect(await outcome()).toBe("New 0 Will change 0 No change 2 Refused 4");
    expect(await admin.getByRole("button", { name: "Nothing to import" }).isDisabled()).toBe(true);
  });

  it("says how a report with title lines was read, and reads it another way when told to", async () => {
    await open();
    const report =
      "Harbor & Pine\r\nClient list\r\nFull name;E-mail;Client #\r\nZoë Roy;zoe.roy@client.example;r-1\r\n";
    await choose(
      "report.csv",
      Buffer.concat([Buffer.from(report), Buffer.from("Andr\xe9 Roy;andre@client.example;r-2", "latin1")]),
    );
    const rows = admin.getByRole("table", { name: "The first rows" });
    await rows.getByRole("cell", { name: "Zoë Roy" }).waitFor();
    await admin.getByText("The rows above the column names are left out (row 1: “Harbor & Pine”").waitFor();
    await admin.getByText("row 5, Full name: “André Roy”").waitFor();
    await inspect(admin, "import-report");
    await admin.setViewportSize({ width: 390, height: 844 });
    expect(await overflows()).toBe(false);
    await inspect(admin, "import-report-phone");
    await admin.setViewportSize({ width: 1440, height: 900 });
    await admin.getByRole("combobox", { name: "Encoding" }).selectOption({ label: "Western (Windows-1252)" });
    await rows.getByRole("cell", { name: "ZoÃ« Roy" }).waitFor();
    await admin.getByRole("combobox", { name: "Encoding" }).selectOption({ label: "UTF-8" });
    await admin.getByRole("combobox", { name: "Column names" }).selectOption({ label: "This file has none" });
    await rows.getByRole("cell", { name: "Harbor & Pine" }).waitFor({ state: "detached" });
    await admin.getByText("Choose the column with the names.").waitFor();
    await admin
      .getByRole("combobox", { name: "Column names" })
      .selectOption({ label: "Row 3: Full name, E-mail, Client #" });
    await press("Check the file");
    await admin.getByRole("list", { name: "Outcome" }).waitFor();
    expect(await outcome()).toBe("New 2 Will change 0 No change 0 Refused 0");
    await press("Import 2 rows");
    await admin.getByText("Done: 2 of 2 rows added or changed a contact.").waitFor();
    expect(await contactOf("r-2")).toMatchObject({ name: "André Roy" });
  });

  it("a lost answer, a used-up budget and a dead connection add nobody twice and leave nobody out; leaving needs confirmation", async () => {
    await open();
    const count = 1000;
    const people = Array.from({ length: count }, (_, at) => `Person ${at},person-${at}@import.example,bulk-${at}`);
    await choose("many.csv", Buffer.from(["Name,Email,Client ID", ...people].join("\n")));
    await press("Check the file");
    await admin.getByRole("button", { name: "Import 1,000 rows" }).waitFor({ timeout: 60_000 });
    const keys: string[] = [];
    let isDead = true;
    await admin.route("**/graphql", async (route) => {
      const request = route.request();
      if (!(request.postData() ?? "").includes("upsertContacts")) return route.fallback();
      keys.push(request.headers()["idempotency-key"] ?? "");
      if (keys.length === 1) {
        // The server has done it, but the answer is lost.
        await route.fetch();
        return route.abort();
      }
      if (keys.length === 3)
        return route.fulfill({
          status: 429,
          headers: { "content-type": "application/json", "retry-after": "1" },
          body: JSON.stringify({
            errors: [{ message: "Later.", extensions: { code: "RATE_LIMITED", retryAfter: 1 } }],
          }),
        });
      if (keys.length > 4 && isDead) return route.abort();
      return route.continue();
    });
    await press("Import 1,000 rows");
    await admin.getByText("The server could not be reached.", { exact: false }).waitFor({ timeout: 60_000 });
    await inspect(admin, "import-broken-off");
    await admin.getByRole("link", { name: "Overview" }).click();
    await admin.getByRole("alertdialog", { name: "Leave the import?" }).waitFor();
    await press("Stay");
    isDead = false;
    await press("Continue");
    await admin.getByText("Done: 1,000 of 1,000 rows added or changed a contact.").waitFor({ timeout: 60_000 });
    expect(await outcome()).toBe("Added 1,000 Changed 0 No change 0 Refused 0");
    // Five batches, each with one key, however often it was sent.
    expect(new Set(keys).size).toBe(5);
    expect([keys[0], keys[2]]).toEqual([keys[1], keys[3]]);
    await admin.unroute("**/graphql");
    const ask = await asOwner(running);
    const { totalCount } = (await ask('{ contacts(first: 1, filter: { search: "Person" }) { totalCount } }')) as {
      totalCount: number;
    };
    expect(totalCount).toBe(count);
    await admin.getByRole("link", { name: "Overview" }).click();
    await admin.getByRole("heading", { name: "Adoption" }).waitFor();
  });

  it("explains what is wrong with a file", async () => {
    await open();
    await admin.getByRole("button", { name: "Choose a file" }).waitFor();
    const file = (name: string, content: string) =>
      admin.locator('input[type="file"]').setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
    await file("book.xlsx", "PK\u0003\u0004");
    await admin.getByRole("alert").getByText("This is a workbook, not a CSV file.").waitFor();
    await file("torn.csv", 'Name\n"Ann');
    await admin.getByRole("alert").getByText("In row 2 a quotation mark is opened").waitFor();
  });

  it("filters the activity, including new events, keeps the filter in the address, and exports what it shows", async () => {
    await admin.goto(`${running.url}/activity`);
    await admin.getByRole("heading", { name: "Activity" }).waitFor();
    await inspect(admin, "activity");
    const events = admin.getByRole("listitem");
    await admin.getByRole("combobox", { name: /What/ }).selectOption({ label: "Contact changed" });
    await admin.getByText("Nothing matches this filter.").waitFor();
    const ask = await asOwner(running);
    const { contact } = (await ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }",
      { input: { name: "=Formula Fields", email: "formula@client.example" } },
    )) as { contact: { id: string } };
    await ask("mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { id } } }", {
      input: { contactId: contact.id, organization: "Fields" },
    });
    await events
      .getByText("Olive Harbor changed the contact")
      .or(events.getByText("changed the contact =Formula"))
      .first()
      .waitFor();
    expect(await events.getByText("created the contact").count()).toBe(0);

    await admin.getByRole("combobox", { name: "Client" }).fill("Maya");
    await admin.getByRole("option", { name: /Maya/ }).first().click();
    await admin.getByText("Nothing matches this filter.").waitFor();
    await press("Clear Client");
    // The other one is read out with the button that shows what changed.
    await events.getByText("changed the contact =Formula").first().waitFor();
    const { search } = new URL(admin.url());
    expect(search).toBe("?what=CONTACT_UPDATED");
    await admin.reload();
    await events.getByText("changed the contact =Formula").first().waitFor();
    const file = await saved(() => press("Export CSV"));
    const lines = file.split("\r\n");
    expect([lines[0]?.startsWith('\uFEFF"Time (UTC)"'), lines.length]).toEqual([true, 3]);
    expect(lines[1]).toContain(`"'=Formula Fields"`);
    await press("Clear filter");
    await events.getByText("exported part of the audit log.").waitFor();
    await admin.setViewportSize({ width: 390, height: 844 });
    expect(await overflows()).toBe(false);
    await inspect(admin, "activity-phone");
    await admin.setViewportSize({ width: 1440, height: 900 });
  });

  it("offers neither to staff", async () => {
    const staff = await openDevice(running, 1440, 900);
    await staff.goto(`${running.url}/activity`);
    await signIn(staff, { email: "staff@harbor.example", password: "harbor-demo-staff!" });
    await until(async () => (await staff.getByRole("listitem").count()) > 0);
    expect(await staff.getByRole("button", { name: "Export CSV" }).count()).toBe(0);
    await staff.goto(`${running.url}/contacts/import`);
    await staff.getByText("Only owners and administrators can import contacts.").waitFor();
  });
});
