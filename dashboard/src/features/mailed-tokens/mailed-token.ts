import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let current: string | null = null;
/** The page that the token is for. */
let page: string | null = null;

/** Takes the token out of the address, and so out of the history, before anything else can read or send it. */
function take(): boolean {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return false;
  history.replaceState(history.state, "", location.pathname + location.search);
  current = token;
  page = location.pathname;
  return true;
}
take();
addEventListener("hashchange", () => {
  // Another mailed link was opened in the same tab.
  if (take()) for (const listener of listeners) listener();
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Whether this page was opened by a mailed link: what it does may end the session that was here before, and lead on without one. */
export const isOpenedByMail = (): boolean => current !== null && page === location.pathname;

/** Loads the page anew, as a new document with nothing of this one in it but the token that a mailed link brought to it. */
export function loadAnew(): void {
  const fragment = isOpenedByMail() ? `#token=${encodeURIComponent(current ?? "")}` : "";
  history.replaceState(null, "", location.pathname + location.search + fragment);
  location.reload();
}

/** The token that the mailed link brought; null when the page was opened or reloaded without one. */
export const useMailedToken = (): string | null => useSyncExternalStore(subscribe, () => current);
