import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isAnothersPage, languageOf, type Audience, type Language } from "@gatehouse/shared";
import { RequestLoaders } from "../../platform/graphql/loaders.js";
import { badInput } from "../../platform/graphql/failures.js";
import { cookieName, parseCookies, sessionCookieHeader } from "../../platform/http/cookies.js";
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
import { knownDeviceCookie, noKnownDevice, sessionCookie, type RequestContext } from "../callers/request-context.js";

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
/** Depends only on the request, never on whom it is about, so that the language of a response reveals nothing. */
const languageIn = ({ headers }: IncomingMessage): Language | null =>
  languageOf(headerText(headers["accept-language"]));

/** Determines who calls, afresh for every operation. */
export class RequestContexts {
  constructor(private readonly needs: ContextNeeds) {}

  /** The context of a request over HTTP; throws if its page was loaded for somebody else. */
  async ofRequest(request: IncomingMessage, response: HttpResponse): Promise<RequestContext> {
    const cookies = this.cookiesOf(request);
    const headers: string[] = [];
    const source = this.sourceOf(request);
    const caller = await this.callerOf(
      headerText(request.headers.authorization),
      () => this.cookieToken(cookies, headerText(request.headers["gatehouse-audience"])),
      headerText(request.headers[VIEWER_HEADER]),
    );
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
      trustedDeviceToken: cookies.get(cookieName("device", this.needs.isSecure)) ?? null,
      knownDeviceTokens: {
        TEAM: cookies.get(cookieName(knownDeviceCookie("TEAM"), this.needs.isSecure)) ?? null,
        PORTAL: cookies.get(cookieName(knownDeviceCookie("PORTAL"), this.needs.isSecure)) ?? null,
      },
      subscribeToEvents: notHere,
      setCookie: (name, value) => {
        headers.push(sessionCookieHeader(name, value?.token ?? "", value?.maxAgeMs ?? null, this.needs.isSecure));
        response.setHeader("set-cookie", headers);
      },
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
    const cookieToken = () =>
      request.headers.origin === undefined
        ? null
        : this.cookieToken(this.cookiesOf(request), textIn(parameters.audience));
    const authorization = typeof given === "string" ? given : headerText(request.headers.authorization);
    const source = this.sourceOf(request);
    const context: RequestContext = {
      caller: await asReader(writerOf(anonymous, source), () =>
        this.callerOf(authorization, cookieToken, textIn(parameters.viewer)),
      ),
      source,
      requestId: requestIdOf(request, this.needs.trustedProxies),
      language: languageIn(request),
      now: this.needs.now,
      loaders: new RequestLoaders(),
      isBrowser: request.headers.origin !== undefined,
      trustedDeviceToken: null,
      knownDeviceTokens: noKnownDevice,
      subscribeToEvents: (wanted) => this.needs.subscribeToEvents(wanted, context),
      closeSocket,
      nameViewer: () => undefined,
      setCookie: () => undefined,
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
      trustedDeviceToken: null,
      knownDeviceTokens: noKnownDevice,
      subscribeToEvents: notHere,
      nameViewer: () => undefined,
      setCookie: () => undefined,
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
  private async callerOf(authorization: string, cookieToken: () => string | null, loadedFor: string): Promise<Caller> {
    const bearer = bearerOf(authorization);
    const token = bearer ?? cookieToken();
    if (token === null) return authorization === "" ? anonymous : { ...anonymous, sent: "HEADER" };
    const caller = isSessionToken(token)
      ? await this.needs.sessions.authenticate(token)
      : ((await this.needs.findKey(token)) ?? anonymous);
    if (isAnothersPage(loadedFor || null, viewerIdOf(caller))) throw viewerChanged();
    if (caller.kind !== "ANONYMOUS") return caller;
    return { ...caller, sent: bearer === null ? "COOKIE" : "TOKEN" };
  }

  /**
   * Dashboard and portal can be signed in side by side; the page says which of the two it is. A cookie can only hold a
   * session: an API key counts only in the Authorization header.
   */
  private cookieToken(cookies: Map<string, string>, audience: string): string | null {
    const of = (which: Audience) => {
      const token = cookies.get(cookieName(sessionCookie(which), this.needs.isSecure));
      return token !== undefined && isSessionToken(token) ? token : null;
    };
    if (audience === "team") return of("TEAM");
    if (audience === "portal") return of("PORTAL");
    return of("TEAM") ?? of("PORTAL");
  }

  private cookiesOf(request: IncomingMessage): Map<string, string> {
    return parseCookies(request.headers.cookie);
  }
}

const notHere = () => {
  throw badInput("Subscriptions are served over WebSocket (graphql-transport-ws).");
};
const bearerOf = (header: string): string | null => /^Bearer +(\S{1,200})$/i.exec(header)?.[1] ?? null;
