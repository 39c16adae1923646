import { alternate, noWorseThan, versus, type Bench, type Row } from "../bench.js";
import { ask, closedLoop, mustBeGood, openLoop, type Answer, type Request } from "../load.js";
import { gatehouse, gatehouseOf, type Running, type Variant } from "../processes.js";
import {
  connectTo,
  digestOf,
  emailOf,
  enrolledNumber,
  freshen,
  idOf,
  insert,
  PASSWORD,
  plainNumber,
  secretToken,
  SLUG,
  totpSecretOf,
  type Firm,
} from "../seed.js";
import type { Metric, Sample } from "../statistics.js";
import { fromBase32, totp } from "../totp.js";
import { aloneAndBeside, besideResult } from "./beside.js";
import { CONTACTS, contactsRequest, pages } from "./reads.js";

const perSecond: Metric = { key: "perSecond", title: "per second", better: "more" };
const metrics: Metric[] = [
  perSecond,
  { key: "p50", title: "p50 ms", better: "less" },
  { key: "p99", title: "p99 ms", better: "less" },
];
const BETTER_AUTH = "Better Auth";

const betterAuth = async (firm: Firm, users: number): Promise<Variant> => {
  const databaseUrl = firm.databaseUrl.replace(/\/[^/]+$/, "/gatehouse_bench_better_auth");
  const server = await connectTo(firm.databaseUrl);
  await server.query("CREATE DATABASE IF NOT EXISTS gatehouse_bench_better_auth CHARACTER SET utf8mb4");
  await server.end();
  return {
    name: BETTER_AUTH,
    role: "peer",
    script: "peers/better-auth.js",
    env: { DATABASE_URL: databaseUrl, BENCH_USERS: users.toString(), BENCH_PASSWORD: PASSWORD },
  };
};

const signInDocument = `mutation SignIn($input: PortalSignInInput!) {
  portalSignIn(input: $input) { result { __typename ... on SignedIn { sessionToken } } userErrors { code message } }
}`;
/** Of clients without 2FA, one after another, so that no account waits for itself. */
export const portalSignIn =
  ({ clients }: Firm) =>
  (n: number): Request => ({
    body: {
      operationName: "SignIn",
      query: signInDocument,
      variables: {
        input: {
          firmSlug: SLUG,
          email: emailOf(plainNumber(n % Math.floor(clients / 2))),
          password: PASSWORD,
          transport: "TOKEN",
        },
      },
    },
  });
export const mustSignIn = (answer: Answer) => {
  mustBeGood(answer);
  if (!answer.body.includes('"SignedIn"')) throw new Error(`no sign-in: ${answer.body.toString()}`);
};
const mustHaveToken = (answer: Answer) => {
  if (answer.status !== 200 || !answer.body.includes('"token":"'))
    throw new Error(`no session: ${answer.status} ${answer.body.toString()}`);
};

export const signIn: Row = {
  name: "sign-in",
  title: "Password sign-in",
  async measure(bench) {
    const firm = await bench.firm(CONTACTS);
    const users = bench.isQuick ? 20 : 1000;
    const variants: Variant[] = [
      { name: "bcrypt alone, all cores", role: "floor", script: "floor/bcrypt.js" },
      gatehouse(firm.databaseUrl),
      ...(bench.hasPeers ? [await betterAuth(firm, users)] : []),
    ];
    const seconds = bench.isQuick ? 0.5 : 8;
    const rows = await alternate(bench, variants, async ({ role }, { port }): Promise<Sample> => {
      await freshen(firm);
      if (role === "floor") {
        const { body } = await ask(port, { method: "GET", path: `/?seconds=${seconds}` });
        return { perSecond: (JSON.parse(body.toString()) as { perSecond: number }).perSecond };
      }
      const ofUser = (n: number): Request => ({
        path: "/api/auth/sign-in/email",
        headers: { origin: `http://127.0.0.1:${port}` },
        body: { email: `user${(n % (users / 2)) * 2 + 1}@client.example`, password: PASSWORD },
      });
      const load = {
        port,
        connections: 4,
        request: role === "peer" ? ofUser : portalSignIn(firm),
        check: role === "peer" ? mustHaveToken : mustSignIn,
      };
      if (!bench.isQuick) await closedLoop(load, 1);
      const measured = await closedLoop(load, seconds);
      return { perSecond: measured.perSecond, p50: measured.p50, p99: measured.p99 };
    });
    return {
      tables: [{ metrics, rows }],
      goals: [versus(rows, perSecond, "bcrypt alone, all cores", 0.9, "at least 0.9x of bcrypt's own rate")],
      notes: [
        "4 callers at once. Gatehouse hashes with bcrypt at cost 12 over a keyed pre-hash, Better Auth with its default scrypt (N 16384, r 16, p 1). The rates of the two hashes say nothing about the code around them.",
      ],
    };
  },
};

