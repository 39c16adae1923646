import { counts, isAheadOf, lifetimes, provesMailbox, readDigitCode, type SignInDoor } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { digestOf, newDecimalCode, newToken } from "../../platform/crypto/tokens.js";
import { computed, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Person } from "../people/person.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { SignInChallenge } from "./sign-in-challenge.entity.js";

export type ChallengeStep = SignInChallenge["step"];

export interface NewChallenge {
  step: ChallengeStep;
  person: Person;
  /** How the mailbox was proven, if it was. */
  door: SignInDoor;
  /** The session in which an authenticator is set up. */
  sessionId?: string | null;
  magicLinkId?: string | null;
  deviceKeyDigest?: string | null;
  landingRequestId?: string | null;
}
export interface OpenedChallenge {
  challenge: SignInChallenge;
  token: string;
  /** The code to mail; null if the mailbox is proven or need not be. */
  emailCode: string | null;
}

const lifetimeOf = {
  SECOND_FACTOR: lifetimes.challenge,
  ENROLLMENT: lifetimes.enrollmentToken,
  FIRM_CHOICE: lifetimes.challenge,
} as const;
const isChallengeToken = (token: string) => /^gch_[\w-]{43}$/.test(token);
const expired = () => new Refusal("CHALLENGE_EXPIRED");

/** A session with its owner. */
interface SessionOfOwner {
  ownerId: string;
  sessionId: string;
}
const c = table(SignInChallenge, "c");
const p = table(PasswordCredential, "p");
const m = table(TeamMember, "m");
const CHALLENGES = select({ ...c, currentVersion: computed<number>(sql`COALESCE(${p.version}, 0)`) })
  .from`${c} LEFT JOIN ${m} ON ${m.id} = ${c.ownerId} LEFT JOIN ${p} ON ${p.ownerId} = COALESCE(${m.identityId}, ${c.ownerId})`;
const OF_TOKEN = CHALLENGES.plus` WHERE ${c.tokenDigest} = ? AND ${c.step} = ? AND ${c.sessionId} IS NULL`;
const OF_SESSION = CHALLENGES.plus` WHERE ${c.ownerId} = ? AND ${c.sessionId} = ? AND ${c.spentAt} IS NULL
  ORDER BY ${c.createdAt} DESC, ${c.id} DESC LIMIT 1`;
const challenges = table(SignInChallenge);
const passwords = table(PasswordCredential);
/** For a conditional update; its parameters are the current time, and the owner twice. */
const UNSPENT = sql`${challenges.spentAt} IS NULL AND ${challenges.expiresAt} > ?
  AND ${challenges.credentialVersion} = COALESCE((SELECT ${passwords.version} FROM ${passwords}
    WHERE ${passwords.ownerId} = COALESCE((SELECT ${m.identityId} FROM ${m} WHERE ${m.id} = ?), ?)), 0)`;
const unspent = ({ now }: UnitOfWork, { ownerId }: SignInChallenge) => [now, ownerId, ownerId];
const OF_SESSION_LIVE = sql`${challenges.ownerId} = ? AND ${challenges.sessionId} = ? AND ${challenges.spentAt} IS NULL`;
const END_OF_SESSION = sql`UPDATE ${challenges} SET ${challenges.spentAt} = ? WHERE ${OF_SESSION_LIVE}`;
const FOLLOW = sql`UPDATE ${challenges} SET ${challenges.sessionId} = ? WHERE ${OF_SESSION_LIVE}`;
const KEEP = sql`UPDATE ${challenges} SET ${challenges.expiresAt} = ? WHERE ${challenges.id} = ? AND ${challenges.isMailboxProven} = ? AND ${UNSPENT}`;
const TAKE_TRY = sql`UPDATE ${challenges} SET ${challenges.failures} = ${challenges.failures} + 1
  WHERE ${challenges.id} = ? AND ${challenges.failures} < ? AND ${challenges.spentAt} IS NULL AND ${challenges.expiresAt} > ?`;
const GIVE_TRY_BACK = sql`UPDATE ${challenges} SET ${challenges.failures} = ${challenges.failures} - 1
  WHERE ${challenges.id} = ? AND ${challenges.failures} > 0`;
const SPEND = sql`UPDATE ${challenges} SET ${challenges.spentAt} = ? WHERE ${challenges.id} = ? AND ${UNSPENT}`;
const PROVE_MAILBOX = sql`UPDATE ${challenges} SET ${challenges.isMailboxProven} = ?, ${challenges.failures} = 0
  WHERE ${challenges.id} = ? AND ${challenges.emailCodeDigest} = ? AND ${challenges.spentAt} IS NULL AND ${challenges.expiresAt} > ?`;

