import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ScopedValue } from "../scoped-value.js";
import { headerText } from "./header-text.js";
import { isFromProxy } from "./source-address.js";
import type { TrustedProxies } from "./trusted-proxies.js";

/** What a proxy may choose as an id: enough for UUIDs, ULIDs and trace ids, and nothing that needs escaping anywhere. */
const WELL_FORMED = /^[\w.:+/=-]{8,128}$/;

/** The trusted proxy's id for the request, so that its log and ours can be joined, or else one of our own. */
export function requestIdOf(request: IncomingMessage, trustedProxies: TrustedProxies): string {
  const given = request.headers["x-request-id"];
  if (given === undefined || !isFromProxy(request, trustedProxies)) return randomUUID();
  const text = headerText(given);
  return WELL_FORMED.test(text) ? text : randomUUID();
}

/** The id of the mutation that is running. Other requests name theirs where they log. */
export const currentRequestId = new ScopedValue<string>();
