import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { NO_GENERATED_CODE, refusesGeneratedCode } from "./generated-code.js";

const main = join(__dirname, "../../../dist/main.js");

// X1: nothing that the server receives may become code, in any library.
describe("production runs without code made from strings", () => {
  it("and refuses to start otherwise", () => {
    expect(existsSync(main)).toBe(true);
    const { status, stdout } = spawnSync(process.execPath, [main], {
      env: { PATH: process.env.PATH, NODE_ENV: "production", SECRET_KEYS: `k:${Buffer.alloc(32).toString("base64")}` },
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stdout).toContain(`node ${NO_GENERATED_CODE} server/dist/main.js`);
  });

  it("X38 and a command that was started otherwise restarts itself with the switch, and exits with the same code", () => {
    const cli = join(__dirname, "../../../dist/cli.js");
    // Reported by the first module that the process loads.
    const reporter = join(__dirname, "../../testing/tells-generated-code.cjs");
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ["--require", reporter, cli, ...args], {
        env: { PATH: process.env.PATH },
        encoding: "utf8",
      });
    const help = run("--help");
    expect({ status: help.status, tells: help.stderr.trim().split("\n") }).toEqual({
      status: 0,
      tells: ["makes code", "refuses code"],
    });
    expect(help.stdout).toContain("member add");
    expect(run("no-such-command").status).toBe(2);
  });

  it("when the switch is on the command line or in NODE_OPTIONS", () => {
    expect(refusesGeneratedCode([NO_GENERATED_CODE], "")).toBe(true);
    expect(refusesGeneratedCode([], `--max-old-space-size=400 ${NO_GENERATED_CODE}`)).toBe(true);
    expect(refusesGeneratedCode(["--enable-source-maps"], "")).toBe(false);
  });

  it("and so do these tests", () => {
    const { constructor: FunctionOf } = () => undefined;
    expect(() => (FunctionOf as unknown as (text: string) => unknown)("return 1")).toThrow(EvalError);
  });
});
