import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { asOwner, mailed, missingTools, openDevice, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const password = "seven quiet herons wade";

maybe("an address whose domain is not ASCII", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  }, 120_000);
  afterAll(() => running?.stop());

  it("is typed as people write it, and gets its mails, although the browser sends it in ASCII", async () => {
    const [email, inAscii] = ["info@bücher.example", "info@xn--bcher-kva.example"];
    const ask = await asOwner(running);
    const contact = await ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { email } userErrors { code } } }",
      { input: { name: "Berta Bücher", email } },
    );
    expect(contact).toEqual({ contact: { email }, userErrors: [] });

    const since = Date.now();
    const client = await openDevice(running);
    await client.goto(`${running.url}/portal/harbor`);
    await client.getByRole("link", { name: /Create one/ }).click();
    const field = client.getByRole("textbox", { name: /Email/ });
    await field.fill(email);
    expect(await field.inputValue()).toBe(inAscii);
    await client.getByRole("button", { name: "Send me the link" }).click();
    await client.getByText(`You entered ${email}.`).waitFor();
    await client.goto(await mailed(running, email, /\/confirm#token=/, since));
    await client.getByRole("textbox", { name: /New password/ }).fill(password);
    await client.getByRole("button", { name: "Create account" }).click();
    await client.getByText(email).first().waitFor();
    await client.context().close();

    const again = await openDevice(running);
    await again.goto(`${running.url}/portal/harbor`);
    await again.getByRole("textbox", { name: /Email/ }).fill(email);
    await again.getByRole("textbox", { name: /Password/ }).fill(password);
    await again.getByRole("button", { name: "Sign in", exact: true }).click();
    await again.getByText(email).first().waitFor();
    await again.context().close();
  });
});
