import { Entity, PrimaryColumn } from "typeorm";
import { AtColumn, CountColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * A password's hash. `ownerId` is a team identity's or a portal account's id (Person.credentialId). `version` grows with every change, which
 * voids whatever an older one began.
 */
@Entity("password_credentials")
export class PasswordCredential {
  @PrimaryColumn({ type: "varchar", length: 30 }) ownerId: string;
  @TextColumn(100) passwordHash: string;
  /** Which pepper the hash was keyed with. */
  @TextColumn(20) pepperId: string;
  @CountColumn() version: number;
  @AtColumn() changedAt: number;
}
