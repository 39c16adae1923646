import { PAGE_ERRORS_PATH, pageErrorLimits, type PageErrorReport } from "@gatehouse/shared";

/** Whether a translator has rewritten the page: Google's, in Chrome and Edge, leaves these traces. */
export const isTranslated = (): boolean =>
  document.documentElement.matches(".translated-ltr, .translated-rtl") || document.querySelector("font") !== null;

function pageOf(pathname: string): PageErrorReport["page"] {
  if (/^\/portal(\/|$)/.test(pathname)) return "portal";
  return pathname === "/docs/explorer" ? "explorer" : "dashboard";
}

/** What may leave the page about an error: not its message, which may quote what somebody typed. */
function pageErrorReport(thrown: unknown, wasTranslated: boolean): PageErrorReport {
  const { name, stack = "" } = thrown instanceof Error ? thrown : new Error("not an error");
  const places = stack.matchAll(/([\w.-]{1,80}\.js):(\d{1,7}):(\d{1,7})/g);
  return {
    page: pageOf(location.pathname),
    error: /^[A-Za-z]{1,40}$/.test(name) ? name : "Error",
    isTranslated: wasTranslated,
    at: Array.from(places, ([place]) => place).slice(0, pageErrorLimits.places),
  };
}

/** Reports an error to the server's log. If that fails as well, nobody can do anything about it here. */
export function reportPageError(thrown: unknown, wasTranslated = isTranslated()): void {
  void fetch(PAGE_ERRORS_PATH, {
    method: "POST",
    credentials: "omit",
    keepalive: true,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(pageErrorReport(thrown, wasTranslated)),
  }).catch(() => undefined);
}
