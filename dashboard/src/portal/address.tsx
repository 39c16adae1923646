import { useSyncExternalStore, type MouseEvent, type ReactNode } from "react";

const pages = [
  "",
  "request-account",
  "forgot-password",
  "account",
  "request",
  "link",
  "confirm",
  "reset",
  "confirm-email",
  "not-me",
] as const;
export type PortalPage = (typeof pages)[number];

const movedEvent = "gatehouse-moved";
const subscribe = (listener: () => void) => {
  addEventListener("popstate", listener);
  addEventListener(movedEvent, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(movedEvent, listener);
  };
};

/** The firm's slug and the page in `/portal/<slug>/<page>`, or `/portal/<slug>/request/<id>`; page null: the page does not exist. */
function readAddress(pathname: string): { slug: string; page: PortalPage | null; requestId: string | null } {
  const [, , slug = "", name = "", ...rest] = pathname.split("/").map(decode);
  const page = pages.find((known) => known === name);
  const [requestId = ""] = page === "request" ? rest.splice(0, 1) : [];
  const isPage = page !== undefined && !rest.some(Boolean) && (page === "request") === (requestId !== "");
  return { slug, page: isPage ? page : null, requestId: requestId || null };
}
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const useAddress = () => readAddress(useSyncExternalStore(subscribe, () => location.pathname));

const pathOf = (slug: string, page: PortalPage, requestId: string | null) =>
  ["/portal", encodeURIComponent(slug), page, encodeURIComponent(requestId ?? "")].join("/").replace(/\/+$/, "");

/** Goes to a page of the portal without reloading; `requestId` is only for the page "request". */
export function goTo(slug: string, page: PortalPage, requestId: string | null = null): void {
  history.pushState(null, "", pathOf(slug, page, requestId));
  dispatchEvent(new Event(movedEvent));
  scrollTo(0, 0);
}

/** A link inside the portal. */
export function PortalLink(props: { slug: string; page: PortalPage; requestId?: string; children: ReactNode }) {
  const { slug, page, requestId = null, children } = props;
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(slug, page, requestId);
  };
  return (
    <a className="link inline-block py-1 text-sm" href={pathOf(slug, page, requestId)} onClick={follow}>
      {children}
    </a>
  );
}
