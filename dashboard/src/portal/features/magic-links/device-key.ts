const name = "gatehouse-device-key";
const bytes = 32;

/** Binds a magic link to this browser: 256 random bits, created once. It is not a session and opens nothing by itself. */
export function deviceKey(): string {
  const kept = readKept();
  if (kept) return kept;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  try {
    localStorage.setItem(name, made);
  } catch {
    // Storage is turned off: the key lasts as long as this page.
    forThisPage = made;
  }
  return made;
}

let forThisPage: string | null = null;
function readKept(): string | null {
  try {
    return localStorage.getItem(name) ?? forThisPage;
  } catch {
    return forThisPage;
  }
}
