import { languages, type PersonalThingName } from "@gatehouse/shared";
import { placeholders, sql, table } from "../../platform/database/sql.js";
import { ClientRequest, ClientRequestItem } from "../client-requests/client-request.entity.js";
import { Contact, SearchWord } from "../contacts/contact.entity.js";
import { KnownDevice } from "../devices/known-device.entity.js";
import { TrustedDevice } from "../devices/trusted-device.entity.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { Passkey, PasskeyCeremony } from "../passkeys/passkey.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PortalMailRequest } from "../portal-mail-requests/portal-mail-request.entity.js";
import { RollOutRecipient } from "../roll-out/roll-out.entity.js";
import { PendingTotpEnrollment, TotpCredential } from "../second-factors/authenticator.entity.js";
import { RecoveryCode } from "../second-factors/recovery-code.entity.js";
import { Session } from "../sessions/session.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { ADDRESS_TOKEN_KINDS } from "./addresses.js";
import {
  at,
  count,
  day,
  ELSEWHERE,
  flag,
  methods,
  OURS,
  section,
  SECRET,
  text,
  word,
  type ColumnsOf,
  type Condition,
  type ExportedPerson,
  type Words,
} from "./contact-data-columns.js";

const created = at("Created", "Créé le");
const expires = at("Expires", "Expire le");
const ipAddress = text("IP address", "Adresse IP");
const userAgent = text("Browser or program", "Navigateur ou programme");
const id = text("Id", "Identifiant");
const languageWords = {
  EN: { EN: languages.EN.englishName, FR: "Anglais" },
  FR: { EN: languages.FR.englishName, FR: "Français" },
};
const passwordWord = { EN: "Password", FR: "Mot de passe" };

const r = table(ClientRequest, "r");
const ownRequests = sql`SELECT ${r.id} FROM ${r} WHERE ${r.contactId} = ?`;

const ofContact = (own: { contactId: Parameters<typeof sql>[1] }, { contactId }: ExportedPerson): Condition => ({
  where: sql`${own.contactId} = ?`,
  parameters: [contactId],
});
const ofLogin = (own: { ownerId: Parameters<typeof sql>[1] }, { accountId }: ExportedPerson): Condition =>
  accountId === null ? null : { where: sql`${own.ownerId} = ?`, parameters: [accountId] };
const ofRequests = (own: { requestId: Parameters<typeof sql>[1] }, { contactId }: ExportedPerson): Condition => ({
  where: sql`${own.requestId} IN (${ownRequests})`,
  parameters: [contactId],
});

const sessionColumns: ColumnsOf<Session> = {
  id,
  firmId: ELSEWHERE,
  audience: OURS,
  ownerId: ELSEWHERE,
  requestId: text("Request", "Demande"),
  magicLinkId: text("Magic link", "Lien magique"),
  email: text("Email", "Adresse courriel"),
  assurance: word("Proof", "Preuve", {
    LINK: { EN: "A magic link", FR: "Un lien magique" },
    PASSWORD: passwordWord,
    TWO_FACTOR: { EN: "Two factors", FR: "Deux facteurs" },
  }),
  transport: word("Kept in", "Conservée dans", {
    COOKIE: { EN: "A browser", FR: "Un navigateur" },
    TOKEN: { EN: "A program", FR: "Un programme" },
  }),
  tokenDigest: SECRET,
  isSecondFactorProven: flag("Second factor proven", "Second facteur prouvé"),
  methods: methods("Proven by", "Prouvé par"),
  authenticatedAt: at("Identity last proven", "Identité prouvée le"),
  createdAt: at("Began", "Début"),
  lastUsedAt: at("Last used", "Dernière utilisation"),
  expiresAt: expires,
  revokedAt: at("Ended", "Terminée le"),
  userAgent,
  ipAddress,
};
/** A link's session reaches one request. It may be one that another contact has by now. */
const sessionsOfAddressColumns: ColumnsOf<Session> = { ...sessionColumns, requestId: OURS, magicLinkId: OURS };

