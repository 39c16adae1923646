import { Entity, ForeignKey, Index } from "typeorm";
import type { Audience, SignInDoor } from "@gatehouse/shared";
import {
  AtColumn,
  CountColumn,
  DigestColumn,
  FlagColumn,
  IdColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/**
 * A sign-in that waits for its next step. It is not a session: it can only be continued or abandoned. SECOND_FACTOR
 * waits for a code (verifyTwoFactor, useRecoveryCode), ENROLLMENT for a new authenticator, FIRM_CHOICE for somebody in
 * several teams to say which (chooseFirm). One with a session is not a sign-in: an authenticator is set up in that session, and nobody has its token.
 */
@Entity("sign_in_challenges")
@Index("ix_sign_in_challenges_owner", ["ownerId"])
export class SignInChallenge {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_sign_in_challenges_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @Index("uq_sign_in_challenges_digest", { unique: true })
  @DigestColumn()
  tokenDigest: string;
  @TextColumn(20) step: "SECOND_FACTOR" | "ENROLLMENT" | "FIRM_CHOICE";
  @TextColumn(10) audience: Audience;
  /** The team member or portal account; with FIRM_CHOICE the team identity, and `firmId` is one of its firms. */
  @RefColumn() ownerId: string;
  /** Which door was opened. */
  @TextColumn(20) door: SignInDoor;
  /** The password's version when the challenge was created; another one voids it. */
  @CountColumn() credentialVersion: number;
  /** With the door MAGIC_LINK: the link, which then opens its request. */
  @RefColumn({ nullable: true }) magicLinkId: string | null;
  @DigestColumn({ nullable: true }) deviceKeyDigest: string | null;
  /**
   * With other doors: the request that the client came for by a link, to open afterwards. A preference, not a
   * permission.
   */
  @RefColumn({ nullable: true }) landingRequestId: string | null;
  /** If an authenticator is set up in a session: that session's current id. */
  @RefColumn({ nullable: true }) sessionId: string | null;
  @FlagColumn() isMailboxProven: boolean;
  @DigestColumn({ nullable: true }) emailCodeDigest: string | null;
  @CountColumn() failures: number;
  @AtColumn() createdAt: number;
  @AtColumn() expiresAt: number;
  @AtColumn({ nullable: true }) spentAt: number | null;
}
