import "reflect-metadata";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import { NoSchemaIntrospectionCustomRule, type GraphQLSchema } from "graphql";
import { collectDefaultMetrics, Counter, Registry } from "prom-client";
import { keyUsage, unusable } from "./commands/key-usage.js";
import { loadDemo } from "./demo/demo-firm.js";
import { docsRoutes } from "./docs/docs-pages.js";
import { entities, migrations } from "./entities.js";
import { AccessCheckResolver } from "./features/access-check/access-check.resolver.js";
import { AccessCheck } from "./features/access-check/access-check.service.js";
import { logRefusal, logRefusals } from "./features/access/refusal-log.js";
import { guardMutations } from "./features/request-contexts/guarded-mutations.js";
import { RequestContexts } from "./features/request-contexts/request-context.factory.js";
import type { RequestContext } from "./features/access/request-context.js";
import { may } from "./features/access/caller.js";
import { ApiKeyService } from "./features/api-keys/api-key.service.js";
import { ApiKeysResolver } from "./features/api-keys/api-key.resolver.js";
import { IdempotencyKeys, idempotencyPlugin } from "./features/idempotency/idempotency.js";
import { costBucketOf, readsFree } from "./features/access/limits.js";
import { WebhookDispatcher } from "./features/webhooks/webhook-dispatcher.js";
import { WebhookService } from "./features/webhooks/webhook.service.js";
import { WebhooksResolver } from "./features/webhooks/webhook.resolver.js";
import { BrandingResolver, PortalBrandingResolver } from "./features/branding/branding.resolver.js";
import { BrandingService } from "./features/branding/branding.service.js";
import { logoHandler } from "./features/branding/logo.http.js";
import { CostRates } from "./platform/limits/cost-rates.js";
import { documentRules } from "./platform/limits/document-limits.js";
import { chargeOperation, chargeReading, limitsPlugin, type CostOptions } from "./platform/limits/limits.plugin.js";
import { AuditEventResolver, ContactEventsResolver } from "./features/audit/audit-event.resolver.js";
import { auditExportHandler } from "./features/audit/audit-export.http.js";
import { AuditExport } from "./features/audit/audit-export.service.js";
import { AuditLog } from "./features/audit/audit-log.service.js";
import { LiveFeed } from "./features/audit/live-feed.js";
import { WakeChannel } from "./features/audit/wake-channel.js";
import { Work, type WorkEnvironment } from "./features/work/unit-of-work.js";
import {
  AccountContactsResolver,
  ContactConnectionResolver,
  ContactResolver,
} from "./features/contacts/contact.resolver.js";
import { ContactService } from "./features/contacts/contact.service.js";
import {
  ClientRequestResolver,
  ContactRequestsResolver,
  ViewerRequestsResolver,
} from "./features/client-requests/client-request.resolver.js";
import { ClientRequestService } from "./features/client-requests/client-request.service.js";
import { InvitationResolver } from "./features/invitations/invitation.resolver.js";
import { InvitationService } from "./features/invitations/invitation.service.js";
import { MagicLinkResolver } from "./features/magic-links/magic-link.resolver.js";
import { MagicLinkService } from "./features/magic-links/magic-link.service.js";
import { TeamMemberResolver } from "./features/firm-staff/team-member.resolver.js";
import { Firm } from "./features/firms/firm.entity.js";
import { TeamResolver } from "./features/firm-staff/team.resolver.js";
import { Team } from "./features/firm-staff/team.service.js";
import { ClientLanguageResolver, UserErrorResolver } from "./features/client-language/client-language.resolver.js";
import { ClientLanguages } from "./features/client-language/client-language.service.js";
import { FirmResolver } from "./features/firms/firm.resolver.js";
import { FirmService } from "./features/firms/firm.service.js";
import { portalLinks } from "./features/work/portal-links.js";
import { MailSender } from "./features/mail/mail-sender.js";
import { mailboxHandler } from "./features/mail/mailbox.http.js";
import { Outbox } from "./features/mail/outbox.js";
import { NodeResolver } from "./features/node/node.resolver.js";
import { NotMeResolver } from "./features/not-me/not-me.resolver.js";
import { NotMe } from "./features/not-me/not-me.service.js";
import { OwnPasskeys } from "./features/own-security/own-passkeys.service.js";
import { PasskeyResolver } from "./features/own-security/passkey.resolver.js";
import { Passkeys } from "./features/passkeys/passkeys.service.js";
import { HashingChild } from "./features/passwords/hashing-child.js";
import { PasswordHasher } from "./features/passwords/password-hasher.js";
import {
  PortalAccountFieldsResolver,
  PortalAccountsResolver,
} from "./features/portal-accounts/portal-account.resolver.js";
import { AccountCreation } from "./features/portal-accounts/account-creation.service.js";
import { PortalAccounts } from "./features/portal-accounts/portal-accounts.service.js";
import { PortalAdministration } from "./features/portal-accounts/portal-administration.service.js";
import { UnlinkedAccountsResolver } from "./features/portal-accounts/unlinked-accounts.resolver.js";
import { UnlinkedAccounts } from "./features/portal-accounts/unlinked-accounts.service.js";
import { PortalMailRequests } from "./features/portal-accounts/portal-mail-requests.service.js";
import { RollOutMailer } from "./features/roll-out/roll-out-mailer.js";
import { RollOutResolver } from "./features/roll-out/roll-out.resolver.js";
import { RollOutService } from "./features/roll-out/roll-out.service.js";
import { RollOutsReadModel } from "./features/roll-out/roll-outs.read-model.js";
import { Sweep } from "./features/retention/sweep.js";
import { SecurityPolicyResolver } from "./features/security-mode/security-policy.resolver.js";
import { SecurityPolicyService } from "./features/security-mode/security-policy.service.js";
import { SessionService } from "./features/sessions/session.service.js";
import { authenticationFields } from "./features/sign-in/authentication-fields.js";
import { AccountDoor } from "./features/sign-in/account-door.js";
import { Attempts } from "./features/sign-in/attempts.service.js";
import { LinkDoor } from "./features/sign-in/link-door.js";
import { OwnCredentials } from "./features/sign-in/own-credentials.service.js";
import { EnrollmentCodes } from "./features/sign-in/enrollment-codes.js";
import { OwnEnrollment } from "./features/sign-in/own-enrollment.service.js";
import { OwnSecondFactor } from "./features/sign-in/own-second-factor.service.js";
import { SecondFactorStep } from "./features/sign-in/second-factor-step.service.js";
import { SessionRenewal } from "./features/sign-in/session-renewal.js";
import { SignInChallenges } from "./features/sign-in/sign-in-challenges.js";
import { SignInResolver } from "./features/sign-in/sign-in.resolver.js";
import { PasswordSignIn } from "./features/sign-in/password-sign-in.service.js";
import { SourceLimits } from "./features/sign-in/source-limits.js";
import { MailAllowance } from "./features/sign-in/mail-allowance.js";
import { SuppressedMails } from "./features/sign-in/suppressed-mails.service.js";
import { TeamPasswordRequests } from "./features/sign-in/team-password-requests.service.js";
import { TeamPassword } from "./features/sign-in/team-password.service.js";
import { ViewerService } from "./features/sign-in/viewer.service.js";
import { AuthenticatorEnrollment } from "./features/two-factor/authenticator-enrollment.service.js";
import { SecondFactor } from "./features/two-factor/second-factor.service.js";
import { TwoFactorStatuses } from "./features/two-factor/two-factor-statuses.js";
import type { Clock } from "./platform/clock/clock.js";
import { systemClock } from "./platform/clock/clock.js";
import type { Config } from "./platform/config/config.js";
import { openDatabase } from "./platform/database/database.js";
import { DocumentReader } from "./platform/graphql/document-reader.js";
import { hiddenSchema } from "./platform/graphql/hidden-schema.plugin.js";
import { logUnexpected, logUnexpectedErrors, maskError } from "./platform/graphql/mask-errors.js";
import { OperationPipeline } from "./platform/graphql/operation-pipeline.js";
import { readDocuments } from "./platform/graphql/read-documents.plugin.js";
import { subscriptionsOnSocketsOnly } from "./platform/graphql/subscription-documents.js";
import { graphqlEndpoint } from "./platform/http/graphql-endpoint.js";
import { createHttpServer, type Route } from "./platform/http/http-server.js";
import { send, sendError, sendJson } from "./platform/http/responses.js";
import { isFromElsewhere } from "./platform/http/same-site.js";
import { securityHeaders } from "./platform/http/security-headers.js";
import { statusForJson } from "./platform/http/status-for-json.plugin.js";
import { StaticFiles } from "./platform/http/static-files.js";
import { createLog, type Log } from "./platform/log.js";
import { createSmtp } from "./platform/mail/smtp.js";
import { attachWebSocket } from "./platform/websocket/websocket-endpoint.js";
import { createSchema } from "./schema.js";

