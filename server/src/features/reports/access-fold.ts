import {
  endedBy,
  lifetimes,
  type ActorKind,
  type AuditChange,
  type AuditEventType,
  type EndingAct,
  type SecurityMode,
  type SignInMethod,
  type TrustFacts,
} from "@gatehouse/shared";

/** An event as a report reads it; times are epoch milliseconds. */
export interface LoggedEvent {
  seq: number;
  type: AuditEventType;
  occurredAt: number;
  actorKind: ActorKind;
  contactId: string | null;
  accountId: string | null;
  methods: readonly SignInMethod[] | null;
  changes: readonly AuditChange[];
  data: Readonly<Record<string, unknown>>;
}

/** A magic link that opens one request. */
interface OpenLink {
  id: string | null;
  requestId: string | null;
  sentTo: string;
  issuedAt: number;
  until: number;
  isClaimed: boolean;
}
/** A contact as the log tells of it. Undefined: it does not. */
export interface LoggedContact {
  name: string | undefined;
  email: string | null | undefined;
  organization: string | null | undefined;
  accountId: string | null | undefined;
  links: OpenLink[];
}
/** A login as the log tells of it. Undefined: it does not. */
export interface LoggedAccount {
  email: string | undefined;
  createdAt: number | undefined;
  enrolledAt: number | null | undefined;
  passkeys: number;
  lastSignInAt: number | undefined;
  lastMethods: readonly SignInMethod[] | null;
  /** Those that the log tells were trusted and not that they no longer are, whether or not they have expired. */
  devices: Map<string, TrustFacts>;
  contactIds: string[];
}
export interface LoggedPolicy {
  mode?: SecurityMode;
  enforcedFrom?: number | null;
  magicLinkRequiresTwoFactor?: boolean;
  trustedDeviceDays?: number;
}

/** The events that say something about who has access. */
export const accessEventTypes = [
  "CONTACT_CREATED",
  "CONTACT_UPDATED",
  "CONTACT_REDIRECTED",
  "CONTACT_DELETED",
  "ACCOUNT_CREATED",
  "ACCOUNT_DELETED",
  "LOGIN_EMAIL_CHANGED",
  "SIGN_IN_SUCCEEDED",
  "TWO_FACTOR_ENROLLED",
  "TWO_FACTOR_DISABLED",
  "TWO_FACTOR_RESET",
  "PASSKEY_ADDED",
  "PASSKEY_REMOVED",
  "PASSWORD_CHANGED",
  "SESSIONS_REVOKED",
  "SUSPICION_REPORTED",
  "REQUEST_SENT",
  "MAGIC_LINK_SENT",
  "MAGIC_LINK_CLAIMED",
  "DEVICE_TRUSTED",
  "TRUSTED_DEVICE_REVOKED",
  "FIRM_CREATED",
  "SECURITY_POLICY_CHANGED",
] as const satisfies readonly AuditEventType[];

/** Which of shared/access-endings an event is, if it is one. */
function endingIn({ type, actorKind, data }: LoggedEvent): EndingAct | null {
  switch (type) {
    case "PASSWORD_CHANGED":
      return data.by === "reset" ? "PASSWORD_RESET" : "PASSWORD_CHANGED";
    case "SUSPICION_REPORTED":
      return "NOT_ME";
    case "TWO_FACTOR_ENROLLED":
      return "TWO_FACTOR_SET_UP";
    case "TWO_FACTOR_DISABLED":
      return "TWO_FACTOR_DISABLED";
    case "TWO_FACTOR_RESET":
      return "TWO_FACTOR_RESET";
    case "SESSIONS_REVOKED":
      // A client ends single sessions, the firm all of them.
      return actorKind === "CLIENT" ? null : "SIGNED_OUT_EVERYWHERE";
    case "LOGIN_EMAIL_CHANGED":
      return "LOGIN_EMAIL_CHANGED";
    case "ACCOUNT_DELETED":
      return "PERSON_REMOVED";
    default:
      return null;
  }
}

export const textIn = (value: unknown): string | null => (typeof value === "string" ? value : null);
const momentIn = (value: unknown): number | null => (typeof value === "string" ? Date.parse(value) : null);
const idsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((id): id is string => typeof id === "string") : [];

function trust({ devices }: LoggedAccount, { occurredAt, data }: LoggedEvent): void {
  const [id, expiresAt] = [textIn(data.trustedDeviceId), momentIn(data.until)];
  if (id === null || expiresAt === null) return;
  for (const [other, { expiresAt: end }] of devices) if (end <= occurredAt) devices.delete(other);
  devices.set(id, { createdAt: occurredAt, expiresAt });
}

/**
 * Who has access, rebuilt from nothing but a firm's events, oldest first. It holds what is true at the last event, so its
 * memory grows with the contacts and the links that are open, not with the events.
 */
