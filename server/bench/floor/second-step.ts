import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { PoolConnection, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { openPool } from "./reads.js";

/**
 * The SQL that the second step of a sign-in and the claim of a magic link need, and nothing else: spend once, open a
 * session, write the numbered event, commit. No rules, no attempt counting, no limits, no decryption.
 */
const pool = openPool();
const digestOf = (token: string) => createHash("sha256").update(token).digest("hex");
const newId = (prefix: string) => `${prefix}_${randomBytes(16).toString("hex").slice(0, 25)}`;
const newToken = () => `gps_${randomBytes(32).toString("base64url")}`;

type Values = (string | number | null)[];
const one = async <T>(db: PoolConnection, sql: string, values: Values) =>
  (await db.execute<RowDataPacket[]>(sql, values))[0][0] as T | undefined;
async function spend(db: PoolConnection, sql: string, values: Values): Promise<void> {
  const [{ affectedRows }] = await db.execute<ResultSetHeader>(sql, values);
  if (affectedRows !== 1) throw new Error("spent already");
}
async function openSession(
  db: PoolConnection,
  given: {
    firmId: string;
    ownerId: string | null;
    requestId: string | null;
    magicLinkId: string | null;
    email: string;
    assurance: string;
  },
): Promise<string> {
  const now = Date.now();
  const token = newToken();
  await db.execute(
    `INSERT INTO sessions (id, firmId, audience, ownerId, requestId, magicLinkId, email, assurance, transport, tokenDigest, isSecondFactorProven,
       authenticatedAt, createdAt, lastUsedAt, expiresAt) VALUES (?, ?, 'PORTAL', ?, ?, ?, ?, ?, 'TOKEN', ?, 1, ?, ?, ?, ?)`,
    [
      newId("ses"),
      given.firmId,
      given.ownerId,
      given.requestId,
      given.magicLinkId,
      given.email,
      given.assurance,
      digestOf(token),
      now,
      now,
      now,
      now + 43_200_000,
    ],
  );
  return token;
}
async function recordEvent(
  db: PoolConnection,
  {
    firmId,
    type,
    accountId,
    contactId,
    data,
  }: { firmId: string; type: string; accountId: string | null; contactId: string | null; data: object },
): Promise<void> {
  await db.execute("UPDATE audit_counters SET lastSeq = lastSeq + 1 WHERE firmId = ?", [firmId]);
  const counter = await one<{ lastSeq: number }>(db, "SELECT lastSeq FROM audit_counters WHERE firmId = ?", [firmId]);
  await db.execute(
    `INSERT INTO audit_events (firmId, seq, id, type, occurredAt, actorKind, actorName, contactId, accountId, data)
     VALUES (?, ?, ?, ?, ?, 'CLIENT', 'bench', ?, ?, ?)`,
    [firmId, counter?.lastSeq ?? 0, newId("evt"), type, Date.now(), contactId, accountId, JSON.stringify(data)],
  );
}

async function verify(db: PoolConnection, token: string): Promise<string> {
  const now = Date.now();
  const challenge = await one<Record<"id" | "firmId" | "ownerId" | "email" | "contactId", string>>(
    db,
    `SELECT c.id, c.firmId, c.ownerId, a.email, t.encryptedSecret,
       (SELECT id FROM contacts WHERE portalAccountId = a.id ORDER BY createdAt, id LIMIT 1) AS contactId FROM sign_in_challenges c JOIN portal_accounts a ON a.id = c.ownerId
     JOIN totp_credentials t ON t.ownerId = c.ownerId WHERE c.tokenDigest = ? AND c.step = 'SECOND_FACTOR' AND c.spentAt IS NULL AND c.expiresAt > ?`,
    [digestOf(token), now],
  );
  if (!challenge) throw new Error("no such challenge");
  const { id, firmId, ownerId, email, contactId } = challenge;
  const step = Math.floor(now / 30_000);
  await db.beginTransaction();
  await spend(db, "UPDATE totp_credentials SET lastUsedStep = ? WHERE ownerId = ? AND lastUsedStep < ?", [
    step,
    ownerId,
    step,
  ]);
  await spend(db, "UPDATE sign_in_challenges SET spentAt = ? WHERE id = ? AND spentAt IS NULL", [now, id]);
  const session = await openSession(db, {
    firmId,
    ownerId,
    email,
    requestId: null,
    magicLinkId: null,
    assurance: "TWO_FACTOR",
  });
  await db.execute("UPDATE portal_accounts SET lastSignInAt = ? WHERE id = ?", [now, ownerId]);
  await recordEvent(db, {
    firmId,
    type: "SIGN_IN_SUCCEEDED",
    accountId: ownerId,
    contactId,
    data: { email, secondFactor: true },
  });
  await db.commit();
  return session;
}

async function claim(db: PoolConnection, token: string, deviceKey: string): Promise<string> {
  const now = Date.now();
  const link = await one<Record<"id" | "firmId" | "requestId" | "sentTo" | "title" | "contactId", string>>(
    db,
    `SELECT l.id, l.firmId, l.requestId, r.sentTo, r.title, r.contactId FROM magic_links l JOIN client_requests r ON r.id = l.requestId
     WHERE l.tokenDigest = ?`,
    [digestOf(token)],
  );
  if (!link) throw new Error("no such link");
  const { id, firmId, requestId, sentTo, title, contactId } = link;
  await db.beginTransaction();
  await spend(
    db,
    "UPDATE magic_links SET claimedAt = ?, deviceKeyDigest = ?, boundUntil = ? WHERE id = ? AND claimedAt IS NULL AND revokedAt IS NULL AND expiresAt > ?",
    [now, digestOf(deviceKey), now + 2_592_000_000, id, now],
  );
  const session = await openSession(db, {
    firmId,
    ownerId: null,
    email: sentTo,
    requestId,
    magicLinkId: id,
    assurance: "LINK",
  });
  await recordEvent(db, {
    firmId,
    type: "MAGIC_LINK_CLAIMED",
    accountId: null,
    contactId,
    data: { title, email: sentTo },
  });
  await db.commit();
  return session;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return void response.end("ready");
  const { token, deviceKey } = JSON.parse(Buffer.concat(chunks).toString()) as { token: string; deviceKey?: string };
  const db = await pool.getConnection();
  try {
    const session = deviceKey === undefined ? await verify(db, token) : await claim(db, token, deviceKey);
    const text = JSON.stringify({ token: session });
    response.setHeader("content-length", Buffer.byteLength(text));
    response.end(text);
  } catch (error) {
    await db.rollback();
    throw error;
  } finally {
    db.release();
  }
}
createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
