import { AuditSigningKey } from "../features/audit/audit-event.entity.js";
import { getMetadataArgsStorage } from "typeorm";
import { AttemptCounter } from "../features/limits/attempt-counter.entity.js";
import { ClientRequest, ClientRequestItem } from "../features/client-requests/client-request.entity.js";
import { Firm } from "../features/firms/firm.entity.js";
import { IdempotencyRecord } from "../features/idempotency/idempotency-record.entity.js";
import { OutboxMail } from "../features/mail/outbox-mail.entity.js";
import { KnownDevice } from "../features/devices/known-device.entity.js";
import { TrustedDevice } from "../features/devices/trusted-device.entity.js";
import { PasskeyCeremony } from "../features/passkeys/passkey.entity.js";
import { PasswordCredential } from "../features/passwords/password-credential.entity.js";
import { TeamIdentity } from "../features/people/team-identity.entity.js";
import { PortalAccount } from "../features/portal-accounts/portal-account.entity.js";
import { PortalMailRequest } from "../features/portal-mail-requests/portal-mail-request.entity.js";
import { PendingTotpEnrollment, TotpCredential } from "../features/second-factors/authenticator.entity.js";
import { RecoveryCode } from "../features/second-factors/recovery-code.entity.js";
import { RollOut, RollOutRecipient } from "../features/roll-out/roll-out.entity.js";
import { Report, ReportPart } from "../features/reports/report.entity.js";
import { Session } from "../features/sessions/session.entity.js";
import { SignInChallenge } from "../features/sign-in/sign-in-challenge.entity.js";
import { TeamMailRequest } from "../features/team-passwords/team-mail-request.entity.js";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { WebhookDelivery, WebhookEndpoint } from "../features/webhooks/webhook-endpoint.entity.js";
import { Lease } from "../platform/database/lease.entity.js";
import { sql, table, type Column, type Sql } from "../platform/database/sql.js";

export type Entity = new () => object;
/** The condition for a firm's rows, with its id for each `?`; null: the table stays where it is. */
export type Scope = string | null;

/** What ends within days, or belongs to a server and not to a firm: sessions, sign-ins and mails that wait. */
const left: readonly Entity[] = [
  AttemptCounter,
  IdempotencyRecord,
  Lease,
  OutboxMail,
  PasskeyCeremony,
  PendingTotpEnrollment,
  PortalMailRequest,
  // Made anew from the log, where somebody asks for it again.
  Report,
  ReportPart,
  Session,
  SignInChallenge,
  TeamMailRequest,
];

/** Rows whose column names a row of one of these tables, which have a `firmId`. */
interface Through {
  column: Column<string>;
  of: readonly Entity[];
  /**
   * More of the column's values, by the firm's id: of people who may be in other firms' teams too. These rows move with
   * the firm; they are deleted with their last membership (people/team-identities.ts).
   */
  shared?: Sql;
}
const people = (column: Column<string>): Through => ({ column, of: [TeamMember, PortalAccount] });
const m = table(TeamMember);
/** Tables without a `firmId`: whose rows are a firm's. */
const through = new Map<Entity, Through>([
  [ClientRequestItem, { column: table(ClientRequestItem).requestId, of: [ClientRequest] }],
  [RollOutRecipient, { column: table(RollOutRecipient).rollOutId, of: [RollOut] }],
  [ReportPart, { column: table(ReportPart).reportId, of: [Report] }],
  [WebhookDelivery, { column: table(WebhookDelivery).endpointId, of: [WebhookEndpoint] }],
  [KnownDevice, people(table(KnownDevice).ownerId)],
  [TrustedDevice, people(table(TrustedDevice).ownerId)],
  [
    PasswordCredential,
    {
      column: table(PasswordCredential).ownerId,
      of: [PortalAccount],
      shared: sql`SELECT COALESCE(${m.identityId}, ${m.id}) FROM ${m}
        WHERE ${m.firmId} = ? AND ${m.joinedAt} IS NOT NULL AND ${m.disabledAt} IS NULL`,
    },
  ],
  [
    TeamIdentity,
    {
      column: table(TeamIdentity).id,
      of: [],
      shared: sql`SELECT ${m.identityId} FROM ${m} WHERE ${m.firmId} = ? AND ${m.identityId} IS NOT NULL`,
    },
  ],
  [TotpCredential, people(table(TotpCredential).ownerId)],
  [RecoveryCode, people(table(RecoveryCode).ownerId)],
  [PasskeyCeremony, people(table(PasskeyCeremony).ownerId)],
  [PendingTotpEnrollment, people(table(PendingTotpEnrollment).ownerId)],
]);

/** Without a firm: the server's own rows, digests that name nobody, and requests that are worked off within seconds. */
const nobodys: readonly Entity[] = [AttemptCounter, AuditSigningKey, IdempotencyRecord, Lease, TeamMailRequest];

/** How a table's rows of one firm are found: by a column with the firm's id, or through other tables. */
export type FirmRows = { column: Column<string>; of: null } | Through;

type WithIds = Sql & { readonly id: Column<string>; readonly firmId: Column<string> };
export const withIds = (entity: Entity) => table(entity) as unknown as WithIds;

/** Which rows of a table are a firm's; null: none are. Throws if nobody has decided that. */
export function firmRowsOf(entity: Entity): FirmRows | null {
  if (nobodys.includes(entity)) return null;
  if (entity === Firm) return { column: table(Firm).id, of: null };
  const known = through.get(entity);
  if (known) return known;
  const hasFirm = getMetadataArgsStorage()
    .filterColumns(entity)
    .some(({ propertyName }) => propertyName === "firmId");
  if (!hasFirm) throw new Error(`${entity.name} has no firmId: say in firm-tables.ts whose its rows are`);
  return { column: withIds(entity).firmId, of: null };
}

/** Which rows of a table move with a firm. Throws if nobody has decided that. */
export function conditionOf(entity: Entity): Scope {
  const rows = left.includes(entity) ? null : firmRowsOf(entity);
  if (rows === null) return null;
  if (rows.of === null) return sql`${rows.column} = ?`.sqlText;
  const owned = rows.of
    .map(withIds)
    .map((parent) => sql`SELECT ${parent.id} FROM ${parent} WHERE ${parent.firmId} = ?`);
  const ids = rows.shared ? [...owned, rows.shared] : owned;
  return sql`${rows.column} IN (${ids.reduce((all, one) => sql`${all} UNION ${one}`)})`.sqlText;
}
