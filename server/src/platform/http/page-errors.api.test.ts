import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import { PAGE_ERRORS_PATH, pageErrorLimits, type PageErrorReport } from "@gatehouse/shared";
import { World } from "../../testing/world.js";
import { createLog } from "../log.js";

const report: PageErrorReport = {
  page: "portal",
  error: "NotFoundError",
  isTranslated: true,
  at: ["main-BxT31a.js:1:20345", "portal-app-C_9-x.js:12:7"],
};

describe("X65 a page that failed in a browser reports it to the log", () => {
  const logged: string[] = [];
  const log = createLog("info", { write: (line) => void logged.push(line) });
  const reports = () => logged.filter((line) => line.includes("a page failed in the browser"));
  const worlds: World[] = [];
  let world: World;
  beforeEach(async () => {
    logged.length = 0;
    world = await World.start("sqlite::memory:", { trustedProxies: ["127.0.0.1"] }, { log });
    worlds.push(world);
  });
  afterAll(() => Promise.all(worlds.map((one) => one.stop())));

  const send = async (body: unknown, headers: Record<string, string> = {}, method = "POST") => {
    const answer = await world.raw({
      path: PAGE_ERRORS_PATH,
      method,
      headers: { "content-type": "application/json", "x-forwarded-for": "203.0.113.7", ...headers },
      ...(method === "POST" ? { body: typeof body === "string" ? body : JSON.stringify(body) } : {}),
    });
    await answer.text();
    return answer.status;
  };

  it("signed in or not, with the error's name and its places, as a warning", async () => {
    expect(await send(report)).toBe(204);
    expect(reports()).toHaveLength(1);
    expect(JSON.parse(reports()[0] ?? "")).toMatchObject({ level: 40, ...report });
  });

  it("nothing else fits: no message, address, token, text, other field, or more places than are useful", async () => {
    const secret = "ghs_9f3c7a";
    const faulty = [
      { ...report, message: secret },
      { ...report, error: `Error: ${secret} is not valid` },
      { ...report, at: [`https://gatehouse.example/portal/harbor/confirm#token=${secret}`] },
      { ...report, at: [`index.js:1:2\n${secret}`] },
      { ...report, at: Array<string>(pageErrorLimits.places + 1).fill("index.js:1:2") },
      { ...report, at: [`${"x".repeat(81)}:1:2`] },
      { ...report, page: secret },
      { ...report, isTranslated: secret },
      { ...report, at: { 0: "index.js:1:2" } },
      [report],
    ];
    for (const [place, other] of faulty.entries())
      expect([other, await send(other, { "x-forwarded-for": `203.0.113.${place}` })]).toEqual([other, 400]);
    expect(await send(`{"page": "${secret}`, { "x-forwarded-for": "198.51.100.1" })).toBe(400);
    expect(await send("null", { "x-forwarded-for": "198.51.100.2" })).toBe(400);
    expect(logged.join("\n")).not.toContain(secret);
    expect(reports()).toEqual([]);
  });

  it("what is too large, of another type or method, or from another site's page is refused unread", async () => {
    const huge = { ...report, at: ["x".repeat(pageErrorLimits.bytes)] };
    expect(await send(huge)).toBe(413);
    expect(await send(report, { "content-type": "text/plain" })).toBe(415);
    expect(await send(report, {}, "GET")).toBe(405);
    expect(await send(report, { origin: "https://elsewhere.example" })).toBe(403);
    expect(await send(report, { "sec-fetch-site": "cross-site" })).toBe(403);
    expect(reports()).toEqual([]);
  });

  it("one source, and all together, can write only so many lines a minute", async () => {
    const statuses = [];
    for (let sent = 0; sent <= pageErrorLimits.perMinuteBySource; sent++) statuses.push(await send(report));
    expect(statuses.filter((status) => status === 204)).toHaveLength(pageErrorLimits.perMinuteBySource);
    expect(statuses.at(-1)).toBe(429);
    // Another address is not refused for it, until they are too many together.
    expect(await send(report, { "x-forwarded-for": "203.0.113.8" })).toBe(204);
    for (let sent = 0; sent <= pageErrorLimits.perMinute; sent++)
      statuses.push(await send(report, { "x-forwarded-for": `198.51.100.${sent}` }));
    expect(statuses.at(-1)).toBe(429);
    expect(reports()).toHaveLength(pageErrorLimits.perMinute);
  });
});
