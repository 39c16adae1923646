import { randomBytes } from "node:crypto";

/** One prefix for each kind of object that has an id. */
export const idKinds = {
  firm: "frm",
  teamMember: "mem",
  contact: "con",
  portalAccount: "acc",
  session: "ses",
  clientRequest: "req",
  clientRequestItem: "itm",
  auditEvent: "evt",
  apiKey: "key",
  webhookEndpoint: "whk",
  webhookDelivery: "whd",
  magicLink: "lnk",
  mailedToken: "mtk",
  mailRequest: "mrq",
  challenge: "chl",
  recoveryCode: "rcv",
  trustedDevice: "dev",
  knownDevice: "kdv",
  passkey: "psk",
  mail: "mail",
  rollOut: "rol",
  report: "rpt",
} as const;
export type IdKind = keyof typeof idKinds;

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 15;

/**
 * A new opaque id: the kind's prefix, the time (so that rows created together are adjacent in the index) and 75 random
 * bits. Knowing an id grants nothing: every access is checked.
 */
export function newId(kind: IdKind, now: number): string {
  let time = "";
  for (let rest = now, digit = 0; digit < TIME_DIGITS; digit++, rest = Math.floor(rest / 32))
    time = CROCKFORD[rest % 32] + time;
  const random = Array.from(randomBytes(RANDOM_DIGITS), (byte) => CROCKFORD[byte % 32]).join("");
  return `${idKinds[kind]}_${time}${random}`;
}

/** Whether the text has the form of an id of that kind. Nothing else may reach a query. */
export const isId = (kind: IdKind, text: string): boolean =>
  text.startsWith(`${idKinds[kind]}_`) && /^[a-z]{3,4}_[0-9a-hjkmnp-tv-z]{25}$/.test(text);
/** The kind that an id's prefix names; null if the text is not an id. */
export function kindOfId(text: string): IdKind | null {
  const kind = (Object.keys(idKinds) as IdKind[]).find((candidate) => isId(candidate, text));
  return kind ?? null;
}
