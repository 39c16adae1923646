import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { describeOnDatabases } from "../testing/databases.js";
import { freePort, ServerProcess } from "../testing/server-process.js";

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const run = promisify(execFile);

interface Component {
  type: string;
  group?: string;
  name: string;
  version: string;
  purl: string;
  "bom-ref": string;
  licenses?: unknown[];
  externalReferences?: { type: string; hashes?: { alg: string; content: string }[] }[];
}
interface Bom {
  bomFormat: string;
  specVersion: string;
  serialNumber: string;
  metadata: { component: { name: string; "bom-ref": string } };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}
interface Lock {
  packages: Record<string, { resolution: { integrity: string } }>;
}

const nameOf = ({ group, name }: Pick<Component, "group" | "name">) =>
  group === undefined ? name : `${group}/${name}`;
const ownName = /^@gatehouse\//;
/** The package that a file in node_modules belongs to. */
function packageOf(url: string): string | null {
  const [path, ...outside] = url.split("/node_modules/").toReversed();
  if (path === undefined || outside.length === 0) return null;
  const [scope = "", name = ""] = path.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

const directory = mkdtempSync(join(tmpdir(), "gatehouse-supply-"));
let bom: Bom;
beforeAll(async () => {
  const file = join(directory, "sbom.cdx.json");
  await run(process.execPath, [join(root, "server/scripts/run.mjs"), "sbom", "--out", file], { cwd: root });
  bom = JSON.parse(readFileSync(file, "utf8")) as Bom;
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Packages that name no licence in package.json, but contain one: png-js, under the MIT licence. */
const licensedByFile = new Set(["png-js"]);

describe("the bill of materials", () => {
  it("is CycloneDX 1.6 and self-contained: each reference leads to one component", () => {
    expect(bom).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { name: "gatehouse" } },
    });
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    const refs = [bom.metadata.component["bom-ref"], ...bom.components.map((component) => component["bom-ref"])];
    expect(new Set(refs).size).toBe(refs.length);
    const lost = bom.dependencies
      .flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn])
      .filter((ref) => !refs.includes(ref));
    expect(lost).toEqual([]);
  });

  it("gives each package its address, licence, and the hash from the lock file", () => {
    const { packages } = parse(read("pnpm-lock.yaml")) as Lock;
    const wrong: string[] = [];
    for (const component of bom.components.filter((one) => !ownName.test(nameOf(one)))) {
      const name = nameOf(component);
      const integrity = packages[`${name}@${component.version}`]?.resolution.integrity;
      const hashes = (component.externalReferences ?? []).flatMap((reference) => reference.hashes ?? []);
      const [hash] = hashes.filter(({ alg }) => alg === "SHA-512");
      if (integrity !== `sha512-${Buffer.from(hash?.content ?? "", "hex").toString("base64")}`)
        wrong.push(`${name}: hash`);
      if (component.purl !== `pkg:npm/${name.replace("@", "%40")}@${component.version}`) wrong.push(`${name}: purl`);
      if (!component.licenses?.length && !licensedByFile.has(name)) wrong.push(`${name}: licence`);
    }
    expect(wrong).toEqual([]);
  });
});

describeOnDatabases("the bill of materials, beside the running server", (database) => {
  it("lists everything that is loaded", async () => {
    const coverage = mkdtempSync(join(directory, "loaded-"));
    const server = new ServerProcess(await freePort(), {
      DATABASE_URL: database.url(),
      SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
      DEMO: "0",
      NODE_V8_COVERAGE: coverage,
    });
    // A server that is stopped before it handles signals writes no coverage.
    while (readdirSync(coverage).length === 0) {
      server.start();
      try {
        await server.waitUntilReady();
        expect((await server.ask("{ __typename }")).data).toEqual({ __typename: "Query" });
      } finally {
        await server.end();
      }
    }
    const scripts = readdirSync(coverage).flatMap(
      (file) => (JSON.parse(readFileSync(join(coverage, file), "utf8")) as { result: { url: string }[] }).result,
    );
    const loaded = new Set(scripts.map(({ url }) => packageOf(url)).filter((name) => name !== null));
    expect(loaded.size).toBeGreaterThan(50);
    const listed = new Set(bom.components.map(nameOf));
    expect([...loaded].filter((name) => !listed.has(name))).toEqual([]);
  });
});

describe("what the documents say about dependencies", () => {
  it("covers each direct one of the server, in the installed version: a new one is read first", () => {
    const text = read("docs/dependencies.md");
    const { dependencies } = JSON.parse(read("server/package.json")) as { dependencies: Record<string, string> };
    const direct = Object.entries(dependencies).filter(([name]) => !ownName.test(name));
    expect(direct.filter(([name, version]) => !text.includes(`${name} ${version}`))).toEqual([]);
  });
});
