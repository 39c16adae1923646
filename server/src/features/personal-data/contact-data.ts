import {
  CONTACT_DATA_FORMAT,
  erasesSignIns,
  givenTo,
  personalThings,
  usableTimeZone,
  chooseLanguage,
  type HexColor,
  type Language,
  type PersonalThingName,
  type DeletedPerson,
} from "@gatehouse/shared";
import { select, table, type Column, type Sql } from "../../platform/database/sql.js";
import { AuditCounter, type AuditEvent } from "../audit/audit-event.entity.js";
import type { Contact } from "../contacts/contact.entity.js";
import { Firm } from "../firms/firm.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { mailLookOf } from "../mail/mail-look.js";
import { changesOf, methodsOf, sentenceOf } from "../work/event-sentence.js";
import type { Work } from "../work/unit-of-work.js";
import { addressesOf } from "./addresses.js";
import {
  at,
  changes,
  isShown,
  methods,
  text,
  type Cell,
  type ExportedPerson,
  type Section,
  type Shown,
  type Words,
} from "./contact-data-columns.js";
import { eventSections, placesOf, sections } from "./contact-data-sections.js";
import { reasons, staysBecause, titleOf } from "./contact-data-words.js";
import { extentOf } from "./extent.js";
import { nextEventsByStrangers, nextEventsOf, wasOthersLogin } from "./person-events.js";

/** How many rows are read at once, and so how many are in memory. */
const AT_ONCE = 500;

export type Row = Readonly<Record<string, Cell>>;
/** A part of the file: rows with the same columns. */
export interface Part {
  name: string;
  title: Words;
  /** Those that a person reads; a row may have more. */
  columns: Readonly<Record<string, Shown>>;
  /** At most one row: it is written as a list of facts. */
  isSingle: boolean;
  rows: AsyncIterable<readonly Row[]>;
}
/** What becomes of a thing if the contact is deleted. */
interface FateOfThing {
  title: Words;
  becomes: "DELETED" | "ERASED" | "STAYS";
  because: Words | null;
}
/** Everything that is kept about a client, as both files have it. */
export interface ContactData {
  format: typeof CONTACT_DATA_FORMAT;
  exportedAt: number;
  firmName: string;
  timeZone: string;
  color: HexColor | null;
  contactName: string;
  language: Language;
  /** The email of a login that another contact has too: what is kept with it is left out. */
  sharedLogin: string | null;
  parts: readonly Part[];
  leftOut: readonly { title: Words | null; because: Words }[];
  onDeletion: readonly FateOfThing[];
}

const counters = table(AuditCounter);
const LAST_SEQ = select({ lastSeq: counters.lastSeq }).from`${counters} WHERE ${counters.firmId} = ?`;
const LONGEST_AGO = 8.64e15;

/** Reads everything that is kept about a contact's person. `rows` are read while they are written. */
export async function readContactData(work: Work, contact: Contact): Promise<ContactData> {
  const { id: contactId, firmId, nameKey } = contact;
  const now = work.clock.now();
  const extent = await extentOf({ manager: work.reader, rows: work.rows.bind(work), now }, contact);
  // What is kept with a login does not tell which of its contacts it was, also if there is one left.
  const isOwnLogin =
    extent.deletesLogin &&
    extent.login !== null &&
    !(await wasOthersLogin(work, { firmId, contactId, accountId: extent.login.ownerId }));
  const own = isOwnLogin ? extent.login : null;
  const addresses = await addressesOf(work, contact, own);
  const accountId = own?.ownerId ?? null;
  const known = [...addresses, contact.email, extent.login?.email];
  const person: ExportedPerson = { firmId, contactId, nameKey, accountId, addresses };
  const policy = await loadPolicy(work.reader, firmId);
  const throughSeq = (await work.rows(LAST_SEQ, [firmId]))[0]?.lastSeq ?? 0;
  const about: EventsAbout = {
    work,
    contact,
    person: { contactId, accountId, keptAccountId: own ? null : contact.portalAccountId },
    addresses,
    hides: othersHidden({
      known: known.filter((address) => address != null),
      ids: [contactId, contact.portalAccountId],
    }),
    firmName: policy.firmName,
    throughSeq,
  };
  const isShared = extent.login !== null && own === null;
  return {
    format: CONTACT_DATA_FORMAT,
    exportedAt: now,
    firmName: policy.firmName,
    timeZone: usableTimeZone(policy.timeZone),
    color: (await mailLookOf(work, firmId))?.color ?? null,
    contactName: contact.name,
    language: chooseLanguage({ own: contact.language, asked: null, firm: policy.clientLanguage }),
    sharedLogin: isShared ? (extent.login?.email ?? null) : null,
    parts: [
      ...Object.entries<Section>(sections).map(([name, section]) => partOf(work, name, section, person)),
      { ...eventPart("events"), rows: eventsOf(about) },
      { ...eventPart("signInsWithAddress"), rows: signInsWith(about, addresses) },
    ],
    leftOut: leftOut(isShared, await work.rows(SIGN_INS_KEPT, [firmId])),
    onDeletion: onDeletion(extent.login !== null && !extent.deletesLogin),
  };
}

