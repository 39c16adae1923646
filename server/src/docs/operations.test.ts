import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { retentionRules, type RetentionRule } from "@gatehouse/shared";
import { variables } from "../platform/config/config.js";
import { secretVariables } from "../platform/config/secret-files.js";
import { LEAST_RIGHTS } from "../testing/databases.js";
import { GROUP_SETTINGS } from "../testing/mysql-cluster.js";
import { REPLICA_RIGHTS } from "../testing/replication.js";

const operations = readFileSync(join(__dirname, "../../../docs/operations.md"), "utf8");

describe("docs/operations.md", () => {
  it("lists the rights that every test on MariaDB and MySQL runs with", () => {
    const granted = [...operations.matchAll(/GRANT (.+) ON gatehouse\.\*/g)].map(([, rights]) => rights);
    expect(granted.toSorted()).toEqual([LEAST_RIGHTS, LEAST_RIGHTS, REPLICA_RIGHTS].toSorted());
  });

  it("lists the settings of the cluster that the chaos runs on", () => {
    for (const [name, value] of Object.entries(GROUP_SETTINGS)) expect(operations).toContain(`\n${name} = ${value}\n`);
  });

  it("says how long rows are kept, what sets it, and the least that can be set", () => {
    const [, table = ""] = operations.split("\n## Retention\n");
    for (const { variable, days, leastDays } of Object.values<RetentionRule>(retentionRules)) {
      const kept = days === null ? "for ever" : days === 0 ? "24 hours" : `${days}`;
      const least = variable === null ? "" : `\`${variable}\` \\| ${leastDays}\\b`;
      expect(table).toMatch(new RegExp(`^\\| .+ \\| ${kept} \\| ${least}`, "m"));
    }
  });

  it("describes every variable that the server reads, and every secret that may be in a file", () => {
    expect(variables.filter((name) => !operations.includes(`\`${name}\``))).toEqual([]);
    const files = operations.slice(operations.indexOf("### Secrets in files"), operations.indexOf("With systemd"));
    expect(secretVariables.filter((name) => !files.includes(`\`${name}\``))).toEqual([]);
  });
});
