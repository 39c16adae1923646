import type { EntityManager, EntityTarget, FindOptionsWhere } from "typeorm";
import { isId, type IdKind } from "../../platform/crypto/ids.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { Refusal } from "../../platform/graphql/failures.js";

interface OfFirm {
  id: string;
  firmId: string;
}

/**
 * The firm's row that an input names. Throws NOT_FOUND at `field` for any other text, so that another firm's id behaves
 * like an absent one. `lock`: nobody else can change the row until the commit.
 */
export async function mustFind<E extends OfFirm>(
  manager: EntityManager,
  entity: EntityTarget<E>,
  kind: IdKind,
  where: FindOptionsWhere<E> & OfFirm,
  field: readonly string[],
  { lock }: { lock?: "update" } = {},
): Promise<E> {
  const row = isId(kind, where.id)
    ? await manager.findOne(entity, { where, ...(lock === "update" ? forUpdate(manager) : {}) })
    : null;
  if (!row) throw new Refusal("NOT_FOUND", field);
  return row;
}
