import { counts, isAheadOf, lifetimes, provesMailbox, type SignInDoor } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { digestOf, newDecimalCode, newToken } from "../../platform/crypto/tokens.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Person } from "../access/person.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { SignInChallenge } from "./sign-in-challenge.entity.js";

export type ChallengeStep = SignInChallenge["step"];

export interface NewChallenge {
  step: ChallengeStep;
  person: Person;
  /** What the mailbox is proven by, or not. */
  door: SignInDoor;
  /** Of an authenticator that is set up in a session. */
  sessionId?: string | null;
  magicLinkId?: string | null;
  deviceKeyDigest?: string | null;
  landingRequestId?: string | null;
}
export interface OpenedChallenge {
  challenge: SignInChallenge;
  token: string;
  /** To be mailed; null where the mailbox is proven, or not asked. */
  emailCode: string | null;
}
type WithVersion = SignInChallenge & { currentVersion: number };

const lifetimeOf = { SECOND_FACTOR: lifetimes.challenge, ENROLLMENT: lifetimes.enrollmentToken } as const;
const isChallengeToken = (token: string) => /^gch_[\w-]{43}$/.test(token);
const expired = () => new Refusal("CHALLENGE_EXPIRED");

/** A session, and the person whose it is. */
interface SessionOfOwner {
  ownerId: string;
  sessionId: string;
}
const CHALLENGES = `SELECT c.*, COALESCE(p.version, 0) AS currentVersion FROM sign_in_challenges c
       LEFT JOIN password_credentials p ON p.ownerId = c.ownerId`;
/** In a statement that changes it: now, and its owner. */
const UNSPENT = `spentAt IS NULL AND expiresAt > ?
       AND credentialVersion = COALESCE((SELECT version FROM password_credentials WHERE ownerId = ?), 0)`;

function ifLive(challenge: WithVersion | undefined, now: number): SignInChallenge | null {
  const isLive =
    challenge !== undefined &&
    challenge.spentAt === null &&
    challenge.expiresAt > now &&
    !isAheadOf(now, challenge.createdAt) &&
    challenge.failures < counts.challengeFailures &&
    challenge.credentialVersion === challenge.currentVersion;
  return isLive ? { ...challenge, isMailboxProven: Boolean(challenge.isMailboxProven) } : null;
}

/** The waiting places of a sign-in. Each names the step it waits for and can be continued there alone. */
export class SignInChallenges {
  constructor(
    private readonly work: Work,
    private readonly keys: KeyRing,
  ) {}

  /** One that begins in a session takes the place of the session's earlier one. */
  async create(unit: UnitOfWork, given: NewChallenge): Promise<OpenedChallenge> {
    const { manager, now } = unit;
    const token = newToken("gch");
    const id = newId("challenge", now);
    const credential = await manager.findOneBy(PasswordCredential, { ownerId: given.person.ownerId });
    const isMailboxProven = provesMailbox(given.door);
    const emailCode = given.step === "ENROLLMENT" && !isMailboxProven ? newDecimalCode(6) : null;
    const sessionId = given.sessionId ?? null;
    if (sessionId !== null)
      await unit.affected(
        "UPDATE sign_in_challenges SET spentAt = ? WHERE ownerId = ? AND sessionId = ? AND spentAt IS NULL",
        [now, given.person.ownerId, sessionId],
      );
    const challenge = manager.create(SignInChallenge, {
      id,
      firmId: given.person.firmId,
      tokenDigest: digestOf(token),
      step: given.step,
      audience: given.person.audience,
      ownerId: given.person.ownerId,
      door: given.door,
      credentialVersion: credential?.version ?? 0,
      magicLinkId: given.magicLinkId ?? null,
      deviceKeyDigest: given.deviceKeyDigest ?? null,
      landingRequestId: given.landingRequestId ?? null,
      sessionId,
      isMailboxProven,
      emailCodeDigest: emailCode === null ? null : this.emailCodeDigest(id, emailCode),
      failures: 0,
      createdAt: now,
      expiresAt: now + lifetimeOf[given.step],
      spentAt: null,
    });
    await manager.insert(SignInChallenge, challenge);
    return { challenge, token, emailCode };
  }

