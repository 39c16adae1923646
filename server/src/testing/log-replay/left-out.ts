const secret = "a secret: the log has none";
const counter = "counts attempts: the log has what they led to";
const sorting = "follows from other columns";
const use = "moves with every use: that is no act";
const sent = "says which mails or deliveries are done, not what the firm decided";
const owner = "is the firm whose log it is";
const since = "is the time of the event that created it";
const shown = "is where it was used from: the event has the address and the browser of its actor";

/** The columns that a reader of the log does not rebuild, with the reason; all others of these tables it does. */
export const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  firms: { createdAt: since, signInEventDaysSetAt: "is the time of the event that set the days" },
  security_policies: { firmId: owner },
  brandings: { firmId: owner, updatedAt: since },
  logos: { firmId: owner, contentType: "is in the digest of its address", content: "is in the digest of its address" },
  team_members: {
    firmId: owner,
    createdAt: since,
    lastSignInAt: use,
    identityId: "is a person in several firms: no firm's log may tell of another",
    signInEmail: sorting,
  },
  portal_accounts: { firmId: owner, createdAt: since, lastSignInAt: use, unlinkedAt: sorting },
  contacts: { firmId: owner, createdAt: since, nameKey: sorting, accessState: sorting, signedInAt: use },
  two_factor_states: { firmId: owner, consecutiveFailures: counter, lockCount: counter },
  totp_credentials: { encryptedSecret: secret, lastUsedStep: secret, createdAt: since },
  recovery_codes: { id: secret, codeDigest: secret, keyId: secret },
  passkeys: {
    firmId: owner,
    credentialDigest: secret,
    credentialId: secret,
    publicKey: secret,
    signCount: use,
    transports: "is how a browser reaches it",
    isSynced: "is how a browser reaches it",
    createdAt: since,
    lastUsedAt: use,
  },
  trusted_devices: { tokenDigest: secret, createdAt: since, lastUsedAt: use, userAgent: shown, ipAddress: shown },
  sessions: {
    firmId: owner,
    audience: "is that of its owner",
    magicLinkId: "is a mail's: the session's request is in the log",
    email: "is its owner's",
    assurance: "is what the policy made of its methods",
    isSecondFactorProven: "is what the policy made of its methods",
    transport: "is how a program holds it",
    tokenDigest: secret,
    authenticatedAt: "is the time of its last proof",
    createdAt: since,
    lastUsedAt: use,
    userAgent: shown,
    ipAddress: shown,
  },
  api_keys: { firmId: owner, tokenDigest: secret, createdAt: since, lastUsedAt: use },
  webhook_endpoints: {
    firmId: owner,
    encryptedSecret: secret,
    previousEncryptedSecret: secret,
    previousSecretUntil: secret,
    deliveredThroughSeq: sent,
    attempts: sent,
    nextAttemptAt: sent,
    lastFailure: sent,
    createdAt: since,
  },
  roll_outs: {
    firmId: owner,
    enforcedFrom: "follows the policy's",
    previousMode: "is the policy's before the event",
    previousEnforcedFrom: "is the policy's before the event",
    startedAt: since,
    startedByName: "is the event's actor",
    nextMailAt: sent,
  },
  client_requests: {
    firmId: owner,
    sentTo: "follows the contact's email (CONTACT_UPDATED, LOGIN_EMAIL_CHANGED)",
    createdAt: since,
  },
};

/** The columns that it rebuilds. */
export const rebuilt: Readonly<Record<string, readonly string[]>> = {
  firms: ["id", "slug", "name", "plan", "clientLanguage", "timeZone", "mailsCheckpoints", "signInEventDays"],
  security_policies: [
    "mode",
    "enforcedFrom",
    "magicLinkRequiresTwoFactor",
    "trustedDeviceDays",
    "teamRequiresTwoFactor",
    "firmDisabledAt",
    "version",
    "updatedAt",
    "updatedBy",
  ],
  brandings: ["color"],
  logos: ["digest", "width", "height"],
  team_members: ["id", "name", "email", "role", "joinedAt", "disabledAt"],
  portal_accounts: ["id", "email"],
  contacts: ["id", "externalId", "name", "organization", "email", "portalAccountId", "invitedAt", "language"],
  two_factor_states: ["ownerId", "enrolledAt", "recoveryCodesRemaining", "lockedUntil"],
  totp_credentials: ["ownerId"],
  recovery_codes: ["ownerId", "usedAt"],
  passkeys: ["id", "ownerId", "name"],
  trusted_devices: ["id", "ownerId", "expiresAt"],
  sessions: ["id", "ownerId", "requestId", "methods", "expiresAt", "revokedAt"],
  api_keys: ["id", "name", "prefix", "scopes", "expiresAt", "revokedAt"],
  webhook_endpoints: ["id", "url", "types", "disabledAt"],
  roll_outs: ["id", "state", "timeZone", "message", "invitesContacts", "remindDaysBefore", "mailsPerMinute"],
  client_requests: ["id", "contactId", "title", "dueOn", "completedAt"],
};
