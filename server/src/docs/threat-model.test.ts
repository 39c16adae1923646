import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const cellsOf = (line: string) => line.split("|").map((cell) => cell.trim());

describe("the threat model", () => {
  const text = read("docs/threat-model.md");
  const evidence = new Set(
    read("docs/security-evidence.md")
      .split("\n")
      .map((line) => cellsOf(line)[1] ?? ""),
  );

  it("names evidence that exists, and files that exist", () => {
    const ids = [...text.matchAll(/\b[A-Z]\d{1,2}[a-z]?\b/g)].map(([id]) => id);
    expect(ids.length).toBeGreaterThan(70);
    expect(ids.filter((id) => !evidence.has(id))).toEqual([]);
    const files = [...text.matchAll(/`((?:server|shared|dashboard|docs)\/[^`\s]+\.\w+)`/g)].map(
      ([, file = ""]) => file,
    );
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it("leaves no attack without a defense and its evidence", () => {
    const [, attackers = ""] = text.split("## Attackers");
    const rows = (attackers.split("\n## ")[0] ?? "")
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2)
      .map((line) => cellsOf(line).slice(1, -1));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(([, , tries, stopped, shown]) => !tries || !stopped || !shown)).toEqual([]);
  });
});
