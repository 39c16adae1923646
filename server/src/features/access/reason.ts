import { lengths } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";

/** A reason that says something: it is kept in the audit log. */
export function readReason(text: string): string {
  const reason = text.trim();
  if (reason.length === 0 || [...reason].length > lengths.reason)
    throw new Refusal("INVALID_INPUT", ["input", "reason"], `Give a reason of 1 to ${lengths.reason} characters.`);
  return reason;
}
