import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  authenticate,
  documents,
  eventJson,
  eventsOf,
  joinedContact,
  joinedContacts,
  openPool,
  pageJson,
  sessionJson,
  sessionsOfContact,
  time,
  type JoinedRow,
  type PageArguments,
} from "./reads.js";

/** The floor: node:http, one prepared join, JSON.stringify, the same session check. */
const pool = openPool();

const accountOf = (row: JoinedRow) =>
  row.accountId === null
    ? null
    : {
        email: row.accountEmail,
        lastSignInAt: time(row.lastSignInAt),
        twoFactor: { enrolled: row.enrolledAt !== null, enrolledAt: time(row.enrolledAt) },
      };

async function contacts(firmId: string, page: PageArguments) {
  const rows = await joinedContacts(pool, firmId, page);
  return {
    contacts: pageJson(rows, page.first, (row) => ({
      id: row.id,
      name: row.name,
      organization: row.organization,
      email: row.email,
      portalAccessState: row.accessState,
      portalAccount: accountOf(row),
    })),
  };
}

async function contact(firmId: string, { id }: { id: string }) {
  const [row, sessions, events] = await Promise.all([
    joinedContact(pool, firmId, id),
    sessionsOfContact(pool, firmId, id),
    eventsOf(pool, firmId, id, 10),
  ]);
  return {
    contact: row && {
      id: row.id,
      name: row.name,
      organization: row.organization,
      email: row.email,
      portalAccessState: row.accessState,
      createdAt: time(row.createdAt),
      portalAccount:
        row.accountId === null
          ? null
          : {
              id: row.accountId,
              email: row.accountEmail,
              createdAt: time(row.accountCreatedAt),
              lastSignInAt: time(row.lastSignInAt),
              lockedUntil: time(row.lockedUntil),
              twoFactor: {
                enrolled: row.enrolledAt !== null,
                enrolledAt: time(row.enrolledAt),
                recoveryCodesRemaining: row.recoveryCodesRemaining,
              },
              sessions: sessions.map(sessionJson),
            },
      auditEvents: { nodes: events.map((event) => eventJson(event, row.name)) },
    },
  };
}

/** One indexed read of counts that are kept up to date. */
async function stats(firmId: string) {
  const [rows] = await pool.execute(
    "SELECT contacts, withoutEmail, notInvited, invited, withAccount, twoFactorEnrolled, lockedOut FROM bench_stats WHERE firmId = ?",
    [firmId],
  );
  return { firm: { portalStats: (rows as object[])[0] } };
}

interface Body {
  operationName: keyof typeof documents;
  variables: never;
}
const answers: Record<keyof typeof documents, (firmId: string, variables: never) => Promise<object>> = {
  Contacts: contacts,
  Contact: contact,
  Stats: stats,
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  let data: object = { status: "ready" };
  if (chunks.length > 0) {
    const { operationName, variables } = JSON.parse(Buffer.concat(chunks).toString()) as Body;
    data = { data: await answers[operationName](await authenticate(pool, request.headers.authorization), variables) };
  }
  const text = JSON.stringify(data);
  response.setHeader("content-type", "application/json");
  response.setHeader("content-length", Buffer.byteLength(text));
  response.end(text);
}

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
