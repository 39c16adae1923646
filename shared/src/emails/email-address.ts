import { lengths } from "../limits/limits.js";

/**
 * The only form in which an address is stored and compared: trimmed, NFC, lower case. Null if mail cannot be sent to it. Deliberately
 * narrow: one @, a dot in the domain, no spaces, quotes, control characters or brackets.
 */
export function normalizeEmail(text: string): string | null {
  const email = text.trim().normalize("NFC").toLowerCase();
  if (email.length === 0 || email.length > lengths.email) return null;
  // Half a surrogate pair cannot be part of an address, and invisible characters would make two addresses look like one.
  if (/[\p{Cs}\p{Default_Ignorable_Code_Point}]/u.test(email)) return null;
  const [local, domain, ...more] = email.split("@");
  if (!local || !domain || more.length > 0 || local.length > 64) return null;
  if (
    !/^[^\s"(),:;<>[\\\]\p{Cc}\p{Cf}]+$/u.test(local) ||
    local.startsWith(".") ||
    local.endsWith(".") ||
    local.includes("..")
  )
    return null;
  const labels = domain.split(".");
  if (labels.length < 2) return null;
  const isLabel = (label: string) =>
    label.length <= 63 && /^[\p{L}\p{N}\p{M}-]+$/u.test(label) && !label.startsWith("-") && !label.endsWith("-");
  return labels.every(isLabel) ? email : null;
}

/** Enough to recognize your own address, too little to learn someone else's: `m•••@c•••.example`. */
export function maskEmail(email: string): string {
  const [local = "", domain = ""] = email.split("@");
  const [first = "", ...rest] = domain.split(".");
  const tail = rest.length > 0 ? `.${rest.join(".")}` : "";
  return `${[...local][0] ?? ""}•••@${[...first][0] ?? ""}•••${tail}`;
}
