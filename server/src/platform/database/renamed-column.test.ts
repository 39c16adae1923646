import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { getMetadataArgsStorage } from "typeorm";
import "../../entities.js";

const server = join(__dirname, "../../..");
const repository = join(server, "..");

/** Each place that names a column of an entity's table in SQL, in tsc's format: file(line,column). */
function columnsNamedIn(file: string, text: string): string[] {
  const tables = new Map(
    [...text.matchAll(/^const (\w+) = (?:leftJoined\()?table\((\w+)/gm)].map(([, name = "", entity = ""]) => [
      name,
      entity,
    ]),
  );
  return text
    .split("\n")
    .flatMap((line, n) =>
      [...line.matchAll(/(?<![\w.])(\w+)\.(\w+)/g)]
        .filter(([, name = "", column = ""]) => columnsOf(tables.get(name)).has(column))
        .map(({ index, 1: name = "" }) => `${file}(${n + 1},${index + name.length + 2})`),
    );
}
const columnsOf = (entity: string | undefined): ReadonlySet<string> =>
  new Set(
    getMetadataArgsStorage()
      .columns.filter(({ target }) => typeof target === "function" && target.name === entity)
      .map(({ propertyName }) => propertyName),
  );

it("renaming a column only in its entity makes tsc report each place in a statement that names it", () => {
  const root = mkdtempSync(join(tmpdir(), "gatehouse-renamed-"));
  try {
    const copy = join(root, "server");
    cpSync(join(server, "src"), join(copy, "src"), { recursive: true });
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
    symlinkSync(join(server, "node_modules"), join(copy, "node_modules"));
    const compilerOptions = {
      composite: false,
      incremental: false,
      noEmit: true,
      rootDir: "/",
      paths: { "@gatehouse/shared": [join(repository, "shared/src/index.ts")] },
    };
    writeFileSync(
      join(copy, "tsconfig.json"),
      JSON.stringify({ extends: join(server, "tsconfig.json"), compilerOptions, include: ["src"], references: [] }),
    );
    const named: string[] = [];
    for (const file of readdirSync(copy, { recursive: true, encoding: "utf8" })) {
      if (!/^src\/(?!testing\/).*(?<!\.test)\.ts$/.test(file)) continue;
      const path = join(copy, file);
      const text = readFileSync(path, "utf8");
      named.push(...columnsNamedIn(file, text));
      if (file.endsWith(".entity.ts")) writeFileSync(path, text.replaceAll(/(\w+)(: [^:;=]+;)$/gm, "$1Renamed$2"));
    }
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", copy, "--pretty", "false"], {
      cwd: copy,
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    const errors = new Set(stdout.match(/^src\/[^(]+\(\d+,\d+\)/gm));
    expect(named.length).toBeGreaterThan(600);
    expect(named.filter((place) => !errors.has(place))).toEqual([]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
