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
import { PortalAccount } from "../features/portal-accounts/portal-account.entity.js";
import { PortalMailRequest } from "../features/portal-mail-requests/portal-mail-request.entity.js";
import { PendingTotpEnrollment, TotpCredential } from "../features/second-factors/authenticator.entity.js";
import { RecoveryCode } from "../features/second-factors/recovery-code.entity.js";
import { RollOut, RollOutRecipient } from "../features/roll-out/roll-out.entity.js";
import { Session } from "../features/sessions/session.entity.js";
import { SignInChallenge } from "../features/sign-in/sign-in-challenge.entity.js";
import { TeamMailRequest } from "../features/team-passwords/team-mail-request.entity.js";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { WebhookDelivery, WebhookEndpoint } from "../features/webhooks/webhook-endpoint.entity.js";
import { Lease } from "../platform/database/lease.entity.js";
import { sql, table, type Sql } from "../platform/database/sql.js";

type Entity = new () => object;
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
  Session,
  SignInChallenge,
  TeamMailRequest,
];

const members = table(TeamMember);
const accounts = table(PortalAccount);
const ofPeople = (ownerId: Sql) =>
  sql`${ownerId} IN (SELECT ${members.id} FROM ${members} WHERE ${members.firmId} = ? UNION SELECT ${accounts.id} FROM ${accounts} WHERE ${accounts.firmId} = ?)`;
const requests = table(ClientRequest);
const rollOuts = table(RollOut);
const endpoints = table(WebhookEndpoint);
/** Tables without a `firmId`: whose rows are a firm's. */
const through = new Map<Entity, Sql>([
  [Firm, sql`${table(Firm).id} = ?`],
  [
    ClientRequestItem,
    sql`${table(ClientRequestItem).requestId} IN (SELECT ${requests.id} FROM ${requests} WHERE ${requests.firmId} = ?)`,
  ],
  [
    RollOutRecipient,
    sql`${table(RollOutRecipient).rollOutId} IN (SELECT ${rollOuts.id} FROM ${rollOuts} WHERE ${rollOuts.firmId} = ?)`,
  ],
  [
    WebhookDelivery,
    sql`${table(WebhookDelivery).endpointId} IN (SELECT ${endpoints.id} FROM ${endpoints} WHERE ${endpoints.firmId} = ?)`,
  ],
  [KnownDevice, ofPeople(table(KnownDevice).ownerId)],
  [TrustedDevice, ofPeople(table(TrustedDevice).ownerId)],
  [PasswordCredential, ofPeople(table(PasswordCredential).ownerId)],
  [TotpCredential, ofPeople(table(TotpCredential).ownerId)],
  [RecoveryCode, ofPeople(table(RecoveryCode).ownerId)],
]);

/** Which rows of a table move with a firm. Throws if nobody has decided that. */
export function conditionOf(entity: Entity): Scope {
  if (left.includes(entity)) return null;
  const condition = through.get(entity);
  if (condition) return condition.sqlText;
  const hasFirm = getMetadataArgsStorage()
    .filterColumns(entity)
    .some(({ propertyName }) => propertyName === "firmId");
  if (!hasFirm) throw new Error(`${entity.name} has no firmId: say in firm-tables.ts whose its rows are`);
  return "firmId = ?";
}
