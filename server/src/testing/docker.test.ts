import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { readConfig } from "../platform/config/config.js";

const root = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
  volumes?: string[];
  networks?: string[] | Record<string, unknown>;
}

// `.ci/containers.sh` runs them. These tests check what can be checked without a container engine.
describe("docker/", () => {
  const compose = parse(read("docker/compose.yaml")) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
    networks: Record<string, unknown>;
  };
  const services = Object.entries(compose.services);
  const examples = read("docker/env.example");

  it("the Dockerfile copies only what exists", () => {
    const copies = [...read("docker/Dockerfile").matchAll(/^COPY (--(?:from=build|chmod=755) )?(.+) \S+$/gm)];
    expect(copies.length).toBeGreaterThan(8);
    const made = /node_modules$|\/dist$/;
    const missing = copies
      .flatMap(([, , sources = ""]) => sources.split(" "))
      .map((source) => source.replace(/^\/app\//, ""))
      .filter((source) => !made.test(source) && !existsSync(join(root, source)));
    expect(missing).toEqual([]);
    expect(read("docker/Dockerfile")).toMatch(/^USER node$/m);
  });

  it("the services name each other, their files, volumes and networks", () => {
    for (const [name, { build, depends_on = {}, volumes = [], networks = [] }] of services) {
      for (const other of Object.keys(depends_on))
        expect([name, Object.keys(compose.services)]).toEqual([name, expect.arrayContaining([other])]);
      for (const volume of volumes) {
        const source = volume.split(":")[0] ?? "";
        expect([
          volume,
          source.startsWith(".") ? existsSync(join(root, "docker", source)) : source in compose.volumes,
        ]).toEqual([volume, true]);
      }
      for (const network of Array.isArray(networks) ? networks : Object.keys(networks))
        expect(Object.keys(compose.networks)).toContain(network);
      expect(existsSync(join(root, "docker", build?.context ?? ".", build?.dockerfile ?? "."))).toBe(true);
    }
    const upstreams = [...read("docker/nginx.conf").matchAll(/^\s+server ([\w-]+):4000/gm)].map(
      ([, host = ""]) => host,
    );
    expect(upstreams).toEqual(services.filter(([, { build }]) => build).map(([name]) => name));
  });

  it("everything that has to be filled in is in env.example, and the servers start with it", () => {
    const asked = [...read("docker/compose.yaml").matchAll(/\$\{(\w+):?[?-]/g)].map(([, name = ""]) => name);
    for (const name of asked) expect(examples).toMatch(new RegExp(`^#? ?${name}=`, "m"));
    const given: Record<string, string> = {
      SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}`,
      MYSQL_PASSWORD: "a/b@c:d#e?f%",
    };
    const environment = Object.fromEntries(
      Object.entries(compose.services["server-1"]?.environment ?? {}).map(([name, value]) => [
        name,
        String(value).replaceAll(
          /\$\{(\w+):[?-]([^}]*)\}/g,
          (_all, variable: string, fallback = "") => given[variable] ?? String(fallback),
        ),
      ]),
    );
    const config = readConfig({ ...environment, NODE_ENV: "production" });
    expect(config).toMatchObject({
      isProduction: true,
      database: {
        hosts: [{ host: "mysql", port: 3306 }],
        user: "gatehouse",
        password: "a/b@c:d#e?f%",
        sslMode: "REQUIRED",
      },
      redis: { kind: "single", hosts: [{ host: "redis", port: 6379 }] },
      mail: { kind: "smtp", smtp: { host: "mailpit", port: 1025, tls: "none" } },
    });
  });
});
