import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { readFileSync } from "node:fs";
import type { Page, Route } from "playwright-core";
import { asOwner, inspect, missingTools, openDevice, owner, signIn, start, until, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(240_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const admin = { email: "admin@harbor.example", password: "harbor-demo-admin!" };
const staff = { email: "staff@harbor.example", password: "harbor-demo-staff!" };

maybe("a firm's reports on their page", () => {
  let running: Running;
  let ask: Awaited<ReturnType<typeof asOwner>>;
  beforeAll(async () => {
    running = await start();
    ask = await asOwner(running);
  }, 120_000);
  afterAll(() => running?.stop());

  const open = async (who: { email: string; password: string }, width: number, path = "/reports"): Promise<Page> => {
    const page = await openDevice(running, width, 900);
    await page.goto(`${running.url}${path}`);
    await signIn(page, who);
    return page;
  };
  const press = async (page: Page, name: string | RegExp) => {
    await page.getByRole("button", { name, exact: true }).first().focus();
    await page.keyboard.press("Enter");
  };
  const saved = async (page: Page, button: string): Promise<{ name: string; content: Buffer }> => {
    const [download] = await Promise.all([page.waitForEvent("download"), press(page, button)]);
    return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
  };
  /** The sizes of a PDF's paper, in points. */
  const papersOf = ({ content }: { content: Buffer }): string[] => {
    expect(content.subarray(0, 5).toString()).toBe("%PDF-");
    const boxes = content.toString("latin1").matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g);
    return [...new Set([...boxes].map(([, a, b]) => `${Math.round(Number(a))} x ${Math.round(Number(b))}`))];
  };
  const fitsIn = (page: Page) => page.evaluate("document.documentElement.scrollWidth <= innerWidth");
  const rowsOf = (page: Page) => page.getByRole("table").getByRole("row");
  const oversight = async (): Promise<{ summary: string; data: { file?: string; reportId?: string } }[]> => {
    const { nodes } = (await ask(
      "{ auditEvents(first: 20, filter: { types: [REPORT_REQUESTED, REPORT_EXPORTED] }) { nodes { summary data } } }",
    )) as { nodes: { summary: string; data: { file?: string; reportId?: string } }[] };
    return nodes.toReversed();
  };
  /** Changes what the server answers to one of the page's operations. */
  const answering = (page: Page, operation: string, change: (data: unknown) => unknown) =>
    page.route("**/graphql", async (route: Route) => {
      const { query = "" } = (route.request().postDataJSON() ?? {}) as { query?: string };
      if (!query.includes(operation)) return route.fallback();
      const response = await route.fetch();
      const { data } = (await response.json()) as { data: unknown };
      return route.fulfill({ response, json: { data: change(data) } });
    });

  it("the owner asks for one, sees it made, reads a row and saves it as CSV and PDF; the log says all of it", async () => {
    const page = await open(owner, 1440, "/");
    await page.getByRole("link", { name: "Reports", exact: true }).click();
    await page.getByText("There are no reports yet.").waitFor();
    await inspect(page, "reports-none");
    await press(page, "New report");
    await page.getByRole("radio", { name: /Who has access/ }).waitFor();
    await inspect(page, "reports-ask");
    await press(page, "Make report");
    await page.getByText('The report "Who has access" is ready.').waitFor();
    const row = rowsOf(page).filter({ hasText: "Who has access" });
    await row.getByText("Ready").waitFor();
    expect(await row.innerText()).toContain("by Olivia Harper");
    await inspect(page, "reports-list");

    await page.getByRole("link", { name: "Who has access" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Who has access", level: 1 }).waitFor();
    await until(async () => (await rowsOf(page).count()) === 101);
    const firstNames = await page.getByRole("table").locator("tbody tr td:first-child").allInnerTexts();
    await page.getByRole("columnheader", { name: "Trusted devices" }).waitFor();
    await page.getByRole("img", { name: /^With 2FA: \d+ \(\d+%\), Without 2FA: \d+ \(\d+%\)$/ }).waitFor();
    expect(await page.getByRole("definition").allInnerTexts()).toContainEqual(expect.stringMatching(/^[0-9a-f]{64}$/));
    expect(await fitsIn(page)).toBe(true);
    await inspect(page, "reports-access");

    const csv = await saved(page, "CSV");
    expect(csv.name).toMatch(/^access-\d{4}-\d\d-\d\d\.csv$/);
    const lines = csv.content.toString().split("\n").slice(1);
    expect(lines.slice(0, 100).map((line) => line.slice(1).split('","')[0])).toEqual(firstNames);
    await press(page, "Show more");
    await until(async () => (await rowsOf(page).count()) === 201);
    expect(lines[199]).toContain(await rowsOf(page).last().getByRole("cell").first().innerText());
    const pdf = await saved(page, "PDF A4");
    expect([pdf.name, papersOf(pdf)]).toEqual([csv.name.replace("csv", "pdf"), ["842 x 595"]]);

    const events = await oversight();
    expect(events.map(({ data }) => data.file)).toEqual([undefined, "page", "csv", "pdf"]);
    expect(new Set(events.map(({ data }) => data.reportId)).size).toBe(1);
    expect(page.url()).toContain(events[0]?.data.reportId);
    await page.reload();
    await page.getByRole("heading", { name: "Who has access", level: 1 }).waitFor();
    await page.context().close();
  });

  it("on a phone an administrator asks about days, in French, and is told what is wrong with them first", async () => {
    const page = await open(admin, 390);
    await press(page, "New report");
    await page.getByText("2FA adoption", { exact: true }).click();
    await page.getByLabel("From", { exact: true }).fill("2026-02-01");
    await page.getByLabel("To", { exact: true }).fill("2026-01-01");
    await page.getByLabel("Language of headings").selectOption("French");
    await press(page, "Make report");
    await page.getByText("This day is after the last one.").waitFor();
    await page.getByLabel("From", { exact: true }).fill("2024-11-01");
    await press(page, "Make report");
    await page.getByText("Choose 400 days at most.").waitFor();
    await page.getByLabel("To", { exact: true }).fill("");
    await page.getByLabel("From", { exact: true }).fill("2999-12-31");
    await press(page, "Make report");
    await page.getByText("This day has not come yet.").waitFor();
    await page.getByLabel("From", { exact: true }).fill("2026-02-01");
    await page.getByLabel("To", { exact: true }).fill("1999-12-31");
    await press(page, "Make report");
    await page.getByText("Choose a day from 2000-01-01 to today.").waitFor();
    await inspect(page, "reports-ask-phone");
    await page.getByLabel("To", { exact: true }).fill("2026-02-03");
    await press(page, "Make report");
    const link = page.getByRole("link", { name: "Adoption de la double authentification" });
    await rowsOf(page).filter({ has: link }).getByText("Ready").waitFor();
    expect(await fitsIn(page)).toBe(true);
    await inspect(page, "reports-list-phone");
    await link.click();
    await page.getByText("Du 2026-02-01 au 2026-02-03").waitFor();
    await page.getByRole("img", { name: /^Identifiants: \d+ on the first day, \d+ on the last;/ }).waitFor();
    // Each row is a block of its own, without a head.
    await until(async () => (await rowsOf(page).count()) === 3);
    expect(await rowsOf(page).last().innerText()).toContain("2026-02-03");
    expect(await fitsIn(page)).toBe(true);
    await inspect(page, "reports-adoption-phone");
    const pdf = await saved(page, "PDF Letter");
    expect([pdf.name, papersOf(pdf)]).toEqual(["adoption-2026-02-01-2026-02-03.pdf", ["792 x 612"]]);
    await page.context().close();
  });

  it("a moment of the firm's zone is asked about as that moment, and one that has not come is refused", async () => {
    const page = await open(owner, 1440);
    await press(page, "New report");
    await page.getByLabel("As of", { exact: true }).fill("2031-01-31");
    await press(page, "Make report");
    await page.getByText("This moment has not come yet.").waitFor();
    expect(await page.getByLabel("As of", { exact: true }).getAttribute("min")).toBe("2000-01-01");
    expect(await page.getByLabel("As of", { exact: true }).getAttribute("max")).toMatch(/^20\d\d-\d\d-\d\d$/);
    await page.getByLabel("As of", { exact: true }).fill("0001-01-01");
    await press(page, "Make report");
    await page.getByText("Choose a day from 2000-01-01 to today.").waitFor();
    expect(await page.getByRole("dialog").innerText()).not.toMatch(/GraphQL|DateTime|\$input/);
    await page.getByLabel("As of", { exact: true }).fill("2026-01-31");
    await page.getByLabel("Time", { exact: true }).fill("14:30");
    await press(page, "Make report");
    await page.getByText("As of 2026-01-31 14:30 America/Toronto").waitFor();
    const { nodes } = (await ask("{ reports(first: 1) { nodes { asOf } } }")) as { nodes: { asOf: string }[] };
    expect(nodes).toEqual([{ asOf: "2026-01-31T19:30:00.000Z" }]);
    await page.context().close();
  });

  it("one in progress says how far it is, and one that failed can be asked for again with the same question", async () => {
    const { report } = (await ask(
      "mutation($input: RequestReportInput!) { requestReport(input: $input) { report { id } } }",
      { input: { kind: "CHANGES", since: "2026-03-01", until: "2026-03-31" } },
    )) as { report: { id: string } };
    const page = await open(owner, 1440, "/account");
    let as: { status: string; progress: number } | null = { status: "RUNNING", progress: 37 };
    await answering(page, "query ReportsPage_reports", (data) => {
      const { reports } = data as { reports: { nodes: { id: string }[] } };
      const nodes = reports.nodes.map((node) => (node.id === report.id ? { ...node, ...as } : node));
      return { reports: { ...reports, nodes } };
    });
    await page.getByRole("link", { name: "Reports", exact: true }).click();
    const row = rowsOf(page).filter({ hasText: "Security changes" });
    const bar = row.getByRole("progressbar", { name: "Being made" });
    await bar.waitFor();
    expect(await bar.getAttribute("aria-valuetext")).toBe("37%");
    await inspect(page, "reports-in-progress");
    as = { status: "FAILED", progress: 37 };
    await page.getByText('The report "Security changes" could not be made.').waitFor();
    await inspect(page, "reports-failed");
    as = null;
    await press(page, "Ask again for Security changes, From 2026-03-01 to 2026-03-31");
    await until(async () => (await row.count()) === 2);
    const { nodes } = (await ask("{ reports(first: 1) { nodes { id kind since until language } } }")) as {
      nodes: { id: string }[];
    };
    expect(nodes).toEqual([
      { id: expect.any(String), kind: "CHANGES", since: "2026-03-01", until: "2026-03-31", language: "EN" },
    ]);
    expect(nodes[0]?.id).not.toBe(report.id);
    await page.context().close();
  });

  it("colleagues who may see reports get them every month by mail, until nobody is chosen; without mail it says why not", async () => {
    const page = await open(owner, 1440);
    const card = page.getByRole("region", { name: "Every month by mail" });
    await card.getByText("Off: nobody is chosen.").waitFor();
    expect(await card.getByRole("checkbox").count()).toBe(2);
    await card.getByText("Adam Pine").click();
    await press(page, "Save");
    await card.getByText("Next mail:").waitFor();
    await page.reload();
    await card.getByText("Next mail:").waitFor();
    const chosen = card.getByRole("checkbox", { name: /Adam Pine/ });
    expect([await chosen.isChecked(), await card.getByRole("checkbox", { checked: true }).count()]).toEqual([true, 1]);
    await inspect(page, "reports-monthly");
    const schedule = await ask("{ reportSchedule { members { email } nextAt } }");
    expect(schedule).toEqual({ members: [{ email: admin.email }], nextAt: expect.stringMatching(/-01T0[45]:00:00/) });

    const mailIsOff = "This server does not send email, so nothing was done. Ask the people who run it.";
    await answering(page, "mutation MonthlyMailCard_set", () => ({
      setReportSchedule: {
        __typename: "ReportSchedulePayload",
        schedule: null,
        userErrors: [{ __typename: "UserError", code: "MAIL_NOT_CONFIGURED", field: null, message: mailIsOff }],
      },
    }));
    await card.getByText("Adam Pine").click();
    await press(page, "Save");
    await card.getByRole("alert").getByText(mailIsOff).waitFor();
    await page.unrouteAll();
    await press(page, "Save");
    await card.getByText("Off: nobody is chosen.").waitFor();
    await page.context().close();
  });

  it("staff neither find the page nor read it", async () => {
    const page = await open(staff, 1440);
    await page.getByText("Only owners and administrators can make reports.").waitFor();
    expect(await page.getByRole("link", { name: "Reports", exact: true }).count()).toBe(0);
    await inspect(page, "reports-staff");
    await page.context().close();
  });
});
