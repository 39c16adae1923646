import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = join(__dirname, "../../..");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const commands = Object.entries(scripts).flatMap(([name, line]) =>
  line === `node server/scripts/run.mjs ${name}` ? [name] : [],
);
/** They hand their options on: Jest and Stryker judge them, and the operator's commands have tests of their own. */
const passing = ["test", "mutation", "gatehouse"];
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["server/scripts/run.mjs", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

describe("a command of the repository", () => {
  it.each(commands.filter((name) => name !== "gatehouse"))("says what it is and what it takes: %s", (name) => {
    const { status, stdout, stderr } = run(name, "--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^npm run ${name}\\b.*\\n {2}\\S`));
  });

  it.each([
    ...commands.filter((name) => !passing.includes(name)).map((name) => [name, "--nonsense"]),
    ["chaos", "--kills"],
    ["chaos", "--kills", "many"],
    ["chaos", "--database", "oracle"],
    ["fuzz", "--seconds", "0"],
    ["fuzz", "--minutes", "half"],
    ["fuzz", "60"],
    ["nonsense"],
  ])("refuses what it does not know, in one line and before it does anything: %s %s %s", (...args) => {
    const { status, stdout, stderr } = run(...args.filter((arg) => arg !== undefined));
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(args.at(0));
  });

  it("is in the list of all of them", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    expect([...stdout.matchAll(/^npm run (\w+)/gm)].map(([, name]) => name).toSorted()).toEqual(commands.toSorted());
  });
});
