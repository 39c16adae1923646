import { fileURLToPath } from "node:url";
import { parts, reportOf } from "./rules.mjs";

const part = process.env.MUTATION_PART;
// The server's own, by its path: Stryker has no rootDir.
const testEnvironment = fileURLToPath(new URL("../src/testing/no-code-from-strings.cjs", import.meta.url));

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  // A strict install hides sibling plugins from Stryker.
  plugins: [fileURLToPath(import.meta.resolve("@stryker-mutator/jest-runner"))],
  testRunner: "jest",
  jest: {
    configFile: "server/mutation/jest.config.ts",
    config: {
      testEnvironment,
      // Includes what tests share: jest finds a file's tests by their imports, and follows those only below a root.
      roots: [`<rootDir>/../${part}`, "<rootDir>/src/testing"],
      // MUTATION_TESTS: fewer tests for a quick look, as patterns separated by spaces.
      testMatch: (process.env.MUTATION_TESTS?.split(" ") ?? parts[part].tests).map((tests) =>
        tests.startsWith("!") ? `!**/${tests.slice(1)}` : `<rootDir>/../${tests}`,
      ),
    },
  },
  coverageAnalysis: "perTest",
  mutate: parts[part].rules,
  // Not copied, since no rule and no test of one needs it.
  ignorePatterns: ["dashboard", "docker", "docs", "server/bench", "server/mutation/reports", "data", "*.md"],
  reporters: ["progress-append-only", "html", "json"],
  htmlReporter: { fileName: reportOf(part, "html") },
  jsonReporter: { fileName: reportOf(part, "json") },
  incrementalFile: reportOf(part, "incremental.json"),
  // More would test the machine: a rule's tests are quick, and on a loaded machine their timeouts would count as kills.
  concurrency: 1,
  timeoutMS: 30_000,
  tempDirName: ".stryker-tmp",
};
