import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = join(__dirname, "../../..");
const filesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));

/** `sign-in-challenges` as a class: `SignInChallenges`. */
const classNameOf = (fileName: string) =>
  fileName.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe("A file's name says what is in it", () => {
  it("x-y.service.ts exports the class XY, and no class is called a service", () => {
    const services = filesIn("server/src").filter((path) => path.endsWith(".service.ts"));
    expect(services.length).toBeGreaterThan(0);
    const wrong = services.filter((path) => {
      const classes = [...readFileSync(join(root, path), "utf8").matchAll(/^export class (\w+)/gm)].map(
        ([, name]) => name,
      );
      return (
        !classes.includes(classNameOf(basename(path, ".service.ts"))) ||
        classes.some((name) => name?.endsWith("Service"))
      );
    });
    expect(wrong).toEqual([]);
  });

  it("a rule's file ends in -policy, not in -rules or -state", () => {
    const files = [...filesIn("shared/src"), ...filesIn("server/src/features")];
    expect(files.some((path) => path.endsWith("-policy.ts"))).toBe(true);
    expect(files.filter((path) => /[-.](?:rules|state)\.(?:test\.)?ts$/.test(basename(path)))).toEqual([]);
  });
});
