import { endedBy, lifetimes, type AuditChange, type ChangeValue, type EndingAct, MINUTE_MS } from "@gatehouse/shared";
import type { AuditEvent } from "../../features/audit/audit-event.entity.js";
import { chainedEvent, type ChainedEvent } from "../../features/audit-chain/event-digest.js";
import { emptyState, ONLY, type Facts, type FirmState } from "./firm-state.js";

/** An event as the file of a log has it, or a row of it. */
export interface LoggedEvent {
  seq: number;
  type: string;
  occurredAt: number;
  actorName: string | null;
  contactId: string | null;
  accountId: string | null;
  methods: readonly string[] | null;
  changes: readonly AuditChange[];
  data: Readonly<Record<string, unknown>>;
}

/** A line of an exported log. */
export function eventOfLine(line: ChainedEvent): LoggedEvent {
  if ("erased" in line.subject || "erased" in line.actor) throw new Error(`what event ${line.seq} said is erased`);
  return {
    seq: line.seq,
    type: line.type,
    occurredAt: Date.parse(line.occurredAt),
    actorName: line.actor.name,
    contactId: line.contactId,
    accountId: line.accountId,
    methods: line.methods,
    changes: line.subject.changes as readonly AuditChange[],
    data: { ...line.facts, ...line.subject.data },
  };
}
export const eventOfRow = (row: AuditEvent): LoggedEvent => eventOfLine(chainedEvent(row));

/** What ends a person's own passkeys (shared/access-endings), by the event of the act. */
const endingActOf: Readonly<Record<string, EndingAct>> = {
  TWO_FACTOR_DISABLED: "TWO_FACTOR_DISABLED",
  TWO_FACTOR_RESET: "TWO_FACTOR_RESET",
  SUSPICION_REPORTED: "NOT_ME",
  ACCOUNT_DELETED: "PERSON_REMOVED",
  TEAM_MEMBER_REMOVED: "PERSON_REMOVED",
};

const iso = (at: number): string => new Date(at).toISOString();
const noFactor = { enrolled: false, recoveryCodesRemaining: 0, lockedUntil: null } as const;

/** Rebuilds a firm from its log alone, oldest event first. */
export function replay(events: Iterable<LoggedEvent>): FirmState {
  const state = emptyState();
  for (const event of events) apply(state, event);
  for (const [id, account] of state.accounts)
    account.contacts = [...state.contacts]
      .filter(([, { portalAccount }]) => portalAccount === id)
      .map(([contactId]) => contactId)
      .toSorted();
  return state;
}

