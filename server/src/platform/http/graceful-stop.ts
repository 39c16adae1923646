import type { Server } from "node:http";
import { Unavailable } from "../database/outages.js";
import { whenAborted } from "../worker.js";
import type { HttpResponse } from "./http-response.js";
import { sendOutage } from "./responses.js";

/** How long a request's body may still take once the listener is closed. Node enforces its own time no longer then. */
const REST_OF_BODY_MS = 5000;

/**
 * Ends an HTTP server without cutting off requests. `announce` makes every response the last one of its connection.
 * `finish` then closes the listener.
 */
export class GracefulStop {
  private isAnnounced = false;
  private isClosed = false;
  private readonly open = new Set<HttpResponse>();
  private onEmpty: () => void = () => undefined;

  get isStopping(): boolean {
    return this.isAnnounced;
  }

  /** To be called for each request before it is answered. */
  take(response: HttpResponse): void {
    this.open.add(response);
    response.once("close", () => {
      this.open.delete(response);
      if (this.open.size === 0) this.onEmpty();
    });
    if (this.isAnnounced) response.setHeader("connection", "close");
    if (this.isClosed) limitBody(response);
  }

  announce(): void {
    this.isAnnounced = true;
    for (const response of this.open) if (!response.headersSent) response.setHeader("connection", "close");
  }

  /**
   * Accepts no more connections, and waits until every request is answered. One that has not arrived whole within five
   * seconds is refused; those left at the deadline are cut off.
   */
  async finish(server: Server, deadline: AbortSignal): Promise<void> {
    server.close();
    this.isClosed = true;
    for (const response of this.open) limitBody(response);
    if (this.open.size > 0)
      await new Promise<void>((resolve) => {
        this.onEmpty = resolve;
        whenAborted(deadline, resolve);
      });
    // Also those that never sent a request: browsers open some in advance.
    server.closeAllConnections();
  }
}

/** Nothing was done for a request that has not arrived: its caller may send it to another server. */
function limitBody(response: HttpResponse): void {
  const timer = setTimeout(() => {
    if (response.req.complete) return;
    if (response.headersSent) response.destroy();
    else sendOutage(response, new Unavailable());
  }, REST_OF_BODY_MS);
  response.once("close", () => clearTimeout(timer));
}