export class AccessFold {
  readonly contacts = new Map<string, LoggedContact>();
  readonly accounts = new Map<string, LoggedAccount>();
  readonly policy: LoggedPolicy = {};
  add(event: LoggedEvent): void {
    const { type, contactId, accountId } = event;
    const isGone = type === "ACCOUNT_DELETED" || type === "CONTACT_DELETED";
    const account = accountId === null || isGone ? null : this.accountOf(accountId);
    switch (type) {
      case "CONTACT_CREATED":
        if (contactId !== null) this.create(contactId, event);
        break;
      case "CONTACT_UPDATED":
      case "CONTACT_REDIRECTED":
        if (contactId !== null) this.change(contactId, event);
        break;
      case "ACCOUNT_CREATED":
      case "LOGIN_EMAIL_CHANGED":
        if (account) this.changeLogin(account, event);
        break;
      case "SIGN_IN_SUCCEEDED":
        // A magic link opens a request, not the login.
        if (account && event.data.door !== "MAGIC_LINK") {
          account.lastSignInAt = event.occurredAt;
          account.lastMethods = event.methods;
        }
        break;
      case "TWO_FACTOR_ENROLLED":
        if (account) account.enrolledAt = event.occurredAt;
        break;
      case "TWO_FACTOR_DISABLED":
      case "TWO_FACTOR_RESET":
        if (account) account.enrolledAt = null;
        break;
      case "PASSKEY_ADDED":
        if (account) account.passkeys++;
        break;
      case "PASSKEY_REMOVED":
        if (account) account.passkeys = Math.max(0, account.passkeys - 1);
        break;
      case "REQUEST_SENT":
      case "MAGIC_LINK_SENT":
        if (contactId !== null) this.issueLink(this.contactOf(contactId), event);
        break;
      case "MAGIC_LINK_CLAIMED":
        if (contactId !== null) this.claimLink(this.contactOf(contactId), event);
        break;
      case "DEVICE_TRUSTED":
        if (account) trust(account, event);
        break;
      case "TRUSTED_DEVICE_REVOKED":
        for (const id of idsIn(event.data.trustedDeviceIds)) account?.devices.delete(id);
        break;
      case "FIRM_CREATED":
      case "SECURITY_POLICY_CHANGED":
        foldPolicy(this.policy, event.changes, "after");
        break;
      default:
    }
    this.end(event, account);
    if (isGone && accountId !== null) this.deleteLogin(accountId, event);
    if (type === "CONTACT_DELETED" && contactId !== null) this.deleteContact(contactId);
  }

  /** Gives a contact what no event tells of it. */
  completeContact(
    id: string,
    known: { [K in "name"]: string } & { [K in "email" | "organization" | "accountId"]: string | null },
  ): void {
    const contact = this.contactOf(id);
    contact.name ??= known.name;
    if (contact.email === undefined) contact.email = known.email;
    if (contact.organization === undefined) contact.organization = known.organization;
    // The login may have been created later, or deleted since.
    if (contact.accountId === undefined) this.link(id, known.accountId);
  }

  /** Gives a login what no event tells of it; what happened later than `asOf` had not happened. */
  completeAccount(
    id: string,
    known: { email: string; createdAt: number; enrolledAt: number | null; lastSignInAt: number | null },
    asOf: number,
  ): void {
    const account = this.accountOf(id);
    const untilThen = (at: number | null) => (at !== null && at <= asOf ? at : null);
    account.email ??= known.email;
    account.createdAt ??= known.createdAt;
    if (account.enrolledAt === undefined) account.enrolledAt = untilThen(known.enrolledAt);
    account.lastSignInAt ??= untilThen(known.lastSignInAt) ?? undefined;
  }

  /** Gives a contact whose facts were erased the login that the event of its deletion names, if there is that login. */
  linkErased(id: string, accountId: string): void {
    const contact = this.contacts.get(id);
    if (contact && contact.accountId === undefined && this.accounts.has(accountId)) this.link(id, accountId);
  }

  private contactOf(id: string): LoggedContact {
    let contact = this.contacts.get(id);
    if (!contact) {
      contact = { name: undefined, email: undefined, organization: undefined, accountId: undefined, links: [] };
      this.contacts.set(id, contact);
    }
    return contact;
  }

  private accountOf(id: string): LoggedAccount {
    let account = this.accounts.get(id);
    if (!account) {
      account = {
        email: undefined,
        createdAt: undefined,
        enrolledAt: undefined,
        passkeys: 0,
        lastSignInAt: undefined,
        lastMethods: null,
        devices: new Map(),
        contactIds: [],
      };
      this.accounts.set(id, account);
    }
    return account;
  }

  /** An event of before events said what changed, or of somebody who was erased, tells only that there was a contact. */
  private create(id: string, event: LoggedEvent): void {
    const contact = this.contactOf(id);
    if (!event.changes.some(({ field }) => field === "name")) return;
    Object.assign(contact, { name: "", email: null, organization: null, accountId: null });
    this.change(id, event);
  }

  private deleteContact(id: string): void {
    this.link(id, null);
    this.contacts.delete(id);
  }

  private change(id: string, { changes }: LoggedEvent): void {
    const contact = this.contactOf(id);
    for (const { field, after } of changes) {
      const text = textIn(after);
      if (field === "name") contact.name = text ?? "";
      else if (field === "organization") contact.organization = text;
      else if (field === "portalAccount") this.link(id, text);
      else if (field === "email") {
        contact.email = text;
        this.readdress(contact, text);
      }
    }
  }

