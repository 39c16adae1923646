import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import {
  enroll,
  enterMailedCode,
  mailed,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  until,
  type Running,
} from "./browser.js";

const noah = { email: "noah@client.example", password: "harbor-demo-client" };

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true }).last().click();
const type = (page: Page, name: string | RegExp, text: string) => page.getByRole("textbox", { name }).last().fill(text);

/** What Chromium tells a screen reader about the element that has the focus. */
async function focused(page: Page): Promise<{ name: string; description: string; invalid: string }> {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send("Runtime.evaluate", { expression: "document.activeElement" });
  const { nodes } = await session.send("Accessibility.getPartialAXTree", {
    ...(result.objectId === undefined ? {} : { objectId: result.objectId }),
    fetchRelatives: false,
  });
  await session.detach();
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const properties = nodes[0]?.properties ?? [];
  return {
    name: text(nodes[0]?.name?.value),
    description: text(nodes[0]?.description?.value),
    invalid: text(properties.find(({ name }) => name === "invalid")?.value.value),
  };
}

/** After a refusal: the field has the focus and is described by its error, which is within a live region. */
async function expectHeard(page: Page, field: RegExp, error: RegExp): Promise<void> {
  // The button that was pressed has the focus until then.
  const isAtFault = async () => {
    const { name, invalid } = await focused(page);
    return field.test(name) && invalid === "true";
  };
  await until(isAtFault).catch(() => undefined);
  const { name, description, invalid } = await focused(page);
  expect({ name, description, invalid }).toEqual({
    name: expect.stringMatching(field),
    description: expect.stringMatching(error),
    invalid: "true",
  });
  const isReadOut = await page.evaluate<boolean>(`
    document.activeElement.getAttribute("aria-describedby").split(" ").some((id) =>
      document.getElementById(id)?.closest("[aria-live]")?.textContent !== "")`);
  expect(isReadOut).toBe(true);
}

