import { Entity, ForeignKey, PrimaryColumn } from "typeorm";
import type { SecurityMode } from "@gatehouse/shared";
import { AtColumn, CountColumn, FlagColumn, TextColumn } from "../../platform/database/columns.js";

/** The firm's one rule for how its clients get in. `version` increases by one with each change (optimistic locking). */
@Entity("security_policies")
export class SecurityPolicy {
  @ForeignKey("firms", { name: "fk_security_policies_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  @TextColumn(30) mode: SecurityMode;
  @AtColumn({ nullable: true }) enforcedFrom: number | null;
  @FlagColumn() magicLinkRequiresTwoFactor: boolean;
  @CountColumn() trustedDeviceDays: number;
  /** Owners and administrators need an authenticator. */
  @FlagColumn() teamRequiresTwoFactor: boolean;
  /** Since when the operator lets nobody of the firm in: its own policy does not matter then. */
  @AtColumn({ nullable: true }) firmDisabledAt: number | null;
  @CountColumn() version: number;
  @AtColumn() updatedAt: number;
  @TextColumn(200, { nullable: true }) updatedBy: string | null;
}
