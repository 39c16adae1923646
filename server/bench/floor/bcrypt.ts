import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import bcrypt from "bcrypt";

/**
 * bcrypt alone, at the product's cost, with as many concurrent hashes as there are cores: `/?seconds=5` returns how
 * many per second.
 */
const COST = 12;
const hash = await bcrypt.hash("a password for the bench", COST);

async function rate(seconds: number): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      while (performance.now() - startedAt < seconds * 1000) {
        await bcrypt.compare("a password for the bench", hash);
        done++;
      }
    }),
  );
  return done / ((performance.now() - startedAt) / 1000);
}

createServer((request, response) => {
  const seconds = Number(new URL(request.url ?? "/", "http://localhost").searchParams.get("seconds") ?? 0);
  void (seconds > 0 ? rate(seconds) : Promise.resolve(0)).then((perSecond) =>
    response.end(JSON.stringify({ perSecond })),
  );
}).listen(Number(process.env.PORT), "127.0.0.1");