function apply(state: FirmState, event: LoggedEvent): void {
  if (state.policy.size === 0) begin(state, event);
  const { type, data, changes, occurredAt } = event;
  const text = (name: string): string | null => (typeof data[name] === "string" ? data[name] : null);
  const ids = (name: string): readonly string[] => (Array.isArray(data[name]) ? (data[name] as string[]) : []);
  const after = Object.fromEntries(changes.map((change) => [change.field, change.after])) as Facts;
  const ownerId = text("portalAccountId") ?? text("teamMemberId");
  const owner = ownerId === null ? undefined : (state.accounts.get(ownerId) ?? state.members.get(ownerId));
  const change = (things: Map<string, Facts>, id: string | null, facts: Facts) => {
    if (id !== null) things.set(id, { ...things.get(id), ...facts });
  };

  for (const id of [...ids("endedSessionIds"), ...(type === "SESSIONS_REVOKED" ? ids("sessionIds") : [])])
    state.sessions.delete(id);
  if (text("sessionId") !== null) follow(state, event, ownerId);
  const act = endingActOf[type];
  if (act !== undefined && endedBy(act).includes("ADDED_FACTORS"))
    for (const [id, passkey] of state.passkeys) if (passkey.ownerId === ownerId) state.passkeys.delete(id);

  switch (type) {
    case "FIRM_CREATED": {
      const { name, slug, plan, clientLanguage, timeZone, ...policy } = after;
      change(state.firm, ONLY, pick({ name, slug, plan, clientLanguage, timeZone }));
      return change(state.policy, ONLY, policy);
    }
    case "CHECKPOINT_MAIL_CHANGED":
    case "SIGN_IN_RETENTION_CHANGED":
    case "PLAN_CHANGED":
    case "CLIENT_LANGUAGE_CHANGED":
    case "TIME_ZONE_CHANGED":
    case "FIRM_ENABLED":
      return change(state.firm, ONLY, after);
    case "FIRM_DISABLED":
      state.sessions.clear();
      return change(state.firm, ONLY, after);
    case "SECURITY_POLICY_CHANGED":
      return change(state.policy, ONLY, {
        ...after,
        version: data.version as number,
        updatedAt: iso(occurredAt),
        updatedBy: event.actorName,
      });
    case "BRANDING_CHANGED":
      return change(state.branding, ONLY, after);

    case "TEAM_MEMBER_INVITED":
      return change(state.members, ownerId, { joinedAt: null, ...after, ...noFactor });
    case "TEAM_MEMBER_JOINED":
      return change(state.members, ownerId, { ...noFactor, ...(ownerId && state.members.get(ownerId)), ...after });
    case "TEAM_MEMBER_CHANGED":
      return change(state.members, ownerId, after);
    case "TEAM_MEMBER_REMOVED":
      return void state.members.delete(ownerId ?? "");

    case "ACCOUNT_CREATED":
      change(state.accounts, ownerId, { email: after.email ?? null, ...noFactor });
      return serve(state, after.contacts, ownerId);
    case "LOGIN_EMAIL_CHANGED":
      change(state.accounts, ownerId, { email: after.email ?? null });
      return serve(state, after.contacts, ownerId);
    case "ACCOUNT_DELETED":
      state.accounts.delete(ownerId ?? "");
      for (const contact of state.contacts.values())
        if (contact.portalAccount === ownerId) contact.portalAccount = null;
      return;

    case "CONTACT_CREATED":
      return change(state.contacts, event.contactId, { ...noContact, ...after });
    case "CONTACT_UPDATED":
    case "CONTACT_REDIRECTED":
    case "INVITE_SENT":
      return change(state.contacts, event.contactId, after);

    case "TWO_FACTOR_ENROLLED":
      if (owner) Object.assign(owner, noFactor, { enrolled: true, recoveryCodesRemaining: data.recoveryCodes });
      return;
    case "RECOVERY_CODES_REGENERATED":
      if (owner) owner.recoveryCodesRemaining = data.recoveryCodes as number;
      return;
    case "RECOVERY_CODE_USED":
      if (owner) owner.recoveryCodesRemaining = data.remaining as number;
      return;
    case "TWO_FACTOR_DISABLED":
    case "TWO_FACTOR_RESET":
      if (owner) Object.assign(owner, noFactor);
      return;
    case "ACCOUNT_LOCKED":
      if (owner && data.what === "second factor")
        owner.lockedUntil = iso(occurredAt + (data.minutes as number) * MINUTE_MS);
      return;
    case "ACCOUNT_UNLOCKED":
      if (owner) owner.lockedUntil = null;
      return;
    case "PASSKEY_ADDED":
      return change(state.passkeys, text("passkeyId"), { ownerId, name: text("name") });
    case "PASSKEY_REMOVED":
      return void state.passkeys.delete(text("passkeyId") ?? "");
    case "DEVICE_TRUSTED":
      return change(state.trustedDevices, text("trustedDeviceId"), { ownerId, expiresAt: text("until") });
    case "TRUSTED_DEVICE_REVOKED":
      for (const id of ids("trustedDeviceIds")) state.trustedDevices.delete(id);
      return;

    case "API_KEY_CREATED":
      return change(state.apiKeys, text("apiKeyId"), { expiresAt: null, revokedAt: null, ...after });
    case "API_KEY_REVOKED":
      return change(state.apiKeys, text("apiKeyId"), after);
    case "WEBHOOK_CREATED":
      return change(state.webhooks, text("webhookEndpointId"), { types: [], disabledAt: null, ...after });
    case "WEBHOOK_DISABLED":
      return change(state.webhooks, text("webhookEndpointId"), after);
    case "WEBHOOK_REPLAYED":
      if ("disabledAt" in after)
        change(state.webhooks, text("webhookEndpointId"), { disabledAt: after.disabledAt ?? null });
      return;
    case "WEBHOOK_DELETED":
      return void state.webhooks.delete(text("webhookEndpointId") ?? "");

    case "ROLL_OUT_STARTED":
    case "ROLL_OUT_PAUSED":
    case "ROLL_OUT_RESUMED":
    case "ROLL_OUT_FINISHED":
    case "ROLL_OUT_UNDONE": {
      const { enforcedFrom: _followsThePolicy, ...rest } = after;
      return change(state.rollOuts, text("rollOutId"), rest);
    }
    case "REQUEST_SENT": {
      const { title, dueOn } = after;
      const facts = { contactId: event.contactId, title: title ?? null, dueOn: dueOn ?? null, completedAt: null };
      return change(state.requests, text("requestId"), facts);
    }
    case "REQUEST_COMPLETED":
    case "REQUEST_ITEM_REOPENED":
      if ("completedAt" in after) change(state.requests, text("requestId"), { completedAt: after.completedAt ?? null });
  }
}

