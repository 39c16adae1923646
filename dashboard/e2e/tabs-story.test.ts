import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, missingTools, openDevice, owner, signIn, start, turn, type Running } from "./browser.js";

jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
/** One more than the number of sockets that a session may have. */
const TABS = 6;

maybe("a person keeps many tabs open", () => {
  let running: Running;
  let createContact: (name: string) => Promise<void>;
  const tabs: Page[] = [];
  beforeAll(async () => {
    running = await start();
    const ask = await asOwner(running);
    createContact = async (name) => {
      await ask("mutation($input: ContactInput!) { createContact(input: $input) { userErrors { code } } }", {
        input: { name },
      });
    };
    const first = await openDevice(running, 1440, 900);
    await first.goto(running.url);
    await signIn(first, owner);
    await first.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    tabs.push(first);
  }, 120_000);
  afterAll(() => running?.stop());

  const arrives = (tab: Page, name: string) =>
    tab.getByText(`created the contact ${name}`).first().waitFor({ timeout: 30_000 });

  it("the visible tab is live; hidden ones have no socket, and catch up on what they missed as soon as they are shown", async () => {
    const [first] = tabs as [Page];
    await first.goto(`${running.url}/activity`);
    await createContact("Tab zero");
    await arrives(first, "Tab zero");
    for (let n = 1; n < TABS; n++) {
      await turn(tabs[n - 1] as Page, "hidden");
      const tab = await first.context().newPage();
      tabs.push(tab);
      await tab.goto(`${running.url}/activity`);
      await tab.getByText("created the contact Tab zero").first().waitFor();
    }
    const last = tabs[TABS - 1] as Page;
    for (const name of ["Tab one", "Tab two"]) {
      await createContact(name);
      await arrives(last, name);
    }
    expect(await first.getByText("created the contact Tab one").count()).toBe(0);
    await turn(last, "hidden");
    await turn(first, "visible");
    for (const name of ["Tab one", "Tab two"]) await arrives(first, name);
    await createContact("Tab three");
    await arrives(first, "Tab three");
    for (const name of ["Tab one", "Tab two", "Tab three"])
      expect([name, await first.locator("p", { hasText: `created the contact ${name}` }).count()]).toEqual([name, 1]);
  });

  it("X22 a tab of the person who was signed in becomes a tab of the person who signs in next", async () => {
    const old = await openDevice(running, 1440, 900);
    await old.goto(`${running.url}/settings/client-portal`);
    await signIn(old, owner);
    await old.getByText("Olivia Harper").first().waitFor();
    await turn(old, "hidden");
    const other = await old.context().newPage();
    await other.goto(running.url);
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.getByRole("heading", { name: "Sign in to your firm" }).waitFor();
    await signIn(other, { email: "owner@solo.example", password: "solo-demo-owner!" });
    await other.getByText("Sam Ledger").first().waitFor();
    await turn(old, "visible");
    await old.getByText("Sam Ledger").first().waitFor();
    expect(await old.getByText("Olivia Harper").count()).toBe(0);
    await old.context().close();
  });

  it("a failed sign-out says so, and other tabs are not notified", async () => {
    const desk = await openDevice(running, 1440, 900);
    await desk.goto(running.url);
    await signIn(desk, owner);
    await desk.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    const other = await desk.context().newPage();
    await other.goto(running.url);
    await other.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    for (const tab of [desk, other]) await tab.evaluate("globalThis.isWatching = true");
    await desk.route("**/graphql", (route) =>
      route.request().postData()?.includes("SignOut_signOut") ? route.abort() : route.continue(),
    );
    await desk.getByRole("button", { name: "Sign out" }).click();
    await desk.getByText("The server could not be reached. Check your connection and try again.").waitFor();
    for (const tab of [desk, other]) {
      expect(await tab.getByText("Olivia Harper").count()).toBe(1);
      expect(await tab.evaluate("globalThis.isWatching")).toBe(true);
    }
    await desk.unroute("**/graphql");
    await desk.getByRole("button", { name: "Sign out" }).click();
    for (const tab of [desk, other]) await tab.getByRole("heading", { name: "Sign in to your firm" }).waitFor();
    await desk.context().close();
  });
});
