import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { alternate, rangeIn, within, type Row } from "../bench.js";
import { gatehouse, root, type Variant } from "../processes.js";
import { exactly } from "../statistics.js";
import { CONTACTS } from "./reads.js";

export const coldStart: Row = {
  name: "cold-start",
  title: "Cold start to ready, second start on a database",
  async measure(bench) {
    const { databaseUrl } = await bench.firm(CONTACTS);
    const variants: Variant[] = [
      { name: "node hello world", role: "floor", script: "floor/hello.js" },
      gatehouse(databaseUrl),
      {
        ...gatehouse(databaseUrl),
        name: "npm start (checks the installation and build first)",
        command: ["npm", "start"],
      },
    ];
    const rows = await alternate(bench, variants, async (_variant, { readyMs }) => ({ readyMs }));
    return {
      tables: [{ metrics: [{ key: "readyMs", title: "ms to the first answer of /readyz", better: "less" }], rows }],
      goals: [within(rangeIn(rows, "Gatehouse", "readyMs"), "less", 1500, "ready in under 1.5 s", " ms")],
      notes: [],
    };
  },
};

const DIST = `${root}dashboard/dist/`;
const gzipped = (name: string) => gzipSync(readFileSync(`${DIST}${name}`), { level: 9 }).length;

/** A chunk and everything that it imports before it runs. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const code = readFileSync(`${DIST}assets/${name}`, "utf8");
  for (const [, found] of code.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) if (found) withImports(found, seen);
  return seen;
}

export const firstLoad: Row = {
  name: "first-load",
  title: "Dashboard's first load",
  async measure() {
    const page = readFileSync(`${DIST}index.html`, "utf8");
    const named = [...page.matchAll(/(?:src|href)="\/assets\/([\w.-]+)"/g)].map(([, name]) => name ?? "");
    const chunks = readdirSync(`${DIST}assets`).filter((name) => name.endsWith(".js"));
    const styles = named.filter((name) => name.endsWith(".css"));
    const entries = named.filter((name) => name.endsWith(".js"));
    const sizeOf = (app: string) => {
      const own = chunks.filter((name) => name.startsWith(app));
      if (own.length === 0) throw new Error(`the build has no chunk ${app}`);
      const needed = new Set([...entries, ...own].flatMap((name) => [...withImports(name)]));
      const bytes =
        gzipped("index.html") + [...needed, ...styles].reduce((sum, name) => sum + gzipped(`assets/${name}`), 0);
      return { kB: bytes / 1000, needed };
    };
    const admin = sizeOf("admin-app");
    const portal = sizeOf("portal-app");
    const later = chunks.filter((name) => !admin.needed.has(name) && !portal.needed.has(name));
    return {
      tables: [
        {
          metrics: [{ key: "kB", title: "kB gzip before the first screen", better: "less" }],
          rows: [
            { name: "dashboard", role: "gatehouse", samples: [{ kB: admin.kB }] },
            { name: "client portal", role: "gatehouse", samples: [{ kB: portal.kB }] },
          ],
        },
      ],
      goals: [within(exactly(admin.kB), "less", 200, "under 200 kB gzip before the first screen", " kB")],
      notes: [
        `Page, styles, entry and app with everything they import. Loaded later, on demand: ${later.map((name) => `\`${name.replace(/-[\w-]{8}\.js$/, "")}\``).join(", ") || "nothing"}.`,
      ],
    };
  },
};
