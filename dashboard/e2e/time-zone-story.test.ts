import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { asOwner, inspect, missingTools, owner, signIn, start, until, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(240_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const HOUR = 3_600_000;
/** What a clock in a zone shows as the date, without the product's own arithmetic. */
const dateIn = (timeZone: string, moment = Date.now()) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(moment);

maybe("a firm's days are the firm's, wherever its people and clients are", () => {
  let running: Running;
  let ask: Awaited<ReturnType<typeof asOwner>>;
  beforeAll(async () => {
    running = await start();
    ask = await asOwner(running);
  }, 120_000);
  afterAll(() => running?.stop());

  const open = async (timezoneId: string, locale = "en-US", width = 1440, height = 900): Promise<Page> => {
    const context = await running.browser.newContext({ viewport: { width, height }, locale, timezoneId });
    context.setDefaultTimeout(30_000);
    return context.newPage();
  };
  const setZone = (timeZone: string) =>
    ask("mutation($input: TimeZoneInput!) { setTimeZone(input: $input) { userErrors { code } } }", {
      input: { timeZone },
    });

  it("the owner finds the zone by its city, or takes the browser's, and the pages say whose days they show", async () => {
    const admin = await open("America/Los_Angeles");
    await admin.goto(`${running.url}/settings/client-portal`);
    await signIn(admin, owner);
    const field = admin.getByRole("combobox", { name: "Time zone of the firm" });
    await field.waitFor();
    expect(await field.inputValue()).toBe("America/Toronto");
    await field.fill("Atlantis");
    await inspect(admin, "time-zone-none");
    await field.press("Escape");
    await field.fill("Atlantis");
    await field.press("Escape");
    await admin.getByRole("button", { name: "Use this time zone" }).click();
    await admin.getByText(/There is no such time zone\. Name a place/).waitFor();
    await admin.getByRole("button", { name: "Choose this browser's: America/Los_Angeles" }).click();
    expect(await field.inputValue()).toBe("America/Los_Angeles");
    await field.fill("paris");
    await admin.getByRole("option", { name: "Europe/Paris" }).click();
    await inspect(admin, "time-zone");
    await admin.getByRole("button", { name: "Use this time zone" }).click();
    await admin.getByText("Saved. Days are now days in Europe/Paris.").waitFor();
    await admin.getByRole("link", { name: "Overview" }).click();
    await admin.getByText("Days in Europe/Paris", { exact: true }).waitFor();
    await inspect(admin, "overview-days");
    await admin.getByRole("link", { name: "Activity", exact: true }).click();
    await admin.getByText("Days in Europe/Paris", { exact: true }).waitFor();
    await inspect(admin, "activity-days");
    await admin.setViewportSize({ width: 390, height: 844 });
    await inspect(admin, "activity-days-phone");
    await admin.goto(`${running.url}/overview`);
    await admin.getByText("Days in Europe/Paris", { exact: true }).waitFor();
    await inspect(admin, "overview-days-phone");
    await admin.goto(`${running.url}/settings/client-portal`);
    await field.waitFor();
    await field.scrollIntoViewIfNeeded();
    expect(await admin.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await inspect(admin, "time-zone-phone");
    await admin.context().close();
  });

  it.each(["America/Los_Angeles", "Africa/Cairo", "Pacific/Kiritimati"])(
    "in a browser in %s the day's filter asks for the firm's day, to its last moment",
    async (browserZone) => {
      // The firm's 24 April has no midnight and 23 hours; its 29 October has 25.
      await setZone("Africa/Cairo");
      const admin = await open(browserZone);
      await admin.goto(`${running.url}/activity`);
      await signIn(admin, owner);
      await admin.getByText("Days in Africa/Cairo").waitFor();
      const asked: unknown[] = [];
      admin.on("request", (request) => {
        const body = request.postData() ?? "";
        if (body.includes("ActivityPage_events")) asked.push((JSON.parse(body) as { variables: unknown }).variables);
      });
      for (const [day, since, end] of [
        ["2026-04-24", "2026-04-23T22:00:00.000Z", "2026-04-24T21:00:00.000Z"],
        ["2026-10-29", "2026-10-28T21:00:00.000Z", "2026-10-29T22:00:00.000Z"],
      ] as const) {
        await admin.getByLabel("From").fill(day);
        await admin.getByLabel("To").fill(day);
        await until(async () =>
          asked.some((variables) => JSON.stringify(variables).includes(`"since":"${since}","until":"${end}"`)),
        );
      }
      await admin.context().close();
    },
  );

  // At any time of day, at least one of the two has another date than UTC.
  it.each([
    ["Pacific/Kiritimati", "America/Los_Angeles"],
    ["Pacific/Pago_Pago", "Pacific/Kiritimati"],
  ])("the trend of a firm in %s ends today there, in a browser in %s", async (firmZone, browserZone) => {
    await setZone(firmZone);
    const admin = await open(browserZone);
    await admin.goto(`${running.url}/overview`);
    await signIn(admin, owner);
    await admin.getByText(`Days in ${firmZone}`).waitFor();
    const bars = admin.locator("[aria-hidden=true] > [title]");
    expect([await bars.count(), await bars.last().getAttribute("title")]).toEqual([30, dateIn(firmZone)]);
    const first = (await bars.first().getAttribute("title")) ?? "";
    const shown = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(first));
    await admin.locator(`time[datetime="${first}"]`).getByText(shown, { exact: true }).waitFor();
    await admin.context().close();
  });

  it("a start date is the firm's midnight, and saving something else does not move it when the zone has changed", async () => {
    await setZone("Europe/Paris");
    const admin = await open("America/Los_Angeles");
    await admin.goto(`${running.url}/settings/client-portal`);
    await signIn(admin, owner);
    await admin.getByText("Magic link and login with two-factor authentication", { exact: true }).click();
    await admin.getByLabel("Required from").fill("2027-07-01");
    await admin.getByText(/Days in Europe\/Paris\./).waitFor();
    await admin.getByRole("button", { name: "Save", exact: true }).click();
    await admin.getByText("Saved.", { exact: true }).waitFor();
    const enforcedFrom = async () =>
      ((await ask("{ firm { securityPolicy { enforcedFrom } } }")) as { securityPolicy: { enforcedFrom: string } })
        .securityPolicy.enforcedFrom;
    expect(await enforcedFrom()).toBe("2027-06-30T22:00:00.000Z");

    await setZone("America/Toronto");
    await admin.reload();
    await until(async () => (await admin.getByLabel("Required from").inputValue()) === "2027-06-30");
    await admin.getByLabel("Days to trust a device").fill("3");
    await admin.getByRole("button", { name: "Save", exact: true }).click();
    await admin.getByText("Saved.", { exact: true }).waitFor();
    expect(await enforcedFrom()).toBe("2027-06-30T22:00:00.000Z");
    await admin.context().close();

    // A client anywhere reads the firm's day.
    const client = await open("Pacific/Kiritimati", "en-US", 390, 844);
    await client.goto(`${running.url}/portal/harbor`);
    await client.getByText(/^Starting Jun 30, 2027, you will also need/).waitFor();
    await inspect(client, "portal-sign-in-day");
    await client.context().close();
  });

  it.each([
    ["America/Los_Angeles", "en-US", "Days in Pacific/Kiritimati"],
    ["Pacific/Kiritimati", "fr-CA", "Jours selon le fuseau horaire Pacific/Kiritimati"],
  ])("a client in %s (%s) sees as overdue what is overdue at the firm, with its zone", async (zone, locale, words) => {
    await setZone("Pacific/Kiritimati");
    const title = `Due yesterday in Kiritimati, for ${locale}`;
    const noah = { email: "noah@client.example", password: "harbor-demo-client" };
    const { nodes } = (await ask(
      '{ contacts(first: 1, filter: { search: "noah@client.example" }) { nodes { id } } }',
    )) as {
      nodes: { id: string }[];
    };
    await ask("mutation($input: SendClientRequestInput!) { sendClientRequest(input: $input) { request { id } } }", {
      input: {
        contactId: nodes[0]?.id,
        title,
        items: ["One"],
        dueOn: dateIn("Pacific/Kiritimati", Date.now() - 24 * HOUR),
      },
    });
    const client = await open(zone, locale, 390, 844);
    await client.goto(`${running.url}/portal/harbor`);
    await client.locator("input[type=email]").fill(noah.email);
    await client.locator("input[type=password]").fill(noah.password);
    await client.locator("button[type=submit]").click();
    await client.locator("section[aria-labelledby=due-overdue]").getByRole("article", { name: title }).waitFor();
    await client.getByText(words).waitFor();
    await inspect(client, `portal-days-${locale}`);
    await client.context().close();
  });
});
