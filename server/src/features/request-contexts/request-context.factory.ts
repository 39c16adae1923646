import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isAnothersPage, isOfFirm, languageOf, lifetimes, tokensFor, type Language } from "@gatehouse/shared";
import { RequestLoaders } from "../../platform/graphql/loaders.js";
import { badInput } from "../../platform/graphql/failures.js";
import { parseCookies } from "../../platform/http/cookies.js";
import { asReader, nameReader } from "../../platform/database/readers.js";
import { headerText } from "../../platform/http/header-text.js";
import type { HttpResponse } from "../../platform/http/http-response.js";
import { requestIdOf } from "../../platform/http/request-id.js";
import { RefusedRequest } from "../../platform/http/responses.js";
import { sourceAddress } from "../../platform/http/source-address.js";
import type { TrustedProxies } from "../../platform/http/trusted-proxies.js";
import type { SharedEvents } from "../../platform/websocket/shared-events.js";
import { isSessionToken, type Sessions } from "../sessions/sessions.service.js";
import {
  anonymous,
  sharedCallerOf,
  viewerIdOf,
  writerOf,
  type Caller,
  type FirmCaller,
  type KeyCaller,
  type Source,
} from "../callers/caller.js";
import { noKnownDevice, setSessionCookie, type RequestContext } from "../callers/request-context.js";
import { BrowserCookies } from "./browser-cookies.js";

export interface ContextNeeds {
  sessions: Sessions;
  now(this: void): number;
  /** The firm's events for a caller on a socket. */
  subscribeToEvents(given: object, context: RequestContext): Promise<SharedEvents<RequestContext>>;
  findKey(token: string): Promise<KeyCaller | null>;
  trustedProxies: TrustedProxies;
  /** Whether the public address is https: cookies then have Secure and `__Host-`. */
  isSecure: boolean;
}

const USER_AGENT_LENGTH = 300;
/** In a response: who is signed in. In a request: who was when its page was loaded. */
const VIEWER_HEADER = "gatehouse-viewer";
/** Nothing was done, and the response does not reveal who is signed in now. */
const viewerChanged = () =>
  new RefusedRequest(409, "VIEWER_CHANGED", "Somebody else is now signed in here. Reload the page.");
/** For a socket's parameters, which may be anything. */
const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
/** A session as a page asks for it. */
interface PageSide {
  audience: string;
  /** The slug in the portal page's address; null: the page does not name one. */
  firm: string | null;
}
/** The caller, and the cookie that opens their session, if one does. */
interface FoundCaller {
  caller: Caller;
  cookieToken: string | null;
}
/** Depends only on the request, never on whom it is about, so that the language of a response reveals nothing. */
const languageIn = ({ headers }: IncomingMessage): Language | null =>
  languageOf(headerText(headers["accept-language"]));

/** Determines who calls, afresh for every operation. */
export class RequestContexts {
  constructor(private readonly needs: ContextNeeds) {}

  /** The context of a request over HTTP; throws if its page was loaded for somebody else. */
  async ofRequest(request: IncomingMessage, response: HttpResponse): Promise<RequestContext> {
    const cookies = this.cookiesOf(request, (headers) => response.setHeader("set-cookie", headers));
    const source = this.sourceOf(request);
    const { "gatehouse-audience": audience, "gatehouse-firm": firm } = request.headers;
    const { caller, cookieToken } = await this.callerOf(
      headerText(request.headers.authorization),
      cookies,
      { audience: headerText(audience), firm: firm === undefined ? null : headerText(firm) },
      headerText(request.headers[VIEWER_HEADER]),
    );
    // A session of before the update gets its firm's cookie, so that the next sign-in elsewhere does not replace it.
    if (
      caller.kind === "CLIENT" &&
      cookieToken !== null &&
      cookies.ofKind("portal").own.get(caller.firmSlug) !== cookieToken
    )
      setSessionCookie(cookies, caller, { token: cookieToken, maxAgeMs: lifetimes.session });
    nameReader(writerOf(caller, source));
    const nameViewer = (viewer: string | null) => {
      if (viewer !== null) response.setHeader(VIEWER_HEADER, viewer);
    };
    nameViewer(viewerIdOf(caller));
    return {
      caller,
      nameViewer,
      source,
      requestId: response.requestId,
      language: languageIn(request),
      now: this.needs.now,
      loaders: new RequestLoaders(),
      isBrowser: request.headers.origin !== undefined,
      trustedDeviceTokens: cookies.trustedDevices(),
      knownDeviceTokens: cookies.knownDevices(),
      subscribeToEvents: notHere,
      setCookie: (name, value) => cookies.setCookie(name, value),
      setFirmCookie: (kind, firmSlug, value) => cookies.setFirmCookie(kind, firmSlug, value),
      setRetryAfter: (seconds) => void response.setHeader("retry-after", seconds.toString()),
      noteOperation: (kind, codes, name) => {
        response.kind = kind;
        response.operationName = name ?? null;
        for (const code of codes) response.note(code);
      },
    };
  }

