import { DAY_MS, HOUR_MS } from "@gatehouse/shared";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { Firm } from "../features/firms/firm.entity.js";
import type { Actor } from "../features/work/unit-of-work.js";
import type { PortalLinks } from "../features/work/portal-links.js";
import type { DemoContact } from "./demo-contacts.js";

const HISTORY_DAYS = 30;
export const DEVICE =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/** Where and when the demo's history takes place. */
export interface DemoScene {
  firm: Firm;
  /** The owner, who does what the firm does. */
  actor: Actor;
  keys: KeyRing;
  links: PortalLinks;
  now: number;
}

/** A contact that the import has written. */
export interface StoredContact {
  facts: DemoContact;
  id: string;
  accountId: string | null;
  index: number;
}

/** The moment at which the demo's history begins. */
export const beginningOf = (now: number): number => now - HISTORY_DAYS * DAY_MS;

/**
 * `days` and a little after the start, in working hours, never in the future. Few distinct moments, since each one is
 * a commit.
 */
export const momentOf = (now: number, index: number, days: number): number =>
  Math.min(beginningOf(now) + (days + (index % 7)) * DAY_MS + (2 + (index % 3) * 2) * HOUR_MS, now);
