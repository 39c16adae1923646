import { Field, ID, InterfaceType } from "type-graphql";

/** Any object with its own id; `node(id:)` finds each one that the caller may see. */
@InterfaceType("Node", { description: "Any object with a globally unique id." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque. Its prefix names the kind of object." })
  id: string;
}
