import type { EntityManager } from "typeorm";
import { allSecondFactorKinds, type SecondFactorKind } from "@gatehouse/shared";
import { sql } from "../../platform/database/sql.js";
import type { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { authenticator } from "./authenticator.method.js";
import { passkey } from "./passkey.method.js";
import { recoveryCode } from "./recovery-code.method.js";
import type { FactorTable, SecondFactorMethod } from "./second-factor-method.js";

/** The only list of second factors: code that ends, sweeps, limits or offers them iterates over it. */
export const secondFactorMethods: Readonly<Record<SecondFactorKind, SecondFactorMethod>> = {
  AUTHENTICATOR: authenticator,
  RECOVERY_CODE: recoveryCode,
  PASSKEY: passkey,
};

/** The kinds that a prompt for a code accepts. */
export const typedKinds = allSecondFactorKinds.filter((kind) => secondFactorMethods[kind].field === "code");

/** What the owner can currently prove themselves by. */
export async function readyKinds(manager: EntityManager, owner: TwoFactorState): Promise<SecondFactorKind[]> {
  const ready: SecondFactorKind[] = [];
  for (const kind of allSecondFactorKinds)
    if (await secondFactorMethods[kind].isReady(manager, owner)) ready.push(kind);
  return ready;
}

type FactorTableOf<H extends FactorTable["holds"]> = Extract<FactorTable, { holds: H }>;
/** The tables of all factors, or of those with this standing. */
export function factorTables<H extends FactorTable["holds"]>(
  holds: H,
  standing?: SecondFactorMethod["standing"],
): FactorTableOf<H>[] {
  return Object.values(secondFactorMethods)
    .filter((method) => standing === undefined || method.standing === standing)
    .flatMap(({ tables }) => tables.filter((each): each is FactorTableOf<H> => each.holds === holds));
}

/** Deletes what is in force with this standing, so that it no longer proves the owner. */
export async function forgetFactors(
  unit: UnitOfWork,
  ownerId: string,
  standing: SecondFactorMethod["standing"],
): Promise<void> {
  await deleteFrom(unit, factorTables("IN_FORCE", standing), ownerId);
}

/** Ends every pending secret and challenge: no answer to one counts. */
export async function abandonFactors(unit: UnitOfWork, ownerId: string): Promise<void> {
  await deleteFrom(unit, factorTables("UNDER_WAY"), ownerId);
}

async function deleteFrom(unit: UnitOfWork, tables: readonly FactorTable[], ownerId: string): Promise<void> {
  for (const { from } of tables) await unit.affected(sql`DELETE FROM ${from} WHERE ${from.ownerId} = ?`, [ownerId]);
}
