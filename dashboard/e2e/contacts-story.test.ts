import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import {
  asOwner,
  inspect,
  mailed,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  until,
  type Running,
} from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("a firm invites contacts and sends a request", () => {
  let running: Running;
  let admin: Page;
  const row = (name: string) => admin.getByRole("row").filter({ hasText: name });
  const search = async (text: string) => {
    await admin.getByRole("searchbox", { name: "Search contacts" }).fill(text);
  };
  const press = async (name: string, page = admin) => {
    await page.getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
  };

  beforeAll(async () => {
    running = await start();
    const ask = await asOwner(running);
    const create = "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }";
    for (const input of [
      { name: "Xander Alder", organization: "Xylo Works", email: "xander.alder-with-a-long-name@client.example" },
      { name: "Xander Birch", organization: "Xylo Works", email: "xander.birch@client.example" },
      { name: "Xander Cedar", organization: "Xylo Works" },
      { name: "Dora Yarrow", email: "dora.yarrow@client.example" },
    ])
      await ask(create, { input });
    admin = await openDevice(running, 1440, 900);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
  }, 120_000);
  afterAll(() => running?.stop());

  it("invites the selected contacts by keyboard alone, and lists who was invited, who was not, and why", async () => {
    await search("Xander");
    await row("Xander Cedar").waitFor();
    await row("Noah Berg").waitFor({ state: "detached" });
    await admin.getByRole("checkbox", { name: "Select Xander Alder" }).focus();
    await admin.keyboard.press("Space");
    await admin.getByText("1 selected").waitFor();
    await admin.getByRole("checkbox", { name: /Select all 3 shown/ }).focus();
    await admin.keyboard.press("Space");
    await admin.getByText("3 selected").waitFor();
    // A selection stays while the admin searches for something else.
    await search("Noah");
    await admin.getByRole("checkbox", { name: "Select Noah Berg" }).focus();
    await admin.keyboard.press("Space");
    await admin.getByText("4 selected").waitFor();
    await search("");
    await row("Noah Berg").waitFor();
    await inspect(admin, "dashboard-contacts-selected");

    await press("Invite selected");
    const dialog = admin.getByRole("dialog");
    await dialog.getByLabel(/Message/).fill("Your documents for 2025 go here from now on.");
    await inspect(admin, "dashboard-invite-selected");
    await press("Send 4 invitations");
    await dialog.getByText("2 of 4 invited.").waitFor();
    const refused = dialog.getByRole("region", { name: "Not invited" });
    await refused.getByText("Xander Cedar has no email address.").waitFor();
    await refused.getByText("Noah Berg already has a portal account.").waitFor();
    expect(await dialog.getByRole("region", { name: "Invited", exact: true }).getByRole("listitem").count()).toBe(2);
    await inspect(admin, "dashboard-invite-results");
    await press("Done");
    await admin.getByText("selected").waitFor({ state: "detached" });

    const [mail] = await running.mails("xander.birch@client.example");
    expect(mail?.text).toContain("Your documents for 2025 go here from now on.");
    await search("Xander");
    await row("Xander Birch")
      .getByText(/Invited just now/)
      .waitFor();
    expect(await row("Xander Cedar").getByRole("button").count()).toBe(0);
  });

  it("can clear the selection; staff, who can only read, have none", async () => {
    await admin.getByRole("checkbox", { name: /Select all/ }).focus();
    await admin.keyboard.press("Space");
    await press("Clear");
    await admin.getByText("3 selected").waitFor({ state: "detached" });
    expect(await admin.getByRole("checkbox", { name: "Select Xander Birch" }).isChecked()).toBe(false);

    const staff = await openDevice(running, 1440, 900);
    await staff.goto(running.url);
    await signIn(staff, { email: "staff@harbor.example", password: "harbor-demo-staff!" });
    await staff.getByRole("row").nth(1).waitFor();
    expect(await staff.getByRole("checkbox").count()).toBe(0);
    expect(await staff.getByRole("button", { name: /Invite/ }).count()).toBe(0);
    await staff.context().close();
  });

  it("says why a second invitation within the minute is not sent; the first one creates the account", async () => {
    await search("Yarrow");
    await row("Dora Yarrow").getByRole("link", { name: "Dora Yarrow" }).click();
    const card = admin.getByRole("region", { name: "Client portal" });
    await press("Invite");
    await press("Send invitation");
    await card.getByText(/Invited just now/).waitFor();
    await press("Invite again");
    await press("Send invitation");
    await admin
      .getByRole("dialog")
      .getByText(/was just invited/)
      .waitFor();
    await press("Done");

    const client = await openDevice(running);
    await client.goto(await mailed(running, "dora.yarrow@client.example", /\/confirm#token=/, 0));
    await client.getByRole("textbox", { name: /New password/ }).fill("seven quiet herons wade");
    await client.getByRole("button", { name: "Create account" }).click();
    await client.getByRole("heading", { name: "Your requests" }).waitFor();
    await client.getByText("Nothing to do").waitFor();
    await inspect(client, "portal-home-empty");
    await client.context().close();
    await card.getByText("2FA off").waitFor();
  });

  it("sends a request from the contact and sees whether its link was opened and what is done", async () => {
    const card = admin.getByRole("region", { name: "Requests" });
    await press("Send request");
    const dialog = admin.getByRole("dialog", { name: "Send request" });
    await dialog.getByLabel("Title").fill("Payroll for March");
    await dialog.getByLabel("What you need").fill("Hours of each employee\nSick notes");
    await dialog.getByLabel("Due").fill("2030-03-31");
    await inspect(admin, "dashboard-send-request");
    await press("Send");
    await card.getByText("Payroll for March", { exact: true }).waitFor();
    await card.getByText("Link not opened").waitFor();
    await inspect(admin, "dashboard-contact-requests");

    // At most once a minute, and the refusal says so.
    await admin.getByRole("button", { name: "Resend: Payroll for March" }).focus();
    await admin.keyboard.press("Enter");
    await admin
      .getByText(/was just sent/)
      .first()
      .waitFor();

    const client = await openDevice(running);
    await client.goto(await mailed(running, "dora.yarrow@client.example", /\/link#token=/, 0));
    await client.getByRole("button", { name: "Open the request" }).click();
    await client.getByRole("heading", { name: "Payroll for March" }).waitFor();
    await client.getByText("Sick notes").click();
    await client.getByText("1 of 2 done").waitFor();
    await card.getByText("Link opened").waitFor();
    await client.context().close();

    await admin.reload();
    await card.getByText(/1 of 2 done/).click();
    await card.getByText("Sick notes (done)").waitFor();
    await card.getByText("Hours of each employee (open)").waitFor();
  });

  it("a team member sees where they are signed in and ends the other session", async () => {
    const other = await openDevice(running, 1440, 900);
    await other.goto(running.url);
    await signIn(other, owner);
    await other.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await other.goto(`${running.url}/account`);
    const card = other.getByRole("region", { name: "Where you are signed in" });
    await card.getByText("This device").waitFor();
    await inspect(other, "dashboard-account");
    const rows = card.getByRole("listitem");
    const before = await rows.count();
    expect(before).toBeGreaterThan(1);
    await rows.filter({ hasNotText: "This device" }).getByRole("button", { name: "Sign out" }).first().click();
    await until(async () => (await rows.count()) === before - 1);
    await other.context().close();
  });

  it("is warned about the login that a contact leaves behind, signs it out and deletes it", async () => {
    const old = "dora.yarrow@client.example";
    admin = await openDevice(running, 1440, 900);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("link", { name: "Overview" }).click();
    await admin.getByRole("heading", { name: "Clients who may need help" }).waitFor();
    expect(await admin.getByText("Logins without a contact").count()).toBe(0);
    await admin.getByRole("link", { name: "Contacts", exact: true }).click();
    await search("Yarrow");
    await row("Dora Yarrow").getByRole("link", { name: "Dora Yarrow" }).click();
    await press("Edit contact");
    const form = admin.getByRole("dialog", { name: "Edit contact" });
    await form.getByLabel("Email").fill("dora@yarrow.example");
    await form
      .getByRole("alert")
      .getByText(/sign out or delete the login on the Overview page/)
      .waitFor();
    await press("Save");
    await press("Change the email");
    const warning = admin.getByRole("alert").filter({ hasText: "no longer belongs to a contact" });
    await warning.getByText(old).waitFor();
    await inspect(admin, "dashboard-contact-former-login");
    await warning.getByRole("link", { name: "Sign it out or delete it" }).click();

    const card = admin.getByRole("region", { name: "Logins without a contact (1)" });
    await card.getByText(old).first().waitFor();
    await inspect(admin, "dashboard-overview-unlinked-logins");
    await press(`Sign out… ${old}`);
    await inspect(admin, "dashboard-unlinked-login-sign-out");
    await press("Sign out everywhere");
    await admin.getByText("The login was signed out everywhere.").waitFor();
    await press(`Delete… ${old}`);
    await admin.getByRole("dialog").getByLabel("Reason").fill("Dora reads her mail elsewhere now");
    await inspect(admin, "dashboard-unlinked-login-delete");
    await press("Delete login");
    await admin.getByText("The login was deleted.").waitFor();
    await card.waitFor({ state: "detached" });
    expect(await admin.getByText("Logins without a contact").count()).toBe(0);
    await admin.getByRole("heading", { name: "Adoption" }).waitFor();
    await until(async () => (await running.mails(old)).some(({ subject }) => /deleted/i.test(subject)));
  });

  it("sees the logins that an import leaves behind live, page by page; staff, who can only read, cannot end them", async () => {
    const ask = await asOwner(running);
    const { nodes } = (await ask(
      "{ contacts(first: 20, filter: { states: [ACCOUNT_CREATED] }) { nodes { id portalAccount { contacts { id } } } } }",
    )) as { nodes: { id: string; portalAccount: { contacts: unknown[] } }[] };
    const alone = nodes.filter(({ portalAccount }) => portalAccount.contacts.length === 1).slice(0, 6);
    for (const { id } of alone)
      await ask("mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { id } } }", {
        input: { contactId: id, email: null },
      });
    const card = (count: number, page = admin) =>
      page.getByRole("region", { name: `Logins without a contact (${count})` });
    const logins = (count: number, page = admin) => card(count, page).getByRole("row").count();
    await card(6).waitFor();
    expect(await logins(6)).toBe(1 + 5);
    await inspect(admin, "dashboard-overview-many-unlinked-logins");
    await press("Show older");
    await until(async () => (await logins(6)) === 1 + 1);
    await card(6)
      .getByRole("button", { name: /^Delete…/ })
      .click();
    await admin.getByRole("dialog").getByLabel("Reason").fill("Left the company");
    await press("Delete login");
    // Its page is now empty, so the first one is shown instead.
    await until(async () => (await logins(5)) === 1 + 5);
    expect(
      await card(5)
        .getByRole("button", { name: /^Show (older|newest)$/ })
        .count(),
    ).toBe(0);

    const staff = await openDevice(running, 1440, 900);
    await staff.goto(`${running.url}/overview`);
    await signIn(staff, { email: "staff@harbor.example", password: "harbor-demo-staff!" });
    await card(5, staff).waitFor();
    expect(await logins(5, staff)).toBe(1 + 5);
    expect(await card(5, staff).getByRole("button").count()).toBe(0);
    await staff.context().close();
  });
});