maybe("whoever cannot see a refused form hears what is wrong, and is at the field", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  }, 120_000);
  afterAll(() => running?.stop());

  describe("the firm's side", () => {
    let admin: Page;
    beforeAll(async () => {
      admin = await openDevice(running, 1440, 900);
      await admin.goto(running.url);
    }, 60_000);
    afterAll(() => admin?.context().close());

    it("signing in: a field that is empty, before anything is sent", async () => {
      await press(admin, "Sign in");
      await expectHeard(admin, /^Email/, /^Fill in this field\./);
      await type(admin, /^Email/, "olive");
      await press(admin, "Sign in");
      await expectHeard(admin, /^Email/, /not a valid email/);
      await type(admin, /^Email/, owner.email);
      await press(admin, "Sign in");
      await expectHeard(admin, /^Password/, /^Fill in this field\./);
    });

    it("signing in: what is about no single field is an alert", async () => {
      await signIn(admin, { ...owner, password: "not the right password" });
      await admin.getByRole("alert").waitFor();
      await signIn(admin, owner);
      await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    });

    it("a new contact: the first of two wrong fields", async () => {
      await press(admin, "New contact");
      await type(admin, "Email", "a@b");
      await press(admin, "Create contact");
      await expectHeard(admin, /^Name/, /^Fill in this field\./);
      await type(admin, /^Name/, "Li Wei");
      await press(admin, "Create contact");
      await expectHeard(admin, /^Email/, /not a valid email/);
      await press(admin, "Cancel");
    });

    it("a contact's login, request and details", async () => {
      await admin.getByRole("searchbox", { name: "Search contacts" }).fill("noah@client");
      await admin.getByRole("link", { name: "Noah Berg" }).click();
      await press(admin, "Send request");
      await press(admin, "Send");
      await expectHeard(admin, /^Title/, /./);
      await type(admin, /^Title/, "Your taxes");
      await press(admin, "Send");
      await expectHeard(admin, /^What you need/, /./);
      await press(admin, "Cancel");
      await press(admin, "Edit contact");
      await type(admin, "Email", "a@b");
      await press(admin, "Save");
      await expectHeard(admin, /^Email/, /not a valid email/);
      await press(admin, "Cancel");
      await press(admin, "Edit login details");
      await admin.getByRole("menuitem", { name: /Change login email/ }).click();
      await type(admin, "New login email", "a@b");
      await admin.keyboard.press("Enter");
      await expectHeard(admin, /^New login email/, /not a valid email/);
      await press(admin, "Cancel");
    });

    it("a colleague's invitation and name", async () => {
      await admin.getByRole("link", { name: "Team" }).click();
      await press(admin, "Invite colleague");
      await press(admin, "Send invitation");
      await expectHeard(admin, /^Name/, /./);
      await type(admin, /^Name/, "Kim Lee");
      await type(admin, /^Email/, "a@b");
      await press(admin, "Send invitation");
      await expectHeard(admin, /^Email/, /not a valid email/);
      await type(admin, /^Email/, "kim@harbor.example");
      await press(admin, "Send invitation");
      await press(admin, "Edit Kim Lee");
      await admin.getByRole("menuitem", { name: /^Change/ }).click();
      await type(admin, /^Name/, "");
      await press(admin, "Save");
      await expectHeard(admin, /^Name/, /./);
      await press(admin, "Cancel");
    });

    it("an API key: its name, and its access, which is a group", async () => {
      await admin.getByRole("link", { name: "API keys" }).click();
      await press(admin, "New API key");
      await press(admin, "Create key");
      await expectHeard(admin, /^Name/, /./);
      await type(admin, /^Name/, "Sync");
      const chosen = admin.getByRole("dialog").getByRole("checkbox", { checked: true });
      while ((await chosen.count()) > 0)
        await admin.getByRole("dialog").locator("label:has(input:checked)").first().click();
      await press(admin, "Create key");
      await expectHeard(admin, /./, /./);
      await press(admin, "Cancel");
    });

    it("who confirms that it is really them", async () => {
      // The server asks ten minutes after a sign-in; here one of its refusals becomes that one.
      await admin.route("**/graphql", async (route) => {
        const answer = await route.fetch();
        const body = (await answer.json()) as { data?: { createApiKey?: { userErrors: object[] } } };
        const [refusal] = body.data?.createApiKey?.userErrors ?? [];
        if (refusal) Object.assign(refusal, { code: "STEP_UP_REQUIRED", field: null });
        await route.fulfill({ response: answer, json: body });
      });
      await press(admin, "New API key");
      await type(admin, /^Name/, " ");
      await press(admin, "Create key");
      await type(admin, /^Your password/, "not the right password");
      await press(admin, "Confirm");
      await expectHeard(admin, /^Your password/, /./);
      await admin.unroute("**/graphql");
      await press(admin, "Cancel");
      await press(admin, "Cancel");
    });

    it("a webhook's address", async () => {
      await admin.getByRole("link", { name: "Webhooks" }).click();
      await press(admin, "New webhook");
      await type(admin, /^Address/, "ftp://hooks.example/hook");
      await press(admin, "Add webhook");
      await expectHeard(admin, /^Address/, /./);
      await press(admin, "Cancel");
    });

    it("the security settings", async () => {
      await admin.getByRole("link", { name: "Client Portal" }).click();
      await admin.getByRole("spinbutton", { name: /Days to trust/ }).fill("999");
      await press(admin, "Save");
      await expectHeard(admin, /^Days to trust/, /./);
    });

    it("a new password of one's own: the current one, then the new one", async () => {
      await admin.goto(`${running.url}/account`);
      await type(admin, /^Current password/, "not the right password");
      await type(admin, /^New password/, "seven quiet herons wade");
      await press(admin, "Change password");
      await expectHeard(admin, /^Current password/, /./);
      await type(admin, /^Current password/, owner.password);
      await type(admin, /^New password/, "short");
      await press(admin, "Change password");
      await expectHeard(admin, /^New password/, /./);
    });

    it("a colleague's first password", async () => {
      const colleague = await openDevice(running);
      await colleague.goto(await mailed(running, "kim@harbor.example", /choose-password/, 0));
      await type(colleague, /^New password/, "short");
      await press(colleague, "Save and sign in");
      await expectHeard(colleague, /^New password/, /./);
      await colleague.context().close();
    });

    it("a link for a forgotten password", async () => {
      const colleague = await openDevice(running);
      await colleague.goto(running.url);
      await press(colleague, "Forgot your password?");
      await type(colleague, /^Email/, "a@b");
      await press(colleague, "Send me a link");
      await expectHeard(colleague, /^Email/, /not a valid email/);
      await colleague.context().close();
    });
  });

  describe("the client's side", () => {
    let client: Page;
    let recoveryCodes: string[];
    beforeAll(async () => {
      client = await openDevice(running);
      await client.goto(`${running.url}/portal/harbor`);
    }, 60_000);
    afterAll(() => client?.context().close());

    it.each(["request-account", "forgot-password"])("a mailed link: %s", async (page) => {
      await client.goto(`${running.url}/portal/harbor/${page}`);
      await type(client, /^Email/, "a@b");
      await press(client, "Send me the link");
      await expectHeard(client, /^Email/, /not a valid email/);
    });

    it.each([
      ["request-account", "maya@client.example", "Create account"],
      ["forgot-password", noah.email, "Save new password"],
    ])("a new password, from %s", async (page, email, button) => {
      const since = Date.now();
      await client.goto(`${running.url}/portal/harbor/${page}`);
      await type(client, /^Email/, email);
      await press(client, "Send me the link");
      await client.goto(await mailed(running, email, /#token=/, since));
      await type(client, /^New password/, "short");
      await press(client, button);
      await expectHeard(client, /^New password/, /./);
    });

    it("a mailed code, then the authenticator's", async () => {
      await client.goto(`${running.url}/portal/harbor`);
      await signIn(client, noah);
      await client.getByRole("link", { name: "Account", exact: true }).click();
      const since = Date.now();
      await press(client, "Set up two-factor authentication");
      const code = await mailed(running, noah.email, /\b(\d{6})\b/, since);
      await enterMailedCode(client, code === "000000" ? "000001" : "000000");
      await expectHeard(client, /^Code from the email/, /incorrect/);
      await enterMailedCode(client, code);
      await press(client, "Turn on two-factor authentication");
      await expectHeard(client, /^Code from your authenticator app/, /^Fill in this field\./);
      await type(client, /^Code from your authenticator app/, "123");
      await press(client, "Turn on two-factor authentication");
      await expectHeard(client, /^Code from your authenticator app/, /The code has 6 digits; this has 3\./);
      ({ recoveryCodes } = await enroll(client));
    });

    it("new recovery codes, turning it off, and a passkey's name", async () => {
      await press(client, "New recovery codes");
      await type(client, /^Code from your/, "123");
      await press(client, "Create new codes");
      await expectHeard(client, /^Code from your/, /./);
      await press(client, "Cancel");
      await press(client, "Turn off");
      await type(client, /^Code from your/, "123");
      await press(client, "Turn off");
      await expectHeard(client, /^Code from your/, /./);
      await press(client, "Cancel");
      expect(recoveryCodes.length).toBeGreaterThan(5);
    });

    it("the code of a sign-in, and a recovery code", async () => {
      await client.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "Sign out" }).click();
      await client.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
      await signIn(client, noah);
      // None of these costs an attempt: five did, and the account was locked.
      for (let n = 0; n < 6; n++) await press(client, "Sign in");
      await expectHeard(client, /^Code from your/, /^Fill in this field\./);
      for (let n = 0; n < 6; n++) {
        await type(client, /^Code from your/, `12${n}`);
        await press(client, "Sign in");
        await expectHeard(client, /^Code from your/, /The code has 6 digits; this has 3\./);
      }
      // A seventh digit cannot be typed; a sentence that is pasted is not cut.
      await type(client, /^Code from your/, "123456");
      await client.keyboard.press("End");
      await client.keyboard.type("7");
      expect(await client.getByRole("textbox", { name: /^Code from your/ }).inputValue()).toBe("123456");
      await type(client, /^Code from your/, "Your codes are 123 456 and 654 321.");
      await press(client, "Sign in");
      await expectHeard(client, /^Code from your/, /^Enter the 6-digit code\./);
      await press(client, "Use a recovery code");
      await type(client, /^Recovery code/, "aaaa-bbbb");
      await press(client, "Sign in");
      await expectHeard(client, /^Recovery code/, /./);
    });

    it("a replaced phone: the current code", async () => {
      await type(client, /^Recovery code/, recoveryCodes[0] ?? "");
      await press(client, "Sign in");
      await press(client, /Set up (a|your|the) new phone|Set up a new phone/);
      await type(client, /^Recovery code or current code/, "123");
      await press(client, "Continue");
      await expectHeard(client, /^Recovery code or current code/, /./);
    });
  });
});
