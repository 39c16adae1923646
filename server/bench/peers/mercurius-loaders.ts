import Fastify from "fastify";
import mercurius from "mercurius";
import {
  accountJson,
  accountsOf,
  authenticate,
  contactJson,
  eventJson,
  eventsOf,
  openPool,
  pageJson,
  plainContact,
  plainContacts,
  sessionJson,
  sessionsOf,
  stateJson,
  statesOf,
  time,
  type PageArguments,
} from "../floor/reads.js";
import { typeDefs } from "./schema.js";

/** Mercurius as its guide shows it: the JIT on, a loader per relation, prepared statements. */
const pool = openPool();
const app = Fastify();

type Contact = ReturnType<typeof contactJson>;
type Account = ReturnType<typeof accountJson>;
interface Context {
  firmId: string;
}
type Queries<T, P = object> = { obj: T; params: P }[];

await app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  context: async (request) => ({ firmId: await authenticate(pool, request.headers.authorization) }),
  resolvers: {
    Query: {
      contacts: async (_root: unknown, page: PageArguments, { firmId }: Context) =>
        pageJson(await plainContacts(pool, firmId, page), page.first, contactJson),
      contact: async (_root: unknown, { id }: { id: string }, { firmId }: Context) => {
        const row = await plainContact(pool, firmId, id);
        return row && contactJson(row);
      },
    },
  } as never,
  loaders: {
    Contact: {
      portalAccount: async (queries: Queries<Contact>) => {
        const ids = queries.map(({ obj }) => obj.portalAccountId).filter((id) => id !== null);
        const accounts = ids.length === 0 ? [] : await accountsOf(pool, ids);
        const found = new Map(accounts.filter((row) => row !== null).map((row) => [row.accountId, accountJson(row)]));
        return queries.map(({ obj }) => found.get(obj.portalAccountId ?? "") ?? null);
      },
      auditEvents: (queries: Queries<Contact, { first: number }>, { firmId }: Context) =>
        Promise.all(
          queries.map(async ({ obj, params }) => ({
            nodes: (await eventsOf(pool, firmId, obj.id, params.first)).map((event) => eventJson(event, obj.name)),
          })),
        ),
    },
    PortalAccount: {
      twoFactor: async (queries: Queries<Account>) =>
        (
          await statesOf(
            pool,
            queries.map(({ obj }) => obj.id),
          )
        ).map((row) => stateJson(row)),
      lockedUntil: async (queries: Queries<Account>) =>
        (
          await statesOf(
            pool,
            queries.map(({ obj }) => obj.id),
          )
        ).map((row) => time(row?.lockedUntil ?? null)),
      sessions: (queries: Queries<Account>) =>
        Promise.all(queries.map(async ({ obj }) => (await sessionsOf(pool, obj.id)).map(sessionJson))),
    },
  } as never,
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
