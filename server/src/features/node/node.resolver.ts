import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { kindOfId } from "../../platform/crypto/ids.js";
import { Node } from "../../platform/graphql/node.js";
import { Allow } from "../access/allow.js";
import { may } from "../access/access-rule.js";
import type { NodeSources } from "../access/node-source.js";
import type { RequestContext } from "../callers/request-context.js";

@Resolver()
export class NodeResolver {
  constructor(private readonly sources: NodeSources) {}

  @Allow({ team: "read", key: "any", portal: "any" })
  @Query(() => Node, {
    nullable: true,
    description: "The object with that id, if the caller may see it; null otherwise.",
  })
  async node(
    @Arg("id", () => ID, { description: "An id of any kind." }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Node | null> {
    const kind = kindOfId(id);
    const source = kind && this.sources[kind];
    return source && may(source.allow, context.caller) ? source.find(id, context) : null;
  }
}
