import { WebSocket } from "ws";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import {
  PROBE_BYTES,
  PROBE_HEADER,
  PROBE_PATH,
  probeQuestion,
  type ProbeReport,
} from "../../platform/http/operator-probe.js";
import { Findings, reasonOf, type Finding } from "./finding.js";

const PATIENCE_MS = 10_000;
/** A documentation address (RFC 5737): no client has it, so a server that counts it believes what clients claim. */
const CLAIMED_SOURCE = "203.0.113.77";
const PROXY = 'See "Proxy" in docs/operations.md.';

type Probed = { report: ProbeReport } | { status: number } | { error: string };

async function probe(base: string, keys: KeyRing): Promise<Probed> {
  const { header, isProof } = probeQuestion(keys, Date.now());
  try {
    const answer = await fetch(`${base}${PROBE_PATH}`, {
      method: "POST",
      headers: { [PROBE_HEADER]: header, "x-forwarded-for": CLAIMED_SOURCE },
      body: "x".repeat(PROBE_BYTES),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    if (answer.status !== 200) return { status: answer.status };
    const report = JSON.parse(text) as ProbeReport;
    return isProof(report.proof) ? { report } : { status: 404 };
  } catch (error) {
    return { error: reasonOf((error as { cause?: unknown }).cause ?? error) };
  }
}

/** Why a socket does not open; null if it does. Nobody signs in on it. */
const socketFailure = (base: string): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${base.replace(/^http/, "ws")}/graphql`, "graphql-transport-ws", {
      handshakeTimeout: PATIENCE_MS,
    });
    socket.once("open", () => {
      socket.close();
      resolve(null);
    });
    socket.once("error", (error) => resolve(reasonOf(error)));
  });

/** How long an idle socket stays open, up to that time, by the server's pings alone. In seconds. */
export const idleSocketSeconds = (base: string, keys: KeyRing, upToSeconds: number): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${base.replace(/^http/, "ws")}/graphql`, "graphql-transport-ws", {
      handshakeTimeout: PATIENCE_MS,
    });
    const startedAt = performance.now();
    const end = () => {
      clearTimeout(timer);
      socket.terminate();
      resolve((performance.now() - startedAt) / 1000);
    };
    const timer = setTimeout(end, upToSeconds * 1000);
    socket.once("open", () =>
      socket.send(
        JSON.stringify({
          type: "connection_init",
          payload: { [PROBE_HEADER]: probeQuestion(keys, Date.now()).header },
        }),
      ),
    );
    socket.once("close", end);
    socket.once("error", end);
  });

/** More than the API accepts, and as much as the proxy should let through, so that the server itself says so. */
const TOO_LARGE_BYTES = 1_000_000;

/** Who answers a body that is too large; null if it is the server. */
async function largeBodyFailure(base: string): Promise<string | null> {
  try {
    const answer = await fetch(`${base}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: " ".repeat(TOO_LARGE_BYTES - 20) }),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const isOurs = (answer.headers.get("content-type") ?? "").includes("json") && answer.headers.has("x-request-id");
    await answer.body?.cancel();
    return isOurs ? null : `${answer.status}, not in JSON`;
  } catch (error) {
    return reasonOf((error as { cause?: unknown }).cause ?? error);
  }
}

/** What the proxy did to the request on its way. */
function proxyFindings(findings: Findings, report: ProbeReport, publicUrl: URL, isProduction: boolean): void {
  const { peer, isFromTrustedProxy, source, host } = report;
  if (source === CLAIMED_SOURCE)
    findings.fail(
      "the server believes the X-Forwarded-For that a client sends: anyone can choose their address",
      `Let the proxy replace the header, and list only proxies in TRUST_PROXY. ${PROXY}`,
    );
  else if (isFromTrustedProxy) findings.ok(`the proxy at ${peer} is trusted, and passes the client's address`);
  // The server itself speaks no TLS.
  else if (publicUrl.protocol === "https:")
    findings.fail(
      `the proxy at ${peer} is not in TRUST_PROXY: all clients count as one source`,
      `Add its address to TRUST_PROXY. ${PROXY}`,
    );
  else if (isProduction) findings.warn("no proxy is trusted", "Put a TLS proxy in front, and list it in TRUST_PROXY.");
  if (host !== publicUrl.host)
    findings.warn(`the proxy passes the Host "${host}", not "${publicUrl.host}"`, `Let it pass Host. ${PROXY}`);
}

/** Whether people reach this server at PUBLIC_URL, and whether the proxy on the way lets everything through. */
export async function addressChecks({
  publicUrl,
  here,
  keys,
  isProduction,
  idleSeconds,
}: {
  publicUrl: string | null;
  /** Where a server on this machine would listen. */
  here: string;
  keys: KeyRing;
  isProduction: boolean;
  /** How long a socket must stay open without use; 0: that is not checked. */
  idleSeconds: number;
}): Promise<Finding[]> {
  const findings = new Findings("Address");
  const local = await probe(here, keys);
  const isHere = "report" in local;
  if (isHere) findings.ok(`a server with these keys answers at ${here}`);
  else if ("status" in local)
    findings.warn(
      `something else answers at ${here} (${local.status})`,
      "It is another program, or a server with other SECRET_KEYS, or one of an earlier version.",
    );
  if (publicUrl === null) {
    if ("error" in local) findings.warn("no server runs here", "Start it, and ask again.");
    return findings.list;
  }
  const probed = await probe(publicUrl, keys);
  if ("error" in probed) {
    const found = `${publicUrl} does not answer: ${probed.error}`;
    if (isHere) findings.fail(found, "Check its DNS name, its certificate, and that the proxy leads here.");
    else findings.warn(found, "Start the server and the proxy, and ask again.");
    return findings.list;
  }
  if ("status" in probed) {
    if (probed.status === 413)
      findings.fail(
        "the proxy refuses bodies of 100 kB (413)",
        "Raise its body limit: nginx, client_max_body_size 1m.",
      );
    else
      findings.fail(
        `${publicUrl} leads to something else (${probed.status})`,
        "PUBLIC_URL must lead to this server, without a redirect and without a path of its own.",
      );
    return findings.list;
  }
  findings.ok(`${publicUrl} leads to a server with these keys, and bodies of 100 kB pass`);
  proxyFindings(findings, probed.report, new URL(publicUrl), isProduction);
  const tooLarge = await largeBodyFailure(publicUrl);
  if (tooLarge === null) findings.ok("a body of 1 MB gets the server's answer");
  else
    findings.warn(
      `the proxy answers a body of 1 MB itself (${tooLarge}), so programs get no JSON`,
      `Let it pass bodies up to 1 MB: nginx, client_max_body_size 1m. ${PROXY}`,
    );
  const failure = await socketFailure(publicUrl);
  if (failure === null) findings.ok("WebSockets pass");
  else findings.fail(`WebSockets do not pass: ${failure}`, `Let the proxy pass Upgrade and Connection. ${PROXY}`);
  if (failure !== null || idleSeconds === 0) return findings.list;
  const stayed = await idleSocketSeconds(publicUrl, keys, idleSeconds);
  if (stayed >= idleSeconds) findings.ok(`an idle WebSocket stays open for ${idleSeconds} seconds`);
  else
    findings.fail(
      `an idle WebSocket was closed after ${stayed.toFixed(0)} seconds`,
      `Let the proxy wait longer than 12 seconds, the time between the server's pings: nginx, proxy_read_timeout. ${PROXY}`,
    );
  return findings.list;
}
