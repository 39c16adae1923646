import { Ctx, Query, Resolver } from "type-graphql";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { ViewerUnion } from "./viewer.results.js";
import type { Viewers } from "./viewers.service.js";

@Resolver()
export class ViewerResolver {
  constructor(private readonly viewers: Viewers) {}

  @Allow("anyone")
  @Query(() => ViewerUnion, { nullable: true, description: "Who is calling; null for an anonymous caller." })
  viewer(@Ctx() context: RequestContext) {
    return this.viewers.of(context.caller);
  }
}
