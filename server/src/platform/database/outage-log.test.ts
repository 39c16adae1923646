import { expect, it } from "@jest/globals";
import { until } from "../../testing/world.js";
import { currentRequestId } from "../http/request-id.js";
import { createLog } from "../log.js";
import { logOutage } from "./outage-log.js";
import { OutcomeUnknown, Overloaded, Unavailable } from "./outages.js";

it("counts refusals for lack of a connection in one line, without a stack, beside the database's own failures", async () => {
  const lines: string[] = [];
  const log = createLog("warn", { write: (line) => void lines.push(line) });
  const requestId = "r-1";
  const refusal = new Unavailable(new Overloaded("too many writers wait"));
  currentRequestId.run(requestId, () => {
    for (let n = 0; n < 599; n++) logOutage(log, refusal, { requestId });
    logOutage(log, new OutcomeUnknown(refusal), { requestId });
  });
  expect(lines).toEqual([]);
  logOutage(log, new Unavailable(Object.assign(new Error("gone"), { code: "ECONNRESET" })), { requestId });
  const entry = await until(async () => lines[1]);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ msg: "the database failed", requestId, outage: "UNAVAILABLE" });
  expect(JSON.parse(entry)).toEqual({
    level: 40,
    time: expect.any(String),
    count: 600,
    msg: "requests were refused because no database connection was free",
  });
});
