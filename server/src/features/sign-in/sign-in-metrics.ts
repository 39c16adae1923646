import { Counter, type Registry } from "prom-client";
import type { RecordedEvent } from "../work/unit-of-work.js";

interface SignInCount {
  audience: "team" | "portal";
  method: string;
  outcome: "succeeded" | "refused";
}

/** What an event says about a sign-in, without the person; null if it is not about one. */
function countOf(event: RecordedEvent): SignInCount | null {
  const audience = event.actor.kind === "TEAM_MEMBER" ? "team" : "portal";
  switch (event.type) {
    case "SIGN_IN_SUCCEEDED":
      return { audience, method: event.data.secondFactor ? "two_factor" : "password", outcome: "succeeded" };
    case "SIGN_IN_FAILED":
      return { audience, method: event.data.what.replaceAll(" ", "_"), outcome: "refused" };
    case "MAGIC_LINK_CLAIMED":
      return { audience, method: "magic_link", outcome: "succeeded" };
    case "MAGIC_LINK_DECLINED":
      return { audience, method: "magic_link", outcome: "refused" };
    default:
      return null;
  }
}

/** Counts sign-ins by their events. An attempt with an address that nobody has leaves no event: see the refusals. */
export function signInCounter(metrics: Registry): (events: readonly RecordedEvent[]) => void {
  const signIns = new Counter({
    name: "gatehouse_sign_ins_total",
    help: "Sign-ins that succeeded, and proofs that were refused, by method.",
    labelNames: ["audience", "method", "outcome"],
    registers: [metrics],
  });
  return (events) => {
    for (const event of events) {
      const count = countOf(event);
      if (count) signIns.inc({ ...count });
    }
  };
}
