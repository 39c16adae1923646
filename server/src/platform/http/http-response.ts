import { ServerResponse } from "node:http";

/** What a request asked for. "other" is everything besides operations and pages, and what was refused unread. */
export type RequestKind = "query" | "mutation" | "subscription" | "page" | "other";

/** A response, with what the log and the metrics say about its request. */
export class HttpResponse extends ServerResponse {
  requestId = "";
  kind: RequestKind = "other";
  /** The address as the route names it; null if there is none. */
  route: string | null = null;
  /** The name that the caller gave the operation. */
  operationName: string | null = null;
  /** Why it was refused or failed: codes of errors and of `userErrors`. Null for most requests. */
  codes: string[] | null = null;

  note(code: string): void {
    (this.codes ??= []).push(code);
  }
}
