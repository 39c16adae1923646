import type { Handler } from "../../platform/http/http-server.js";
import { sendJson } from "../../platform/http/responses.js";
import type { Checkpoints } from "./checkpoints.service.js";

/** `GET /.well-known/gatehouse-audit-keys.json`: the public keys of signed checkpoints, as a JWK Set (RFC 7517 5). */
export const AUDIT_KEYS_PATH = "/.well-known/gatehouse-audit-keys.json";

export const auditKeysHandler =
  (checkpoints: Checkpoints): Handler =>
  async (_request, response) => {
    const keys = (await checkpoints.publicKeys()).map((key) => ({ ...key, use: "sig", alg: "EdDSA" }));
    sendJson(response, 200, { keys });
  };
