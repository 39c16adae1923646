import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let current: string | null = null;
/** The path of the page that the token is for. */
let page: string | null = null;

/** Removes the token from the address, and so from the history, before anything else can read or send it. */
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
  // Another mailed link may have been opened in the same tab.
  if (take()) for (const listener of listeners) listener();
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Whether this page was opened by a mailed link: what it does may end the session that was here before, and continue without one. */
export const isOpenedByMail = (): boolean => current !== null && page === location.pathname;

/** Reloads the page as a new document that keeps nothing of this one except the token from a mailed link. */
export function loadAnew(): void {
  const fragment = isOpenedByMail() ? `#token=${encodeURIComponent(current ?? "")}` : "";
  history.replaceState(null, "", location.pathname + location.search + fragment);
  location.reload();
}

/** The token from the mailed link; null if the page was opened or reloaded without one. */
export const useMailedToken = (): string | null => useSyncExternalStore(subscribe, () => current);
