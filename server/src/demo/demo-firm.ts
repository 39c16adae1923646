import { randomBytes } from "node:crypto";
import { lifetimes, portalAccessState, type AuditEventType } from "@gatehouse/shared";
import type { Clock } from "../platform/clock/clock.js";
import { newId } from "../platform/crypto/ids.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { digestOf, newToken } from "../platform/crypto/tokens.js";
import { insertMember } from "../features/firm-staff/insert-member.js";
import { insertFirm } from "../features/firms/insert-firm.js";
import { systemActor, type Actor, type UnitOfWork, type Work } from "../features/work/unit-of-work.js";
import { ClientRequest, ClientRequestItem } from "../features/client-requests/client-request.entity.js";
import { settleSignIns } from "../features/contacts/account-links.js";
import { counted } from "../features/contacts/portal-counts.js";
import { applyBranding, checked } from "../features/branding/firm-branding.service.js";
import { Contact, SearchWord } from "../features/contacts/contact.entity.js";
import type { Firm } from "../features/firms/firm.entity.js";
import type { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { MagicLink } from "../features/magic-links/magic-link.entity.js";
import type { PortalLinks } from "../features/work/portal-links.js";
import { clientRequest } from "../features/mail/request-letters.js";
import { PasswordCredential } from "../features/passwords/password-credential.entity.js";
import { operatorsShare } from "../features/passwords/hash-share.js";
import type { PasswordHasher, StoredPassword } from "../features/passwords/password-hasher.js";
import { PortalAccount } from "../features/portal-accounts/portal-account.entity.js";
import { newRecoveryCode } from "../features/second-factors/recovery-code.js";
import { secretPlace } from "../features/second-factors/authenticator.method.js";
import { newTotpSecret } from "../features/second-factors/totp.js";
import { TwoFactorState } from "../features/two-factor/two-factor.entity.js";
import { RecoveryCode } from "../features/second-factors/recovery-code.entity.js";
import { TotpCredential } from "../features/second-factors/authenticator.entity.js";
import { contactWords, nameKeyOf } from "../features/contacts/contact-index.js";
import { demoLogo } from "./demo-logo.js";
import { demoPerson, demoRequests, type DemoPerson } from "./demo-people.js";

export interface DemoNeeds {
  /** A unit of work at another point in time: the demo has a history. */
  workAt: (clock: Clock) => Work;
  clock: Clock;
  hasher: PasswordHasher;
  keys: KeyRing;
  links: PortalLinks;
}

/** The accounts to sign in with. */
export const demoSignIns = [
  { who: "Owner of Harbor & Pine", email: "owner@harbor.example", password: "harbor-demo-owner", at: "/" },
  { who: "Administrator", email: "admin@harbor.example", password: "harbor-demo-admin!", at: "/" },
  { who: "Staff (reads only)", email: "staff@harbor.example", password: "harbor-demo-staff!", at: "/" },
  { who: "Owner of Solo Ledger", email: "owner@solo.example", password: "solo-demo-owner!", at: "/" },
  { who: "Client", email: "noah@client.example", password: "harbor-demo-client", at: "/portal/harbor" },
] as const;
type DemoEmail = (typeof demoSignIns)[number]["email"];

const DAY = 24 * 60 * 60 * 1000;
const HOUR = DAY / 24;
const GENERATED = 202;
const HISTORY_DAYS = 30;
const DEVICE =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

interface DemoContact extends Omit<DemoPerson, "email"> {
  email: string | null;
  isInvited: boolean;
  hasAccount: boolean;
  isEnrolled: boolean;
  isLocked: boolean;
  /** Shares the account of the previous contact: they have one address. */
  sharesAccount: boolean;
  hasRequest: boolean;
}

/** Covers every state, in the proportions of a firm that is half-way through. */
function generated(n: number): DemoContact {
  const person = demoPerson(n);
  const place = n % 20;
  const hasEmail = place !== 17 && place !== 18;
  const hasAccount = place < 9 || place === 19;
  const isEnrolled = hasAccount && n % 2 === 0;
  return {
    ...person,
    email: hasEmail ? person.email : null,
    isInvited: hasAccount ? n % 3 !== 0 : hasEmail && place < 13,
    hasAccount,
    isEnrolled,
    isLocked: isEnrolled && n % 40 === 8,
    sharesAccount: false,
    hasRequest: hasEmail && n % 5 === 0,
  };
}

function demoContacts(): DemoContact[] {
  const plain = { isInvited: false, isEnrolled: false, isLocked: false, sharesAccount: false, hasRequest: false };
  const contacts: DemoContact[] = [
    { ...plain, name: "Maya Fields", organization: "Fields Pottery", email: "maya@client.example", hasAccount: false },
    {
      ...plain,
      name: "Noah Berg",
      organization: "Berg Consulting",
      email: "noah@client.example",
      hasAccount: true,
      hasRequest: true,
    },
    ...Array.from({ length: GENERATED }, (_, n) => generated(n)),
  ];
  // Couples and partners: two contacts, one address, one account.
  return contacts.map((contact, index) => {
    const before = contacts[index - 1];
    if (index % 20 !== 6 || !before?.email || !before.hasAccount) return contact;
    return {
      ...contact,
      organization: before.organization,
      email: before.email,
      hasAccount: true,
      isInvited: before.isInvited,
      isEnrolled: before.isEnrolled,
      isLocked: false,
      sharesAccount: true,
      hasRequest: false,
    };
  });
}

/** Something that happened, and when. */
interface Happening {
  at: number;
  happen: (unit: UnitOfWork) => Promise<void> | void;
}

/**
 * Loads the demo: the firms `harbor` (BUSINESS) and `solo` (TEAM), some 200 contacts in every state, requests, and a
 * month of history. Only the passwords that people sign in with are hashed individually; the others share one that
 * nobody knows.
 */
export async function loadDemo({ workAt, clock, hasher, keys, links }: DemoNeeds): Promise<void> {
  const now = clock.now();
  const [hashes, unknown] = await Promise.all([
    Promise.all(
      demoSignIns.map(async ({ email, password }) => [email, await hasher.hash(password, operatorsShare)] as const),
    ),
    hasher.hash(randomBytes(32).toString("base64"), operatorsShare),
  ]);
  const passwords = new Map<DemoEmail, StoredPassword>(hashes);
  const passwordOf = (email: DemoEmail) => passwords.get(email) ?? unknown;
  const at = (moment: number) => workAt({ now: () => moment });
  const opened = now - HISTORY_DAYS * DAY;

  const { firm, owner } = await at(opened).do(async (unit) => {
    const harbor = await insertFirm(unit, { slug: "harbor", name: "Harbor & Pine Accounting", plan: "BUSINESS" });
    const member = (name: string, email: DemoEmail, role: TeamMember["role"], firmId = harbor.id) =>
      insertMember(unit, { firmId, name, email, role }, passwordOf(email));
    const first = await member("Olivia Harper", "owner@harbor.example", "OWNER");
    unit.record({
      type: "BRANDING_CHANGED",
      firmId: harbor.id,
      actor: { kind: "TEAM_MEMBER", id: first.id, name: first.name, ipAddress: "192.0.2.10", userAgent: DEVICE },
      data: await applyBranding(unit, harbor.id, checked(harbor.id, { color: "#1d4e89", logo: demoLogo })),
    });
    await member("Adam Pine", "admin@harbor.example", "ADMIN");
    await member("Stella Marsh", "staff@harbor.example", "STAFF");
    const solo = await insertFirm(unit, { slug: "solo", name: "Solo Ledger", plan: "TEAM" });
    await member("Sam Ledger", "owner@solo.example", "OWNER", solo.id);
    return { firm: harbor, owner: first };
  });

  const story = new DemoStory(firm, owner, keys, links, now);
  const contacts = await at(opened + HOUR).do((unit) =>
    story.importContacts(unit, demoContacts(), passwordOf("noah@client.example"), unknown),
  );
  const happenings = story.happenings(contacts);
  // What happened at one moment is one unit of work.
  for (const moment of [...new Set(happenings.map((happening) => happening.at))].toSorted((a, b) => a - b))
    await at(moment).do(async (unit) => {
      for (const happening of happenings) if (happening.at === moment) await happening.happen(unit);
    });
}

interface StoredContact {
  facts: DemoContact;
  id: string;
  accountId: string | null;
  index: number;
}

/** Writes the demo firm's history. */
class DemoStory {
  private readonly actor: Actor;

  constructor(
    private readonly firm: Firm,
    owner: TeamMember,
    private readonly keys: KeyRing,
    private readonly links: PortalLinks,
    private readonly now: number,
  ) {
    this.actor = { kind: "TEAM_MEMBER", id: owner.id, name: owner.name, ipAddress: "192.0.2.10", userAgent: DEVICE };
  }

  async importContacts(
    unit: UnitOfWork,
    people: DemoContact[],
    noahsPassword: StoredPassword,
    otherPassword: StoredPassword,
  ): Promise<StoredContact[]> {
    const { manager } = unit;
    const accounts: PortalAccount[] = [];
    const stored: StoredContact[] = [];
    for (const [index, facts] of people.entries()) {
      let accountId: string | null = null;
      if (facts.sharesAccount) accountId = stored[index - 1]?.accountId ?? null;
      else if (facts.hasAccount && facts.email !== null) {
        const createdAt = this.momentOf(index, 2);
        const lastSignInAt = index % 3 === 0 ? this.momentOf(index, 20) : createdAt;
        const id = newId("portalAccount", createdAt);
        accounts.push(
          manager.create(PortalAccount, { id, firmId: this.firm.id, email: facts.email, createdAt, lastSignInAt }),
        );
        accountId = id;
      }
      stored.push({ facts, id: newId("contact", unit.now), accountId, index });
    }
    const ids = stored.map(({ id }) => id);
    await counted(unit, this.firm.id, ids, async () => {
      await manager.insert(
        Contact,
        stored.map(({ facts, id, accountId, index }) => ({
          id,
          firmId: this.firm.id,
          externalId: index % 4 === 0 ? `HP-${1000 + index}` : null,
          name: facts.name,
          nameKey: nameKeyOf(facts.name),
          organization: facts.organization,
          email: facts.email,
          portalAccountId: accountId,
          accessState: portalAccessState({
            hasAccount: accountId !== null,
            hasEmail: facts.email !== null,
            isInvited: facts.isInvited,
          }),
          invitedAt: facts.isInvited ? this.momentOf(index, 1) : null,
          createdAt: unit.now,
          signedInAt: 0,
        })),
      );
      const words = stored.flatMap(({ facts, id }) =>
        contactWords(facts).map((word) => ({
          firmId: this.firm.id,
          word,
          nameKey: nameKeyOf(facts.name),
          contactId: id,
        })),
      );
      await manager.insert(SearchWord, words);
      await manager.insert(PortalAccount, accounts);
      const linked = stored.filter(({ accountId }) => accountId !== null);
      await settleSignIns(
        manager,
        linked.map(({ id }) => id),
      );
      await manager.insert(
        PasswordCredential,
        accounts.map(({ id, email, createdAt }) => ({
          ...(email === "noah@client.example" ? noahsPassword : otherPassword),
          ownerId: id,
          version: 1,
          changedAt: createdAt,
        })),
      );
      await this.enroll(unit, stored);
    });
    for (const { id, facts } of stored)
      unit.record({
        type: "CONTACT_CREATED",
        firmId: this.firm.id,
        actor: this.actor,
        contactId: id,
        data: { name: facts.name },
      });
    return stored;
  }

  /** The accounts' second factors, with random secrets and codes, so that each row is complete. */
  private async enroll({ manager }: UnitOfWork, contacts: StoredContact[]): Promise<void> {
    const { firm, keys } = this;
    const owners = contacts.flatMap(({ facts, accountId, index }) =>
      accountId === null || facts.sharesAccount
        ? []
        : [{ ownerId: accountId, facts, enrolledAt: this.momentOf(index, 4) }],
    );
    const enrolled = owners.filter(({ facts }) => facts.isEnrolled);
    await manager.insert(
      TwoFactorState,
      owners.map(({ ownerId, facts, enrolledAt }) => ({
        ownerId,
        firmId: firm.id,
        enrolledAt: facts.isEnrolled ? enrolledAt : null,
        recoveryCodesRemaining: facts.isEnrolled ? 10 : 0,
        consecutiveFailures: facts.isLocked ? 10 : 0,
        lockedUntil: facts.isLocked ? this.now + DAY : null,
        lockCount: facts.isLocked ? 8 : 0,
      })),
    );
    await manager.insert(
      TotpCredential,
      enrolled.map(({ ownerId, enrolledAt }) => ({
        ownerId,
        encryptedSecret: keys.encrypt(newTotpSecret(), secretPlace("totp_credentials", { ownerId, firmId: firm.id })),
        lastUsedStep: Math.floor(enrolledAt / 30_000),
        createdAt: enrolledAt,
      })),
    );
    await manager.insert(
      RecoveryCode,
      enrolled.flatMap(({ ownerId, enrolledAt }) =>
        Array.from({ length: 10 }, () => ({
          id: newId("recoveryCode", enrolledAt),
          ownerId,
          codeDigest: keys.hmac(newRecoveryCode(), "demo recovery code"),
          keyId: keys.activeId,
          usedAt: null,
        })),
      ),
    );
  }

  happenings(contacts: StoredContact[]): Happening[] {
    return contacts.flatMap((contact) => this.historyOf(contact)).filter(({ at }) => at <= this.now);
  }

  private historyOf(contact: StoredContact): Happening[] {
    const { facts, index, accountId } = contact;
    const email = facts.email;
    if (email === null) return [];
    const client: Actor = { kind: "CLIENT", id: accountId, name: email, ipAddress: "198.51.100.7", userAgent: DEVICE };
    const told: Happening[] = [];
    const tell = (
      day: number,
      type: AuditEventType & ("ACCOUNT_CREATED" | "TWO_FACTOR_ENROLLED" | "INVITE_SENT"),
      actor: Actor,
    ) =>
      told.push({
        at: this.momentOf(index, day),
        happen: (unit) =>
          unit.record({ type, firmId: this.firm.id, actor, contactId: contact.id, accountId, data: { email } }),
      });
    if (facts.isInvited) tell(1, "INVITE_SENT", this.actor);
    if (accountId !== null && !facts.sharesAccount) {
      tell(2, "ACCOUNT_CREATED", client);
      if (facts.isEnrolled) tell(4, "TWO_FACTOR_ENROLLED", client);
      if (index % 3 === 0)
        told.push({
          at: this.momentOf(index, 20),
          happen: (unit) =>
            unit.record({
              type: "SIGN_IN_SUCCEEDED",
              firmId: this.firm.id,
              actor: client,
              contactId: contact.id,
              accountId,
              data: { email, secondFactor: facts.isEnrolled },
            }),
        });
      if (facts.isLocked)
        told.push({
          at: this.now - HOUR,
          happen: (unit) =>
            unit.record({
              type: "ACCOUNT_LOCKED",
              firmId: this.firm.id,
              actor: { ...systemActor, ipAddress: "203.0.113.66", userAgent: null },
              contactId: contact.id,
              accountId,
              data: { email, minutes: 1440, what: "second factor" },
            }),
        });
    }
    if (facts.hasRequest)
      told.push({ at: this.momentOf(index, 8), happen: (unit) => this.sendRequest(unit, contact, email, false) });
    if (email === "maya@client.example")
      told.push({ at: this.now, happen: (unit) => this.sendRequest(unit, contact, email, true) });
    return told;
  }

  /** `isMailed`: sends its mail. The other requests' mails were read long ago. */
  private async sendRequest(unit: UnitOfWork, contact: StoredContact, email: string, isMailed: boolean): Promise<void> {
    const { manager, now } = unit;
    const { title, items } = demoRequests[contact.index % demoRequests.length] ?? demoRequests[0];
    const isDone = !isMailed && contact.index % 3 === 1;
    const isClaimed = !isMailed && contact.index % 2 === 0;
    const dueOn = new Date(now + 21 * DAY).toISOString().slice(0, 10);
    const answeredAt = Math.min(now + 2 * DAY, this.now);
    const request = manager.create(ClientRequest, {
      id: newId("clientRequest", now),
      firmId: this.firm.id,
      contactId: contact.id,
      title,
      sentTo: email,
      dueOn,
      createdAt: now,
      completedAt: isDone ? answeredAt : null,
    });
    await manager.insert(ClientRequest, request);
    await manager.insert(
      ClientRequestItem,
      items.map((text, position) => ({
        id: newId("clientRequestItem", now),
        requestId: request.id,
        position,
        text,
        doneAt: isDone || (isClaimed && position === 0) ? answeredAt : null,
      })),
    );
    const token = newToken("gml");
    await manager.insert(MagicLink, {
      id: newId("magicLink", now),
      firmId: this.firm.id,
      requestId: request.id,
      tokenDigest: digestOf(token),
      issuedAt: now,
      expiresAt: now + lifetimes.magicLink,
      claimedAt: isClaimed ? answeredAt : null,
      deviceKeyDigest: isClaimed ? digestOf(randomBytes(32).toString("base64url")) : null,
      boundUntil: isClaimed ? answeredAt + lifetimes.magicLinkDevice : null,
      revokedAt: null,
    });
    unit.record({
      type: "REQUEST_SENT",
      firmId: this.firm.id,
      actor: this.actor,
      contactId: contact.id,
      data: { title, email },
    });
    if (!isMailed) return;
    unit.mail({
      firmId: this.firm.id,
      to: email,
      content: clientRequest({
        firmName: this.firm.name,
        contactName: contact.facts.name,
        title,
        items,
        dueOn,
        link: this.links.magicLink(this.firm.slug, token),
        expiresInHours: lifetimes.magicLink / HOUR,
      }),
    });
  }

  /**
   * `days` and a little after the start, in working hours, never in the future. Few distinct moments, since each one is
   * a commit.
   */
  private momentOf(index: number, days: number): number {
    const start = this.now - HISTORY_DAYS * DAY;
    return Math.min(start + (days + (index % 7)) * DAY + (2 + (index % 3) * 2) * HOUR, this.now);
  }
}