export const readsBesideSignIns: Row = {
  name: "reads-beside-sign-ins",
  title: "Contacts page while sign-ins saturate the cores",
  async measure(bench) {
    const firm = await bench.firm(CONTACTS);
    const request = contactsRequest(await pages(firm, 97));
    const seconds = bench.isQuick ? 0.5 : 10;
    const offered = bench.isQuick ? 20 : 100;
    const rows = await alternate(bench, [gatehouse(firm.databaseUrl)], async (_variant, { port }) => {
      await freshen(firm);
      const reads = { port, connections: 16, request };
      if (!bench.isQuick) await closedLoop(reads, 2);
      const signIns = { port, connections: 8, request: portalSignIn(firm), check: mustSignIn };
      return aloneAndBeside(() => openLoop(reads, seconds, offered), signIns, seconds);
    });
    return besideResult(
      rows,
      { name: "sign-ins", rate: "sign-ins" },
      1.5,
      `${offered} pages a second are requested at a fixed rate while 8 callers sign in without a pause. Time counts from the moment a page was due.`,
    );
  },
};

/** What each request spends once: created afresh before each measurement. */
interface SecondStep {
  name: string;
  title: string;
  /** Requests to Gatehouse, and to the floor. */
  prepare(firm: Firm, count: number): Promise<{ ours: (n: number) => Request; floor: (n: number) => Request }>;
  /** Where Better Auth creates its own, and how it is queried. */
  peerPath: string;
  peerRequest(made: { cookie: string; secret: string; token: string }, port: number): Request;
  notes: string[];
}

const secondStep = ({ name, title, prepare, peerPath, peerRequest, notes }: SecondStep): Row => ({
  name,
  title,
  async measure(bench: Bench) {
    const firm = await bench.firm(CONTACTS);
    const count = bench.isQuick ? 20 : Math.floor(firm.clients / 2);
    const users = bench.isQuick ? 20 : 1000;
    const beside = bench.beside === null ? null : gatehouseOf(bench.beside, firm.databaseUrl);
    const variants: Variant[] = [
      {
        name: "the SQL it needs",
        role: "floor",
        script: "floor/second-step.js",
        env: { DATABASE_URL: firm.databaseUrl },
      },
      gatehouse(firm.databaseUrl),
      ...(beside ? [beside] : []),
      ...(bench.hasPeers ? [await betterAuth(firm, users)] : []),
    ];
    const requestsOf = async (role: Variant["role"], { port }: Running) => {
      await freshen(firm);
      if (role !== "peer") {
        const { ours, floor } = await prepare(firm, count);
        return role === "floor" ? floor : ours;
      }
      const { body } = await ask(port, { method: "GET", path: `${peerPath}?count=${count}` });
      const made = JSON.parse(body.toString()) as Parameters<typeof peerRequest>[0][];
      return (n: number) => {
        const mine = made[n];
        return mine ? peerRequest(mine, port) : null;
      };
    };
    const rows = await alternate(bench, variants, async ({ role }, running) => {
      const request = await requestsOf(role, running);
      const load = {
        port: running.port,
        connections: 8,
        request: (n: number) => (n < count ? request(n) : null),
        check: role === "gatehouse" ? mustSignIn : mustHaveToken,
      };
      const measured = await closedLoop(load, bench.isQuick ? 2 : 5);
      return { perSecond: measured.perSecond, p50: measured.p50, p99: measured.p99 };
    });
    return {
      tables: [{ metrics, rows }],
      goals: [
        ...noWorseThan(beside, rows, [perSecond]),
        ...(bench.hasPeers ? [versus(rows, perSecond, BETTER_AUTH, 1, "at least as fast as Better Auth")] : []),
      ],
      notes: ["8 callers at once; each request spends a fresh code or link of another client.", ...notes],
    };
  },
});