/** Every firm begins with this policy (docs/guide.md). */
function begin(state: FirmState, { occurredAt }: LoggedEvent): void {
  state.firm.set(ONLY, { mailsCheckpoints: false, signInEventDays: null, disabledAt: null });
  state.policy.set(ONLY, {
    mode: "MAGIC_LINK_AND_LOGIN",
    enforcedFrom: null,
    magicLinkRequiresTwoFactor: true,
    trustedDeviceDays: 0,
    teamRequiresTwoFactor: false,
    version: 1,
    updatedAt: iso(occurredAt),
    updatedBy: null,
  });
  state.branding.set(ONLY, { color: null, logoUrl: null, logoWidth: null, logoHeight: null });
}

/** Without the fields that the event does not have. */
const pick = (facts: Record<string, ChangeValue | undefined>): Facts =>
  Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, ChangeValue] => entry[1] !== undefined));

const noContact: Facts = {
  name: null,
  email: null,
  organization: null,
  externalId: null,
  language: null,
  invitedAt: null,
  portalAccount: null,
};

function serve(state: FirmState, contacts: ChangeValue | undefined, accountId: string | null): void {
  for (const id of Array.isArray(contacts) ? (contacts as readonly string[]) : []) {
    const contact = state.contacts.get(id);
    if (contact) contact.portalAccount = accountId;
  }
}

/** A session opens, continues after an act in it, or ends by its owner's wish. */
function follow(state: FirmState, { type, data, methods, occurredAt }: LoggedEvent, ownerId: string | null): void {
  const id = String(data.sessionId);
  const expiresAt = iso(occurredAt + lifetimes.session);
  const proven = [...(methods ?? [])];
  switch (type) {
    case "SIGN_IN_SUCCEEDED":
    case "MAGIC_LINK_CLAIMED": {
      const isLink = type === "MAGIC_LINK_CLAIMED" || data.door === "MAGIC_LINK";
      const requestId = isLink ? String(data.requestId) : null;
      state.sessions.set(id, { ownerId: isLink ? null : ownerId, requestId, methods: proven, expiresAt });
      return;
    }
    case "SIGNED_OUT":
      state.sessions.delete(id);
      return;
    case "ACT_REFUSED":
      return;
    default: {
      const before = String(data.previousSessionId ?? id);
      const session = state.sessions.get(before);
      state.sessions.delete(before);
      if (!session) return;
      const earlier = Array.isArray(session.methods) ? session.methods : [];
      state.sessions.set(id, { ...session, methods: [...new Set([...earlier, ...proven])] });
    }
  }
}