  /** The live challenge of a token at that step; throws CHALLENGE_EXPIRED, also when the password changed since. */
  async find(token: string, step: ChallengeStep): Promise<SignInChallenge> {
    const challenge = await this.look(token, step);
    if (!challenge) throw expired();
    return challenge;
  }

  /** The same; null where there is none. */
  async look(token: string, step: ChallengeStep): Promise<SignInChallenge | null> {
    if (!isChallengeToken(token)) return null;
    const [challenge] = await this.work.rows<WithVersion>(
      `${CHALLENGES} WHERE c.tokenDigest = ? AND c.step = ? AND c.sessionId IS NULL`,
      [digestOf(token), step],
    );
    return ifLive(challenge, this.work.clock.now());
  }

  /** The live challenge of a session, in which an authenticator is set up there; null where there is none. */
  async ofSession({ ownerId, sessionId }: SessionOfOwner): Promise<SignInChallenge | null> {
    const [challenge] = await this.work.rows<WithVersion>(
      `${CHALLENGES} WHERE c.ownerId = ? AND c.sessionId = ? AND c.spentAt IS NULL ORDER BY c.createdAt DESC, c.id DESC LIMIT 1`,
      [ownerId, sessionId],
    );
    return ifLive(challenge, this.work.clock.now());
  }

  /** A session goes on under another id, and what is under way in it too. */
  async follow(unit: UnitOfWork, { ownerId, sessionId }: SessionOfOwner, nextSessionId: string): Promise<void> {
    await unit.affected(
      "UPDATE sign_in_challenges SET sessionId = ? WHERE ownerId = ? AND sessionId = ? AND spentAt IS NULL",
      [nextSessionId, ownerId, sessionId],
    );
  }

  /** Keeps one whose mailbox is proven, for the authenticator that it has just begun; throws CHALLENGE_EXPIRED where it ended meanwhile. */
  async keep(unit: UnitOfWork, challenge: SignInChallenge, expiresAt: number): Promise<void> {
    const kept = await unit.affected(
      `UPDATE sign_in_challenges SET expiresAt = ? WHERE id = ? AND isMailboxProven = ? AND ${UNSPENT}`,
      [expiresAt, challenge.id, 1, unit.now, challenge.ownerId],
    );
    if (kept !== 1) throw expired();
  }

  /** Takes one of a challenge's five tries before anything is looked at, in a transaction that takes tries alone (Work.doAndKeep). */
  async takeTry(unit: UnitOfWork, challenge: SignInChallenge): Promise<void> {
    const taken = await unit.affected(
      "UPDATE sign_in_challenges SET failures = failures + 1 WHERE id = ? AND failures < ? AND spentAt IS NULL AND expiresAt > ?",
      [challenge.id, counts.challengeFailures, unit.now],
    );
    if (taken !== 1) throw expired();
  }

  /** Spends it, in the transaction that opens what it led to. Two requests race here; exactly one wins. */
  async spend(unit: UnitOfWork, challenge: SignInChallenge): Promise<void> {
    const spent = await unit.affected(`UPDATE sign_in_challenges SET spentAt = ? WHERE id = ? AND ${UNSPENT}`, [
      unit.now,
      challenge.id,
      unit.now,
      challenge.ownerId,
    ]);
    if (spent !== 1) throw expired();
  }

  /**
   * Whether it is the mailed code, once its tries were taken. The mailbox is proven from here on: the code is not asked again within
   * this sign-in.
   */
  async proveMailbox(unit: UnitOfWork, challenge: SignInChallenge, code: string): Promise<boolean> {
    const digest = this.emailCodeDigest(challenge.id, code.replaceAll(/\s/g, ""));
    const proven = await unit.affected(
      "UPDATE sign_in_challenges SET isMailboxProven = ?, failures = 0 WHERE id = ? AND emailCodeDigest = ? AND spentAt IS NULL AND expiresAt > ?",
      [1, challenge.id, digest, unit.now],
    );
    return proven === 1;
  }

  /** Six digits are too few for a plain hash. */
  private emailCodeDigest(challengeId: string, code: string): string {
    return this.keys.hmac(`${challengeId}.${code}`, "enrolment email code");
  }
}
