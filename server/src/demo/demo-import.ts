import { DAY_MS, changesBetween, portalAccessState } from "@gatehouse/shared";
import { newId } from "../platform/crypto/ids.js";
import { updateSignInKeys } from "../features/contacts/account-links.js";
import { contactWords, nameKeyOf } from "../features/contacts/contact-index.js";
import { Contact, SearchWord } from "../features/contacts/contact.entity.js";
import { withCounts } from "../features/contacts/portal-counts.js";
import { PasswordCredential } from "../features/passwords/password-credential.entity.js";
import type { StoredPassword } from "../features/passwords/password-hasher.js";
import { PortalAccount } from "../features/portal-accounts/portal-account.entity.js";
import { TotpCredential } from "../features/second-factors/authenticator.entity.js";
import { secretPlace } from "../features/second-factors/authenticator.method.js";
import { RecoveryCode } from "../features/second-factors/recovery-code.entity.js";
import { newRecoveryCode } from "../features/second-factors/recovery-code.js";
import { newTotpSecret, stepAt } from "../features/second-factors/totp.js";
import { TwoFactorState } from "../features/two-factor/two-factor.entity.js";
import type { UnitOfWork } from "../features/work/unit-of-work.js";
import type { DemoContact } from "./demo-contacts.js";
import { momentOf, type DemoScene, type StoredContact } from "./demo-scene.js";

const externalIdOf = (index: number): string | null => (index % 4 === 0 ? `HP-${1000 + index}` : null);

/** Writes the contacts with their accounts, as one import by the owner. */
export async function importContacts(
  unit: UnitOfWork,
  scene: DemoScene,
  people: DemoContact[],
  noahsPassword: StoredPassword,
  otherPassword: StoredPassword,
): Promise<StoredContact[]> {
  const { manager } = unit;
  const { firm, actor, now } = scene;
  const accounts: PortalAccount[] = [];
  const stored: StoredContact[] = [];
  for (const [index, facts] of people.entries()) {
    let accountId: string | null = null;
    if (facts.sharesAccount) accountId = stored[index - 1]?.accountId ?? null;
    else if (facts.hasAccount && facts.email !== null) {
      const createdAt = momentOf(now, index, 2);
      const lastSignInAt = index % 3 === 0 ? momentOf(now, index, 20) : createdAt;
      const id = newId("portalAccount", createdAt);
      accounts.push(
        manager.create(PortalAccount, { id, firmId: firm.id, email: facts.email, createdAt, lastSignInAt }),
      );
      accountId = id;
    }
    stored.push({ facts, id: newId("contact", unit.now), accountId, index });
  }
  const ids = stored.map(({ id }) => id);
  await withCounts(unit, firm.id, ids, async () => {
    await manager.insert(
      Contact,
      stored.map(({ facts, id, accountId, index }) => ({
        id,
        firmId: firm.id,
        externalId: externalIdOf(index),
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
        invitedAt: facts.isInvited ? momentOf(now, index, 1) : null,
        createdAt: unit.now,
        signedInAt: 0,
      })),
    );
    const words = stored.flatMap(({ facts, id }) =>
      contactWords(facts).map((word) => ({
        firmId: firm.id,
        word,
        nameKey: nameKeyOf(facts.name),
        contactId: id,
      })),
    );
    await manager.insert(SearchWord, words);
    await manager.insert(PortalAccount, accounts);
    const linked = stored.filter(({ accountId }) => accountId !== null);
    await updateSignInKeys(
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
    await enroll(unit, scene, stored);
  });
  for (const { id, facts, index } of stored)
    unit.record({
      type: "CONTACT_CREATED",
      firmId: firm.id,
      actor,
      contactId: id,
      changes: changesBetween(
        {},
        { name: facts.name, email: facts.email, organization: facts.organization, externalId: externalIdOf(index) },
      ),
      data: { name: facts.name },
    });
  return stored;
}

/** The accounts' second factors, with random secrets and codes, so that each row is complete. */
async function enroll(
  { manager }: UnitOfWork,
  { firm, keys, now }: DemoScene,
  contacts: StoredContact[],
): Promise<void> {
  const owners = contacts.flatMap(({ facts, accountId, index }) =>
    accountId === null || facts.sharesAccount
      ? []
      : [{ ownerId: accountId, facts, enrolledAt: momentOf(now, index, 4) }],
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
      lockedUntil: facts.isLocked ? now + DAY_MS : null,
      lockCount: facts.isLocked ? 8 : 0,
    })),
  );
  await manager.insert(
    TotpCredential,
    enrolled.map(({ ownerId, enrolledAt }) => ({
      ownerId,
      encryptedSecret: keys.encrypt(newTotpSecret(), secretPlace("totp_credentials", { ownerId, firmId: firm.id })),
      lastUsedStep: stepAt(enrolledAt),
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
