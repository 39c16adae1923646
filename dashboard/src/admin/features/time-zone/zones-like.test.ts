import { expect, it } from "@jest/globals";
import { timeZoneNames } from "@gatehouse/shared";
import { zonesLike } from "./zones-like.js";

it("finds a time zone by its city or region, however it is written", () => {
  const find = (typed: string) => zonesLike(typed, timeZoneNames());
  expect(find("paris")).toEqual(["Europe/Paris"]);
  expect(find("new york")[0]).toBe("America/New_York");
  expect(find("America/New_York")).toEqual(["America/New_York"]);
  expect(find("Montréal").length + find("são paulo").length).toBe(1);
  expect(find("port-au")).toEqual(["America/Port-au-Prince"]);
  expect(find("cairo")).toEqual(["Africa/Cairo"]);
  expect(find("Mars")).toEqual([]);
  expect(find("")).toEqual(timeZoneNames());
});
