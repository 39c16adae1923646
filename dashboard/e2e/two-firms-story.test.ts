import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { BrowserContext, Page } from "playwright-core";
import {
  asOwner,
  inspect,
  mailed,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  tokenOf,
  turn,
  type Running,
} from "./browser.js";

const atHarbor = { slug: "harbor", email: "noah@client.example", password: "harbor-demo-client" };
/** The same person, under another address, so that the pages tell which account is shown. */
const atSolo = { slug: "solo", email: "noah.solo@client.example", password: "seven quiet herons wade" };
const soloOwner = { email: "owner@solo.example", password: "solo-demo-owner!" };
const title = "Papers for Solo Ledger";

jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("a client of two firms uses both portals in one browser", () => {
  let running: Running;
  let soloRequest: { link: string };
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    running = await start();
    const ask = await asOwner(running, soloOwner);
    const made = (await ask("mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }", {
      input: { name: "Noah Solo", email: atSolo.email },
    })) as { contact: { id: string } };
    let since = Date.now();
    const send = (query: string, input: object) =>
      fetch(`${running.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables: { input } }),
      });
    await send("mutation($input: PortalEmailInput!) { requestPortalAccount(input: $input) { accepted } }", {
      firmSlug: atSolo.slug,
      email: atSolo.email,
    });
    const confirmationToken = tokenOf(await mailed(running, atSolo.email, /\/confirm#token=/, since));
    await send(
      "mutation($input: CreatePortalAccountInput!) { createPortalAccount(input: $input) { userErrors { code } } }",
      { confirmationToken, password: atSolo.password, transport: "TOKEN" },
    );
    since = Date.now();
    await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
      input: { contactId: made.contact.id, title, items: ["The signed form"], dueOn: null },
    });
    soloRequest = { link: await mailed(running, atSolo.email, /\/link#token=/, since) };
  }, 120_000);
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await running?.stop();
  });

  const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
  const signOut = (page: Page) => page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  const home = (who: { slug: string }) => `${running.url}/portal/${who.slug}`;
  const enter = async (page: Page, who: typeof atHarbor) => {
    await page.goto(home(who));
    await signIn(page, who);
    await heading(page, "Your requests").waitFor();
  };
  const shows = async (page: Page, who: typeof atHarbor) => {
    const other = who === atHarbor ? atSolo : atHarbor;
    await page.getByText(who.email, { exact: true }).first().waitFor();
    const text = await page.locator("body").innerText();
    expect([text.includes(other.email), text.includes(title) && who === atHarbor]).toEqual([false, false]);
  };
  const isUntouched = (page: Page) => page.evaluate("globalThis.isWatching === true");
  const watch = (page: Page) => page.evaluate("globalThis.isWatching = true");
  const showAgain = async (page: Page) => {
    await turn(page, "hidden");
    await turn(page, "visible");
  };
  /** One browser, signed in at both firms, with a tab for each. Everything that the tabs receive is kept. */
  const bothTabs = async (): Promise<{ harbor: Page; solo: Page; received: Map<Page, string[]> }> => {
    const harbor = await openDevice(running);
    contexts.push(harbor.context());
    const solo = await harbor.context().newPage();
    const received = new Map([harbor, solo].map((page): [Page, string[]] => [page, []]));
    for (const [page, texts] of received)
      page.on("response", (response) => {
        if (response.url().endsWith("/graphql"))
          void response.text().then(
            (text) => texts.push(text),
            () => undefined,
          );
      });
    await enter(harbor, atHarbor);
    await enter(solo, atSolo);
    return { harbor, solo, received };
  };

  it("X69 signs in at the second firm and stays signed in at the first, in tabs that were open and in new ones", async () => {
    const { harbor, solo, received } = await bothTabs();
    for (const page of [harbor, solo]) await watch(page);
    await showAgain(harbor);
    await harbor.getByRole("link", { name: "Account", exact: true }).click();
    await heading(harbor, "Your account").waitFor();
    await shows(harbor, atHarbor);
    await showAgain(solo);
    await solo.getByRole("link", { name: "Account", exact: true }).click();
    await heading(solo, "Your account").waitFor();
    await shows(solo, atSolo);
    expect([await isUntouched(harbor), await isUntouched(solo)]).toEqual([true, true]);
    for (const who of [atHarbor, atSolo]) {
      const page = await harbor.context().newPage();
      await page.goto(home(who));
      await heading(page, "Your requests").waitFor();
      await shows(page, who);
    }
    // One tab that goes from firm to firm, and back.
    await harbor.goto(home(atSolo));
    await shows(harbor, atSolo);
    await harbor.goBack();
    await shows(harbor, atHarbor);
    await inspect(solo, "two-firms");
    expect(received.get(solo)?.filter((text) => text.includes(atHarbor.email))).toEqual([]);
  });

  it("X69 receives nothing of one firm on the other's page", async () => {
    const { harbor, solo, received } = await bothTabs();
    for (const page of [harbor, solo]) {
      await page.reload();
      await heading(page, "Your requests").waitFor();
    }
    const [ofHarbor = [], ofSolo = []] = [received.get(harbor), received.get(solo)];
    expect([ofHarbor.join().includes(atHarbor.email), ofSolo.join().includes(atSolo.email)]).toEqual([true, true]);
    expect(ofHarbor.filter((text) => text.includes(atSolo.email) || text.includes("Solo Ledger"))).toEqual([]);
    expect(ofSolo.filter((text) => text.includes(atHarbor.email) || text.includes("Harbor"))).toEqual([]);
  });

  it("X69 signs out at one firm: its tabs all follow, and the other firm's do not notice", async () => {
    const { harbor, solo } = await bothTabs();
    const secondSolo = await harbor.context().newPage();
    await secondSolo.goto(home(atSolo));
    await heading(secondSolo, "Your requests").waitFor();
    await watch(harbor);
    await signOut(solo);
    for (const page of [solo, secondSolo]) await heading(page, "Sign in").waitFor();
    await showAgain(harbor);
    await harbor.getByRole("link", { name: "Account", exact: true }).click();
    await heading(harbor, "Your account").waitFor();
    expect(await isUntouched(harbor)).toBe(true);
    await harbor.reload();
    await shows(harbor, atHarbor);
  });

  it("X69 opens one firm's mailed link while signed in at the other, with the team's dashboard beside them", async () => {
    const harbor = await openDevice(running, 1440, 900);
    contexts.push(harbor.context());
    await enter(harbor, atHarbor);
    await watch(harbor);
    const desk = await harbor.context().newPage();
    await desk.goto(running.url);
    await signIn(desk, owner);
    await heading(desk, "Contacts").waitFor();
    await watch(desk);
    const link = await harbor.context().newPage();
    await link.goto(soloRequest.link);
    await link.getByRole("button", { name: "Open the request" }).click();
    await heading(link, title).waitFor();
    for (const page of [harbor, desk]) await showAgain(page);
    await harbor.getByRole("link", { name: "Account", exact: true }).click();
    await heading(harbor, "Your account").waitFor();
    // Live: the dashboard's feed goes on.
    await desk.getByRole("link", { name: "Activity" }).click();
    const ask = await asOwner(running);
    await desk.getByRole("heading", { name: "Activity" }).waitFor();
    await ask("mutation($input: ContactInput!) { createContact(input: $input) { userErrors { code } } }", {
      input: { name: "Arrives live" },
    });
    await desk.getByText("created the contact Arrives live").first().waitFor();
    expect([await isUntouched(harbor), await isUntouched(desk)]).toEqual([true, true]);
  });

  it("X69 was signed in before the update: stays so at that firm, and then signs in at the other as well", async () => {
    const { harbor, solo } = await bothTabs();
    const context = harbor.context();
    // What such a browser has: one cookie, of the firm that was signed in to last.
    const kept = (await context.cookies()).filter(({ name }) => !name.startsWith("gatehouse_portal_"));
    await context.clearCookies();
    await context.addCookies(kept);
    await solo.reload();
    await shows(solo, atSolo);
    await harbor.reload();
    await heading(harbor, "Sign in").waitFor();
    await enter(harbor, atHarbor);
    await solo.reload();
    await shows(solo, atSolo);
    await harbor.reload();
    await shows(harbor, atHarbor);
  });
});
