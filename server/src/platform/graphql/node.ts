import { Field, ID, InterfaceType } from "type-graphql";

/** Whatever has an id of its own; `node(id:)` finds any that the caller may see. */
@InterfaceType("Node", { description: "Whatever has an id of its own." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque; the prefix tells the kind." })
  id: string;
}
