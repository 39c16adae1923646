import { crc32, deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { inspect, missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const firmName = "Harbor & Pine Accounting";
const paleYellow = "#fff3b0";
const noah = { email: "noah@client.example", password: "harbor-demo-client" };

/** A picture as detailed as a photo, 1200 × 400, with the place where it was taken. */
function largePng(): Buffer {
  const rows = Array.from({ length: 400 }, (_, y) =>
    Buffer.from(
      Array.from({ length: 1 + 1200 * 3 }, (__, x) => (x === 0 ? 0 : Math.imul(x * (y + 1), 2_654_435_761) >>> 24)),
    ),
  );
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(1200, 0);
  header.writeUInt32BE(400, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("tEXt", Buffer.from("Comment\0taken at 52.52, 13.40")),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Inspects the page in both color schemes. */
async function inspectBoth(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await inspect(page, `${name}-${colorScheme}`);
  }
}

maybe("a firm's branding", () => {
  let running: Running;
  let desk: Page;
  let phone: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    running = await start();
    desk = await openDevice(running, 1440, 900);
    phone = await openDevice(running);
    for (const page of [desk, phone])
      page.on("console", (message) => {
        if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
      });
    await desk.goto(`${running.url}/`);
    await signIn(desk, owner);
    await desk.getByRole("link", { name: "Client Portal" }).click();
    await desk.getByRole("heading", { name: "Branding" }).waitFor();
  }, 180_000);
  afterAll(() => running?.stop());

  it("is chosen by the owner, who first sees a preview of what clients will see", async () => {
    const file = desk.locator('input[type="file"]');
    await file.setInputFiles({
      name: "logo.svg",
      mimeType: "image/svg+xml",
      buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    });
    await desk.getByText("SVG files can contain scripts, so").waitFor();
    await file.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: largePng() });
    await desk.getByText("SVG files can contain scripts, so").waitFor({ state: "detached" });
    await desk.getByLabel("Color", { exact: true }).fill("yellow");
    await desk.getByText("like #0b5f4e").waitFor();
    await desk.getByLabel("Color", { exact: true }).fill(paleYellow);
    await desk.getByText("we darken it a little on white").waitFor();
    const previewed = desk.getByRole("region", { name: "Preview" }).locator("img").first();
    expect(await previewed.getAttribute("src")).toMatch(/^data:image\/png;base64,/);
    await inspectBoth(desk, "settings-branding");
    await desk.getByRole("button", { name: "Apply branding" }).click();
    await desk.getByText("Branding applied.").waitFor();
  });

  it("is on the sign-in page and the pages behind it, readable in light and dark mode", async () => {
    await phone.goto(`${running.url}/portal/harbor`);
    const logo = phone.getByRole("img", { name: firmName });
    await logo.waitFor();
    const picture = await phone.evaluate<{ width: number; src: string }>(
      `(async (img) => { await img.decode(); return { width: img.naturalWidth, src: img.src }; })(document.querySelector("img"))`,
    );
    expect(picture.src).toMatch(/\/logos\/[0-9a-f]{64}$/);
    expect(picture.width).toBeGreaterThan(100);
    expect(picture.width).toBeLessThanOrEqual(480);
    const kept = Buffer.from(await (await fetch(picture.src)).arrayBuffer());
    expect(kept.length).toBeLessThanOrEqual(64_000);
    expect(kept.includes("taken at")).toBe(false);
    expect(
      await phone.evaluate<string>(`getComputedStyle(document.querySelector("button[type=submit]")).backgroundColor`),
    ).toBe("rgb(255, 243, 176)");
    await inspectBoth(phone, "portal-sign-in-branded");
    await signIn(phone, noah);
    await phone.getByRole("button", { name: "Sign out" }).waitFor();
    await phone.getByRole("img", { name: firmName }).waitFor();
    await inspectBoth(phone, "portal-home-branded");
  });

  it("can be removed again, and never violated the Content-Security-Policy", async () => {
    await desk.getByRole("button", { name: "Remove the color" }).click();
    await desk.getByRole("button", { name: "Remove the logo" }).click();
    await desk.getByRole("button", { name: "Apply branding" }).click();
    await desk.getByText("your clients see your firm’s name").waitFor();
    await desk.getByRole("button", { name: "Remove the color" }).waitFor({ state: "detached" });
    await phone.reload();
    await phone.getByText(firmName, { exact: true }).waitFor();
    expect(await phone.getByRole("img", { name: firmName }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
