import type { SessionTransport } from "@gatehouse/shared";
import type { RequestContext } from "../access/request-context.js";
import type { ClientRequest } from "../client-requests/client-request.entity.js";
import type { FirmPolicy } from "../firms/security-policy.reader.js";
import type { MagicLink } from "../magic-links/magic-link.entity.js";

/** A claimed link on its way to a session. */
export interface LinkEntry {
  /** Under the lock that whatever opens a session takes. */
  policy: FirmPolicy;
  link: MagicLink;
  request: ClientRequest;
  context: RequestContext;
  transport: SessionTransport;
  deviceKeyDigest: string;
}