/** Every part of the file that a table's rows make, by its name there, in the file's order. */
export const sections = {
  contact: section<Contact>({
    title: { EN: "Who you are to us", FR: "Qui vous êtes pour nous" },
    entity: Contact,
    key: "id",
    of: (c, { contactId }) => ({ where: sql`${c.id} = ?`, parameters: [contactId] }),
    columns: {
      id,
      firmId: ELSEWHERE,
      externalId: text("Number in our other systems", "Numéro dans nos autres systèmes"),
      name: text("Name", "Nom"),
      nameKey: OURS,
      organization: text("Organization", "Organisation"),
      email: text("Email", "Adresse courriel"),
      portalAccountId: text("Login", "Compte"),
      accessState: word("Portal", "Portail", {
        NO_EMAIL: { EN: "No email address", FR: "Aucune adresse courriel" },
        NOT_INVITED: { EN: "Not invited", FR: "Pas d’invitation" },
        INVITED: { EN: "Invited", FR: "Invitation envoyée" },
        ACCOUNT_CREATED: { EN: "Account created", FR: "Compte créé" },
      }),
      invitedAt: at("Invited", "Invitation"),
      language: word("Language", "Langue", languageWords),
      createdAt: created,
      signedInAt: at("Last sign-in", "Dernière connexion"),
    },
  }),
  searchWords: section<SearchWord>({
    title: { EN: "Words by which we find you", FR: "Mots qui permettent de vous trouver" },
    entity: SearchWord,
    key: "word",
    of: (w, { firmId, nameKey, contactId }) => ({
      where: sql`${w.firmId} = ? AND ${w.nameKey} = ? AND ${w.contactId} = ?`,
      parameters: [firmId, nameKey, contactId],
    }),
    columns: { firmId: ELSEWHERE, word: text("Word", "Mot"), nameKey: OURS, contactId: ELSEWHERE },
  }),
  login: section<PortalAccount>({
    title: { EN: "Your login", FR: "Votre compte" },
    entity: PortalAccount,
    key: "id",
    of: (a, { accountId }) => (accountId === null ? null : { where: sql`${a.id} = ?`, parameters: [accountId] }),
    columns: {
      id,
      firmId: ELSEWHERE,
      email: text("Email", "Adresse courriel"),
      createdAt: created,
      lastSignInAt: at("Last sign-in", "Dernière connexion"),
      unlinkedAt: OURS,
    },
  }),
  password: section<PasswordCredential>({
    title: { EN: "Your password", FR: "Votre mot de passe" },
    entity: PasswordCredential,
    key: "ownerId",
    of: ofLogin,
    columns: {
      ownerId: ELSEWHERE,
      passwordHash: SECRET,
      pepperId: SECRET,
      version: count("Changed so many times", "Nombre de changements"),
      changedAt: at("A password is kept since", "Un mot de passe est conservé depuis le"),
    },
  }),
  twoFactor: section<TwoFactorState>({
    title: { EN: "Two-factor authentication", FR: "Authentification à deux facteurs" },
    entity: TwoFactorState,
    key: "ownerId",
    of: ofLogin,
    columns: {
      ownerId: ELSEWHERE,
      firmId: ELSEWHERE,
      enrolledAt: at("Set up", "Configurée le"),
      recoveryCodesRemaining: count("Recovery codes left", "Codes de récupération restants"),
      consecutiveFailures: count("Wrong codes in a row", "Codes erronés de suite"),
      lockedUntil: at("Locked until", "Verrouillée jusqu’au"),
      lockCount: count("Locks in a row", "Verrouillages de suite"),
    },
  }),
  authenticator: section<TotpCredential>({
    title: { EN: "Your authenticator app", FR: "Votre application d’authentification" },
    entity: TotpCredential,
    key: "ownerId",
    of: ofLogin,
    columns: {
      ownerId: ELSEWHERE,
      encryptedSecret: SECRET,
      lastUsedStep: OURS,
      createdAt: at("Added", "Ajoutée le"),
    },
  }),
  pendingAuthenticator: section<PendingTotpEnrollment>({
    title: { EN: "An authenticator app that is not confirmed", FR: "Une application d’authentification non confirmée" },
    entity: PendingTotpEnrollment,
    key: "ownerId",
    of: ofLogin,
    columns: {
      ownerId: ELSEWHERE,
      encryptedSecret: SECRET,
      failures: count("Wrong codes", "Codes erronés"),
      createdAt: created,
      expiresAt: expires,
    },
  }),
  recoveryCodes: section<RecoveryCode>({
    title: { EN: "Recovery codes", FR: "Codes de récupération" },
    entity: RecoveryCode,
    key: "id",
    of: ofLogin,
    columns: { id, ownerId: ELSEWHERE, codeDigest: SECRET, keyId: SECRET, usedAt: at("Used", "Utilisé le") },
  }),
  passkeys: section<Passkey>({
    title: { EN: "Passkeys", FR: "Clés d’accès" },
    entity: Passkey,
    key: "id",
    of: ofLogin,
    columns: {
      id,
      firmId: ELSEWHERE,
      ownerId: ELSEWHERE,
      name: text("Name", "Nom"),
      credentialDigest: SECRET,
      credentialId: SECRET,
      publicKey: SECRET,
      signCount: count("Used so many times, as it counts", "Nombre d’utilisations, selon elle"),
      transports: text("Reached by", "Accessible par"),
      isSynced: flag("Synced between devices", "Synchronisée entre appareils"),
      createdAt: created,
      lastUsedAt: at("Last used", "Dernière utilisation"),
    },
  }),
  passkeyCeremonies: section<PasskeyCeremony>({
    title: { EN: "Passkeys being used", FR: "Clés d’accès en cours d’utilisation" },
    entity: PasskeyCeremony,
    key: "subjectId",
    of: ofLogin,
    columns: {
      subjectId: text("Sign-in or session", "Connexion ou session"),
      purpose: word("For", "Pour", {
        REGISTRATION: { EN: "Adding a passkey", FR: "Ajouter une clé d’accès" },
        SIGN_IN: { EN: "Signing in", FR: "Se connecter" },
        STEP_UP: { EN: "Confirming who you are", FR: "Confirmer votre identité" },
      }),
      ownerId: ELSEWHERE,
      challenge: SECRET,
      expiresAt: expires,
    },
  }),
  signInsUnderWay: section<SignInChallenge>({
    title: { EN: "Sign-ins that wait for their next step", FR: "Connexions en attente de l’étape suivante" },
    entity: SignInChallenge,
    key: "id",
    of: ofLogin,
    columns: {
      id,
      firmId: ELSEWHERE,
      tokenDigest: SECRET,
      step: word("Waits for", "En attente de", {
        SECOND_FACTOR: { EN: "A second factor", FR: "Un second facteur" },
        ENROLLMENT: { EN: "An authenticator app", FR: "Une application d’authentification" },
      }),
      audience: OURS,
      ownerId: ELSEWHERE,
      door: word("Began with", "Commencée par", {
        PASSWORD: passwordWord,
        MAGIC_LINK: { EN: "A magic link", FR: "Un lien magique" },
      }),
      credentialVersion: OURS,
      magicLinkId: text("Magic link", "Lien magique"),
      deviceKeyDigest: SECRET,
      landingRequestId: text("Request to open", "Demande à ouvrir"),
      sessionId: text("Session", "Session"),
      isMailboxProven: flag("Mailbox proven", "Boîte courriel prouvée"),
      emailCodeDigest: SECRET,
      failures: count("Wrong codes", "Codes erronés"),
      createdAt: at("Began", "Début"),
      expiresAt: expires,
      spentAt: at("Done", "Terminée le"),
    },
  }),
  trustedDevices: section<TrustedDevice>({
    title: { EN: "Devices that may skip the code", FR: "Appareils dispensés du code" },
    entity: TrustedDevice,
    key: "id",
    of: ofLogin,
    columns: {
      id,
      ownerId: ELSEWHERE,
      tokenDigest: SECRET,
      userAgent,
      ipAddress,
      createdAt: at("Trusted", "De confiance depuis le"),
      lastUsedAt: at("Last used", "Dernière utilisation"),
      expiresAt: expires,
    },
  }),
  knownDevices: section<KnownDevice>({
    title: { EN: "Browsers in which you have signed in", FR: "Navigateurs utilisés pour vous connecter" },
    entity: KnownDevice,
    key: "id",
    of: ofLogin,
    columns: {
      id,
      ownerId: ELSEWHERE,
      tokenDigest: SECRET,
      createdAt: at("First sign-in", "Première connexion"),
      expiresAt: expires,
    },
  }),
  sessions: section<Session>({
    title: { EN: "Your sessions", FR: "Vos sessions" },
    entity: Session,
    key: "id",
    of: ofLogin,
    columns: sessionColumns,
  }),
  requests: section<ClientRequest>({
    title: { EN: "Requests to you", FR: "Demandes que nous vous avons adressées" },
    entity: ClientRequest,
    key: "id",
    of: ofContact,
    columns: {
      id,
      firmId: ELSEWHERE,
      contactId: ELSEWHERE,
      title: text("Title", "Titre"),
      sentTo: text("Sent to", "Envoyée à"),
      dueOn: day("Due", "Échéance"),
      createdAt: at("Sent", "Envoyée le"),
      completedAt: at("Completed", "Terminée le"),
    },
  }),
  requestItems: section<ClientRequestItem>({
    title: { EN: "What the requests ask for", FR: "Ce que les demandes contiennent" },
    entity: ClientRequestItem,
    key: "id",
    of: ofRequests,
    columns: {
      id,
      requestId: text("Request", "Demande"),
      position: count("Position", "Position"),
      text: text("Text", "Texte"),
      doneAt: at("Ticked off", "Coché le"),
    },
  }),
  magicLinks: section<MagicLink>({
    title: { EN: "Links to your requests", FR: "Liens vers vos demandes" },
    entity: MagicLink,
    key: "id",
    of: ofRequests,
    columns: {
      id,
      firmId: ELSEWHERE,
      requestId: text("Request", "Demande"),
      tokenDigest: SECRET,
      issuedAt: at("Sent", "Envoyé le"),
      expiresAt: expires,
      claimedAt: at("Opened", "Ouvert le"),
      deviceKeyDigest: SECRET,
      boundUntil: at("Opens on that device until", "S’ouvre sur cet appareil jusqu’au"),
      revokedAt: at("Ended", "Terminé le"),
    },
  }),
  linkSessions: section<Session>({
    title: {
      EN: "Sessions that links to your requests opened",
      FR: "Sessions ouvertes par les liens vers vos demandes",
    },
    entity: Session,
    key: "id",
    // A link that went to a wrong address was opened by somebody else.
    of: (s, { contactId, addresses }) =>
      addresses.length === 0
        ? null
        : {
            where: sql`${s.assurance} = 'LINK' AND ${s.email} IN (${placeholders(addresses.length)})
              AND ${s.requestId} IN (${ownRequests})`,
            parameters: [...addresses, contactId],
          },
    columns: sessionColumns,
  }),
  rollOuts: section<RollOutRecipient>({
    title: { EN: "Mails about two-factor authentication", FR: "Courriels sur l’authentification à deux facteurs" },
    entity: RollOutRecipient,
    key: "rollOutId",
    of: ofContact,
    columns: {
      rollOutId: id,
      contactId: ELSEWHERE,
      nameKey: OURS,
      hadAccount: flag("You had an account", "Vous aviez un compte"),
      dueAt: at("Next check", "Prochaine vérification"),
      mailedAt: at("Last mail", "Dernier courriel"),
      mailedTo: text("Sent to", "Envoyé à"),
      mails: count("Mails", "Courriels"),
      leftOutFor: word("No mail, since there was", "Aucun courriel, en l’absence de", {
        NO_ACCOUNT: { EN: "No account", FR: "Compte" },
        NO_ADDRESS: { EN: "No address", FR: "Adresse" },
      }),
    },
  }),
  mails: section<OutboxMail>({
    title: { EN: "Mails to you", FR: "Courriels que nous vous avons envoyés" },
    entity: OutboxMail,
    key: "id",
    of: (m, { firmId, addresses }) =>
      addresses.length === 0
        ? null
        : {
            where: sql`${m.firmId} = ? AND ${m.recipient} IN (${placeholders(addresses.length)})`,
            parameters: [firmId, ...addresses],
          },
    columns: {
      id,
      firmId: ELSEWHERE,
      recipient: text("To", "À"),
      // Kept only until it is sent. Its links let people in, and it may be about somebody else who had the address then.
      encryptedContent: SECRET,
      createdAt: at("Written", "Rédigé le"),
      attempts: count("Attempts", "Tentatives"),
      nextAttemptAt: at("Next attempt", "Prochaine tentative"),
      sentAt: at("Sent", "Envoyé le"),
      lastFailure: text("Last failure", "Dernier échec"),
    },
  }),
  mailedTokens: section<MailedToken>({
    title: { EN: "Invitations and other links that we mailed", FR: "Invitations et autres liens envoyés par courriel" },
    entity: MailedToken,
    key: "id",
    of: (t, { firmId, accountId, addresses }) => {
      const places = placeholders(addresses.length);
      const ofAddresses = sql`(${t.kind} IN (${placeholders(ADDRESS_TOKEN_KINDS.length)}) AND ${t.email} IN (${places}))`;
      const own = [
        ...(addresses.length === 0 ? [] : [[ofAddresses, [...ADDRESS_TOKEN_KINDS, ...addresses]] as const]),
        ...(accountId === null ? [] : [[sql`${t.accountId} = ?`, [accountId]] as const]),
      ];
      const [first, second] = own;
      if (first === undefined) return null;
      const where = second === undefined ? first[0] : sql`(${first[0]} OR ${second[0]})`;
      return {
        where: sql`${t.firmId} = ? AND ${where}`,
        parameters: [firmId, ...own.flatMap(([, parameters]) => parameters)],
      };
    },
    columns: {
      id,
      firmId: ELSEWHERE,
      kind: word("For", "Pour", {
        INVITE: { EN: "Creating an account, by invitation", FR: "Créer un compte, sur invitation" },
        ACCOUNT_REQUEST: { EN: "Creating an account", FR: "Créer un compte" },
        MAGIC_LINK: { EN: "Creating an account, after a magic link", FR: "Créer un compte, après un lien magique" },
        PASSWORD_RESET: { EN: "Choosing a new password", FR: "Choisir un nouveau mot de passe" },
        EMAIL_CHANGE: { EN: "Confirming a new email", FR: "Confirmer une nouvelle adresse" },
        NOT_ME: { EN: "Reporting a change that was not yours", FR: "Signaler un changement qui n’est pas de vous" },
      }),
      tokenDigest: SECRET,
      email: text("To", "À"),
      accountId: ELSEWHERE,
      magicLinkId: text("Magic link", "Lien magique"),
      createdAt: created,
      expiresAt: expires,
      spentAt: at("Used", "Utilisé le"),
    },
  }),
  mailRequests: section<PortalMailRequest>({
    title: { EN: "Mails that were asked for at your address", FR: "Courriels demandés à votre adresse" },
    entity: PortalMailRequest,
    key: "id",
    of: (q, { firmId, addresses }) =>
      addresses.length === 0
        ? null
        : {
            where: sql`${q.firmId} = ? AND ${q.email} IN (${placeholders(addresses.length)})`,
            parameters: [firmId, ...addresses],
          },
    columns: {
      id,
      firmId: ELSEWHERE,
      kind: word("For", "Pour", {
        ACCOUNT_REQUEST: { EN: "Creating an account", FR: "Créer un compte" },
        PASSWORD_RESET: { EN: "Choosing a new password", FR: "Choisir un nouveau mot de passe" },
        HELD_ACCOUNT_REQUEST: { EN: "Creating an account (too many)", FR: "Créer un compte (trop nombreux)" },
        HELD_PASSWORD_RESET: { EN: "A new password (too many)", FR: "Un nouveau mot de passe (trop nombreux)" },
      }),
      email: text("Email", "Adresse courriel"),
      ipAddress,
      userAgent,
      language: word("Language", "Langue", languageWords),
      createdAt: at("Asked for", "Demandé le"),
    },
  }),
  sessionsOfAddress: section<Session>({
    title: {
      EN: "Other sessions of links that were mailed to you",
      FR: "Autres sessions de liens envoyés à votre adresse",
    },
    entity: Session,
    key: "id",
    of: (s, { firmId, contactId, addresses }) =>
      addresses.length === 0
        ? null
        : {
            where: sql`${s.firmId} = ? AND ${s.audience} = 'PORTAL' AND ${s.assurance} = 'LINK'
              AND ${s.email} IN (${placeholders(addresses.length)}) AND ${s.requestId} NOT IN (${ownRequests})`,
            parameters: [firmId, ...addresses, contactId],
          },
    columns: sessionsOfAddressColumns,
  }),
} as const;
type SectionName = keyof typeof sections;
/** The parts that events make. */
export const eventSections = {
  events: { EN: "What happened", FR: "Ce qui s’est passé" },
  signInsWithAddress: { EN: "Attempts to sign in with your address", FR: "Tentatives de connexion avec votre adresse" },
} as const satisfies Record<string, Words>;
type EventSectionName = keyof typeof eventSections;

