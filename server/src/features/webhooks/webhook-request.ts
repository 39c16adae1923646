import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { allowedAddresses, pinned, type AddressPolicy } from "./webhook-address.js";

/** How long a receiver may take, including name resolution and connection. */
const TIMEOUT_MS = 15_000;

/**
 * Sends one POST and returns its status. Follows no redirect, reads no body, keeps no connection; throws what went
 * wrong.
 */
export async function postOnce(
  address: string,
  headers: Record<string, string>,
  body: string,
  policy: AddressPolicy,
  signal: AbortSignal,
): Promise<number> {
  const url = new URL(address);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const addresses = await allowedAddresses(url, policy);
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(
      url,
      {
        method: "POST",
        agent: false,
        lookup: pinned(addresses),
        signal: limited,
        headers: {
          ...headers,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "Gatehouse-Webhooks/1.0",
        },
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        response.on("error", () => undefined);
        response.destroy();
      },
    );
    request.on("error", (error) => reject(limited.aborted && !signal.aborted ? new Error("no answer in 15 s") : error));
    request.end(body);
  });
}
