import {
  changed,
  changesWith,
  changesWithout,
  counts,
  isFirmSlug,
  type Audience,
  type FirmCookies,
} from "@gatehouse/shared";
import { cookieName, sessionCookieHeader } from "../../platform/http/cookies.js";
import { isTrustedDeviceToken } from "../devices/trusted-devices.js";
import { isSessionToken } from "../sessions/sessions.service.js";
import {
  knownDeviceCookie,
  type CookieName,
  type CookieValue,
  type FirmCookieKind,
} from "../callers/request-context.js";

const isToken = { portal: isSessionToken, device: isTrustedDeviceToken } as const satisfies Record<
  FirmCookieKind,
  (text: string) => boolean
>;

/** A browser's cookies of ours, as a request brought them and its answer changes them. */
export class BrowserCookies {
  private readonly firms: Record<FirmCookieKind, FirmCookies>;
  /** The headers of the answer, by cookie: only the last change of each is sent. */
  private readonly headers = new Map<string, string>();

  constructor(
    private readonly cookies: ReadonlyMap<string, string>,
    /** `isSecure`: whether cookies have Secure and `__Host-`. `send`: sets the answer's headers. */
    private readonly needs: { isSecure: boolean; send(this: void, headers: readonly string[]): void },
  ) {
    this.firms = { portal: this.read("portal"), device: this.read("device") };
  }

  /** The team member's session. */
  teamSession(): string | null {
    const token = this.get("team");
    return token !== null && isSessionToken(token) ? token : null;
  }

  /** What the firms' portals have set. */
  ofKind(kind: FirmCookieKind): FirmCookies {
    return this.firms[kind];
  }

  /** Only those written last, so that a request costs a limited number of look-ups. */
  trustedDevices(): string[] {
    const { own, shared } = this.firms.device;
    return [...new Set([...own.values(), ...(shared === null ? [] : [shared])])].slice(-counts.firmsPerBrowser - 1);
  }

  knownDevices(): Record<Audience, string | null> {
    return { TEAM: this.get(knownDeviceCookie("TEAM")), PORTAL: this.get(knownDeviceCookie("PORTAL")) };
  }

  setCookie(name: CookieName, value: CookieValue | null): void {
    this.set(name, value);
  }

  setFirmCookie(kind: FirmCookieKind, firmSlug: string, value: CookieValue | null): void {
    const before = this.firms[kind];
    const changes = value === null ? changesWithout(firmSlug, before) : changesWith(firmSlug, value.token, before);
    for (const { firm, token } of changes)
      this.set(firm === null ? kind : `${kind}_${firm}`, token === null ? null : value);
    this.firms[kind] = changed(before, changes);
  }

  private get(name: string): string | null {
    return this.cookies.get(cookieName(name, this.needs.isSecure)) ?? null;
  }

  private set(name: string, value: CookieValue | null): void {
    const { isSecure, send } = this.needs;
    this.headers.set(name, sessionCookieHeader(name, value?.token ?? "", value?.maxAgeMs ?? null, isSecure));
    send([...this.headers.values()]);
  }

  /** What has another form is not ours, and counts for nothing. */
  private read(kind: FirmCookieKind): FirmCookies {
    const prefix = cookieName(`${kind}_`, this.needs.isSecure);
    const own = new Map<string, string>();
    for (const [name, token] of this.cookies) {
      const slug = name.slice(prefix.length);
      if (name.startsWith(prefix) && isFirmSlug(slug) && isToken[kind](token)) own.set(slug, token);
    }
    const shared = this.get(kind);
    return { own, shared: shared !== null && isToken[kind](shared) ? shared : null };
  }
}
