import { lengths } from "../limits/limits.js";

/** A person's or firm's name as it is stored: trimmed and composed (NFC). Null where it is empty, too long or holds a control character. */
export function normalizeName(text: string): string | null {
  const name = text.trim().normalize("NFC");
  return name.length === 0 || name.length > lengths.name || /\p{Cc}/u.test(name) ? null : name;
}
