import { Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { AtColumn, CountColumn, LongTextColumn, RefColumn } from "../../platform/database/columns.js";

/** A deleted contact whose facts are being erased from the log. It is deleted when that is done. */
@Entity("person_erasures")
@Index("ix_person_erasures_due", ["dueAt"])
export class PersonErasure {
  @PrimaryColumn({ type: "varchar", length: 30 }) contactId: string;
  @ForeignKey("firms", { name: "fk_person_erasures_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  /** The login that was deleted with it; null: none was. */
  @RefColumn({ nullable: true }) accountId: string | null;
  /** The login that another contact keeps; null: there is none. */
  @RefColumn({ nullable: true }) keptAccountId: string | null;
  /** Digests of the person's addresses, separated by spaces. */
  @LongTextColumn() addressDigests: string;
  /** The facts in the events up to this number are erased. */
  @CountColumn() afterSeq: number;
  @AtColumn() deletedAt: number;
  /** When to go on. */
  @AtColumn() dueAt: number;
}