function ifLive(challenge: RowOf<typeof CHALLENGES> | undefined, now: number): SignInChallenge | null {
  const isLive =
    challenge !== undefined &&
    challenge.spentAt === null &&
    challenge.expiresAt > now &&
    !isAheadOf(now, challenge.createdAt) &&
    challenge.failures < counts.challengeFailures &&
    challenge.credentialVersion === challenge.currentVersion;
  return isLive ? challenge : null;
}

/** The points at which a sign-in waits. Each names the step it waits for and can be continued only there. */
export class SignInChallenges {
  constructor(
    private readonly work: Work,
    private readonly keys: KeyRing,
  ) {}

  /** A challenge that begins in a session replaces the session's earlier one. */
  async create(unit: UnitOfWork, given: NewChallenge): Promise<OpenedChallenge> {
    const { manager, now } = unit;
    const token = newToken("gch");
    const id = newId("challenge", now);
    const credential = await manager.findOneBy(PasswordCredential, { ownerId: given.person.credentialId });
    const isMailboxProven = provesMailbox(given.door);
    const emailCode = given.step === "ENROLLMENT" && !isMailboxProven ? newDecimalCode(6) : null;
    const sessionId = given.sessionId ?? null;
    if (sessionId !== null) await unit.affected(END_OF_SESSION, [now, given.person.ownerId, sessionId]);
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

  /** The live challenge of a token at that step; throws CHALLENGE_EXPIRED, also if the password has changed since. */
  async find(token: string, step: ChallengeStep): Promise<SignInChallenge> {
    const challenge = await this.look(token, step);
    if (!challenge) throw expired();
    return challenge;
  }

  /** The same; null if there is none. */
  async look(token: string, step: ChallengeStep): Promise<SignInChallenge | null> {
    if (!isChallengeToken(token)) return null;
    const [challenge] = await this.work.rows(OF_TOKEN, [digestOf(token), step]);
    return ifLive(challenge, this.work.clock.now());
  }

  /** A session's live challenge, in which an authenticator is set up; null if there is none. */
  async ofSession({ ownerId, sessionId }: SessionOfOwner): Promise<SignInChallenge | null> {
    const [challenge] = await this.work.rows(OF_SESSION, [ownerId, sessionId]);
    return ifLive(challenge, this.work.clock.now());
  }

  /** Makes pending challenges follow a session that continues under another id. */
  async follow(unit: UnitOfWork, { ownerId, sessionId }: SessionOfOwner, nextSessionId: string): Promise<void> {
    await unit.affected(FOLLOW, [nextSessionId, ownerId, sessionId]);
  }

  /**
   * Extends a challenge whose mailbox is proven, for the authenticator that it has just begun; throws CHALLENGE_EXPIRED
   * if it has ended meanwhile.
   */
  async keep(unit: UnitOfWork, challenge: SignInChallenge, expiresAt: number): Promise<void> {
    const kept = await unit.affected(KEEP, [expiresAt, challenge.id, 1, ...unspent(unit, challenge)]);
    if (kept !== 1) throw expired();
  }

  /**
   * Takes one of a challenge's five attempts before anything is checked, in a transaction that only takes attempts
   * (Work.doAndKeep).
   */
  async takeAttempt(unit: UnitOfWork, challenge: SignInChallenge): Promise<void> {
    const taken = await unit.affected(TAKE_TRY, [challenge.id, counts.challengeFailures, unit.now]);
    if (taken !== 1) throw expired();
  }

  /** Gives one back whose proof was right (SecondFactor.proving). */
  async giveAttemptBack(unit: UnitOfWork, { id }: SignInChallenge): Promise<void> {
    await unit.affected(GIVE_TRY_BACK, [id]);
  }

  /** Spends it in the transaction that opens what it led to. If two requests race, exactly one wins. */
  async spend(unit: UnitOfWork, challenge: SignInChallenge): Promise<void> {
    const spent = await unit.affected(SPEND, [unit.now, challenge.id, ...unspent(unit, challenge)]);
    if (spent !== 1) throw expired();
  }

  /**
   * Whether it is the mailed code; call it after an attempt was taken. From here on the mailbox is proven: this sign-in
   * does not require the code again.
   */
  async proveMailbox(unit: UnitOfWork, challenge: SignInChallenge, code: string): Promise<boolean> {
    const digest = this.emailCodeDigest(challenge.id, readDigitCode(code) ?? "");
    const proven = await unit.affected(PROVE_MAILBOX, [1, challenge.id, digest, unit.now]);
    return proven === 1;
  }

  /** Six digits are too few for a plain hash. */
  private emailCodeDigest(challengeId: string, code: string): string {
    return this.keys.hmac(`${challengeId}.${code}`, "enrolment email code");
  }
}