function partOf(work: Work, name: string, section: Section, person: ExportedPerson): Part {
  const { title, key } = section;
  const shown = Object.entries(section.columns).filter((entry): entry is [string, Shown] => isShown(entry[1]));
  const isSingle = key === "ownerId" || name === "contact" || name === "login";
  return { name, title, columns: Object.fromEntries(shown), isSingle, rows: rowsOf(work, section, shown, person) };
}

async function* rowsOf(
  work: Work,
  { entity, key, of }: Section,
  shown: readonly [name: string, column: Shown][],
  person: ExportedPerson,
): AsyncGenerator<readonly Row[]> {
  const from = table(entity, "x");
  const condition = of(from, person);
  if (condition === null) return;
  const columns = from as Sql & Readonly<Record<string, Column<unknown>>>;
  const by = columns[key];
  if (by === undefined) throw new Error(`${entity.name} has no ${key}`);
  const read = shown.flatMap(([name]) => (columns[name] ? [[name, columns[name]] as const] : []));
  const statement = select({ ...Object.fromEntries(read), after: by })
    .from`${from} WHERE ${condition.where} AND ${by} > ? ORDER BY ${by} LIMIT ${AT_ONCE}`;
  for (let after: unknown = ""; ;) {
    const found: Readonly<Record<string, unknown>>[] = await work.unpreparedRows(statement, [
      ...condition.parameters,
      after,
    ]);
    yield found.map((row) => Object.fromEntries(shown.map(([name, column]) => [name, cellOf(column, row[name])])));
    if (found.length < AT_ONCE) return;
    ({ after } = found.at(-1) ?? {});
  }
}

function cellOf({ as }: Shown, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (as === "at") {
    const moment = Number(value);
    return moment === 0 || moment > LONGEST_AGO ? null : new Date(moment).toISOString();
  }
  if (as === "methods") return JSON.parse(String(value)) as Cell;
  return as === "count" || as === "flag" ? (value as number | boolean) : String(value);
}

const eventColumns: Readonly<Record<string, Shown>> = {
  occurredAt: at("When", "Quand"),
  summary: text("What", "Quoi"),
  methods: methods("Proven by", "Prouvé par"),
  changes: changes("What changed", "Ce qui a changé"),
  reason: text("Reason", "Raison"),
  ipAddress: text("IP address", "Adresse IP"),
  userAgent: text("Browser or program", "Navigateur ou programme"),
};
const eventPart = (name: keyof typeof eventSections) => ({
  name,
  title: eventSections[name],
  columns: eventColumns,
  isSingle: false,
});

interface EventsAbout {
  work: Work;
  contact: Contact;
  person: DeletedPerson;
  /** The person's addresses that nobody else has. */
  addresses: readonly string[];
  /** Takes out of a text whom else it names. */
  hides: (text: string) => string;
  firmName: string;
  /** What happens while the file is written is not in it. */
  throughSeq: number;
}

async function* eventsOf(about: EventsAbout): AsyncGenerator<readonly Row[]> {
  const { work, contact, person } = about;
  yield* rowsOfEvents(about, false, (afterSeq) =>
    nextEventsOf(work, contact.firmId, person, { afterSeq, most: AT_ONCE, addresses: [] }),
  );
}
async function* signInsWith(about: EventsAbout, addresses: readonly string[]): AsyncGenerator<readonly Row[]> {
  if (addresses.length === 0) return;
  const { work, contact } = about;
  yield* rowsOfEvents(about, true, (afterSeq) =>
    nextEventsByStrangers(work, contact.firmId, { afterSeq, most: AT_ONCE, addresses }),
  );
}
async function* rowsOfEvents(
  about: EventsAbout,
  namesAddress: boolean,
  next: (afterSeq: number) => Promise<AuditEvent[]>,
): AsyncGenerator<readonly Row[]> {
  for (let afterSeq = 0; ;) {
    const found = await next(afterSeq);
    const before = found.filter(({ seq }) => seq <= about.throughSeq);
    yield before.flatMap((event) => eventRow(event, about, namesAddress));
    if (before.length < AT_ONCE) return;
    afterSeq = found.at(-1)?.seq ?? afterSeq;
  }
}

