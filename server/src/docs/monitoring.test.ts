import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { hasProgram } from "../testing/services.js";
import { World } from "../testing/world.js";

const root = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const namesIn = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/\b(?:gatehouse|nodejs|process)_[a-z0-9_]+\b/g)].map(([name]) =>
      name.replace(/_(?:bucket|count|sum)$/, ""),
    ),
  );
const without = (names: Iterable<string>, others: ReadonlySet<string>) =>
  [...names].filter((name) => !others.has(name));

describe("what watches over Gatehouse", () => {
  const operations = read("docs/operations.md");
  const rules = read("docker/prometheus/alerts.yaml");
  const dashboard = read("docker/grafana/gatehouse.json");
  const alerts = (parse(rules) as { groups: { rules: { alert: string; labels: { severity: string } }[] }[] }).groups
    .flatMap((group) => group.rules)
    .map(({ alert, labels }): [string, string] => [alert, labels.severity]);
  let world: World;
  let metrics: ReadonlySet<string>;
  beforeAll(async () => {
    world = await World.start("sqlite::memory:");
    const text = await (await world.raw({ path: "/metrics" })).text();
    metrics = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = ""]) => name));
  });
  afterAll(() => world.stop());

  it("alerts, the dashboard and the documents name only metrics that exist", () => {
    for (const text of [rules, dashboard, operations]) expect(without(namesIn(text), metrics)).toEqual([]);
  });

  it("every metric of ours is documented, and on the dashboard", () => {
    const ours = [...metrics].filter((name) => name.startsWith("gatehouse_"));
    expect(ours.length).toBeGreaterThan(20);
    expect(without(ours, namesIn(operations))).toEqual([]);
    expect(without(ours, namesIn(dashboard))).toEqual([]);
  });

  it("the documents say what to do at each alert, with its severity", () => {
    const [, table = ""] = operations.split("### Alerts\n");
    const rows = [...(table.split("\n## ")[0] ?? "").matchAll(/^\| `(\w+)` \| (\w+) \| \S/gm)];
    expect(rows.map(([, alert, severity]) => [alert, severity])).toEqual(alerts);
  });

  it("promtool accepts the rules and the configuration, and the rules do what their tests say", () => {
    if (!hasProgram("promtool", "the alert rules")) return;
    const promtool = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync("promtool", args, {
        cwd: join(root, "docker/prometheus"),
        encoding: "utf8",
      });
      return [status, status === 0 ? "" : stdout + stderr];
    };
    expect(promtool("check", "config", "prometheus.yaml")).toEqual([0, ""]);
    expect(promtool("test", "rules", "alerts.test.yaml")).toEqual([0, ""]);
    const tested = new Set(
      [...read("docker/prometheus/alerts.test.yaml").matchAll(/alertname: (\w+)/g)].map(([, name]) => name),
    );
    expect(alerts.map(([alert]) => alert).filter((alert) => !tested.has(alert))).toEqual([]);
  });
});
