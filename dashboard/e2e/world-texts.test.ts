import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { sampleTexts } from "../../server/src/testing/fuzz/world-texts.js";
import { asOwner, missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

const SEED = Number(process.env.FUZZ_SEED ?? 13);
const NAMES = 60;
/** Marks that stack up on one letter, above and below. */
const floods = [
  `Z${"\u0301".repeat(190)}`,
  `g${"\u0316\u0324".repeat(90)} low`,
  `a${"\u0360\u0489\u20E3".repeat(60)}`,
].map((text) => text.normalize("NFC"));
const backwards = ["עברית (ltd) 12/34", "شركة - Ann, Lee"];
const PLAIN = "Quiet Neighbour";

/** Whether the element draws anything outside its box: what is around it looks the same without its contents. */
async function drawsOutside(page: Page, element: Locator): Promise<boolean> {
  await element.scrollIntoViewIfNeeded();
  // Two alike: nothing is loading any more.
  const look = async () => {
    const take = () =>
      page.screenshot({ mask: [element], maskColor: "#ff00ff", animations: "disabled", caret: "hide" });
    let [last, next] = [await take(), await take()];
    for (let tries = 0; tries < 10 && !last.equals(next); tries++) [last, next] = [next, await take()];
    return next;
  };
  const show = (visibility: string) =>
    element.evaluate(`(row) => { for (const child of row.children) child.style.visibility = "${visibility}"; }`);
  const before = await look();
  await show("hidden");
  const without = await look();
  await show("");
  // Chromium may draw the same letters again a shade differently, but not what is not there.
  return !before.equals(without) && !(await look()).equals(without);
}

maybe(`names as the world writes them, seed ${SEED}`, () => {
  let running: Running;
  let contactIds: string[];
  const errors: string[] = [];
  beforeAll(async () => {
    running = await start();
    const ask = await asOwner(running);
    // Longer ones are refused, and too large for one request.
    const texts = sampleTexts(NAMES, SEED).filter((text) => text.length <= 400);
    const names = [...floods, ...backwards, ...texts];
    const contacts = names.flatMap((name, n) => [
      { name, organization: `Flooded ${name}`.slice(0, 200), email: `row-${n}@client.example`, externalId: `w-${n}` },
      { name: `${PLAIN} ${n}`, email: `plain-${n}@client.example`, externalId: `p-${n}` },
    ]);
    const { results } = (await ask(
      "mutation($input: UpsertContactsInput!) { upsertContacts(input: $input) { results { contact { id name } } } }",
      { input: { contacts } },
    )) as { results: { contact: { id: string; name: string } | null }[] };
    const made = results.flatMap(({ contact }) => (contact ? [contact] : []));
    contactIds = made.filter(({ name }) => !name.startsWith(PLAIN)).map(({ id }) => id);
    expect(contactIds.length).toBeGreaterThan(floods.length + backwards.length + 10);
    // Noah is a client with an account: what his firm asks him for, he sees.
    const { nodes } = (await ask('query { contacts(first: 100, filter: { search: "noah" }) { nodes { id } } }')) as {
      nodes: { id: string }[];
    };
    for (const title of [...floods, ...backwards])
      await ask(
        "mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { userErrors { message } } }",
        { input: { contactId: nodes[0]?.id, title, items: [title, PLAIN], dueOn: null } },
      );
  }, 120_000);
  afterAll(() => running?.stop());

  const open = async (width: number) => {
    const page = await openDevice(running, width);
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    return page;
  };
  const wider = (page: Page) =>
    page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  const mustStayInRows = async (page: Page, rows: Locator) => {
    const found: string[] = [];
    const count = Math.min(await rows.count(), 12);
    expect(count).toBeGreaterThan(1);
    for (let n = 0; n < count; n++)
      if (await drawsOutside(page, rows.nth(n))) found.push((await rows.nth(n).innerText()).slice(0, 40));
    expect(found).toEqual([]);
  };

  it.each([390, 1280])("stay in their rows of the contacts, %i pixels wide, and make no page wider", async (width) => {
    const page = await open(width);
    await page.goto(running.url);
    await signIn(page, owner);
    await page.getByRole("searchbox", { name: "Search contacts" }).fill("Flooded");
    await page.getByRole("row").nth(2).waitFor();
    await page.waitForLoadState("networkidle");
    for (const name of floods) {
      const row = page.getByRole("row").filter({ hasText: name });
      await row.waitFor();
      expect([name.slice(0, 3), await drawsOutside(page, row)]).toEqual([name.slice(0, 3), false]);
    }
    expect(await wider(page)).toBe(0);
    await page.context().close();
  });

  it.each([390, 1280])("stay in their lines of the other pages, %i pixels wide", async (width) => {
    const page = await open(width);
    await page.goto(running.url);
    await signIn(page, owner);
    await page.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await page.goto(`${running.url}/activity`);
    await page.getByRole("heading", { name: "Activity", level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    await mustStayInRows(page, page.getByRole("main").getByRole("listitem"));
    expect(["activity", await wider(page)]).toEqual(["activity", 0]);
    for (const id of contactIds.slice(0, floods.length)) {
      await page.goto(`${running.url}/contacts/${id}`);
      await page.getByRole("heading", { name: "Details" }).waitFor();
      for (const part of [page.getByRole("heading", { level: 1 }), page.getByRole("region", { name: "Details" })])
        expect([id, await drawsOutside(page, part)]).toEqual([id, false]);
      expect([id, await wider(page)]).toEqual([id, 0]);
    }
    await page.context().close();
  });

  it("stay in their lines of the portal", async () => {
    const page = await open(390);
    await page.goto(`${running.url}/portal/harbor`);
    await signIn(page, { email: "noah@client.example", password: "harbor-demo-client" });
    await page.getByRole("heading", { name: "Your requests" }).waitFor();
    await page.waitForLoadState("networkidle");
    await mustStayInRows(page, page.getByRole("article"));
    expect(await wider(page)).toBe(0);
    await page.getByRole("link", { name: floods[0] ?? "" }).click();
    await page.getByRole("checkbox").first().waitFor();
    await mustStayInRows(page, page.getByRole("main").getByRole("listitem"));
    expect(await wider(page)).toBe(0);
    await page.context().close();
  });

  it("that are written from right to left reorder nothing beside them", async () => {
    const page = await open(1280);
    await page.goto(running.url);
    await signIn(page, owner);
    await page.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await page.goto(`${running.url}/activity`);
    await page.getByRole("main").getByRole("listitem").first().waitFor();
    const sentences = await page.getByRole("main").getByRole("listitem").allInnerTexts();
    const about = sentences.filter((sentence) => backwards.some((name) => sentence.includes(name)));
    expect(about.length).toBeGreaterThan(0);
    expect(
      about.filter((sentence) =>
        backwards.some((name) => sentence.includes(name) && !sentence.includes(`\u2068${name}\u2069`)),
      ),
    ).toEqual([]);
    await page.context().close();
  });

  it("make no page fail", () => expect(errors).toEqual([]));
});
