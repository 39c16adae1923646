import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";
import { createContext, resolvers, type Context } from "./dataloader-resolvers.js";
import { typeDefs } from "./schema.js";

const yoga = createYoga<object, Context>({
  schema: createSchema<Context>({ typeDefs, resolvers }),
  context: ({ request }) => createContext(request.headers.get("authorization") ?? undefined),
});
createServer((request, response) => void yoga(request, response)).listen(Number(process.env.PORT), "127.0.0.1");
