import type { IncomingMessage } from "node:http";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { z } from "zod";
import { PAGE_ERRORS_PATH, pageErrorLimits } from "@gatehouse/shared";
import type { Log } from "../log.js";
import type { HttpResponse } from "./http-response.js";
import type { Route } from "./http-server.js";
import { BodyError, readBody, sendError } from "./responses.js";
import { isFromElsewhere } from "./same-site.js";
import { sourceAddress, sourceKey } from "./source-address.js";
import type { TrustedProxies } from "./trusted-proxies.js";

/**
 * What a page may say about its failure. Only names and places in our own scripts fit: no message, address or text,
 * which could contain a token or what somebody typed.
 */
const PageError = z.strictObject({
  page: z.enum(["dashboard", "portal", "explorer"]),
  error: z.string().regex(/^[A-Za-z]{1,40}$/),
  /** Whether a translator had rewritten the page. */
  isTranslated: z.boolean(),
  /** The innermost places, as `main-BxT31a.js:1:20345`. */
  at: z.array(z.string().regex(/^[\w.-]{1,80}:\d{1,7}:\d{1,7}$/)).max(pageErrorLimits.places),
});

function readPageError(body: Buffer): z.infer<typeof PageError> | null {
  try {
    return PageError.safeParse(JSON.parse(body.toString("utf8"))).data ?? null;
  } catch {
    return null;
  }
}

/** Takes one of those that are allowed in a minute; returns the milliseconds to wait if there is none left, else null. */
const takerOf = (perMinute: number) => {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return (key: string): Promise<number | null> =>
    limiter.consume(key).then(
      () => null,
      (refused: unknown) => {
        if (refused instanceof RateLimiterRes) return refused.msBeforeNext;
        throw refused;
      },
    );
};
const sendTooMany = (response: HttpResponse, waitMs: number): void =>
  sendError(response, 429, "RATE_LIMITED", "Too many reports. Try again in a minute.", {
    "retry-after": String(Math.ceil(waitMs / 1000)),
  });

/**
 * `POST /page-errors`: a page that failed in a browser says so, signed in or not. It goes to the log and nowhere else,
 * as a warning: anybody can send one, so it must not call an operator at night.
 */
export function pageErrorsRoute(needs: {
  isAllowedOrigin: (origin: string) => boolean;
  trustedProxies: TrustedProxies;
  log: Log;
}): Route {
  const takeOfSource = takerOf(pageErrorLimits.perMinuteBySource);
  // For the log of this process, whoever writes.
  const takeOfAll = takerOf(pageErrorLimits.perMinute);
  const isJson = ({ headers }: IncomingMessage) => /^application\/json(;|$)/i.test(headers["content-type"] ?? "");
  return {
    path: PAGE_ERRORS_PATH,
    method: "any",
    handle: async (request, response) => {
      if (request.method !== "POST")
        return sendError(response, 405, "METHOD_NOT_ALLOWED", "This address takes POST only.", { allow: "POST" });
      // A page of another site cannot send JSON without asking first, and is refused then.
      if (!isJson(request)) return sendError(response, 415, "BAD_REQUEST", "Send application/json.");
      if (isFromElsewhere(request, needs.isAllowedOrigin))
        return sendError(response, 403, "FORBIDDEN", "Only Gatehouse's own pages report here.");
      const wait = await takeOfSource(sourceKey(sourceAddress(request, needs.trustedProxies)));
      if (wait !== null) return sendTooMany(response, wait);
      const body = await readBody(request, pageErrorLimits.bytes).catch((error: unknown) => {
        if (error instanceof BodyError) return error;
        throw error;
      });
      if (body instanceof BodyError) return sendError(response, body.status, "BAD_REQUEST", body.message);
      const report = readPageError(body);
      if (report === null) return sendError(response, 400, "BAD_REQUEST", "This is not a page's report.");
      const waitOfAll = await takeOfAll("all");
      if (waitOfAll !== null) return sendTooMany(response, waitOfAll);
      needs.log.warn({ ...report, requestId: response.requestId }, "a page failed in the browser");
      response.writeHead(204, { "cache-control": "no-store" }).end();
      return undefined;
    },
  };
}
