/** @jest-config-loader esbuild-register */
import type { Config } from "jest";
import all from "../../jest.config";

const server = all.projects?.find((project) => typeof project === "object" && project.rootDir === "<rootDir>/server");
if (typeof server !== "object") throw new Error("jest.config.ts has no project of the server");

/** The server's project, also for the rules of `shared`; stryker.config.mjs chooses the tests. */
const config: Config = {
  ...server,
  rootDir: "..",
  testTimeout: all.testTimeout,
};
export default config;
