import { expect, it } from "@jest/globals";
import { leastCpuMs } from "../../testing/cpu-time.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

const BOUND = { boundMs: 100, runs: 5 };
/** Node's limit for a request's head, minus what the rest of it takes. */
const BYTES = 15_000;
const filled = (start: string, middle: string, end = "") =>
  start + middle.repeat((BYTES - start.length - end.length) / middle.length) + end;

/** Heads that make a careless pattern restart at every character. */
const heads = {
  "content-type": [
    filled("application/json;a=", " ", "x"),
    filled('application/json;a="', " ", 'x"'),
    filled("application/json;", " ", "x"),
    filled("application/json", ";a=b"),
    filled('application/json;a="', '\\"', '"'),
    filled("application/json;", "\t", "x"),
  ],
  accept: [
    filled("", "a/b;q=0.1,", "*/*"),
    filled('*/*;a="', ","),
    filled("*/*;a=", " ", "x"),
    filled("*/*", ";a=b"),
    filled('*/*;a="', '\\"', '"'),
  ],
  "accept-language": [filled("", "fr;q=0.1,", "en"), filled("fr;q=", "0"), filled("fr", " ", "x"), filled("fr", "-fr")],
  cookie: [filled("", "a=b; "), filled("", "="), filled("a", " ", "=b"), filled('a="', '\\"', '"')],
  authorization: [filled("Bearer ", " ", "x"), filled("Bearer ", "a b"), filled("Bearer gh_", "_")],
  "x-forwarded-for": [filled("", "1.1.1.1,", "x"), filled("", ":"), filled("", "1."), filled("1", " ", "x")],
  "user-agent": [filled("Mozilla/5.0 (", "(", ")"), filled("", "Firefox/"), filled("Windows", " ", "x")],
  "idempotency-key": [filled("", "a"), filled("a", " ", "x")],
  origin: [filled("http://", "a."), filled("http://", "[")],
};

describeOnDatabases("a request's head", (database) => {
  it("costs little, whatever it contains: 100 ms at the very most (X25c)", async () => {
    const world = await World.start(database.url());
    try {
      await world.ask("{ __typename }");
      const slow: string[] = [];
      let n = 0;
      for (const [name, values] of Object.entries(heads))
        for (const value of values) {
          const ms = await leastCpuMs(BOUND, async () => {
            // A new document, so that it takes the long way.
            await world.ask(`{ a${n++}: __typename }`, {}, undefined, { [name]: value }).catch(() => null);
          });
          if (ms > BOUND.boundMs) slow.push(`${name}: ${value.slice(0, 30)}… took ${ms.toFixed(0)} ms`);
        }
      expect(slow).toEqual([]);
    } finally {
      await world.stop();
    }
  });
});
