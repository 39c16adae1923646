import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { BrowserContext, Page } from "playwright-core";
import {
  asOwner,
  codeOf,
  enrollFromAccount,
  enterCode,
  inspect,
  mailed,
  missingTools,
  openDevice,
  owner,
  signIn,
  start,
  tokenOf,
  turn,
  until,
  type Running,
} from "./browser.js";

const maya = { email: "maya@client.example", password: "seven quiet herons wade" };
const noah = { email: "noah@client.example", password: "harbor-demo-client" };
const title = "Documents for your 2025 tax return";
/** How soon another person's page must disappear once it is shown; far more than it takes, for a busy machine. */
const soon = { timeout: 15_000 };

jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("two people use one browser, one after the other, with two tabs open", () => {
  let running: Running;
  let home: string;
  let mayasContact: string;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    running = await start();
    home = `${running.url}/portal/harbor`;
    const since = Date.now();
    const send = (query: string, input: object) =>
      fetch(`${running.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables: { input } }),
      });
    await send("mutation($input: PortalEmailInput!) { requestPortalAccount(input: $input) { accepted } }", {
      firmSlug: "harbor",
      email: maya.email,
    });
    const confirmationToken = tokenOf(await mailed(running, maya.email, /\/confirm#token=/, since));
    await send(
      "mutation($input: CreatePortalAccountInput!) { createPortalAccount(input: $input) { userErrors { code } } }",
      {
        confirmationToken,
        password: maya.password,
        transport: "TOKEN",
      },
    );
    const ask = await asOwner(running);
    const found = (await ask('{ contacts(filter: { search: "maya@client.example" }) { nodes { id } } }')) as {
      nodes: { id: string }[];
    };
    mayasContact = found.nodes[0]?.id ?? "";
  }, 120_000);
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await running?.stop();
  });

  const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
  const signOut = (page: Page) => page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  const signInAs = async (page: Page, who: { email: string; password: string }) => {
    await page.goto(home);
    await signIn(page, who);
    await heading(page, "Your requests").waitFor();
  };
  const showRequest = async (page: Page) => {
    await page.getByRole("link", { name: title }).click();
    await heading(page, title).waitFor();
  };
  const showAccount = async (page: Page) => {
    await page.getByRole("link", { name: "Account", exact: true }).click();
    await heading(page, "Your account").waitFor();
  };
  /** Opens Maya's two tabs; the second one shows her request. */
  const mayasTabs = async (): Promise<[Page, Page]> => {
    const first = await openDevice(running);
    contexts.push(first.context());
    await signInAs(first, maya);
    const second = await first.context().newPage();
    await second.goto(home);
    await showRequest(second);
    return [first, second];
  };
  /** Maya signs out in the first tab, and Noah signs in there. */
  const handOver = async (first: Page) => {
    await signOut(first);
    await heading(first, "Sign in").waitFor();
    await signInAs(first, noah);
  };
  const shows = (page: Page, what: string) =>
    page
      .locator("body")
      .innerText()
      .then((text) => text.includes(what));
  const isNoahs = async (page: Page) => {
    await page.getByText(noah.email).first().waitFor(soon);
    expect([await shows(page, maya.email), await shows(page, title)]).toEqual([false, false]);
  };
  /** Whose session the browser has, asked without the pages. */
  const whoIsIn = async (context: BrowserContext, audience: "team" | "portal"): Promise<unknown> => {
    const answer = await context.request.post(`${running.url}/graphql`, {
      headers: { "gatehouse-audience": audience },
      data: { query: "{ viewer { ... on PortalViewer { email } ... on TeamMember { email } } }" },
    });
    return ((await answer.json()) as { data: { viewer: unknown } }).data.viewer;
  };
  /** Cuts a tab off from messages of other tabs and from becoming visible again: what it does must be safe all the same. */
  const deaf = (page: Page) =>
    page.addInitScript(
      "delete globalThis.BroadcastChannel; addEventListener('visibilitychange', (e) => e.stopImmediatePropagation(), true)",
    );

  it("X22 another open tab becomes Noah's by itself", async () => {
    const [first, second] = await mayasTabs();
    await handOver(first);
    await isNoahs(second);
    await inspect(second, "tabs-next-client");
  });

  it("X22 a hidden tab shows nothing of Maya when it is shown again", async () => {
    const [first, second] = await mayasTabs();
    await turn(second, "hidden");
    await handOver(first);
    await turn(second, "visible");
    await isNoahs(second);
  });

  it.each<[what: string, show: (page: Page) => Promise<void>, act: (page: Page) => Promise<void>]>([
    ["signing out", showRequest, signOut],
    [
      "ticking an item",
      showRequest,
      (page) =>
        page
          .locator("label", { has: page.getByRole("checkbox") })
          .first()
          .click(),
    ],
    [
      "setting up a phone",
      showAccount,
      (page) => page.getByRole("button", { name: "Set up two-factor authentication" }).click(),
    ],
    [
      "ending a session",
      showAccount,
      (page) => page.getByRole("listitem").getByRole("button", { name: "Sign out" }).first().click(),
    ],
  ])(
    "X22 what Maya's old tab does without having been notified is not done in Noah's name: %s",
    async (_what, show, act) => {
      const first = await openDevice(running);
      contexts.push(first.context());
      await signInAs(first, maya);
      const second = await first.context().newPage();
      await deaf(second);
      await second.goto(home);
      await show(second);
      await handOver(first);
      expect(await shows(second, maya.email)).toBe(true);
      await act(second);
      await isNoahs(second);
      expect(await whoIsIn(first.context(), "portal")).toMatchObject({ email: noah.email });
      expect(await second.getByRole("img", { name: /QR code/ }).count()).toBe(0);
    },
  );

  it("X22 if Maya signs out and nobody signs in, her other tab shows the sign-in page", async () => {
    const [first, second] = await mayasTabs();
    await signOut(first);
    await heading(second, "Sign in").waitFor(soon);
    expect([await shows(second, maya.email), await shows(second, title)]).toEqual([false, false]);
  });

  it.each([
    [
      "the firm signs her out everywhere",
      async () => {
        const ask = await asOwner(running);
        await ask("mutation($input: ContactIdInput!) { revokePortalSessions(input: $input) { userErrors { code } } }", {
          input: { contactId: mayasContact },
        });
      },
    ],
    ["the session has ended", async (context: BrowserContext) => context.clearCookies()],
  ])("X22 if %s, her tabs say so as soon as they are shown", async (_why, end) => {
    const tabs = await mayasTabs();
    for (const tab of tabs) await turn(tab, "hidden");
    await end(tabs[0].context());
    for (const tab of tabs) {
      await turn(tab, "visible");
      await heading(tab, "Sign in").waitFor(soon);
      await tab.getByText("You were signed out. Sign in again to continue.").waitFor();
      expect([await shows(tab, maya.email), await shows(tab, title)]).toEqual([false, false]);
    }
  });

  it("X22 going back to Maya's page shows nothing of hers, even if the browser kept it in its back/forward cache", async () => {
    const [first, second] = await mayasTabs();
    await second.goto(`${running.url}/docs`);
    await handOver(first);
    await second.goBack();
    await isNoahs(second);

    // Playwright's Chromium does not keep pages, so the events of a kept page are simulated.
    const kept = await first.context().newPage();
    await deaf(kept);
    await kept.goto(home);
    await kept.getByText(noah.email).first().waitFor();
    const turnPage = (event: string) =>
      kept.evaluate(`dispatchEvent(new PageTransitionEvent("${event}", { persisted: true }))`);
    await turnPage("pagehide");
    expect(await kept.locator("body").isVisible()).toBe(false);
    await signOut(first);
    await heading(first, "Sign in").waitFor();
    await signInAs(first, maya);
    await turnPage("pageshow");
    await kept.getByText(maya.email).first().waitFor(soon);
    expect(await shows(kept, noah.email)).toBe(false);
  });

  it("a tab with a mailed link keeps its link, whoever signs in in another tab", async () => {
    const first = await openDevice(running);
    contexts.push(first.context());
    await signInAs(first, maya);
    const ask = await asOwner(running);
    const since = Date.now();
    await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
      input: { contactId: mayasContact, title: "One more form", items: ["The signed form"], dueOn: null },
    });
    const second = await first.context().newPage();
    await second.goto(await mailed(running, maya.email, /\/link#token=/, since));
    await heading(second, "One more form").waitFor();
    await handOver(first);
    await turn(second, "hidden");
    await turn(second, "visible");
    await until(async () => {
      if (await second.getByRole("button", { name: "Open the request" }).isVisible())
        await second
          .getByRole("button", { name: "Open the request" })
          .click({ timeout: 2000 })
          .catch(() => undefined);
      return /\/request\//.test(second.url());
    });
    await heading(second, "One more form").waitFor();
    expect(await whoIsIn(first.context(), "portal")).toMatchObject({ email: maya.email });
  });

  it("a team member's dashboard and a client's portal in one browser do not affect each other", async () => {
    const desk = await openDevice(running, 1440, 900);
    contexts.push(desk.context());
    await desk.goto(running.url);
    await signIn(desk, owner);
    await heading(desk, "Contacts").waitFor();
    await desk.evaluate("globalThis.isWatching = true");
    const portal = await desk.context().newPage();
    await signInAs(portal, maya);
    await portal.evaluate("globalThis.isWatching = true");
    const isUntouched = (page: Page) => page.evaluate("globalThis.isWatching");
    for (const page of [desk, portal]) {
      await turn(page, "hidden");
      await turn(page, "visible");
    }
    await desk.getByRole("link", { name: "Overview" }).click();
    await desk.getByRole("heading", { name: "Overview" }).waitFor();
    await handOver(portal);
    expect([await isUntouched(desk), await isUntouched(portal)]).toEqual([true, undefined]);
    await portal.evaluate("globalThis.isWatching = true");
    await signOut(desk);
    await heading(desk, "Sign in to your firm").waitFor();
    await turn(portal, "hidden");
    await turn(portal, "visible");
    await portal.getByRole("link", { name: "Account", exact: true }).click();
    await heading(portal, "Your account").waitFor();
    expect(await isUntouched(portal)).toBe(true);
    expect(await whoIsIn(desk.context(), "team")).toBeNull();
  });

  it("a client who chooses a new password while signed in returns from the authenticator app to the code", async () => {
    const page = await openDevice(running);
    contexts.push(page.context());
    await signInAs(page, noah);
    await showAccount(page);
    const { secret } = await enrollFromAccount(running, page, noah.email);
    const since = Date.now();
    await page.goto(`${home}/forgot-password`);
    await page.getByRole("textbox", { name: /Email/ }).fill(noah.email);
    await page.getByRole("button", { name: "Send me the link" }).click();
    await page.goto(await mailed(running, noah.email, /\/reset#token=/, since));
    await page.getByRole("textbox", { name: /New password/ }).fill("eight quiet herons wade");
    await page.getByRole("button", { name: "Save new password" }).click();
    await heading(page, "Enter your code").waitFor();
    const asked = page.waitForResponse(
      (response) => response.request().postData()?.includes("SessionClient_look") ?? false,
      soon,
    );
    await turn(page, "hidden");
    await turn(page, "visible");
    await asked;
    await enterCode(page, "Sign in", codeOf(secret, 1));
    await heading(page, "Your requests").waitFor();
  });
});
