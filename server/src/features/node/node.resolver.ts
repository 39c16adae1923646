import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { kindOfId, type IdKind } from "../../platform/crypto/ids.js";
import { Node } from "../../platform/graphql/node.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../access/request-context.js";

/** Finds one thing by its id, if the caller may see it. */
export type NodeFinder = (id: string, context: RequestContext) => Promise<Node | null>;

@Resolver()
export class NodeResolver {
  constructor(private readonly finders: Partial<Record<IdKind, NodeFinder>>) {}

  @Allow({ team: "read", key: "any", portal: "any" })
  @Query(() => Node, { nullable: true, description: "Whatever has that id, if the caller may see it; null otherwise." })
  async node(
    @Arg("id", () => ID, { description: "An id of any kind." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Node | null> {
    const kind = kindOfId(id);
    return (kind && (await this.finders[kind]?.(id, context))) ?? null;
  }
}
