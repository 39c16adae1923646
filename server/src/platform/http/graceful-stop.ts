import type { Server, ServerResponse } from "node:http";
import { whenAborted } from "../worker.js";

/**
 * Ends an HTTP server without cutting off requests. `announce` makes every response the last one of its connection.
 * `finish` then closes the listener.
 */
export class GracefulStop {
  private isAnnounced = false;
  private readonly open = new Set<ServerResponse>();
  private onEmpty: () => void = () => undefined;

  get isStopping(): boolean {
    return this.isAnnounced;
  }

  /** To be called for each request before it is answered. */
  take(response: ServerResponse): void {
    this.open.add(response);
    response.once("close", () => {
      this.open.delete(response);
      if (this.open.size === 0) this.onEmpty();
    });
    if (this.isAnnounced) response.setHeader("connection", "close");
  }

  announce(): void {
    this.isAnnounced = true;
    for (const response of this.open) if (!response.headersSent) response.setHeader("connection", "close");
  }

  /** Accepts no more connections, and waits until every request is answered; those left at the deadline are cut off. */
  async finish(server: Server, deadline: AbortSignal): Promise<void> {
    server.close();
    if (this.open.size > 0)
      await new Promise<void>((resolve) => {
        this.onEmpty = resolve;
        whenAborted(deadline, resolve);
      });
    // Also those that never sent a request: browsers open some in advance.
    server.closeAllConnections();
  }
}