export interface AppOptions {
  clock?: Clock;
  log?: Log;
  /** How many lines the log's output has not taken: told at /metrics. */
  droppedLogLines?: () => number;
  /** The built dashboard; without it the pages answer 404. */
  dashboard?: string;
  /** What has `docs/` and `CHANGELOG.md` in it; without it `/docs` and `/schema.graphql` answer 404. */
  docs?: string;
  /** Of password hashes: tests that sign in thousands of times take a lower one. */
  passwordCost?: number;
  /** The built program of the process that hashes passwords; without it this one does. */
  hashingProcess?: string;
}

export interface App {
  /** Where it listens. */
  url: string;
  publicUrl: string;
  /** The demo firm was loaded at this start, or is there from an earlier one. */
  hasDemo: boolean;
  work: Work;
  hasher: PasswordHasher;
  schema: GraphQLSchema;
  close(): Promise<void>;
}

/** Puts the whole server together and listens. Tests call it too. */
export async function startApp(
  config: Config,
  {
    clock = systemClock,
    log = createLog(config.logLevel),
    droppedLogLines = () => 0,
    dashboard,
    docs,
    passwordCost,
    hashingProcess,
  }: AppOptions = {},
): Promise<App> {
  const dataSource = await openDatabase({ url: config.databaseUrl, entities, migrations });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  // /metrics is public: it names no software's version.
  metrics.removeSingleMetric("nodejs_version_info");
  const operations = new Counter({
    name: "gatehouse_graphql_operations_total",
    help: "Operations over HTTP, by the lane that they took.",
    labelNames: ["lane"],
    registers: [metrics],
  });

  metrics.registerMetric(
    new Counter({
      name: "gatehouse_log_lines_dropped_total",
      help: "Lines of the log that its output did not take.",
      registers: [],
      collect() {
        this.reset();
        this.inc(droppedLogLines());
      },
    }),
  );

  // What a commit wakes is made after the unit of work that wakes it.
  const wakes: { events(firmIds: string[]): void; mail(): void } = { events: () => undefined, mail: () => undefined };
  const outbox = new Outbox(config.keys);
  const environment: WorkEnvironment = {
    dataSource,
    clock,
    enqueueMail: outbox.enqueue,
    links: () => links,
    onEvents: (firmIds) => wakes.events(firmIds),
    onMail: () => wakes.mail(),
  };
  const work = new Work(environment);

  // Listening first tells which port it is, and so what the links in mails are.
  let routes: readonly Route[] = [];
  let publicUrl = config.publicUrl ?? "http://localhost";
  const server = createHttpServer({ routes: () => routes, publicUrl: () => publicUrl, log });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(config.port, config.host, resolve));
  const { port } = server.address() as AddressInfo;
  publicUrl = config.publicUrl ?? `http://localhost:${port}`;
  const origins = allowedOrigins(publicUrl, port, config.isProduction);
  const isAllowedOrigin = (origin: string) => origins.has(origin);
  const links = portalLinks(publicUrl);

  const hasher = new PasswordHasher(config.keys, passwordCost, new HashingChild(hashingProcess ?? null, log));
  const attempts = new Attempts(work);
  const sessions = new SessionService(work);
  const challenges = new SignInChallenges(work, config.keys);
  const passkeys = new Passkeys(new URL(publicUrl).origin);
  const secondFactor = new SecondFactor(work, { keys: config.keys, passkeys });
  const enrollment = new AuthenticatorEnrollment({ work, keys: config.keys, secondFactor });
  const { sourceLimitFactor } = config;
  const suppressed = new SuppressedMails({ work, attempts });
  const enrollmentCodes = new EnrollmentCodes({ attempts, challenges, suppressed });
  const sourceLimits = new SourceLimits({ work, attempts, factor: sourceLimitFactor });
  const accountDoor = new AccountDoor({ challenges, sessions, secondFactor, enrollmentCodes });
  const linkDoor = new LinkDoor({ challenges, sessions, secondFactor });
  const passwordSignIn = new PasswordSignIn({
    work,
    hasher,
    attempts,
    enrollmentCodes,
    sourceLimits,
    door: accountDoor,
  });
  const secondFactorStep = new SecondFactorStep({
    work,
    challenges,
    secondFactor,
    sourceLimits,
    accountDoor,
    linkDoor,
  });
  const renewal = new SessionRenewal({ sessions, challenges });
  const ownSecondFactor = new OwnSecondFactor({ work, secondFactor, enrollment, renewal, sourceLimits });
  const ownEnrollment = new OwnEnrollment({
    work,
    challenges,
    secondFactor,
    enrollment,
    ownSecondFactor,
    renewal,
    enrollmentCodes,
    sourceLimits,
    door: accountDoor,
  });
  const ownCredentials = new OwnCredentials({
    work,
    hasher,
    attempts,
    sessions,
    secondFactor,
    ownSecondFactor,
    renewal,
    sourceLimits,
  });
  const mailRequests = new PortalMailRequests({ work, log });
  const mailAllowance = new MailAllowance({ attempts, sourceLimitFactor });
  const teamPasswordRequests = new TeamPasswordRequests({ work, mailAllowance, suppressed, log });
  const accountCreation = new AccountCreation({ work, hasher, sessions, sourceLimits, door: accountDoor });
  const accounts = new PortalAccounts({
    work,
    hasher,
    sourceLimits,
    door: accountDoor,
    mailRequests,
    mailAllowance,
    suppressed,
  });
  const administration = new PortalAdministration({ work, attempts, secondFactor });
  const statuses = new TwoFactorStatuses(work);
  const firms = new FirmService(work);
  const branding = new BrandingService(work);
  const policies = new SecurityPolicyService(work);
  const contacts = new ContactService(work);
  const auditLog = new AuditLog(work);
  const magicLinks = new MagicLinkService({ work, attempts, suppressed, door: linkDoor, sourceLimitFactor });
  const requests = new ClientRequestService({ work, links: magicLinks });
  const invitations = new InvitationService({ work, attempts });
  const rollOutMailer = new RollOutMailer({ work, log });
  const rollOuts = new RollOutService({ work, links, onChange: () => work.apart(() => rollOutMailer.wake()) });
  const rollOutsReadModel = new RollOutsReadModel(work);
  const idempotencyKeys = new IdempotencyKeys(work, config.keys);
  const apiKeys = new ApiKeyService(work, log);
  const addresses = { isProduction: config.isProduction };
  const dispatcher = new WebhookDispatcher({ work, keys: config.keys, log, addresses });
  const webhooks = new WebhookService(work, config.keys, addresses, () => work.apart(() => dispatcher.wake()));
  const viewers = new ViewerService(work, (keyId) => apiKeys.ofId(keyId));
  const sender =
    config.smtpUrl === null ? null : new MailSender(work, outbox, createSmtp(config.smtpUrl), log, config.mailFrom);
  const contexts = new RequestContexts({
    sessions,
    now: () => clock.now(),
    findKey: (token) => apiKeys.authenticate(token),
    subscribeToEvents: (given, context) => liveFeed.subscribe(given, context),
    trustedProxies: config.trustedProxies,
    isSecure: publicUrl.startsWith("https:"),
  });
  const liveFeed = new LiveFeed({
    auditLog,
    sessions,
    apiKeys,
    contextOf: (caller) => contexts.ofEvent(caller),
    log,
  });
  const channel =
    config.redisUrl === null ? null : new WakeChannel(config.redisUrl, (firmIds) => liveFeed.wake(firmIds), log);
  wakes.events = (firmIds) => {
    liveFeed.wake(firmIds);
    channel?.publish(firmIds);
    dispatcher.wake();
  };
  wakes.mail = () => sender?.wake();

  const schema = await createSchema([
    new SignInResolver(passwordSignIn, secondFactorStep, ownEnrollment, ownSecondFactor, ownCredentials, viewers),
    new PasskeyResolver(new OwnPasskeys({ work, passkeys, secondFactor, challenges }), secondFactorStep),
    new PortalAccountsResolver(accountCreation, accounts, administration),
    new PortalAccountFieldsResolver(sessions, statuses),
    new UnlinkedAccountsResolver(new UnlinkedAccounts({ work, secondFactor })),
    new TeamResolver(
      new Team({ work, attempts, secondFactor }),
      new TeamPassword({ work, hasher, sourceLimits, door: accountDoor }),
      teamPasswordRequests,
    ),
    new TeamMemberResolver(statuses, sessions),
    new FirmResolver(firms),
    new BrandingResolver(branding, firms),
    new PortalBrandingResolver(branding),
    new SecurityPolicyResolver(policies, firms),
    new ClientLanguageResolver(new ClientLanguages(work), firms),
    new UserErrorResolver(),
    new ContactResolver(contacts),
    new ContactConnectionResolver(),
    new AccountContactsResolver(contacts),
    new AuditEventResolver(auditLog, contacts),
    new ContactEventsResolver(auditLog),
    new MagicLinkResolver(magicLinks),
    new ClientRequestResolver(requests, contacts),
    new ContactRequestsResolver(requests),
    new ViewerRequestsResolver(requests),
    new InvitationResolver(invitations),
    new RollOutResolver(rollOuts, rollOutsReadModel),
    new NotMeResolver(new NotMe({ work, hasher, sourceLimits })),
    new AccessCheckResolver(new AccessCheck({ work, log: auditLog, attempts, secondFactor })),
    new ApiKeysResolver(apiKeys),
    new WebhooksResolver(webhooks),
    new NodeResolver({
      firm: async (id, context) => (firmOf(context) === id ? firms.find(id) : null),
      contact: async (id, context) => {
        const firmId = firmOf(context);
        return firmId === null || !may({ team: "read", key: "CONTACTS_READ" }, context.caller)
          ? null
          : contacts.find(firmId, { id });
      },
      portalAccount: async (id, context) =>
        may({ team: "read", key: "CONTACTS_READ", portal: "account" }, context.caller)
          ? contacts.findAccount(context.caller, id)
          : null,
      teamMember: (id, { caller }) => viewers.findMember(caller, id),
      session: (id, { caller }) => viewers.findSession(caller, id),
      apiKey: async (id, { caller }) => (caller.kind === "TEAM_MEMBER" ? apiKeys.findNode(caller, id) : null),
      webhookEndpoint: async (id, context) => {
        const { caller } = context;
        const isFirm = caller.kind === "TEAM_MEMBER" || caller.kind === "API_KEY";
        return isFirm && may({ team: "read", key: "WEBHOOKS_WRITE" }, context.caller)
          ? webhooks.findNode(caller, id)
          : null;
      },
      rollOut: async (id, { caller }) =>
        caller.kind === "TEAM_MEMBER" ? rollOutsReadModel.find(caller.firmId, id) : null,
      clientRequest: async (id, context) =>
        may({ team: "read", key: "CONTACTS_READ", portal: "any" }, context.caller)
          ? requests.findNode(context.caller, id)
          : null,
      auditEvent: async (id, context) => {
        const firmId = firmOf(context);
        return firmId === null || !may({ team: "read", key: "AUDIT_READ" }, context.caller)
          ? null
          : auditLog.find(firmId, id);
      },
    }),
  ]);

  guardMutations(schema, { work, idempotency: idempotencyKeys });

  const rules = documentRules({ onePerDocument: authenticationFields });
  const costs: CostOptions<RequestContext> = {
    rates: new CostRates(channel?.client ?? null),
    bucketOf: (context) => costBucketOf(context, sourceLimitFactor),
    readsFree,
    hideHints: config.isProduction,
  };
  const pipeline = new OperationPipeline<RequestContext>({
    schema,
    log,
    stages: [
      logUnexpectedErrors(log),
      subscriptionsOnSocketsOnly<RequestContext>(),
      ...(config.isProduction ? [hiddenSchema<RequestContext>()] : []),
      limitsPlugin<RequestContext>(costs),
      idempotencyPlugin(idempotencyKeys, authenticationFields),
      // After the limits, which give their errors codes of their own.
      statusForJson<RequestContext>(),
      logRefusals(log),
    ],
  });
  const apollo = new ApolloServer<RequestContext>({
    schema,
    // In production hiddenSchema refuses it.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    // The pipeline keeps what it knows; parsed twice is rare.
    documentStore: null,
    formatError: maskError,
    logger: log,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      // Nothing is told to Apollo's studio, whatever APOLLO_KEY says, and what would tell it is not even loaded.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer: server }),
      readDocuments(new DocumentReader({ schema, rules, hideHints: config.isProduction }), costs),
      ...pipeline.stages,
    ],
  });
  await apollo.start();
  const sockets = attachWebSocket<RequestContext>({
    server,
    path: "/graphql",
    headers: securityHeaders(publicUrl),
    schema,
    reader: new DocumentReader({
      schema,
      rules: [...rules, ...(config.isProduction ? [NoSchemaIntrospectionCustomRule] : [])],
      hideHints: config.isProduction,
    }),
    isAllowedOrigin,
    createContext: (request, parameters, close) => contexts.ofSocket(request, parameters, close),
    mayConnect: ({ caller }) => caller.kind !== "ANONYMOUS",
    holderOf: ({ caller, requestId }) =>
      caller.kind === "API_KEY" ? caller.keyId : caller.kind === "ANONYMOUS" ? requestId : caller.sessionId,
    chargeReading: (context, query) => chargeReading(costs, context, query),
    charge: (context, operation) => chargeOperation(costs, context, operation),
    hideHints: config.isProduction,
    logError: (error, { requestId }) => logUnexpected(error, requestId, log),
    logRefusal: (codes, context) => logRefusal(log, codes, context),
    logFailure: (error) => log.error({ err: error }, "a socket failed"),
    formatError: (error) => maskError(error.toJSON()),
  });

  const pages =
    dashboard !== undefined && existsSync(join(dashboard, "index.html")) ? new StaticFiles(dashboard) : null;
  const page: Route["handle"] = (request, response, path) => {
    if (pages?.serve(request, response, path)) return;
    if (path.startsWith("/assets/") || !pages?.serve(request, response, "/index.html"))
      sendError(response, 404, "NOT_FOUND", "There is nothing at this address.");
  };
  const isMailboxShown = !config.isProduction && sender === null;
  const mailbox = mailboxHandler(work, outbox);
  const isNew = (await work.reader.count(Firm)) === 0;
  if (isNew && (config.demo ?? !config.isProduction)) {
    const workAt = (at: Clock) => new Work({ ...environment, clock: at });
    await loadDemo({ workAt, clock, hasher, keys: config.keys, links });
  }
  const lost = unusable(await keyUsage(work.reader), config.keys);
  if (lost.length > 0)
    log.error({ lost }, "SECRET_KEYS lacks keys that are needed: put them back, or their owners cannot sign in");

  routes = [
    {
      path: "/graphql",
      method: "any",
      handle: graphqlEndpoint({
        apollo,
        pipeline,
        count: (lane) => operations.inc({ lane }),
        createContext: (request, response) => contexts.ofRequest(request, response),
        isAllowedOrigin,
        log,
      }),
    },
    {
      path: "/audit-log.csv",
      method: "any",
      handle: auditExportHandler({
        auditExport: new AuditExport({ work, log: auditLog, sessions, apiKeys }),
        createContext: (request, response) => contexts.ofRequest(request, response),
        charge: async (context, cost) => {
          const { isAllowed, resetMs } = await costs.rates.take(costs.bucketOf(context), cost);
          return isAllowed ? null : resetMs;
        },
        isFromElsewhere: (request) => isFromElsewhere(request, isAllowedOrigin),
      }),
    },
    { path: "/logos/*", method: "GET", handle: logoHandler(branding) },
    { path: "/healthz", method: "GET", handle: (_request, response) => sendJson(response, 200, { status: "ok" }) },
    {
      path: "/readyz",
      method: "GET",
      handle: async (_request, response) => {
        await dataSource.query("SELECT 1");
        sendJson(response, 200, { status: "ready" });
      },
    },
    {
      path: "/metrics",
      method: "GET",
      handle: async (_request, response) => send(response, 200, metrics.contentType, await metrics.metrics()),
    },
    ...(isMailboxShown
      ? ["/mailbox", "/mailbox.json", "/mailbox.css"].map((path): Route => ({ path, method: "GET", handle: mailbox }))
      : []),
    ...(docs === undefined ? [] : docsRoutes(docs, schema, publicUrl)),
    ...(pages
      ? [
          "/",
          "/docs/explorer",
          "/assets/*",
          "/portal/*",
          "/favicon.svg",
          "/contacts/*",
          "/activity",
          "/overview",
          "/choose-password",
          "/settings/*",
          "/account/*",
        ].map((path): Route => ({ path, method: "GET", handle: page }))
      : []),
  ];

  sender?.start();
  mailRequests.start();
  teamPasswordRequests.start();
  rollOutMailer.start();
  dispatcher.start();
  const sweep = new Sweep(work, log);
  sweep.start();

  return {
    url: `http://${config.host === "0.0.0.0" ? "127.0.0.1" : config.host}:${port}`,
    publicUrl,
    hasDemo: await work.reader.existsBy(Firm, { slug: "harbor" }),
    work,
    hasher,
    schema,
    close: async () => {
      await sockets.close();
      server.closeIdleConnections();
      await apollo.stop();
      await mailRequests.stop();
      await teamPasswordRequests.stop();
      await rollOutMailer.stop();
      await dispatcher.stop();
      await sweep.stop();
      await apiKeys.settle();
      await sender?.stop();
      await hasher.stop();
      channel?.close();
      server.closeAllConnections();
      await dataSource.destroy();
    },
  };
}

const firmOf = ({ caller }: RequestContext) =>
  caller.kind === "TEAM_MEMBER" || caller.kind === "API_KEY" ? caller.firmId : null;

/** PUBLIC_URL's origin exactly; on a developer's machine also the other names of this machine. */
function allowedOrigins(publicUrl: string, port: number, isProduction: boolean): Set<string> {
  const { origin, hostname } = new URL(publicUrl);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const others =
    isLocal && !isProduction ? ["localhost", "127.0.0.1", "[::1]"].map((name) => `http://${name}:${port}`) : [];
  return new Set([origin, ...others]);
}
