import { GraphQLError } from "graphql";
import { roleMay, type ApiScope, type TeamRight } from "@gatehouse/shared";
import { forbidden } from "../../platform/graphql/failures.js";
import { notSignedIn, type Caller } from "../callers/caller.js";

/** Who may use a field. A caller passes if one of the listed kinds matches. */
export type AccessRule =
  | "anyone"
  | {
      /** A team member whose role has the right. */
      team?: TeamRight;
      /** An API key with the scope; "any": with any. */
      key?: ApiScope | "any";
      /** A client: "account" signed in to the account, "any" also with a magic link alone. */
      portal?: "account" | "any";
    };

/** Throws UNAUTHENTICATED or FORBIDDEN, which names what is missing. */
export function checkAccess(rule: AccessRule, caller: Caller): void {
  if (rule === "anyone") return;
  switch (caller.kind) {
    case "ANONYMOUS":
      throw notSignedIn(caller);
    case "TEAM_MEMBER":
      if (rule.team === undefined) throw forbidden("another kind of caller");
      if (!roleMay(caller.role, rule.team)) throw forbidden("the role OWNER or ADMIN");
      return;
    case "API_KEY":
      if (rule.key === undefined) throw forbidden("a signed-in person");
      if (rule.key !== "any" && !caller.scopes.includes(rule.key)) throw forbidden(`the scope ${rule.key}`);
      return;
    case "CLIENT":
      if (rule.portal === undefined) throw forbidden("a team member or an API key");
      if (rule.portal === "account" && caller.accountId === null) throw forbidden("a session of an account");
  }
}

/** Whether a caller may use a field. */
export function may(rule: AccessRule, caller: Caller): boolean {
  try {
    checkAccess(rule, caller);
    return true;
  } catch (error) {
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}
