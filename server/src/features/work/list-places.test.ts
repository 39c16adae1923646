import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";

const source = join(__dirname, "../..");
const filesWith = (text: RegExp): string[] =>
  readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.startsWith("testing/"))
    .filter((path) => text.test(readFileSync(join(source, path), "utf8")))
    .toSorted();

it("X63 only lists, searches and reports may be read from a replica, never what decides about access", () => {
  expect(filesWith(/\breadList\b/)).toEqual([
    "features/audit/audit-log.service.ts",
    "features/contacts/contacts.read-model.ts",
    "features/portal-stats/portal-stats.service.ts",
    "features/portal-stats/portal-trend.ts",
    "features/unlinked-accounts/unlinked-accounts.service.ts",
    "features/work/unit-of-work.ts",
  ]);
});

it("X63 nobody goes around that: replicas are known where they are opened, and to the one who reads lists", () => {
  expect(filesWith(/\b(?:ReadReplicas|ReplicaHost|ReplicaReads|ListReads)\b/)).toEqual([
    "app.ts",
    "features/work/list-reads.ts",
    "features/work/unit-of-work.ts",
    "platform/database/read-replicas.ts",
    "platform/database/reads.ts",
    "platform/database/replica-host.ts",
    "platform/platform.ts",
  ]);
});
