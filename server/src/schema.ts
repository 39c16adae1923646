import type { GraphQLSchema } from "graphql";
import { buildSchema, getMetadataStorage, type ClassType } from "type-graphql";
// Whatever is imported is in the schema: all features, and `node`.
import "./feature-modules.js";
import "./features/node/node.resolver.js";
import { enforceAccess } from "./features/access/allow.js";

const unused = (): never => {
  throw new Error("events are read from the log (features/live-feed/live-feed.ts), not published");
};
/** type-graphql wants one wherever there is a subscription, also when none uses it. */
const nobodyPublishes = { publish: unused, subscribe: unused };

/**
 * The schema of all features. With the resolvers' instances, one of each class, it answers; without any it can be read, and nothing of
 * a server is needed: no database, no port.
 */
export async function createSchema(resolvers: readonly object[] = []): Promise<GraphQLSchema> {
  const byClass = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const classes = getMetadataStorage().resolverClasses.map(({ target }) => target);
  const missing = classes.filter((resolver) => !byClass.has(resolver));
  if (resolvers.length > 0 && missing.length > 0)
    throw new Error(`in no feature's module: ${missing.map(({ name }) => name).join(", ")}`);
  // A field without a resolver of its own is read as it is: type-graphql would else wrap each into an asynchronous function.
  for (const type of getMetadataStorage().objectTypes) type.simpleResolvers = true;
  const schema = await buildSchema({
    resolvers: classes as unknown as [ClassType, ...ClassType[]],
    container: { get: (resolver: object) => byClass.get(resolver as never) },
    validate: false,
    orphanedTypes: [],
    pubSub: nobodyPublishes,
  } as Parameters<typeof buildSchema>[0]);
  return enforceAccess(schema);
}
