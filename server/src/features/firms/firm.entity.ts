import { Entity, Index } from "typeorm";
import type { Language, Plan } from "@gatehouse/shared";
import { AtColumn, CountColumn, FlagColumn, IdColumn, TextColumn } from "../../platform/database/columns.js";

/** An accounting firm: the tenant. Everything else belongs to exactly one. */
@Entity("firms")
export class Firm {
  @IdColumn() id: string;
  @Index("uq_firms_slug", { unique: true })
  @TextColumn(63)
  slug: string;
  @TextColumn(200) name: string;
  @TextColumn(20) plan: Plan;
  /** The language for clients who have not chosen one; null: no default was chosen. */
  @TextColumn(2, { nullable: true }) clientLanguage: Language | null;
  /** An IANA name, as `readTimeZone` returns it; null: none was chosen. */
  @TextColumn(64, { nullable: true }) timeZone: string | null;
  /** A signed checkpoint of the log is mailed to the team daily. */
  @FlagColumn({ default: false }) mailsCheckpoints: boolean;
  /** For how many days sign-in events keep who it was, and from where; null: for ever. */
  @CountColumn({ nullable: true }) signInEventDays: number | null;
  /** When that was last changed; null: never. */
  @AtColumn({ nullable: true }) signInEventDaysSetAt: number | null;
  @AtColumn() createdAt: number;
}
