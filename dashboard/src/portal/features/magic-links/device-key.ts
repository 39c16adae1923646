const name = "gatehouse-device-key";
const bytes = 32;

/** What binds a magic link to this browser: 256 random bits, made once. It is no session and opens nothing by itself. */
export function deviceKey(): string {
  const kept = readKept();
  if (kept) return kept;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  try {
    localStorage.setItem(name, made);
  } catch {
    // Storage is switched off: the key lives as long as this page.
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
