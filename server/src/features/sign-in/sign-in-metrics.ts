import { Counter, type Registry } from "prom-client";
import type { SignInMethod } from "@gatehouse/shared";
import type { RecordedEvent } from "../work/unit-of-work.js";

interface SignInCount {
  audience: "team" | "portal";
  method: string;
  outcome: "succeeded" | "refused";
}

/** The label of a sign-in that succeeded. A trusted device is not a second factor. */
function methodOf(methods: readonly SignInMethod[]): string {
  const last = methods.at(-1);
  if (last === "TRUSTED_DEVICE") return "trusted_device";
  return last === "TOTP" || last === "RECOVERY_CODE" || last === "PASSKEY" ? "two_factor" : "password";
}

/** What an event says about a sign-in, without the person; null if it is not about one. */
function countOf(event: RecordedEvent): SignInCount | null {
  const audience = event.actor.kind === "TEAM_MEMBER" ? "team" : "portal";
  switch (event.type) {
    case "SIGN_IN_SUCCEEDED":
      return { audience, method: methodOf(event.methods ?? []), outcome: "succeeded" };
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
