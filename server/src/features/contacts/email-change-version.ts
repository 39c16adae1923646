import { createHash } from "node:crypto";
import { emailChangeFacts, type EmailChange } from "@gatehouse/shared";

/** Identifies what an email change was shown to come to. */
export const emailChangeVersion = (change: EmailChange): string =>
  createHash("sha256")
    .update(JSON.stringify(emailChangeFacts(change)))
    .digest("base64url");
