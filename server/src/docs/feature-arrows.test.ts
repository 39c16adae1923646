import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = join(__dirname, "../../..");
/** What features share with each other: tables, GraphQL inputs and results, and a page's fragments. */
const NOUN = /\.(?:entity|inputs|results|fragment)\.tsx?$/;
const IMPORT = /\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)\.js"/g;

interface Arrow {
  from: string;
  to: string;
  by: string;
}

/** Where the behavior in each folder imports from another one, including type imports and dynamic imports. */
function arrowsBetweenFoldersOf(folder: string): Arrow[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => posix.join(folder, path))
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path));
  const featureOf = (path: string) => relative(folder, path).split("/")[0] ?? "";
  return files.flatMap((path) =>
    NOUN.test(path)
      ? []
      : [...readFileSync(join(root, path), "utf8").matchAll(IMPORT)].flatMap(([, name = ""]) => {
          const target = posix.join(posix.dirname(path), name);
          const file = [`${target}.ts`, `${target}.tsx`].find((each) => existsSync(join(root, each)));
          if (!file?.startsWith(`${folder}/`) || NOUN.test(file) || featureOf(file) === featureOf(path)) return [];
          return { from: featureOf(path), to: featureOf(file), by: `${path} imports ${file}` };
        }),
  );
}

/** The arrows on paths that lead back to their start: those left after removing, repeatedly, all that lead nowhere. */
function circlesIn(arrows: readonly Arrow[]): string[] {
  const onTheWay = arrows.filter(
    ({ from, to }) => arrows.some((next) => next.from === to) && arrows.some((last) => last.to === from),
  );
  return onTheWay.length === arrows.length ? arrows.map(({ by }) => by) : circlesIn(onTheWay);
}

describe("A feature's behavior never leads back to its own folder", () => {
  it.each([
    "server/src/features",
    "dashboard/src/admin/features",
    "dashboard/src/portal/features",
    "dashboard/src/features",
    "dashboard/src",
    "shared/src",
  ])("in %s", (folder) => {
    const arrows = arrowsBetweenFoldersOf(folder);
    expect(arrows.length).toBeGreaterThan(0);
    expect(circlesIn(arrows)).toEqual([]);
  });

  it("and never up a rank of docs/architecture.md, which names every feature of the server once", () => {
    const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
    const table = text.slice(text.indexOf("| rank |"), text.indexOf("## One request's way"));
    const ranks = table.split("\n").filter((line) => line.startsWith("|"));
    const named = ranks.flatMap((line, rank) =>
      [...line.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => ({ name, rank })),
    );
    expect(named.map(({ name }) => name).toSorted()).toEqual(readdirSync(join(root, "server/src/features")).toSorted());
    const rankOf = new Map(named.map(({ name, rank }) => [name, rank]));
    const upwards = arrowsBetweenFoldersOf("server/src/features").filter(
      ({ from, to }) => (rankOf.get(to) ?? 0) > (rankOf.get(from) ?? 0),
    );
    expect(upwards.map(({ by }) => by)).toEqual([]);
  });
});
