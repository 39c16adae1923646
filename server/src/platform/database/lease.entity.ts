import { Entity } from "typeorm";
import { AtColumn, TextColumn } from "./columns.js";

/** What one instance at a time may do: migrate. A dead holder's lease ends by itself. */
@Entity("leases")
export class Lease {
  /** `migrations`; `readiness` is held by nobody, and written to see whether anything can be. */
  @TextColumn(64, { primary: true })
  name: string;
  @TextColumn(64) holder: string;
  /** By the database's clock. */
  @AtColumn() expiresAt: number;
}
