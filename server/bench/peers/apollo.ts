import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { createContext, resolvers, type Context } from "./dataloader-resolvers.js";
import { typeDefs } from "./schema.js";

const server = new ApolloServer<Context>({ typeDefs, resolvers });
await startStandaloneServer(server, {
  context: ({ req }) => createContext(req.headers.authorization),
  listen: { port: Number(process.env.PORT), host: "127.0.0.1" },
});
