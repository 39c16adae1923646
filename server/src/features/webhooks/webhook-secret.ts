import { createHmac, randomBytes } from "node:crypto";

/** Which row an encrypted secret belongs to, whether the current or the previous one. */
export const webhookSecretPlace = (endpointId: string) => `webhook_endpoints.encryptedSecret.${endpointId}`;

const PREFIX = "whsec_";

/** A signing secret in the format of Standard Webhooks 1.0: 256 random bits. */
export const newSigningSecret = (): string => PREFIX + randomBytes(32).toString("base64");

/** The `webhook-signature` header (Standard Webhooks 1.0): HMAC-SHA-256 over id, time and body. `timestamp`: seconds. */
export const signatureOf = (secret: string, id: string, timestamp: number, body: string): string =>
  `v1,${createHmac("sha256", Buffer.from(secret.slice(PREFIX.length), "base64"))
    .update(`${id}.${timestamp}.${body}`, "utf8")
    .digest("base64")}`;
