import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The percentage of changes that must be noticed in each file. */
export const least = 95;

/**
 * Tests that take seconds, which is too long for each change: every state that calls can lead to, two hundred colors,
 * days of an attacker's attempts. The server's tests that are left out below draw ten thousand secrets, or generate
 * other operations each time.
 */
const slow = [
  "shared/src/sign-in/sign-in-walk.test.ts",
  "shared/src/branding/brand-colors.palette.test.ts",
  "shared/src/limits/attempt-policy.attackers.test.ts",
];

/**
 * Rules and their own tests, all in one folder; never the tests of code that uses them. A test must import its file
 * directly: through shared's index it is not found.
 */
const folder = (path, rules, tests) => ({
  rules: rules.map((rule) => (rule.startsWith("!") ? `!${path}/${rule.slice(1)}` : `${path}/${rule}`)),
  tests: [
    ...tests.map((test) => `${path}/${test}.test.ts`),
    ...slow.filter((test) => test.startsWith(`${path}/`)).map((test) => `!${test}`),
  ],
});

const shared = readdirSync(fileURLToPath(new URL("../../shared/src", import.meta.url)), { withFileTypes: true })
  // Nothing but sentences: the compiler and their pages' tests check them.
  .filter((entry) => entry.isDirectory() && entry.name !== "failures")
  .map(({ name }) => `shared/src/${name}`);

/** By folder of the server: rules, and their tests. */
const server = {
  "features/second-factors": [
    ["recovery-code.ts", "totp.ts"],
    ["recovery-code", "totp-codes"],
  ],
  "features/webhooks": [["webhook-secret.ts"], ["webhook-secret"]],
  "platform/crypto": [["{ids,key-ring,tokens}.ts"], ["{ids,key-ring,key-ring.keys,tokens}"]],
  "platform/graphql": [["pages.ts"], ["pages"]],
  "platform/graphql/execution": [
    ["*.ts", "!*.test.ts"],
    [
      "graphql-js-cases.{fields,inputs,order,values}",
      "input-reading",
      "kept-plans",
      "planned-operation",
      "promise-likes",
    ],
  ],
  "platform/http": [["{same-site,source-address}.ts"], ["{same-site,source-address}"]],
  "platform/limits": [
    ["{cost-rates,document-limits,expanded-selections,operation-cost}.ts"],
    ["{cost-rates,document-limits,expanded-selections,operation-cost}"],
  ],
};

/**
 * What `npm run mutation` changes one spot at a time, folder by folder: all of shared, and the server's pure security
 * code. Add a file here to have it tested.
 */
export const parts = Object.fromEntries([
  ...shared.map((path) => [path, folder(path, ["*.ts", "!*.test.ts"], ["*"])]),
  ...Object.entries(server).map(([path, [rules, tests]]) => [
    `server/src/${path}`,
    folder(`server/src/${path}`, rules, tests),
  ]),
]);

/** Where a part's report is written, from the project's root. */
export const reportOf = (part, ending) =>
  `server/mutation/reports/${part.replace("/src/", "/").replaceAll("/", ".")}.${ending}`;