/** Hides addresses, logins and contacts that are not the person's: at some time the firm may have taken them for theirs. */
function othersHidden({ known, ids }: { known: readonly string[]; ids: readonly (string | null)[] }) {
  const hiddenIn = (word: string) => {
    const address = word.endsWith(".") ? word.slice(0, -1) : word;
    return address.includes("@") && !known.includes(address) ? OTHER + word.slice(address.length) : word;
  };
  return (told: string) =>
    told
      .replaceAll(/[^\s"\\<>(),;:]+/gu, hiddenIn)
      .replaceAll(/\b(?:acc|con)_[0-9a-z]+/g, (id) => (ids.includes(id) ? id : OTHER));
}
const OTHER = "(somebody else's)";

/** An event as far as it is about the person (`givenTo`): neither what it says about somebody else nor who of the team did it. */
function eventRow(event: AuditEvent, about: EventsAbout, namesAddress: boolean): Row[] {
  const { contact, person, addresses, firmName, hides } = about;
  const data = JSON.parse(hides(event.data)) as Readonly<Record<string, Cell>>;
  const { subject, actor } = givenTo(person, addresses, { ...event, data, namesAddress, isOthersLogin: false });
  if (!subject && !actor) return [];
  const isOfFirm = event.actorKind === "TEAM_MEMBER" || event.actorKind === "API_KEY";
  const told = isOfFirm ? { ...event, actorName: firmName } : event;
  return [
    {
      id: event.id,
      type: event.type,
      occurredAt: new Date(event.occurredAt).toISOString(),
      by: isOfFirm ? "FIRM" : event.actorKind,
      isAboutSomebodyElse: !subject,
      summary: subject ? hides(sentenceOf(told, event.contactId === contact.id ? contact.name : null)) : null,
      methods: methodsOf(event),
      changes: subject
        ? changesOf({ changes: event.changes && hides(event.changes) }).map((change) => ({ ...change }))
        : [],
      reason: subject ? event.reason : null,
      data: subject ? data : null,
      ipAddress: actor ? event.ipAddress : null,
      userAgent: actor ? event.userAgent : null,
    },
  ];
}

const thingNames = Object.keys(personalThings) as PersonalThingName[];
const isOthers = (thing: PersonalThingName, isShared: boolean): boolean => {
  const { alone, shared } = personalThings[thing];
  return isShared && typeof alone === "string" && typeof shared !== "string";
};

const firms = table(Firm);
const SIGN_INS_KEPT = select({ days: firms.signInEventDays }).from`${firms} WHERE ${firms.id} = ?`;

function leftOut(isShared: boolean, kept: readonly { days: number | null }[]): ContactData["leftOut"] {
  const hypothetical: readonly PersonalThingName[] = ["DELETION", "NOTICE"];
  const things = thingNames.flatMap((thing) => {
    if (hypothetical.includes(thing)) return [];
    if (isOthers(thing, isShared)) return [{ title: titleOf(thing), because: reasons.OTHERS_LOGIN }];
    const because = placesOf[thing].length === 0 ? staysBecause[thing] : undefined;
    return because ? [{ title: titleOf(thing), because }] : [];
  });
  const general = [reasons.SECRETS, reasons.MAILS, reasons.COLLEAGUES, reasons.OTHERS_ADDRESS, reasons.WEBHOOKS];
  const old = kept.some(({ days }) => erasesSignIns(days)) ? [reasons.OLD_SIGN_INS] : [];
  return [...things, ...[...general, ...old].map((because) => ({ title: null, because }))];
}

const onDeletion = (isShared: boolean): FateOfThing[] =>
  thingNames.map((thing) => {
    const title = titleOf(thing);
    if (isOthers(thing, isShared)) return { title, becomes: "STAYS", because: reasons.OTHERS_LOGIN };
    const fate = personalThings[thing][isShared ? "shared" : "alone"];
    if (fate === "deleted") return { title, becomes: "DELETED", because: null };
    if (fate === "erased") return { title, becomes: "ERASED", because: null };
    return { title, becomes: "STAYS", because: staysBecause[thing] ?? null };
  });
