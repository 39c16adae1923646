import type { EntityManager } from "typeorm";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { Column, Sql } from "../../platform/database/sql.js";
import type { Person } from "../people/person.js";
import type { Passkeys, PasskeySubject } from "../passkeys/passkeys.service.js";
import type { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";

/** Somebody's proof, before it is judged. */
export interface GivenProof {
  /** As it was typed, or as the browser hands it over. */
  answer: string;
  /** What it was asked for; null where only what can be typed is taken. */
  subject: PasskeySubject | null;
}

/** What judging needs of its surroundings. */
export interface ProofTools {
  keys: KeyRing;
  passkeys: Passkeys;
}

type Owned = Sql & { readonly ownerId: Column<string> };
/** Rows of a factor. IN_FORCE: what proves its owner. UNDER_WAY: what was shown or asked, and is over at `expiresAt`. `key` names a row. */
export type FactorTable = { key: Column<string> } & (
  { holds: "IN_FORCE"; from: Owned } | { holds: "UNDER_WAY"; from: Owned & { readonly expiresAt: Column<number> } }
);

/** A kind of second factor: all that the rest of the server has to know of it. */
export interface SecondFactorMethod {
  /**
   * PRIMARY: what "enrolled" means, which a person switches on and off as one. ADDED: stands beside it, and is added and removed by itself;
   * shared/access-endings says what ends it.
   */
  readonly standing: "PRIMARY" | "ADDED";
  /** Where `answer` stands in the input: typed ones share a field, so that whoever asks for a code takes each of them. */
  readonly field: "code" | "response";
  /** Everything of it that is stored: what is forgotten with it, and swept. */
  readonly tables: readonly FactorTable[];
  /** Its mutations that prove somebody or lead to it: one in a document, so that each is counted by itself. */
  readonly authenticationFields: readonly string[];
  /** Whether its owner can prove themselves by it now. */
  isReady(manager: EntityManager, owner: TwoFactorState): Promise<boolean>;
  /**
   * Within the transaction that it buys something in: whether the answer proves the owner, and spends it, by one conditional write that is
   * judged by its row count.
   */
  spend(unit: UnitOfWork, owner: Person, actor: Actor, given: GivenProof, tools: ProofTools): Promise<boolean>;
}
