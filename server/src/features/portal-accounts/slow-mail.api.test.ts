import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";

const SAMPLES = 12;
const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

describeOnBothDatabases("while the mail server does not answer", (database) => {
  let silent: Server;
  const held = new Set<Socket>();
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    // Takes connections and never says a word.
    silent = createServer((socket) => {
      held.add(socket);
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    world = await World.start(database.url(), { smtpUrl: `smtp://127.0.0.1:${port}` });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(async () => {
    for (const socket of held) socket.destroy();
    silent.close();
    await world.stop();
  });

  it("M07 a known and an unknown address get the same answer as fast, and the mail waits for its time", async () => {
    const times: Record<"known" | "unknown", number[]> = { known: [], unknown: [] };
    const answers = new Set<string>();
    const asked: string[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      const known = (await world.contact(owner)).email;
      asked.push(known);
      const pair = [
        ["known", known],
        ["unknown", `nobody-${sample}@client.example`],
      ] as const;
      for (const [who, email] of sample % 2 ? pair : pair.toReversed()) {
        const began = performance.now();
        const answer = await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
          firmSlug: firm.slug,
          email,
        });
        times[who].push(performance.now() - began);
        answers.add(JSON.stringify(answer));
      }
    }
    expect([...answers]).toEqual(['{"accepted":true,"userErrors":[]}']);
    // A mail server that holds on for seconds would show in either; a busy machine shows in both.
    expect(median(times.known)).toBeLessThan(median(times.unknown) * 2 + 1000);
    expect(median(times.known)).toBeLessThan(10_000);
    const waiting = await until(async () => {
      const rows = await world.app.work.reader.query<{ recipient: string }[]>(
        `SELECT recipient FROM outbox_mails WHERE sentAt IS NULL AND recipient IN (${asked.map(() => "?").join(", ")})`,
        asked,
      );
      return rows.length === asked.length ? rows : undefined;
    });
    expect(new Set(waiting.map(({ recipient }) => recipient))).toEqual(new Set(asked));
  });
});
