import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const noah = { email: "noah@client.example", password: "harbor-demo-client" };

maybe("an outage of the database", () => {
  let running: Running;
  let page: Page;
  beforeAll(async () => {
    running = await start();
  }, 180_000);
  afterAll(() => running?.stop());
  afterEach(() => page?.context().close());

  /** Answers operations with that text as the server does in an outage, `times` times; returns how often it did. */
  const fail = async (text: string, code: "UNAVAILABLE" | "OUTCOME_UNKNOWN", times: number) => {
    const failed = { times: 0 };
    await page.route("**/graphql", async (route) => {
      if (failed.times === times || !(route.request().postData() ?? "").includes(text)) return route.continue();
      failed.times += 1;
      return route.fulfill({
        status: 503,
        contentType: "application/graphql-response+json; charset=utf-8",
        json: { data: null, errors: [{ message: "The server's sentence.", extensions: { code, retryAfter: 2 } }] },
      });
    });
    return failed;
  };

  it("the portal signs a client in by itself once the outage is over", async () => {
    page = await openDevice(running);
    await page.goto(`${running.url}/portal/harbor`);
    const failed = await fail("portalSignIn", "UNAVAILABLE", 2);
    await signIn(page, noah);
    await page.getByRole("textbox", { name: /Password/ }).waitFor({ state: "detached" });
    expect(failed.times).toBe(2);
  });

  it("the portal says it in the client's language if it lasts", async () => {
    page = await openDevice(running, 390, 844, "fr-CA");
    await page.goto(`${running.url}/portal/harbor`);
    const failed = await fail("portalSignIn", "UNAVAILABLE", Number.POSITIVE_INFINITY);
    await page.getByLabel("Adresse courriel").fill(noah.email);
    await page.getByRole("textbox", { name: /Mot de passe/ }).fill(noah.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByText("Le service est momentanément indisponible. Rien n’a été modifié.").waitFor();
    expect(failed.times).toBeGreaterThan(1);
  });

  it("the dashboard loads by itself, and never repeats a change that may have been made", async () => {
    page = await openDevice(running, 1440, 900);
    await page.goto(`${running.url}/`);
    const reads = await fail("query ContactTable_page", "UNAVAILABLE", 2);
    await signIn(page, owner);
    await page.getByText(/^50 of/).waitFor();
    await page.getByRole("button", { name: "New contact" }).click();
    expect(reads.times).toBe(2);
    await page.unrouteAll();

    const writes = await fail("createContact", "OUTCOME_UNKNOWN", 2);
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: /^Name/ }).fill("Perhaps There");
    await dialog.getByRole("button", { name: "Create contact" }).click();
    await page.getByText("it may or may not have been done. Please check before you try again.").waitFor();
    expect(writes.times).toBe(1);
  });
});
