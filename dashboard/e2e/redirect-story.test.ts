import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, inspect, missingTools, openDevice, owner, signIn, start, until, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("X74 a firm that changes a contact's email sees whose login it serves before anything is saved", () => {
  let running: Running;
  let admin: Page;
  let ask: Awaited<ReturnType<typeof asOwner>>;
  const noah = "noah@client.example";
  const press = async (name: string | RegExp, within: Page | ReturnType<Page["getByRole"]> = admin) => {
    await within.getByRole("button", { name, exact: true }).focus();
    await admin.keyboard.press("Enter");
  };
  const question = () => admin.getByRole("alertdialog", { name: "Change who can open the requests?" });
  const emailOf = async (externalId: string) =>
    ((await ask("query($id: String!) { contact(externalId: $id) { email } }", { id: externalId })) as { email: string })
      .email;
  const open = async (name: string) => {
    await admin.goto(running.url);
    await admin.getByRole("searchbox", { name: "Search contacts" }).fill(name);
    await admin.getByRole("link", { name, exact: true }).click();
    await admin.getByRole("heading", { name, exact: true }).waitFor();
  };
  const edit = async (email: string) => {
    await press("Edit contact");
    await admin.getByRole("dialog", { name: "Edit contact" }).getByLabel("Email").fill(email);
    await press("Save");
  };
  /** A contact without a login who was sent a request. */
  const add = async (name: string, externalId: string) => {
    const email = `${externalId}@client.example`;
    const { contact } = (await ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }",
      { input: { name, externalId, email, organization: "Quay Street LLP" } },
    )) as { contact: { id: string } };
    for (const title of ["Payroll", "Receipts"])
      await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
        input: { contactId: contact.id, title, items: ["One"] },
      });
    return { id: contact.id, email };
  };

  beforeAll(async () => {
    running = await start();
    ask = await asOwner(running);
    admin = await openDevice(running, 1280, 900);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
  }, 120_000);
  afterAll(() => running?.stop());

  it("on the contact's page: told, cancelled, confirmed, and then shown beside the login", async () => {
    const { email } = await add("June Quay", "june-quay");
    await open("June Quay");
    await edit(noah);
    await question()
      .getByText(/2 requests to/)
      .waitFor();
    const said = (await question().innerText()).replaceAll(/\s+/g, " ");
    expect(said).toContain(`2 requests to June Quay will be opened by the login ${noah}, which also serves Noah Berg`);
    expect(said).toContain("2 open links will stop working. Both addresses are notified.");
    await inspect(admin, "contact-redirect-question");
    await press("Cancel", question());
    expect(await emailOf("june-quay")).toBe(email);
    await press("Save");
    await press("Change the email", question());
    await admin.getByText("This login also opens").waitFor();
    await admin.getByRole("link", { name: "Noah Berg" }).waitFor();
    await inspect(admin, "contact-shared-login");
    expect(await emailOf("june-quay")).toBe(noah);
    for (const address of [email, noah])
      await until(async () => (await running.mails(address)).some(({ text }) => text.includes("June Quay")));
  });

  it("what changed while the question was open is shown again, and nothing else is saved", async () => {
    const { id } = await add("Ida Quay", "ida-quay");
    await open("Ida Quay");
    await edit("ida.new@client.example");
    await question()
      .getByText(/2 requests to/)
      .waitFor();
    await ask("mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { id } } }", {
      input: { contactId: id, email: "ida.meanwhile@client.example" },
    });
    await press("Change the email", question());
    await question().getByText("Something changed in the meantime.").waitFor();
    expect(await emailOf("ida-quay")).toBe("ida.meanwhile@client.example");
    await inspect(admin, "contact-redirect-changed");
    await press("Change the email", question());
    await question().waitFor({ state: "detached" });
    expect(await emailOf("ida-quay")).toBe("ida.new@client.example");
  });

  it("in a file: the check shows what each such row would do, and only the row that is allowed does it, after a proof", async () => {
    const maya = await add("Max Quay", "max-quay");
    const other = await add("Ann Quay", "ann-quay");
    await admin.goto(`${running.url}/contacts/import`);
    const lines = [
      "Name,Email,Client ID",
      `Max Quay,${noah},max-quay`,
      "Ann Quay,thief@client.example,ann-quay",
      "New Person,,new-quay",
    ];
    await admin.locator('input[type="file"]').setInputFiles({
      name: "clients.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(lines.join("\n")),
    });
    await press("Check the file");
    await admin.getByText(/will be opened by the login/).waitFor();
    await admin.getByText(/cannot be opened by any login until the owner of/).waitFor();
    await admin.getByRole("button", { name: "Import 1 row", exact: true }).waitFor();
    await inspect(admin, "import-redirects");
    await admin.getByText("Allow this for row 2").click();
    await press("Import 2 rows");
    const proof = admin.getByRole("dialog");
    await proof.getByLabel("Your password").fill(owner.password);
    await press("Confirm", proof);
    await admin.getByText("Done: 2 of 3 rows added or changed a contact.").waitFor();
    expect(await emailOf("max-quay")).toBe(noah);
    expect(await emailOf("ann-quay")).toBe(other.email);
    await until(async () =>
      (await running.mails(maya.email)).some(({ text }) => text.includes("no longer come to this")),
    );
    await inspect(admin, "import-redirects-done");
  });
});
