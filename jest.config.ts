/** @jest-config-loader esbuild-register */
import type { Config } from "jest";

const swc = (tsx: boolean): [string, Record<string, unknown>] => [
  "@swc/jest",
  {
    jsc: {
      parser: { syntax: "typescript", tsx, decorators: true },
      transform: {
        legacyDecorator: true,
        decoratorMetadata: true,
        useDefineForClassFields: false,
        react: { runtime: "automatic", importSource: "#jsx" },
      },
      target: "es2022",
      keepClassNames: true,
    },
    module: { type: "commonjs" },
    sourceMaps: "inline",
  },
];
const toSource = {
  "^@gatehouse/shared$": "<rootDir>/../shared/src/index.ts",
  "^(\\.{1,2}/.*)\\.js$": "$1",
};

const config: Config = {
  // A loaded machine is slow, not wrong: no test is to fail for its time.
  testTimeout: 120_000,
  // Tests wait for mails, clocks and other processes more than they compute.
  maxWorkers: "100%",
  // Each file in a process of its own: after a server's tests Node's loader was seen to take linked packages by their links.
  workerIdleMemoryLimit: "32MB",
  projects: [
    {
      displayName: "shared",
      rootDir: "<rootDir>/shared",
      testMatch: ["<rootDir>/src/**/*.test.ts"],
      transform: { "^.+\\.ts$": swc(false) },
      moduleNameMapper: toSource,
    },
    {
      displayName: "server",
      rootDir: "<rootDir>/server",
      globalSetup: "<rootDir>/src/testing/announce-services.cjs",
      testEnvironment: "<rootDir>/src/testing/no-code-from-strings.cjs",
      testMatch: ["<rootDir>/src/**/*.test.ts"],
      setupFiles: ["reflect-metadata"],
      transform: { "^.+\\.ts$": swc(false) },
      moduleNameMapper: toSource,
    },
    {
      displayName: "dashboard",
      rootDir: "<rootDir>/dashboard",
      testEnvironment: "<rootDir>/src/testing/jsdom-with-fetch.cjs",
      testMatch: ["<rootDir>/src/**/*.test.ts?(x)"],
      transform: { "^.+\\.tsx?$": swc(true) },
      moduleNameMapper: { "\\.css$": "<rootDir>/src/testing/empty-stylesheet.cjs", ...toSource },
    },
    {
      displayName: "e2e",
      rootDir: "<rootDir>/dashboard/e2e",
      testMatch: ["<rootDir>/**/*.test.ts"],
      transform: { "^.+\\.ts$": swc(false) },
      moduleNameMapper: toSource,
    },
  ],
};
export default config;
