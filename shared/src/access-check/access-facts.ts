import type { MagicLinkState } from "../magic-links/magic-link-policy.js";
import type { ModePolicy } from "../security-mode/security-mode.js";

/** What is known about how one client gets in. Times are epoch milliseconds. */
export interface AccessFacts {
  now: number;
  policy: ModePolicy;
  /** The contact's address, where requests go. */
  email: string | null;
  invitation: { sentAt: number; isUsable: boolean } | null;
  account: {
    email: string;
    isEnrolled: boolean;
    recoveryCodesRemaining: number;
    secondFactorLockedUntil: number | null;
    passwordWaitUntil: number | null;
  } | null;
  /** Failed attempts of the last day, since the last success. */
  failures: { what: "password" | "second factor"; count: number; lastAt: number }[];
  /** The newest open request and the state of its link; `declinedAt`: when the link last turned someone away. */
  request: { id: string; title: string; link: MagicLinkState; declinedAt: number | null } | null;
  /** The newest mail to one of the client's addresses. `failure`: what the mail server answered when it rejected the mail. */
  mail: { recipient: string; at: number; sentAt: number | null; failure: string | null; isGivenUp: boolean } | null;
}
