import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { WebSocket, WebSocketServer } from "ws";
import { readConfig, variables } from "../platform/config/config.js";
import { NO_GENERATED_CODE } from "../platform/config/generated-code.js";
import { secretVariables } from "../platform/config/secret-files.js";
import { freePort } from "./server-process.js";

const root = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const unitFile = "docker/systemd/gatehouse.service";
const NGINX_MODULES = "/usr/share/nginx/modules-available/mod-http-brotli-filter.conf";

/** Where the machine lacks the program, the tests are skipped with a warning, or fail if REQUIRE_SERVICES=1 is set. */
function describeWith(isThere: boolean, what: string): typeof describe | typeof describe.skip {
  if (isThere) return describe;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(`${what} is missing`);
  console.warn(`SKIPPED: the tests of docker/systemd: ${what} is missing`);
  return describe.skip;
}
const runs = (file: string, args: string[]) => spawnSync(file, args).status === 0;

describeWith(runs("systemd-analyze", ["--version"]), "systemd-analyze")("docker/systemd/gatehouse.service", () => {
  const analyze = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
    return { status, output: stdout + stderr };
  };

  it("is a unit that systemd understands", () => {
    expect(analyze("verify", "--man=no", join(root, unitFile))).toEqual({ status: 0, output: "" });
  });

  it("gives the server hardly more than its network", () => {
    // In tenths, 0 to 100: systemd itself calls up to 2 "OK", and a service without limits has 96.
    const { status, output } = analyze(
      "security",
      "--offline=true",
      "--threshold=15",
      "--no-pager",
      join(root, unitFile),
    );
    expect([status, output.split("\n").findLast((line) => line.startsWith("→"))]).toEqual([0, expect.anything()]);
  });
});

