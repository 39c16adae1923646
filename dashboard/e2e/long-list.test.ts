import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, missingTools, openDevice, owner, signIn, start, until, type Running } from "./browser.js";

jest.setTimeout(240_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
/** More rows than any screen shows, few enough for every run; LONG_LIST=10000 measures the frames of a really long list. */
const ROWS = Number(process.env.LONG_LIST ?? 1500);
const nameOf = (n: number, word = "Zz") => `${word} ${String(n).padStart(6, "0")}`;

maybe("a long list of contacts", () => {
  let running: Running;
  let admin: Page;
  let ask: Awaited<ReturnType<typeof asOwner>>;
  const upsert = (contacts: object[]) =>
    ask(
      "mutation($input: UpsertContactsInput!) { upsertContacts(input: $input) { results { userErrors { code } } } }",
      {
        input: { contacts },
      },
    );
  const bringIn = async (word: string, count: number) => {
    for (let first = 0; first < count; first += 100)
      await upsert(
        Array.from({ length: Math.min(100, count - first) }, (_, n) => ({
          externalId: nameOf(first + n, word),
          name: nameOf(first + n, word),
          email: `${word}${first + n}@client.example`,
        })),
      );
  };
  beforeAll(async () => {
    running = await start();
    ask = await asOwner(running);
    await bringIn("Zz", ROWS);
    admin = await openDevice(running, 1440, 900);
    await admin.goto(running.url);
    await signIn(admin, owner);
    await admin.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await admin.getByRole("searchbox", { name: "Search contacts" }).fill("zz");
    await admin
      .getByRole("row")
      .filter({ hasText: nameOf(0) })
      .waitFor();
    await admin.getByText(new RegExp(`of ${ROWS}$`)).waitFor();
  });
  afterAll(() => running?.stop());

  const rows = () =>
    admin.evaluate(() =>
      [...document.querySelectorAll("tbody tr[aria-rowindex]")].map((row) => ({
        index: Number(row.getAttribute("aria-rowindex")),
        name: row.querySelector("a")?.textContent ?? "",
      })),
    );

  it("scrolls to its end with no row missing, repeated or out of place, and keeps only a few in the document at a time", async () => {
    await admin.evaluate(() => {
      const watched = window as unknown as { frames: number[] };
      watched.frames = [];
      let before = performance.now();
      const tick = (now: number) => {
        watched.frames.push(now - before);
        before = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    const seen = new Map<number, string>();
    let most = 0;
    await admin.mouse.move(700, 600);
    await until(async () => {
      const shown = await rows();
      most = Math.max(most, shown.length);
      for (const { index, name } of shown) seen.set(index, name);
      await admin.mouse.wheel(0, 700);
      return seen.has(ROWS + 1);
    }, 200_000);
    // The header is row 1.
    expect([...seen].toSorted(([a], [b]) => a - b)).toEqual(Array.from({ length: ROWS }, (_, n) => [n + 2, nameOf(n)]));
    expect(most).toBeLessThanOrEqual(400);
    if (process.env.LONG_LIST) {
      const frames = await admin.evaluate(() => (window as unknown as { frames: number[] }).frames);
      const sorted = frames.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed(1);
      console.log(
        `${frames.length} frames: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${sorted.at(-1)?.toFixed(1)} ms`,
      );
    }
  });

  it("scrolls back to the top, and shows what changes in the meantime", async () => {
    await admin.keyboard.press("Control+Home");
    await admin.evaluate(() => scrollTo(0, 0));
    const first = admin.getByRole("row").filter({ hasText: nameOf(0) });
    await first.waitFor();
    await upsert([{ externalId: nameOf(0), name: `${nameOf(0)} renamed` }]);
    await admin.getByRole("link", { name: `${nameOf(0)} renamed` }).waitFor();
    await ask("mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }", {
      input: { name: "Zz 000000 between" },
    });
    await admin.getByRole("link", { name: "Zz 000000 between" }).waitFor();
    await admin.getByText(new RegExp(`of ${ROWS + 1}$`)).waitFor();
  });

  it("the activity page, open while hundreds of contacts are imported, lists every one of them", async () => {
    await admin.goto(`${running.url}/activity`);
    await admin.getByText("created the contact Zz 000000 between").first().waitFor();
    const names = Array.from({ length: 450 }, (_, n) => nameOf(n, "Yy"));
    await bringIn("Yy", names.length);
    await admin
      .getByText(names.at(-1) as string)
      .first()
      .waitFor();
    const more = admin.getByRole("button", { name: "Show more" });
    const listed = async () => [...new Set((await admin.locator("main").innerText()).match(/Yy \d{6}/g))];
    await until(async () => {
      if ((await listed()).includes(names[0] as string)) return true;
      if (await more.isVisible()) await more.click();
      return false;
    }, 60_000);
    expect(await listed()).toEqual(names.toReversed());
  });
});
