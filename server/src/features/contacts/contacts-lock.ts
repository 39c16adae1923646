import { lockChain } from "../audit-chain/audit-chain.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { FirmGone } from "../work/firm-gone.js";

/**
 * Serializes these writes within a firm. Otherwise a transaction that creates a contact and one that creates the
 * account with its email would not see each other's row until both commit: the two would never be linked, and the
 * firm's counts would not add up. It locks the row that their events lock in the end anyway.
 */
export async function lockContacts({ manager }: UnitOfWork, firmId: string): Promise<void> {
  if ((await lockChain(manager, firmId)) === null) throw new FirmGone();
}
