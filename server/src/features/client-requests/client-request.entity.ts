import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, CountColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/** A firm's request to a client: a checklist with a due date. */
@Entity("client_requests")
@Index("ix_client_requests_contact", ["contactId", "createdAt", "id"])
export class ClientRequest {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_client_requests_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @ForeignKey("contacts", { name: "fk_client_requests_contact", onDelete: "CASCADE" })
  @RefColumn()
  contactId: string;
  @TextColumn(200) title: string;
  @TextColumn(254) sentTo: string;
  /** YYYY-MM-DD */
  @TextColumn(10, { nullable: true }) dueOn: string | null;
  @AtColumn() createdAt: number;
  @AtColumn({ nullable: true }) completedAt: number | null;
}

@Entity("client_request_items")
@Index("ix_client_request_items_request", ["requestId", "position"])
export class ClientRequestItem {
  @IdColumn() id: string;
  @ForeignKey("client_requests", { name: "fk_client_request_items_request", onDelete: "CASCADE" })
  @RefColumn()
  requestId: string;
  @CountColumn() position: number;
  @TextColumn(500) text: string;
  @AtColumn({ nullable: true }) doneAt: number | null;
}
