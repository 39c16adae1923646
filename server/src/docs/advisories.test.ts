import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";

const root = join(__dirname, "../../..");
const directory = mkdtempSync(join(tmpdir(), "gatehouse-advisories-"));
afterAll(() => rmSync(directory, { recursive: true }));

const put = (name: string, content: unknown): string => {
  const file = join(directory, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
};
/** A lock file with one package for production, and one that is only used to build. */
const lock = (version: string, built = "1.0.0") =>
  put(
    `lock-${version}-${built}.yaml`,
    `lockfileVersion: '9.0'
importers:
  server:
    dependencies:
      leaky: { specifier: ${version}, version: ${version}(peer@1.0.0) }
    devDependencies:
      builder: { specifier: ${built}, version: ${built} }
packages:
  leaky@${version}: { resolution: { integrity: sha512-x } }
  builder@${built}: { resolution: { integrity: sha512-x } }
snapshots:
  leaky@${version}(peer@1.0.0): {}
  builder@${built}: {}
`,
  );
const affected = (events: object[], { name = "leaky", ecosystem = "npm" } = {}) => [
  { package: { ecosystem, name }, ranges: [{ type: "SEMVER", events }] },
];
const record = (events: object[], more: object = {}) => ({
  id: "GHSA-xxxx-yyyy-zzzz",
  summary: "It leaks",
  affected: affected(events),
  ...more,
});
function check(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "server/scripts/advisories.mjs"), ...args],
    {
      encoding: "utf8",
    },
  );
  return { status, said: stdout + stderr };
}
const checked = (version: string, list: string) => check("--lock", lock(version), "--list", list).status;

describe("the versions that are pinned", () => {
  it("have no vulnerability in the committed list", () => {
    expect(check()).toEqual({ status: 0, said: expect.stringMatching(/^\d+ pinned packages against \d+ records: 0 /) });
  });

  it("are reported with the vulnerability, its fixed version, and whether production installs it", () => {
    const list = put("one.json", record([{ introduced: "0" }, { fixed: "2.0.1" }], { aliases: ["CVE-2026-1"] }));
    const { status, said } = check("--lock", lock("2.0.0"), "--list", list);
    expect(status).toBe(1);
    expect(said).toMatch(/leaky 2\.0\.0 +production +GHSA-xxxx-yyyy-zzzz CVE-2026-1 +2\.0\.1 +It leaks/);
    const built = put("built.json", record([], { affected: affected([{ introduced: "0" }], { name: "builder" }) }));
    expect(check("--lock", lock("9.0.0"), "--list", built).said).toMatch(/builder 1\.0\.0 +build and tests/);
  });

  it.each([
    ["1.9.9", [{ introduced: "2.0.0" }, { fixed: "2.5.0" }], 0],
    ["2.0.0", [{ introduced: "2.0.0" }, { fixed: "2.5.0" }], 1],
    ["2.5.0-rc.1", [{ introduced: "2.0.0" }, { fixed: "2.5.0" }], 1],
    ["2.5.0", [{ introduced: "2.0.0" }, { fixed: "2.5.0" }], 0],
    ["0.0.1-alpha", [{ introduced: "0" }], 1],
    ["3.0.0", [{ introduced: "0" }, { last_affected: "3.0.0" }], 1],
    ["3.0.1", [{ introduced: "0" }, { last_affected: "3.0.0" }], 0],
    // Events out of order, with two fixes.
    ["4.1.0", [{ fixed: "4.2.0" }, { introduced: "4.0.0" }, { fixed: "3.1.0" }, { introduced: "0" }], 1],
    ["3.5.0", [{ fixed: "4.2.0" }, { introduced: "4.0.0" }, { fixed: "3.1.0" }, { introduced: "0" }], 0],
  ])("%s and %j: %i", (version, events, status) => {
    expect(checked(version, put("range.json", record(events)))).toBe(status);
  });

  it("are also compared with lists that an operator has downloaded: one record, many, or a directory", () => {
    const bad = record([{ introduced: "0" }]);
    expect(checked("1.0.0", put("many.json", [record([{ introduced: "5.0.0" }]), bad]))).toBe(1);
    expect(checked("1.0.0", put("vulns.json", { vulns: [bad] }))).toBe(1);
    mkdirSync(join(directory, "npm/deep"), { recursive: true });
    put("npm/deep/GHSA-xxxx-yyyy-zzzz.json", bad);
    expect(checked("1.0.0", join(directory, "npm"))).toBe(1);
    const exact = { ...bad, affected: [{ package: { ecosystem: "npm", name: "leaky" }, versions: ["1.0.0"] }] };
    expect(checked("1.0.0", put("exact.json", exact))).toBe(1);
    expect(checked("1.0.1", put("exact.json", exact))).toBe(0);
  });

  it("are not blamed for withdrawn records, nor for a package of the same name in another ecosystem", () => {
    expect(
      checked("1.0.0", put("withdrawn.json", record([{ introduced: "0" }], { withdrawn: "2026-01-01T00:00:00Z" }))),
    ).toBe(0);
    const elsewhere = affected([{ introduced: "0" }], { ecosystem: "PyPI" });
    expect(checked("1.0.0", put("pypi.json", record([], { affected: elsewhere })))).toBe(0);
  });

  it("never pass if a list cannot be read", () => {
    expect(checked("1.0.0", put("broken.json", "{"))).toBe(2);
    expect(checked("1.0.0", put("other.json", { vulnerabilities: {} }))).toBe(2);
    expect(checked("1.0.0", put("odd.json", record([{ introduced: "yesterday" }])))).toBe(2);
    expect(checked("1.0.0", join(directory, "missing.json"))).toBe(2);
  });
});
