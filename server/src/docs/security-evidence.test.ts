import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { attemptLimits, inWords, lifetimes, mostAttempts } from "@gatehouse/shared";

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
/**
 * The catalogue's attacks: a letter and two digits (A10 and A11 are properties), and the adversarial reader's, such as
 * X1 or X25a.
 */
const ATTACK = /^(?:[B-WYZ]\d\d|X\d+[a-z]?)$/;

describe("what the documents say about security", () => {
  const rows = read("docs/security-evidence.md")
    .split("\n")
    .map((line) => line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, "").trim()))
    .filter((cells) => cells.length === 4 && cells[0] !== "id" && cells[0] !== "where");
  const filesIn = (cell = "") => [...cell.matchAll(/`([^`]+\.test\.tsx?)`/g)].map(([, file = ""]) => file);

  it("names tests that exist and carry the attack's id", () => {
    expect(rows.filter(([id = ""]) => ATTACK.test(id)).length).toBeGreaterThan(75);
    const wrong: string[] = [];
    for (const [id = "", , , tests] of rows) {
      const files = filesIn(tests);
      if (files.length === 0) wrong.push(`${id} has no test`);
      for (const file of files)
        if (!existsSync(join(root, file))) wrong.push(`${file} does not exist`);
        else if (ATTACK.test(id) && !new RegExp(`\\b${id}\\b`).test(read(file))) wrong.push(`${file} has no ${id}`);
    }
    expect(wrong).toEqual([]);
  });

  it("lists each attack once", () => {
    const ids = rows.map(([id]) => id).filter((id = "") => ATTACK.test(id));
    expect(ids.length).toBe(new Set(ids).size);
  });

  it("states the times and limits that are in force", () => {
    const text = read("docs/security.md");
    const spoken = (ms: number) => inWords(ms).replace(/^in /, "");
    for (const [what, ms] of [
      ["client session without use", lifetimes.portalIdle],
      ["team member session without use", lifetimes.teamIdle],
      ["any session, used or not", lifetimes.session],
      ["sign-in waiting for its code", lifetimes.challenge],
      ["setting up an authenticator", lifetimes.enrollmentToken],
      ["fresh proof for dangerous acts", lifetimes.stepUp],
    ] as const)
      expect([what, text.split("\n").find((line) => line.includes(what))]).toEqual([
        what,
        expect.stringContaining(spoken(ms)),
      ]);
    for (const [name, limit] of Object.entries(attemptLimits)) {
      // Only the stricter of a request's two limits is listed; the log's own limit restricts nobody outside.
      if (name === "requestMailsByMinute" || name === "suppressedMailEvents") continue;
      const { inAnHour, inADay } = mostAttempts(limit);
      expect([name, text.split("\n").find((line) => line.includes(`\`${name}\``))]).toEqual([
        name,
        expect.stringContaining(`| ${inAnHour}, ${inADay} |`),
      ]);
    }
    for (const { attempts } of [attemptLimits.password, attemptLimits.passwordBySource, attemptLimits.tokenBySource])
      expect(text).toContain(`| ${attempts} in 15 minutes |`);
  });
});