  /**
   * The context of an operation on a socket. Cookies count only if the handshake had an Origin (which was checked):
   * without one it is not a browser and must bring a token. Throws if its page was loaded for somebody else.
   */
  async ofSocket(
    request: IncomingMessage,
    parameters: Record<string, unknown>,
    closeSocket: (code: number, reason: string) => void,
  ): Promise<RequestContext> {
    const given = parameters.authorization ?? parameters.Authorization;
    const cookies = request.headers.origin === undefined ? null : this.cookiesOf(request);
    const side = {
      audience: textIn(parameters.audience),
      firm: parameters.firm === undefined ? null : textIn(parameters.firm),
    };
    const authorization = typeof given === "string" ? given : headerText(request.headers.authorization);
    const source = this.sourceOf(request);
    const { caller } = await asReader(writerOf(anonymous, source), () =>
      this.callerOf(authorization, cookies, side, textIn(parameters.viewer)),
    );
    const context: RequestContext = {
      caller,
      source,
      requestId: requestIdOf(request, this.needs.trustedProxies),
      language: languageIn(request),
      now: this.needs.now,
      loaders: new RequestLoaders(),
      isBrowser: request.headers.origin !== undefined,
      trustedDeviceTokens: [],
      knownDeviceTokens: noKnownDevice,
      subscribeToEvents: (wanted) => this.needs.subscribeToEvents(wanted, context),
      closeSocket,
      nameViewer: () => undefined,
      setCookie: () => undefined,
      setFirmCookie: () => undefined,
      setRetryAfter: () => undefined,
      noteOperation: () => undefined,
    };
    return context;
  }

  /** The context of an answer about one event, for everybody with the caller's rights. */
  ofEvent(caller: FirmCaller): RequestContext {
    return {
      caller: sharedCallerOf(caller),
      source: { ipAddress: null, userAgent: null },
      requestId: randomUUID(),
      language: null,
      now: this.needs.now,
      loaders: new RequestLoaders(),
      isBrowser: false,
      isShared: true,
      trustedDeviceTokens: [],
      knownDeviceTokens: noKnownDevice,
      subscribeToEvents: notHere,
      nameViewer: () => undefined,
      setCookie: () => undefined,
      setFirmCookie: () => undefined,
      setRetryAfter: () => undefined,
      noteOperation: () => undefined,
    };
  }

  sourceOf(request: IncomingMessage): Source {
    const userAgent = request.headers["user-agent"]?.replaceAll(/\p{Cc}/gu, "").slice(0, USER_AGENT_LENGTH);
    return { ipAddress: sourceAddress(request, this.needs.trustedProxies), userAgent: userAgent || null };
  }

  /**
   * A cookie counts where the header has no token. `loadedFor`: for whom the page says that it was loaded; "": it does
   * not say.
   */
  private async callerOf(
    authorization: string,
    cookies: BrowserCookies | null,
    side: PageSide,
    loadedFor: string,
  ): Promise<FoundCaller> {
    const bearer = bearerOf(authorization);
    const found =
      bearer === null
        ? await this.callerOfCookies(cookies, side)
        : { caller: await this.holderOf(bearer), cookieToken: null };
    const { caller } = found;
    if (isAnothersPage(loadedFor || null, viewerIdOf(caller))) throw viewerChanged();
    if (caller.kind !== "ANONYMOUS" || caller.sent !== undefined || authorization === "") return found;
    return { caller: { ...caller, sent: bearer === null ? "HEADER" : "TOKEN" }, cookieToken: null };
  }

  private async holderOf(bearer: string): Promise<Caller> {
    if (isSessionToken(bearer)) return this.needs.sessions.authenticate(bearer);
    return (await this.needs.findKey(bearer)) ?? anonymous;
  }

  /**
   * Dashboard and portals can be signed in side by side; the page says whose session it means. That proves nothing: it
   * only chooses among the browser's own cookies. A cookie can only hold a session: an API key counts only in the
   * Authorization header.
   */
  private async callerOfCookies(cookies: BrowserCookies | null, { audience, firm }: PageSide): Promise<FoundCaller> {
    let found: Caller = anonymous;
    if (cookies === null) return { caller: found, cookieToken: null };
    const team = audience === "portal" ? null : cookies.teamSession();
    if (team !== null) {
      const caller = await this.needs.sessions.authenticate(team);
      if (caller.kind !== "ANONYMOUS") return { caller, cookieToken: team };
      return { caller: { ...caller, sent: "COOKIE" }, cookieToken: null };
    }
    if (audience === "team") return { caller: found, cookieToken: null };
    for (const token of tokensFor(firm, cookies.ofKind("portal"))) {
      const caller = await this.needs.sessions.authenticate(token);
      if (caller.kind === "ANONYMOUS") found = { ...caller, sent: "COOKIE" };
      // Another firm's session is not mentioned.
      else if (isOfFirm(firm, caller.kind === "CLIENT" ? caller.firmSlug : null)) return { caller, cookieToken: token };
    }
    return { caller: found, cookieToken: null };
  }

  private cookiesOf(
    { headers }: IncomingMessage,
    send: (headers: readonly string[]) => void = () => undefined,
  ): BrowserCookies {
    return new BrowserCookies(parseCookies(headers.cookie), { isSecure: this.needs.isSecure, send });
  }
}

const notHere = () => {
  throw badInput("Subscriptions are served over WebSocket (graphql-transport-ws).");
};
const bearerOf = (header: string): string | null => /^Bearer +(\S{1,200})$/i.exec(header)?.[1] ?? null;
