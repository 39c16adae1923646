import type { EntityManager } from "typeorm";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { Column, Sql } from "../../platform/database/sql.js";
import type { Person } from "../people/person.js";
import type { Passkeys, PasskeySubject } from "../passkeys/passkeys.service.js";
import type { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";

/** A person's proof before it is checked. */
export interface GivenProof {
  /** As it was typed, or as the browser returned it. */
  answer: string;
  /** The challenge that it answers; null if only typed proofs are accepted. */
  subject: PasskeySubject | null;
}

/** What checking a proof needs. */
export interface ProofTools {
  keys: KeyRing;
  passkeys: Passkeys;
}

type Owned = Sql & { readonly ownerId: Column<string> };
/**
 * A factor's rows. IN_FORCE: what proves its owner. UNDER_WAY: a pending secret or challenge, which ends at
 * `expiresAt`. `key` identifies a row.
 */
export type FactorTable = { key: Column<string> } & (
  { holds: "IN_FORCE"; from: Owned } | { holds: "UNDER_WAY"; from: Owned & { readonly expiresAt: Column<number> } }
);

/** A kind of second factor: everything that the rest of the server needs to know about it. */
export interface SecondFactorMethod {
  /**
   * PRIMARY: what "enrolled" means, which a person switches on and off as a whole. ADDED: exists beside it, and is
   * added and removed separately; shared/access-endings says what ends it.
   */
  readonly standing: "PRIMARY" | "ADDED";
  /**
   * Where the input holds `answer`: all typed kinds share a field, so that a prompt for a code accepts each of them.
   */
  readonly field: "code" | "response";
  /** All its stored data: what is deleted with it, and swept. */
  readonly tables: readonly FactorTable[];
  /** Its mutations that prove a person or lead to it: one per document, so that each is counted separately. */
  readonly authenticationFields: readonly string[];
  /** Whether a text has this kind's form. What has no kind's form is refused before it costs an attempt. */
  couldBe(answer: string): boolean;
  /** Whether its owner can use it now. */
  isReady(manager: EntityManager, owner: TwoFactorState): Promise<boolean>;
  /**
   * Whether the answer proves the owner. Spends it by one conditional write, decided by its row count, within the
   * transaction of what the proof buys.
   */
  spend(unit: UnitOfWork, owner: Person, actor: Actor, given: GivenProof, tools: ProofTools): Promise<boolean>;
}
