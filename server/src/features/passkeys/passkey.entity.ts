import { Entity, Index, PrimaryColumn } from "typeorm";
import {
  AtColumn,
  DigestColumn,
  FlagColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/**
 * A WebAuthn credential of a team member or a client. Only its public half is stored: a stolen database opens nothing.
 */
@Entity("passkeys")
@Index("ix_passkeys_owner", ["ownerId"])
export class Passkey {
  @IdColumn() id: string;
  @RefColumn() firmId: string;
  @RefColumn() ownerId: string;
  /** The owner's name for it. */
  @TextColumn(200) name: string;
  /** The digest of the credential's id, which itself is too long for an index (up to 1023 bytes). */
  @Index("uq_passkeys_credential", { unique: true })
  @DigestColumn()
  credentialDigest: string;
  /** base64url, as the browser returns it. */
  @LongTextColumn() credentialId: string;
  /** The COSE key in base64url. */
  @LongTextColumn() publicKey: string;
  /** The authenticator's own counter, 32 bits unsigned; always 0 if it has none (WebAuthn 6.1.1). */
  @AtColumn() signCount: number;
  /** How the browser may reach it, e.g. `internal,hybrid`. */
  @TextColumn(200) transports: string;
  /** Whether it may live on more than one device (WebAuthn 6.1.3: backup eligible). */
  @FlagColumn() isSynced: boolean;
  @AtColumn() createdAt: number;
  @AtColumn({ nullable: true }) lastUsedAt: number | null;
}

/** A challenge that an authenticator must sign, once; beginning again replaces it. */
@Entity("passkey_ceremonies")
export class PasskeyCeremony {
  /** The sign-in challenge or session that it belongs to: no other can complete it. */
  @PrimaryColumn({ type: "varchar", length: 30 }) subjectId: string;
  @TextColumn(20) purpose: "REGISTRATION" | "SIGN_IN" | "STEP_UP";
  @RefColumn() ownerId: string;
  /** 32 random bytes in base64url. */
  @TextColumn(64) challenge: string;
  @AtColumn() expiresAt: number;
}