  /** What was sent to another address than the contact's present one opens nothing (access-endings/retire-address.ts). */
  private readdress(contact: LoggedContact, email: string | null): void {
    contact.links = contact.links.filter(({ sentTo }) => sentTo === email);
  }

  private link(contactId: string, accountId: string | null): void {
    const contact = this.contactOf(contactId);
    if (contact.accountId === accountId) return;
    const left = contact.accountId == null ? undefined : this.accounts.get(contact.accountId);
    if (left) left.contactIds = left.contactIds.filter((id) => id !== contactId);
    contact.accountId = accountId;
    if (accountId === null) return;
    const { contactIds } = this.accountOf(accountId);
    if (!contactIds.includes(contactId)) contactIds.push(contactId);
  }

  private changeLogin(
    account: LoggedAccount,
    { type, contactId, accountId, occurredAt, changes, data }: LoggedEvent,
  ): void {
    if (type === "ACCOUNT_CREATED") Object.assign(account, { createdAt: occurredAt, enrolledAt: null });
    const from = textIn(data.from);
    account.email = textIn(type === "ACCOUNT_CREATED" ? data.email : data.to) ?? account.email;
    // What was sent to the login's old address opens nothing.
    for (const id of account.contactIds) {
      const contact = this.contactOf(id);
      if (from !== null) contact.links = contact.links.filter(({ sentTo }) => sentTo !== from);
    }
    if (accountId === null) return;
    const given = changes.find(({ field }) => field === "contacts");
    // An event of before events said what changed names one contact.
    const isUntold = type === "ACCOUNT_CREATED" && !given && contactId !== null;
    for (const id of isUntold ? [contactId] : idsIn(given?.after)) this.link(id, accountId);
  }

  private deleteLogin(accountId: string, { changes }: LoggedEvent): void {
    for (const { field, before } of changes)
      if (field === "contacts")
        for (const id of idsIn(before)) {
          const contact = this.contactOf(id);
          contact.links = contact.links.filter(({ isClaimed }) => !isClaimed);
          // Another login may have taken the contact over in the same act.
          if (contact.accountId == null || contact.accountId === accountId) this.link(id, null);
          if (contact.email !== undefined) this.readdress(contact, contact.email);
        }
    for (const id of this.accounts.get(accountId)?.contactIds.slice() ?? []) this.link(id, null);
    this.accounts.delete(accountId);
  }

  private issueLink(contact: LoggedContact, { occurredAt, data, actorKind }: LoggedEvent): void {
    const lifetime =
      actorKind === "TEAM_MEMBER" || actorKind === "API_KEY" ? lifetimes.magicLink : lifetimes.accessLink;
    contact.links = contact.links.filter(({ until }) => until > occurredAt);
    contact.links.push({
      id: textIn(data.magicLinkId),
      requestId: textIn(data.requestId),
      sentTo: textIn(data.email) ?? "",
      issuedAt: occurredAt,
      until: momentIn(data.openUntil) ?? occurredAt + lifetime,
      isClaimed: false,
    });
  }

  private claimLink(contact: LoggedContact, { occurredAt, data }: LoggedEvent): void {
    const [linkId, requestId] = [textIn(data.magicLinkId), textIn(data.requestId)];
    const ofRequest = contact.links.filter((link) => link.requestId === requestId);
    // Events of before links had ids: the newest one.
    const claimed = linkId === null ? ofRequest.at(-1) : ofRequest.find(({ id }) => id === linkId);
    if (!claimed) return;
    claimed.isClaimed = true;
    claimed.until = momentIn(data.openUntil) ?? occurredAt + lifetimes.magicLinkDevice;
    contact.links = contact.links.filter(
      (link) => link === claimed || link.requestId !== requestId || link.issuedAt > claimed.issuedAt,
    );
  }

  private end(event: LoggedEvent, account: LoggedAccount | null): void {
    const act = endingIn(event);
    const served = account ?? this.accounts.get(event.accountId ?? "");
    if (act === null || !served) return;
    const things = endedBy(act);
    if (things.includes("ADDED_FACTORS")) served.passkeys = 0;
    if (things.includes("LINK_GRANTS"))
      for (const id of served.contactIds) {
        const contact = this.contactOf(id);
        contact.links = contact.links.filter(({ isClaimed }) => !isClaimed);
      }
  }
}

/** Applies what an event changed of the policy: what came after it, or, for what no earlier event tells, what was before it. */
export function foldPolicy(policy: LoggedPolicy, changes: readonly AuditChange[], side: "before" | "after"): void {
  for (const change of changes) {
    const value = change[side];
    if (side === "before" && change.field in policy) continue;
    if (change.field === "mode") policy.mode = value as SecurityMode;
    else if (change.field === "enforcedFrom") policy.enforcedFrom = momentIn(value);
    else if (change.field === "magicLinkRequiresTwoFactor") policy.magicLinkRequiresTwoFactor = value === true;
    else if (change.field === "trustedDeviceDays") policy.trustedDeviceDays = Number(value);
  }
}
