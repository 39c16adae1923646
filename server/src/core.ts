import type { RequestContext } from "./features/callers/request-context.js";
import { costBucketOf, readsFree } from "./features/limits/cost-budgets.js";
import { ApiKeys } from "./features/api-keys/api-keys.service.js";
import { AuditLog } from "./features/audit/audit-log.service.js";
import { feedDelays, feedSubscriptions } from "./features/live-feed/feed-metrics.js";
import { LiveFeed } from "./features/live-feed/live-feed.js";
import { WakeChannel } from "./features/live-feed/wake-channel.js";
import { Contacts } from "./features/contacts/contacts.service.js";
import { Firms } from "./features/firms/firms.service.js";
import { TrustedDevices } from "./features/devices/trusted-devices.service.js";
import { IdempotencyKeys } from "./features/idempotency/idempotency.js";
import { MagicLinks } from "./features/magic-links/magic-links.service.js";
import { Outbox } from "./features/mail/outbox.js";
import { Checkpoints } from "./features/checkpoints/checkpoints.service.js";
import { Passkeys } from "./features/passkeys/passkeys.service.js";
import { hashLoad, hashWaits } from "./features/passwords/hash-metrics.js";
import { HashingChild } from "./features/passwords/hashing-child.js";
import { PasswordHasher } from "./features/passwords/password-hasher.js";
import { RefusedActs } from "./features/limits/refused-acts.service.js";
import { RequestContexts } from "./features/request-contexts/request-context.factory.js";
import { Sessions } from "./features/sessions/sessions.service.js";
import { ViewedSessions } from "./features/sessions/viewed-sessions.service.js";
import { AccountDoor } from "./features/sign-in/account-door.js";
import { Attempts } from "./features/limits/attempts.service.js";
import { EnrollmentCodes } from "./features/sign-in/enrollment-codes.js";
import { LinkDoor } from "./features/sign-in/link-door.js";
import { MailAllowance } from "./features/limits/mail-allowance.js";
import { SecondFactorStep } from "./features/sign-in/second-factor-step.service.js";
import { SignInChallenges } from "./features/sign-in/sign-in-challenges.js";
import { SourceLimits } from "./features/limits/source-limits.js";
import { SuppressedMails } from "./features/limits/suppressed-mails.service.js";
import { Viewers } from "./features/viewers/viewers.service.js";
import { SecondFactor } from "./features/two-factor/second-factor.service.js";
import { TwoFactorStatuses } from "./features/two-factor/two-factor-statuses.js";
import { portalLinks } from "./features/work/portal-links.js";
import { Work, type WorkEnvironment } from "./features/work/unit-of-work.js";
import type { Clock } from "./platform/clock/clock.js";
import { trustedProxies } from "./platform/http/trusted-proxies.js";
import { CostRates } from "./platform/limits/cost-rates.js";
import type { CostOptions } from "./platform/limits/limits.plugin.js";
import type { Platform } from "./platform/platform.js";

export interface CoreOptions extends Pick<WorkEnvironment, "onEvents" | "onMail"> {
  /** The cost of password hashes. Tests that sign in thousands of times use a lower one. */
  passwordCost?: number;
  /** The built program that hashes passwords in a separate process; without it this process hashes them. */
  hashingProcess?: string;
}

/** The services that several features share, each after those it depends on (docs/architecture.md). */
export function createCore(
  { config, clock, log, dataSource, replicas, metrics, publicUrl }: Platform,
  { onEvents, onMail, passwordCost, hashingProcess }: CoreOptions,
) {
  const { keys, sourceLimitFactor } = config;
  const links = portalLinks(publicUrl);
  const outbox = new Outbox(keys);
  const isMailOff = config.mail.kind === "none";
  const environment = {
    dataSource,
    replicas,
    clock,
    enqueueMail: outbox.enqueue,
    isMailOff,
    links: () => links,
    onEvents,
    onMail,
  };
  const work = new Work(environment);

  const firms = new Firms(work);
  const sessions = new Sessions(work);
  const apiKeys = new ApiKeys({ work, log });
  const idempotency = new IdempotencyKeys({ work, keys });
  const hashingChild = new HashingChild(hashingProcess ?? null, log);
  const hasher = new PasswordHasher(keys, passwordCost, hashingChild, hashWaits(metrics));
  hashLoad(metrics, hasher);
  const passkeys = new Passkeys(new URL(publicUrl).origin);

  const contacts = new Contacts(work);
  const secondFactor = new SecondFactor(work, { keys, passkeys });
  const auditLog = new AuditLog(work);
  const contexts = new RequestContexts({
    sessions,
    now: () => clock.now(),
    findKey: (token) => apiKeys.authenticate(token),
    subscribeToEvents: (given, context) => liveFeed.subscribe(given, context),
    trustedProxies: trustedProxies(config.trustedProxies),
    isSecure: publicUrl.startsWith("https:"),
  });
  const liveFeed = new LiveFeed({
    auditLog,
    sessions,
    apiKeys,
    contextOf: (caller) => contexts.ofEvent(caller),
    now: () => clock.now(),
    observeDelay: feedDelays(metrics),
    log,
  });
  feedSubscriptions(metrics, liveFeed);
  const wakeChannel =
    config.redis === null
      ? null
      : new WakeChannel({ address: config.redis, onWake: (firmIds) => liveFeed.wake(firmIds), log });
  const costs: CostOptions<RequestContext> = {
    rates: new CostRates(wakeChannel?.client ?? null),
    bucketOf: (context) => costBucketOf(context, sourceLimitFactor),
    readsFree,
    hideHints: config.isProduction,
  };

  const attempts = new Attempts(work);
  const challenges = new SignInChallenges(work, keys);
  const refusedActs = new RefusedActs({ work, attempts, log });
  const suppressed = new SuppressedMails({ work, attempts });
  const mailAllowance = new MailAllowance({ attempts, sourceLimitFactor });
  const enrollmentCodes = new EnrollmentCodes({ attempts, challenges, suppressed });
  const sourceLimits = new SourceLimits({ work, attempts, factor: sourceLimitFactor });
  const accountDoor = new AccountDoor({ challenges, sessions, secondFactor, enrollmentCodes });
  const linkDoor = new LinkDoor({ challenges, sessions, secondFactor });

  return {
    work,
    /** A unit of work at another point in time. */
    workAt: (at: Clock) => new Work({ ...environment, clock: at }),
    links,
    outbox,
    firms,
    sessions,
    viewedSessions: new ViewedSessions({ work, sessions }),
    apiKeys,
    idempotency,
    hasher,
    passkeys,
    contacts,
    secondFactor,
    statuses: new TwoFactorStatuses(work),
    trustedDevices: new TrustedDevices(work),
    auditLog,
    checkpoints: new Checkpoints({ work, keys }),
    contexts,
    liveFeed,
    wakeChannel,
    costs,
    attempts,
    challenges,
    refusedActs,
    suppressed,
    mailAllowance,
    enrollmentCodes,
    sourceLimits,
    accountDoor,
    secondFactorStep: new SecondFactorStep({ work, challenges, secondFactor, sourceLimits, accountDoor, linkDoor }),
    viewers: new Viewers(work, (keyId) => apiKeys.ofId(keyId)),
    magicLinks: new MagicLinks({ work, attempts, suppressed, door: linkDoor, sourceLimitFactor }),
  };
}

export type Core = ReturnType<typeof createCore>;
