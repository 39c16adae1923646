import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { asOwner, inspect, missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(240_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

maybe("for how long the activity log says who signed in", () => {
  let running: Running;
  let ask: Awaited<ReturnType<typeof asOwner>>;
  beforeAll(async () => {
    running = await start();
    ask = await asOwner(running);
  }, 120_000);
  afterAll(() => running?.stop());

  it("is chosen by the owner, who is told what it means, says why, and reads when it begins", async () => {
    const page = await openDevice(running, 1440, 900);
    await page.goto(`${running.url}/settings/client-portal`);
    await signIn(page, owner);
    const choice = page.getByRole("combobox", { name: "Keep who signed in, and from where" });
    await choice.waitFor();
    expect(await choice.inputValue()).toBe("ever");
    const change = page.getByRole("button", { name: "Change", exact: true });
    expect(await change.isDisabled()).toBe(true);
    await choice.selectOption({ label: "30 days" });
    await inspect(page, "sign-in-retention");
    await change.click();
    const dialog = page.getByRole("dialog", { name: "Keep who signed in for 30 days?" });
    await dialog.getByText(/at the earliest/).waitFor();
    const preview = (await ask("{ signInRetentionPreview(days: 30) { events } }")) as { events: number };
    await dialog
      .getByText(
        preview.events === 0 ? "No event is that old yet." : new RegExp(`^${preview.events} events? (is|are) older`),
      )
      .waitFor();
    const confirm = dialog.getByRole("button", { name: "Erase older ones" });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel("Reason").fill("Our privacy policy");
    await inspect(page, "sign-in-retention-dialog");
    await page.setViewportSize({ width: 390, height: 844 });
    await inspect(page, "sign-in-retention-dialog-phone");
    await confirm.click();
    await page.getByText("Saved. Owners and administrators are notified by email.").waitFor();
    await page.getByText(/^Nothing is erased before/).waitFor();
    await inspect(page, "sign-in-retention-phone");
    const firm = (await ask("{ firm { signInEventDays signInErasureFrom } }")) as Record<string, unknown>;
    expect(firm["signInEventDays"]).toBe(30);

    // Back again: nothing was erased.
    await choice.selectOption({ label: "For ever" });
    await change.click();
    const back = page.getByRole("dialog", { name: "Keep who signed in for ever?" });
    await back.getByText(/does not come back/).waitFor();
    await back.getByLabel("Reason").fill("A mistake");
    await inspect(page, "sign-in-retention-back-phone");
    await back.getByRole("button", { name: "Keep them longer" }).click();
    await page.getByText(/^Nothing is erased before/).waitFor({ state: "detached" });
    await page.goto(`${running.url}/activity`);
    await page
      .getByText(/set that sign-in events keep names, addresses and devices for 30 days/)
      .first()
      .waitFor();
    await inspect(page, "sign-in-retention-activity-phone");
  });
});