const verifyDocument = `mutation Verify($input: VerifyTwoFactorInput!) {
  verifyTwoFactor(input: $input) { result { __typename ... on SignedIn { sessionToken } } userErrors { code message } }
}`;
export const totpVerify = secondStep({
  name: "totp",
  title: "TOTP code that completes a sign-in",
  async prepare(firm, count) {
    const db = await connectTo(firm.databaseUrl);
    const now = Date.now();
    const token = (n: number) => secretToken("gch", `${now} ${n}`);
    try {
      await db.query(
        "UPDATE totp_credentials SET lastUsedStep = 0; UPDATE two_factor_states SET consecutiveFailures = 0 WHERE consecutiveFailures > 0",
      );
      await insert(
        db,
        "sign_in_challenges",
        "id firmId tokenDigest step audience ownerId door credentialVersion isMailboxProven failures createdAt expiresAt".split(
          " ",
        ),
        Array.from({ length: count }, (_, n) => {
          const place = [digestOf(token(n)), "SECOND_FACTOR", "PORTAL", idOf("acc", enrolledNumber(n)), "PASSWORD"];
          return [idOf("chl", n), firm.firmId, ...place, 1, 0, 0, now, now + 300_000];
        }),
      );
    } finally {
      await db.end();
    }
    return {
      ours: (n) => ({
        body: {
          operationName: "Verify",
          query: verifyDocument,
          variables: {
            input: {
              challengeToken: token(n),
              code: totp(fromBase32(totpSecretOf(enrolledNumber(n)))),
              transport: "TOKEN",
            },
          },
        },
      }),
      floor: (n) => ({ body: { token: token(n) } }),
    };
  },
  peerPath: "/bench/challenges",
  peerRequest: ({ cookie, secret }, port) => ({
    path: "/api/auth/two-factor/verify-totp",
    headers: { cookie, origin: `http://127.0.0.1:${port}` },
    body: { code: totp(Buffer.from(secret)) },
  }),
  notes: [
    "Before it checks the code, Gatehouse takes a try of the account, of the challenge and of the address in separate transactions, so that a crash or 200 parallel tries give none free. It also refuses a used code and writes a numbered audit event under the firm's counter. Better Auth does none of the three in this form.",
  ],
});

const claimDocument = `mutation Claim($input: ClaimMagicLinkInput!) {
  claimMagicLink(input: $input) { result { __typename ... on SignedIn { sessionToken } } userErrors { code message } }
}`;
const DEVICE = "a device key of the bench, long enough";
export const magicLinkClaim = secondStep({
  name: "magic-link",
  title: "Claim of a magic link",
  async prepare(firm, count) {
    const db = await connectTo(firm.databaseUrl);
    const now = Date.now();
    const token = (n: number) => secretToken("gml", `${now} ${n}`);
    try {
      await db.query("DELETE FROM magic_links; DELETE FROM client_requests");
      await insert(
        db,
        "client_requests",
        "id firmId contactId title sentTo createdAt".split(" "),
        Array.from({ length: count }, (_, n) => {
          const number = plainNumber(n);
          return [idOf("req", n), firm.firmId, idOf("con", number), "Tax documents", emailOf(number), now];
        }),
      );
      await insert(
        db,
        "magic_links",
        "id firmId requestId tokenDigest issuedAt expiresAt".split(" "),
        Array.from({ length: count }, (_, n) => [
          idOf("lnk", n),
          firm.firmId,
          idOf("req", n),
          digestOf(token(n)),
          now,
          now + 86_400_000,
        ]),
      );
    } finally {
      await db.end();
    }
    return {
      ours: (n) => ({
        body: {
          operationName: "Claim",
          query: claimDocument,
          variables: { input: { token: token(n), deviceKey: DEVICE, transport: "TOKEN" } },
        },
      }),
      floor: (n) => ({ body: { token: token(n), deviceKey: DEVICE } }),
    };
  },
  peerPath: "/bench/links",
  peerRequest: ({ token }, port) => ({
    method: "GET",
    path: `/api/auth/magic-link/verify?token=${token}`,
    headers: { origin: `http://127.0.0.1:${port}` },
  }),
  notes: [
    "Gatehouse binds the link to the device, ends whatever older links opened, and writes a numbered audit event. Better Auth spends the token and opens a session.",
  ],
});
