import type { DataSource } from "typeorm";
import { apiScopes, defaultLanguage, defaultTimeZone, type ChangeValue } from "@gatehouse/shared";
import { emptyState, ONLY, type Facts, type FirmState, type Kind } from "./firm-state.js";

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** A firm as its tables have it, in the log's words. */
export async function stateOfTables(database: DataSource, firmId: string): Promise<FirmState> {
  const state = emptyState();
  const rowsOf = (sql: string): Promise<Row[]> => database.query(sql, [firmId]);
  const fill = async (kind: Kind, sql: string, factsOf: (row: Row) => Facts) => {
    for (const row of await rowsOf(sql)) state[kind].set(String(row.id ?? ONLY), factsOf(row));
  };
  const only = (columns: string, table: string, key = "firmId") => `SELECT ${columns} FROM ${table} WHERE ${key} = ?`;

  await fill(
    "firm",
    "SELECT f.name, f.slug, f.plan, f.clientLanguage, f.timeZone, f.mailsCheckpoints, f.signInEventDays, p.firmDisabledAt FROM firms f JOIN security_policies p ON p.firmId = f.id WHERE f.id = ?",
    (row) => ({
      mailsCheckpoints: flag(row.mailsCheckpoints),
      signInEventDays: row.signInEventDays === null ? null : Number(row.signInEventDays),
      disabledAt: moment(row.firmDisabledAt),
      name: text(row.name),
      slug: text(row.slug),
      plan: text(row.plan),
      // What was not chosen is as the API shows it.
      clientLanguage: text(row.clientLanguage) ?? defaultLanguage,
      timeZone: text(row.timeZone) ?? defaultTimeZone,
    }),
  );
  await fill("policy", only("*", "security_policies"), (row) => ({
    mode: text(row.mode),
    enforcedFrom: moment(row.enforcedFrom),
    magicLinkRequiresTwoFactor: flag(row.magicLinkRequiresTwoFactor),
    trustedDeviceDays: Number(row.trustedDeviceDays),
    teamRequiresTwoFactor: flag(row.teamRequiresTwoFactor),
    version: Number(row.version),
    updatedAt: moment(row.updatedAt),
    updatedBy: text(row.updatedBy),
  }));
  state.branding.set(ONLY, { color: null, logoUrl: null, logoWidth: null, logoHeight: null });
  const logo = await rowsOf(only("digest, width, height", "logos"));
  const [brand] = await rowsOf(only("color", "brandings"));
  state.branding.set(ONLY, {
    color: text(brand?.color),
    logoUrl: logo[0] ? `/logos/${String(logo[0].digest)}` : null,
    logoWidth: logo[0] ? Number(logo[0].width) : null,
    logoHeight: logo[0] ? Number(logo[0].height) : null,
  });

  const factors = "t.enrolledAt, t.lockedUntil, t.recoveryCodesRemaining";
  const codes = "(SELECT COUNT(*) FROM recovery_codes r WHERE r.ownerId = o.id AND r.usedAt IS NULL) AS codes";
  const totp = "(SELECT COUNT(*) FROM totp_credentials c WHERE c.ownerId = o.id) AS authenticators";
  await fill(
    "members",
    `SELECT o.*, ${factors}, ${codes}, ${totp} FROM team_members o LEFT JOIN two_factor_states t ON t.ownerId = o.id
     WHERE o.firmId = ? AND o.disabledAt IS NULL`,
    (row) => ({
      name: text(row.name),
      email: text(row.email),
      role: text(row.role),
      joinedAt: moment(row.joinedAt),
      ...factorFacts(row),
    }),
  );
  await fill("contacts", only("*", "contacts"), (row) => ({
    name: text(row.name),
    email: text(row.email),
    organization: text(row.organization),
    externalId: text(row.externalId),
    language: text(row.language),
    invitedAt: moment(row.invitedAt),
    portalAccount: text(row.portalAccountId),
  }));
  const served = [...state.contacts].map(([id, { portalAccount }]) => ({ id, portalAccount }));
  await fill(
    "accounts",
    `SELECT o.*, ${factors}, ${codes}, ${totp} FROM portal_accounts o LEFT JOIN two_factor_states t ON t.ownerId = o.id
     WHERE o.firmId = ?`,
    (row) => ({
      email: text(row.email),
      ...factorFacts(row),
      contacts: served
        .filter(({ portalAccount }) => portalAccount === row.id)
        .map(({ id }) => id)
        .toSorted(),
    }),
  );
  await fill("passkeys", only("id, ownerId, name", "passkeys"), ({ ownerId, name }) => ({
    ownerId: text(ownerId),
    name: text(name),
  }));
  await fill(
    "trustedDevices",
    "SELECT d.id, d.ownerId, d.expiresAt FROM trusted_devices d JOIN portal_accounts a ON a.id = d.ownerId WHERE a.firmId = ?",
    ({ ownerId, expiresAt }) => ({ ownerId: text(ownerId), expiresAt: moment(expiresAt) }),
  );
  await fill("sessions", `${only("*", "sessions")} AND revokedAt IS NULL`, (row) => ({
    ownerId: text(row.ownerId),
    requestId: text(row.requestId),
    methods: row.methods === null ? null : (JSON.parse(String(row.methods)) as string[]),
    expiresAt: moment(row.expiresAt),
  }));
  await fill("apiKeys", only("*", "api_keys"), (row) => ({
    expiresAt: moment(row.expiresAt),
    revokedAt: moment(row.revokedAt),
    name: text(row.name),
    prefix: text(row.prefix),
    scopes: inOrder(words(row.scopes)),
  }));
  await fill("webhooks", only("*", "webhook_endpoints"), (row) => ({
    types: words(row.types),
    disabledAt: moment(row.disabledAt),
    url: new URL(String(row.url)).origin,
  }));
  await fill("rollOuts", only("*", "roll_outs"), (row) => ({
    state: text(row.state),
    timeZone: text(row.timeZone),
    message: text(row.message),
    invitesContacts: flag(row.invitesContacts),
    remindDaysBefore: words(row.remindDaysBefore).map(Number),
    mailsPerMinute: Number(row.mailsPerMinute),
  }));
  await fill("requests", only("*", "client_requests"), (row) => ({
    contactId: text(row.contactId),
    title: text(row.title),
    dueOn: text(row.dueOn),
    completedAt: moment(row.completedAt),
  }));
  return state;
}

type Value = Row[string] | undefined;
const text = (value: Value): string | null => (value === null || value === undefined ? null : String(value));
const moment = (value: Value): string | null =>
  value === null || value === undefined ? null : new Date(Number(value)).toISOString();
const flag = (value: Value): boolean => Boolean(Number(value));
const words = (value: Value): string[] => (text(value) ?? "").split(" ").filter(Boolean);

/** A key keeps its scopes in the order in which they were asked for; the API has one of its own. */
const inOrder = (scopes: string[]): string[] => apiScopes.filter((scope) => scopes.includes(scope));

/** What is known of a factor twice must be the same twice. */
function factorFacts({ enrolledAt, lockedUntil, recoveryCodesRemaining, codes, authenticators }: Row): Facts {
  const enrolled: ChangeValue =
    (enrolledAt !== null) === Number(authenticators) > 0 ? enrolledAt !== null : "differs from the authenticators";
  const remaining = Number(recoveryCodesRemaining ?? 0);
  return {
    enrolled,
    recoveryCodesRemaining: remaining === Number(codes) ? remaining : `${remaining}, but there are ${String(codes)}`,
    lockedUntil: moment(lockedUntil),
  };
}
