import type { IdKind } from "../../platform/crypto/ids.js";
import type { Node } from "../../platform/graphql/node.js";
import type { AccessRule } from "./access-rule.js";
import type { RequestContext } from "../callers/request-context.js";

/** How `node(id:)` finds objects of one kind. */
interface NodeSource {
  /** The rule of the field that reads them; a caller who does not satisfy it gets null. */
  allow: AccessRule;
  /** The object with that id, if the caller, whom the rule allows, may see this one. */
  find(id: string, context: RequestContext): Promise<Node | null>;
}

export type NodeSources = Partial<Record<IdKind, NodeSource>>;
