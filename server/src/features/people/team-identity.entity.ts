import { Entity, Index } from "typeorm";
import { AtColumn, IdColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * Somebody who signs in to the dashboard: the person who proved a mailbox, in however many firms' teams. The password
 * belongs to it (PasswordCredential.ownerId is its id); what a firm may take away or demand (second factors, devices,
 * sessions) belongs to each membership. Its id is that of the member who joined first.
 */
@Entity("team_identities")
export class TeamIdentity {
  @IdColumn() id: string;
  /** In the form that is compared; see shared/src/emails. */
  @Index("uq_team_identities_email", { unique: true })
  @TextColumn(254)
  email: string;
  @AtColumn() createdAt: number;
}