/** In which parts of the file a thing is, or that it is in none: then contact-data-words.ts says why. */
export const placesOf = {
  CONTACT: ["contact"],
  SEARCH_WORDS: ["searchWords"],
  REQUESTS: ["requests", "requestItems"],
  LINKS: ["magicLinks", "linkSessions", "sessionsOfAddress"],
  ROLL_OUT_RECIPIENTS: ["rollOuts"],
  MAILS: ["mails"],
  MAILED_TOKENS: ["mailedTokens"],
  MAIL_REQUESTS: ["mailRequests"],
  LOGIN: ["login"],
  PASSWORD: ["password"],
  FACTORS: ["twoFactor", "authenticator", "pendingAuthenticator", "recoveryCodes", "passkeys"],
  SESSIONS: ["sessions"],
  SIGN_INS_UNDER_WAY: ["signInsUnderWay", "passkeyCeremonies"],
  DEVICES: ["trustedDevices", "knownDevices"],
  EVENTS_ABOUT: ["events"],
  EVENTS_OF_LOGIN: ["events"],
  EVENTS_OF_ADDRESS: ["signInsWithAddress"],
  EVENTS_ABOUT_OTHERS: [],
  DELETION: [],
  NOTICE: [],
  UNLINKED_LOGINS: [],
  ATTEMPTS: [],
  KEPT_ANSWERS: [],
  REPORTS: [],
} as const satisfies Record<PersonalThingName, readonly (SectionName | EventSectionName)[]>;
