import { describe, expect, it } from "@jest/globals";
import { timeZoneNames } from "@gatehouse/shared";
import { zonesLike } from "./zones-like.js";

const find = (typed: string) => zonesLike(typed, timeZoneNames());

describe("the time zones that somebody may mean", () => {
  it("are found by a city or region, however it is written", () => {
    expect(find("paris")).toEqual(["Europe/Paris"]);
    expect(find("new york")[0]).toBe("America/New_York");
    expect(find("America/New_York")).toEqual(["America/New_York"]);
    expect(find("são paulo")[0]).toBe("America/Sao_Paulo");
    expect(find("port-au")).toEqual(["America/Port-au-Prince"]);
    expect(find("cairo")).toEqual(["Africa/Cairo"]);
    expect(find("Xanadu")).toEqual([]);
    expect(find("")).toEqual(timeZoneNames());
  });

  it.each([
    ["Montréal", "America/Toronto"],
    ["America/Montreal", "America/Toronto"],
    ["us/pacific", "America/Los_Angeles"],
    ["Eastern", "America/New_York"],
    ["Calcutta", "Asia/Kolkata"],
    ["Kiev", "Europe/Kyiv"],
    ["Saigon", "Asia/Ho_Chi_Minh"],
    ["GMT", "UTC"],
  ])("are found by an older name: %s", (typed, zone) => expect(find(typed)[0]).toBe(zone));

  it.each([
    ["India", "Asia/Kolkata"],
    ["Ireland", "Europe/Dublin"],
    ["germany", "Europe/Berlin"],
    ["Canad", "America/Vancouver"],
  ])("are found by a country: %s", (typed, zone) => expect(find(typed)).toContain(zone));
});
