import { Entity, Index } from "typeorm";
import { AtColumn, DigestColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

@Entity("recovery_codes")
@Index("uq_recovery_codes_digest", ["ownerId", "codeDigest"], { unique: true })
export class RecoveryCode {
  @IdColumn() id: string;
  @RefColumn() ownerId: string;
  @DigestColumn() codeDigest: string;
  @TextColumn(20) keyId: string;
  @AtColumn({ nullable: true }) usedAt: number | null;
}
