import DataLoader from "dataloader";
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

/** Plain resolvers with dataloaders created per request, as the guides of Yoga and Apollo show them. */
const pool = openPool();

export async function createContext(authorization: string | undefined) {
  return {
    firmId: await authenticate(pool, authorization),
    accounts: new DataLoader((ids: readonly string[]) => accountsOf(pool, ids)),
    states: new DataLoader((ids: readonly string[]) => statesOf(pool, ids)),
  };
}
export type Context = Awaited<ReturnType<typeof createContext>>;
type Contact = ReturnType<typeof contactJson>;
type Account = ReturnType<typeof accountJson>;

export const resolvers = {
  Query: {
    contacts: async (_root: unknown, page: PageArguments, { firmId }: Context) =>
      pageJson(await plainContacts(pool, firmId, page), page.first, contactJson),
    contact: async (_root: unknown, { id }: { id: string }, { firmId }: Context) => {
      const row = await plainContact(pool, firmId, id);
      return row && contactJson(row);
    },
  },
  Contact: {
    portalAccount: async ({ portalAccountId }: Contact, _args: unknown, { accounts }: Context) => {
      const row = portalAccountId === null ? null : await accounts.load(portalAccountId);
      return row && accountJson(row);
    },
    auditEvents: async ({ id, name }: Contact, { first }: { first: number }, { firmId }: Context) => ({
      nodes: (await eventsOf(pool, firmId, id, first)).map((event) => eventJson(event, name)),
    }),
  },
  PortalAccount: {
    twoFactor: async ({ id }: Account, _args: unknown, { states }: Context) => stateJson(await states.load(id)),
    lockedUntil: async ({ id }: Account, _args: unknown, { states }: Context) =>
      time((await states.load(id))?.lockedUntil ?? null),
    sessions: async ({ id }: Account) => (await sessionsOf(pool, id)).map(sessionJson),
  },
};
