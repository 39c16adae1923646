/** @jest-config-loader esbuild-register */
import type { Config } from "jest";
import all from "../../jest.config";

const server = all.projects?.find((project) => typeof project === "object" && project.rootDir === "<rootDir>/server");
if (typeof server !== "object") throw new Error("jest.config.ts has no project of the server");

/** The server's project over the rules of `shared` too; which tests, stryker.config.mjs says. */
const config: Config = {
  ...server,
  rootDir: "..",
  roots: ["<rootDir>/src", "<rootDir>/../shared/src"],
  testTimeout: all.testTimeout,
};
export default config;