describe("docker/systemd", () => {
  const unit = read(unitFile);
  const valuesOf = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value);
  const example = Object.fromEntries(
    [...read("docker/systemd/environment.example").matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = "", value]) => [
      name,
      value,
    ]),
  );

  it("the unit starts the built server with the switch", () => {
    expect(valuesOf("ExecStart")).toEqual([`node ${NO_GENERATED_CODE} server/dist/main.js`]);
    expect(existsSync(join(root, "server/src/main.ts"))).toBe(true);
  });

  it("the unit and the command hand over each secret from the same file", () => {
    const command = read("docker/systemd/gatehouse");
    const credentials = new Map(valuesOf("LoadCredential").map((value = "") => value.split(":") as [string, string]));
    const handed = valuesOf("Environment").flatMap((value = "") => {
      const [, name, file] = /^(\w+)_FILE=%d\/(.+)$/.exec(value) ?? [];
      return name && file ? [{ name, path: credentials.get(file) ?? "not loaded" }] : [];
    });
    expect(handed.length).toBe(credentials.size);
    for (const { name, path } of handed) {
      expect(secretVariables).toContain(name);
      expect(command).toContain(`${name}=$(cat "${path.replace("/etc/gatehouse", "$settings")}")`);
    }
  });

  it("the server starts with the example and the secrets", () => {
    expect(Object.keys(example).filter((name) => !variables.includes(name))).toEqual([]);
    const config = readConfig({
      ...example,
      NODE_ENV: "production",
      SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}`,
      DATABASE_PASSWORD: "a/b",
      SMTP_URL: "smtp://user:password@smtp.example.org:587",
    });
    expect(config).toMatchObject({ isProduction: true, host: "127.0.0.1", port: 4000, trustedProxies: ["127.0.0.1"] });
    expect(read("docker/systemd/nginx-site.conf")).toContain(`server 127.0.0.1:${config.port};`);
  });

  it("nginx refuses in the same words as in docker/nginx.conf", () => {
    const answers = (path: string) => [...read(path).matchAll(/return (?:413|503) .*$/gm)].map(([line]) => line);
    expect(answers("docker/nginx.conf")).toHaveLength(2);
    expect(answers("docker/systemd/nginx-site.conf")).toEqual(answers("docker/nginx.conf"));
  });
});

describeWith(runs("nginx", ["-v"]) && existsSync(NGINX_MODULES), "nginx with libnginx-mod-http-brotli-filter")(
  "docker/systemd/nginx-site.conf",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-nginx-"));
    const seen: { forwarded?: string; host?: string }[] = [];
    let nginx: ChildProcess;
    let upstream: Server;
    let sockets: WebSocketServer;
    let port = 0;
    const output: string[] = [];

    const ask = (path: string, headers: Record<string, string> = {}, body?: string) =>
      new Promise<{ status?: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
        const method = body === undefined ? "GET" : "POST";
        const asked = request(
          { host: "127.0.0.1", port, path, method, headers, rejectUnauthorized: false },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("end", () =>
              resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
            );
          },
        ).on("error", reject);
        asked.end(body);
      });

    beforeAll(async () => {
      upstream = createServer((asked, response) => {
        seen.push({ forwarded: asked.headers["x-forwarded-for"]?.toString(), host: asked.headers.host });
        response.setHeader("content-type", "application/graphql-response+json; charset=utf-8");
        response.end(JSON.stringify({ data: "x".repeat(5000) }));
      });
      sockets = new WebSocketServer({ server: upstream });
      sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
      await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
      port = await freePort();
      const plain = await freePort();
      const { port: upstreamPort } = upstream.address() as { port: number };
      mkdirSync(join(folder, "tls"));
      const keys = ["-keyout", join(folder, "tls/privkey.pem"), "-out", join(folder, "tls/fullchain.pem")];
      const subject = ["-subj", "/CN=portal.example.org"];
      expect(
        runs("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...keys]),
      ).toBe(true);
      const site = read("docker/systemd/nginx-site.conf")
        .replace("127.0.0.1:4000", `127.0.0.1:${upstreamPort}`)
        .replace("listen 80;", `listen 127.0.0.1:${plain};`)
        .replace("listen 443 ", `listen 127.0.0.1:${port} `)
        .replaceAll(/^ *listen \[::\].*$/gm, "")
        .replaceAll("/etc/nginx/gatehouse", join(folder, "tls"));
      writeFileSync(join(folder, "site.conf"), site);
      copyFileSync(NGINX_MODULES, join(folder, "modules.conf"));
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (name) => `${name}_temp_path ${join(folder, name)};`,
      );
      // The rest is as in Debian's nginx.conf.
      writeFileSync(
        join(folder, "nginx.conf"),
        `include ${folder}/modules.conf;
       daemon off; pid ${folder}/pid; error_log stderr;
       events {}
       http { include /etc/nginx/mime.types; ${temporary.join(" ")} gzip on; include ${folder}/site.conf; }`,
      );
      nginx = spawn("nginx", ["-e", "stderr", "-p", "/usr/share/nginx", "-c", join(folder, "nginx.conf")]);
      nginx.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
      let isUp = false;
      while (!isUp && nginx.exitCode === null) {
        isUp = await ask("/").then(
          () => true,
          () => wait(50, false),
        );
      }
      expect([output.join(""), isUp]).toEqual([expect.not.stringContaining("[warn]"), true]);
    }, 60_000);
    afterAll(async () => {
      nginx.kill("SIGQUIT");
      if (nginx.exitCode === null) await new Promise((resolve) => nginx.once("exit", resolve));
      sockets.close();
      upstream.closeAllConnections();
      upstream.close();
      rmSync(folder, { recursive: true });
    });

    it("speaks HTTP/2", async () => {
      const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
      const status = await new Promise((resolve, reject) => {
        session.on("error", reject);
        session
          .request({ ":path": "/readyz" })
          .on("response", (headers) => resolve(headers[":status"]))
          .end();
      });
      session.destroy();
      expect(status).toBe(200);
    });

    it("compresses answers of the API with brotli, and with gzip where a program knows no other", async () => {
      const compressed = await ask("/graphql", { "accept-encoding": "gzip, br" }, "{}");
      expect(compressed.headers["content-encoding"]).toBe("br");
      expect(JSON.parse(brotliDecompressSync(compressed.body).toString())).toEqual({ data: "x".repeat(5000) });
      const zipped = await ask("/graphql", { "accept-encoding": "gzip" }, "{}");
      expect(zipped.headers["content-encoding"]).toBe("gzip");
    });

    it("replaces the X-Forwarded-For that a client sends, and passes Host", async () => {
      await ask("/graphql", { "x-forwarded-for": "203.0.113.9", host: "portal.example.org" }, "{}");
      expect(seen.at(-1)).toEqual({ forwarded: "127.0.0.1", host: "portal.example.org" });
    });

    it("passes WebSockets", async () => {
      const socket = new WebSocket(`wss://127.0.0.1:${port}/graphql`, { rejectUnauthorized: false });
      const answer = new Promise<string>((resolve, reject) => {
        socket.on("error", reject);
        socket.on("message", (data: Buffer) => resolve(data.toString()));
      });
      socket.on("open", () => socket.send("hello"));
      expect(await answer).toBe("hello");
      socket.close();
    });

    it("keeps metrics inside", async () => {
      expect((await ask("/metrics")).status).toBe(404);
    });

    it("refuses a body that is too large in JSON", async () => {
      const { status, headers, body } = await ask("/graphql", {}, "x".repeat(1_100_000));
      expect([status, headers["content-type"]]).toEqual([413, "application/json"]);
      expect(JSON.parse(body.toString()).errors[0].extensions.code).toBe("BAD_REQUEST");
    });

    it("answers in JSON while the server is away", async () => {
      upstream.closeAllConnections();
      await new Promise((resolve) => upstream.close(resolve));
      const { status, headers, body } = await ask("/graphql", {}, "{}");
      expect([status, headers["content-type"], headers["retry-after"]]).toEqual([503, "application/json", "5"]);
      expect(JSON.parse(body.toString()).errors[0].extensions).toEqual({ code: "UNAVAILABLE", retryAfter: 5 });
    });
  },
);
