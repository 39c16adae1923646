import { describe, expect, it } from "@jest/globals";
import { newestFirst } from "./event-order.js";

const events = (...ids: number[]) => ids.map((id) => ({ id: String(id) }));

describe("events that arrived and events that were loaded", () => {
  it.each([
    { what: "keep their order if nothing arrived", arrived: [], loaded: [2, 1], shown: [2, 1] },
    { what: "are joined if everything that arrived is newer", arrived: [4, 3], loaded: [2, 1], shown: [4, 3, 2, 1] },
    {
      what: "are merged if the list was reloaded and both have the newest",
      arrived: [4, 3],
      loaded: [4, 3, 2, 1],
      shown: [4, 3, 2, 1],
    },
    {
      what: "are merged if the list was loaded before the feed delivered the newest",
      arrived: [4, 3],
      loaded: [6, 5, 4, 3, 2],
      shown: [6, 5, 4, 3, 2],
    },
    { what: "are merged if more arrived than a page holds", arrived: [5, 4, 3], loaded: [5, 4], shown: [5, 4, 3] },
  ])("$what", ({ arrived, loaded, shown }) => {
    expect(newestFirst(events(...arrived), events(...loaded))).toEqual(events(...shown));
  });
});
