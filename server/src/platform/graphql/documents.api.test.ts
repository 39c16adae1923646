import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { leastCpuMs } from "../../testing/cpu-time.js";
import { largestOf, slowShapes } from "../../testing/fuzz/slow-documents.js";
import { World } from "../../testing/world.js";

/** CPU of this process, which runs both server and client: an upper bound for the server's own. */
const CPU_MS = 100;
const RUNS = 8;

describeOnDatabases("the cost of one document before it runs", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url(), { isProduction: true });
  });
  /** A caller with an unused budget: documents are charged. */
  const newOwner = async () => world.ownerToken(await world.firm());
  afterAll(() => world.stop());

  let sent = 0;
  /** CPU milliseconds until a document that is new to the server is answered. */
  const costOf = (document: string, token?: string) =>
    leastCpuMs({ boundMs: CPU_MS, runs: RUNS }, async () => {
      const { status } = await world.ask(`${document} # ${sent++}`, {}, token);
      // A document that is not read at all would prove nothing.
      expect(status).not.toBe(429);
    });

  it("X2 fragments that double at every step are refused by what they expand to, before anything walks them", async () => {
    const levels = 22;
    const document = `{ ...f0 } ${Array.from({ length: levels }, (_, n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`).join(" ")} fragment f${levels} on Query { __typename }`;
    const before = process.cpuUsage();
    const { status, errors } = await world.ask(document);
    const { user } = process.cpuUsage(before);
    expect([status, errors?.[0]?.extensions]).toEqual([
      400,
      { code: "QUERY_TOO_COMPLEX", limit: "selections", bound: 1000, requestId: expect.any(String) },
    ]);
    expect(user / 1000).toBeLessThan(1000);
  });

  it("X2 fragments that spread each other are refused at once, in the words of the specification's rule", async () => {
    const { status, errors } = await world.ask("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }");
    expect(status).toBe(400);
    expect(errors?.map(({ message, extensions }) => [message, extensions.code])).toEqual([
      ['Cannot spread fragment "A" within itself via "B".', "GRAPHQL_VALIDATION_FAILED"],
    ]);
  });

  it("X2 a subscription has the same limits", async () => {
    const levels = 22;
    const query = `subscription { auditEvents { ...f0 } } ${Array.from({ length: levels }, (_, n) => `fragment f${n} on AuditEvent { ...f${n + 1} ...f${n + 1} }`).join(" ")} fragment f${levels} on AuditEvent { id }`;
    const before = process.cpuUsage();
    const owner = await newOwner();
    const outcome = await new Promise<unknown>((resolve) => {
      world.socket(owner).subscribe({ query }, { next: resolve, error: resolve, complete: () => resolve("complete") });
    });
    const { user } = process.cpuUsage(before);
    expect(outcome).toMatchObject([{ extensions: { code: "QUERY_TOO_COMPLEX", limit: "selections", bound: 1000 } }]);
    expect(user / 1000).toBeLessThan(1000);
  });

  it.each(Object.keys(slowShapes))("X2 a thousand tokens of %s are answered within 100 ms of CPU", async (shape) => {
    expect(await costOf(largestOf([shape]))).toBeLessThan(CPU_MS);
    expect(await costOf(largestOf([shape]), await newOwner())).toBeLessThan(CPU_MS);
  });

  it("X2 a search among mixtures of them finds no slower one", async () => {
    const names = Object.keys(slowShapes);
    const any = () => names[Math.floor(Math.random() * names.length)] ?? "";
    let slowest = { shapes: [any(), any()], shares: [1, 1], cost: 0 };
    for (let round = 0; round < 60; round++) {
      // Every third one starts afresh; the others change one thing in the slowest so far.
      const startsAfresh = round % 3 === 0;
      const shapes = startsAfresh ? [any(), any(), any()].slice(Math.random() < 0.5 ? 1 : 0) : [...slowest.shapes];
      if (!startsAfresh) shapes[Math.floor(Math.random() * shapes.length)] = any();
      const shares = shapes.map(() => Math.ceil(Math.random() * 5));
      const cost = await costOf(largestOf(shapes, shares), await newOwner());
      if (cost > slowest.cost) slowest = { shapes, shares, cost };
    }
    expect([slowest.shapes, slowest.shares, slowest.cost < CPU_MS, slowest.cost]).toEqual([
      slowest.shapes,
      slowest.shares,
      true,
      slowest.cost,
    ]);
  });
});
