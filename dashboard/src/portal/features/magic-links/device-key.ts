const storageKey = "gatehouse-device-key";
const bytes = 32;

/** Binds a magic link to this browser: 256 random bits, created once. It is not a session and opens nothing by itself. */
export function deviceKey(): string {
  const stored = readStored();
  if (stored) return stored;
  const created = Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  try {
    localStorage.setItem(storageKey, created);
  } catch {
    // Storage is turned off: the key lasts as long as this page.
    forThisPage = created;
  }
  return created;
}

let forThisPage: string | null = null;
function readStored(): string | null {
  try {
    return localStorage.getItem(storageKey) ?? forThisPage;
  } catch {
    return forThisPage;
  }
}
