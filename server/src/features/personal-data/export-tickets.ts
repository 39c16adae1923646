import { z } from "zod";
import type { KeyRing } from "../../platform/crypto/key-ring.js";

const Ticket = z.strictObject({
  contactId: z.string(),
  /** The session or key that asked for it, which is one firm's: no other can use it. */
  credentialId: z.string(),
  expiresAt: z.number(),
});
type Ticket = z.infer<typeof Ticket>;

const PLACE = "contact-data.ticket";

/**
 * The right to download what is kept about one person, as a text for an address. It is encrypted, so that nobody can
 * make or change one and an address in a proxy's log names nobody; there is nothing to store.
 */
export class ExportTickets {
  constructor(private readonly keys: KeyRing) {}

  issue(ticket: Ticket): string {
    return this.keys.encrypt(JSON.stringify(ticket), PLACE);
  }

  /** Null if it is not one of ours, or no longer valid. */
  read(text: string, now: number): Ticket | null {
    try {
      const ticket = Ticket.parse(JSON.parse(this.keys.decrypt(text, PLACE)));
      return ticket.expiresAt > now ? ticket : null;
    } catch {
      return null;
    }
  }
}
