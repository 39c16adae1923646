import Fastify from "fastify";
import mercurius from "mercurius";
import {
  accountJson,
  authenticate,
  contactJson,
  eventJson,
  eventsOf,
  joinedContact,
  joinedContacts,
  openPool,
  pageJson,
  sessionJson,
  sessionsOf,
  stateJson,
  time,
  type AccountRow,
  type JoinedRow,
  type PageArguments,
  type StateRow,
} from "../floor/reads.js";
import { typeDefs } from "./schema.js";

/** The ceiling for GraphQL: Mercurius with the JIT over a hand-written join. */
const pool = openPool();
const app = Fastify();
interface Context {
  firmId: string;
}

const joinedJson = (row: JoinedRow) => ({
  ...contactJson(row),
  portalAccount:
    row.accountId === null
      ? null
      : {
          ...accountJson(row as JoinedRow & AccountRow),
          lockedUntil: time(row.lockedUntil),
          twoFactor: stateJson(row as JoinedRow & StateRow),
        },
});

await app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  context: async (request) => ({ firmId: await authenticate(pool, request.headers.authorization) }),
  resolvers: {
    Query: {
      contacts: async (_root: unknown, page: PageArguments, { firmId }: Context) =>
        pageJson(await joinedContacts(pool, firmId, page), page.first, joinedJson),
      contact: async (_root: unknown, { id }: { id: string }, { firmId }: Context) => {
        const row = await joinedContact(pool, firmId, id);
        return row && joinedJson(row);
      },
    },
    Contact: {
      auditEvents: async (
        contact: { id: string; name: string },
        { first }: { first: number },
        { firmId }: Context,
      ) => ({
        nodes: (await eventsOf(pool, firmId, contact.id, first)).map((event) => eventJson(event, contact.name)),
      }),
    },
    PortalAccount: {
      sessions: async ({ id }: { id: string }) => (await sessionsOf(pool, id)).map(sessionJson),
    },
  } as never,
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
