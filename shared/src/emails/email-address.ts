import { lengths } from "../limits/limits.js";
import { trimUnseen } from "../names/name.js";
import { asciiDomain, domainForms } from "./mail-domain.js";

/** RFC 5321 4.5.3.1.1. */
const LONGEST_LOCAL = 64;
/** No spaces, quotes, brackets and control characters, which mean something in a header, and nothing that nobody sees. */
const LOCAL = /^(?:(?![\s"(),:;<>[\\\]\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]).)+$/u;

/**
 * The only form in which an address is stored, compared and shown: trimmed, of invisible marks too; the part before the @ in NFC and lower case, the domain as people
 * write it (see normalizeDomain). Null if mail cannot be sent to it. Deliberately narrow: one @, a dot in the domain.
 */
export function normalizeEmail(text: string): string | null {
  const [given, domain, ...more] = trimUnseen(text).split("@");
  if (!given || !domain || more.length > 0) return null;
  // Lower case can be what composes: "J̌" is two characters, "ǰ" one.
  const local = given.normalize("NFC").toLowerCase().normalize("NFC");
  if (local.length > LONGEST_LOCAL || !LOCAL.test(local)) return null;
  if (local.startsWith(".") || local.endsWith(".") || local.includes("..")) return null;
  const forms = domainForms(domain);
  if (forms === null || local.length + 1 + forms.ascii.length > lengths.email) return null;
  return `${local}@${forms.shown}`;
}

/** An address as mail servers take it: its domain in ASCII. The part before the @ needs SMTPUTF8 if it is not ASCII. */
export function asciiEmail(email: string): string {
  const at = email.lastIndexOf("@") + 1;
  return email.slice(0, at) + (asciiDomain(email.slice(at)) ?? email.slice(at));
}

/** Enough to recognize your own address, too little to learn someone else's: `m•••@c•••.example`. */
export function maskEmail(email: string): string {
  const [local = "", domain = ""] = email.split("@");
  const [first = "", ...rest] = domain.split(".");
  const tail = rest.length > 0 ? `.${rest.join(".")}` : "";
  return `${[...local][0] ?? ""}•••@${[...first][0] ?? ""}•••${tail}`;
}
