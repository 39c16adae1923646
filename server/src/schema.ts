import type { GraphQLSchema } from "graphql";
import { buildSchema, getMetadataStorage, type ClassType } from "type-graphql";
// Whatever is imported is in the schema: all features, and `node`.
import "./feature-modules.js";
import "./features/node/node.resolver.js";
import { enforceAccess } from "./features/access/allow.js";

const unused = (): never => {
  throw new Error("events are read from the log (features/live-feed/live-feed.ts), not published");
};
/** type-graphql requires one wherever there is a subscription, even if none uses it. */
const unusedPubSub = { publish: unused, subscribe: unused };

/**
 * The schema of all features. With an instance of each resolver it can execute; without any it can only be read, and
 * needs no part of a server: no database, no port.
 */
export async function createSchema(resolvers: readonly object[] = []): Promise<GraphQLSchema> {
  const byClass = new Map(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const classes = getMetadataStorage().resolverClasses.map(({ target }) => target);
  const missing = classes.filter((resolver) => !byClass.has(resolver));
  if (resolvers.length > 0 && missing.length > 0)
    throw new Error(`in no feature's module: ${missing.map(({ name }) => name).join(", ")}`);
  // A field without a resolver of its own is read as a property: type-graphql would otherwise wrap each one in an async
  // function.
  for (const type of getMetadataStorage().objectTypes) type.simpleResolvers = true;
  const schema = await buildSchema({
    resolvers: classes as unknown as [ClassType, ...ClassType[]],
    container: { get: (resolver: object) => byClass.get(resolver as never) },
    validate: false,
    orphanedTypes: [],
    pubSub: unusedPubSub,
  } as Parameters<typeof buildSchema>[0]);
  return enforceAccess(schema);
}
