import { useEffect } from "react";

const EVERY_MS = 2000;

/**
 * Reloads from the server every two seconds as long as something there is in progress. A hidden page rests until it is shown
 * again.
 */
export function useRefreshWhile(
  isInProgress: boolean,
  isFetching: boolean,
  again: (options: { requestPolicy: "network-only" }) => void,
): void {
  useEffect(() => {
    // The next answer starts the next wait, so that a slow server is not asked twice at once.
    if (!isInProgress || isFetching) return undefined;
    const refresh = () => again({ requestPolicy: "network-only" });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waitWhileShown = () => {
      clearTimeout(timer);
      if (!document.hidden) timer = setTimeout(refresh, EVERY_MS);
    };
    waitWhileShown();
    document.addEventListener("visibilitychange", waitWhileShown);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", waitWhileShown);
    };
  }, [isInProgress, isFetching, again]);
}
