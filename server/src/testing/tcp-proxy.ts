import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What happens to a client's packet. */
export type Interference =
  | { kind: "cut-before" }
  /** The server receives it, but its answer is lost. */
  | { kind: "cut-after" }
  /** The server does not receive it; the client gets this error of the MySQL protocol. */
  | { kind: "error"; errno: number; sqlState: string };

/** The network between Gatehouse and a MySQL or MariaDB server, with its failures. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [client: Socket, server: Socket]>();
  private isOpen = true;
  private isFrozen = false;
  private interference: { text: string; how: Interference; after: string | null } | null = null;
  /** How many connections were opened so far. */
  connections = 0;

  private constructor(
    private readonly target: URL,
    private readonly listener: Server,
  ) {}

  /** Leads to the server of a database URL. */
  static async start(databaseUrl: string): Promise<TcpProxy> {
    const listener = createServer();
    const proxy = new TcpProxy(new URL(databaseUrl), listener);
    listener.on("connection", (client) => proxy.accept(client));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return proxy;
  }
  /** The database's URL through this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = "127.0.0.1";
    url.port = (this.listener.address() as AddressInfo).port.toString();
    return url.toString();
  }

  /** Breaks all connections; new ones are accepted. */
  cut(): void {
    for (const sockets of this.pairs) for (const socket of sockets) socket.destroy();
  }
  /** The server is gone. */
  close(): void {
    this.isOpen = false;
    this.cut();
  }
  open(): void {
    this.isOpen = true;
  }
  /** Connections stay, and new ones are accepted, but nothing is delivered. */
  freeze(): void {
    this.isFrozen = true;
    for (const sockets of this.pairs) for (const socket of sockets) socket.pause();
  }
  /** The connections that exist stay silent for ever; new ones work: a router after its primary froze. */
  freezeExisting(): void {
    for (const sockets of this.pairs) for (const socket of sockets) socket.pause();
  }
  thaw(): void {
    this.isFrozen = false;
    for (const sockets of this.pairs) for (const socket of sockets) socket.resume();
  }
  /** Does it once, to the next packet with that text on a connection that has sent `after` before. */
  interfere(text: string, how: Interference, { after = null }: { after?: string | null } = {}): void {
    this.interference = { text, how, after };
  }
  /** Whether no interference is waiting for its packet. */
  get isDone(): boolean {
    return this.interference === null;
  }
  async stop(): Promise<void> {
    this.close();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private accept(client: Socket): void {
    client.on("error", () => undefined);
    if (!this.isOpen) return void client.resetAndDestroy();
    this.connections += 1;
    const server = connect(Number(this.target.port || 3306), this.target.hostname);
    server.on("error", () => client.destroy());
    const pair = [client, server] as const;
    this.pairs.add(pair);
    client.on("close", () => {
      this.pairs.delete(pair);
      server.end();
    });
    server.on("close", () => client.destroy());
    server.on("data", (data) => client.write(data));
    const sent = { after: false };
    client.on("data", (data) => this.forward(data, client, server, sent));
    if (this.isFrozen) for (const socket of pair) socket.pause();
    return undefined;
  }

  private forward(data: Buffer, client: Socket, server: Socket, sent: { after: boolean }): void {
    const { interference } = this;
    const isMeant = interference !== null && (interference.after === null || sent.after);
    if (interference?.after != null && data.includes(interference.after)) sent.after = true;
    if (!isMeant || !data.includes(interference.text)) {
      server.write(data);
      return;
    }
    this.interference = null;
    switch (interference.how.kind) {
      case "cut-before":
        server.destroy();
        client.destroy();
        return;
      case "cut-after":
        server.removeAllListeners("data").resume();
        server.write(data, () => client.destroy());
        return;
      case "error":
        client.write(errorPacket(interference.how));
    }
  }
}

/** An ERR packet as the answer to a command (MySQL's protocol). */
function errorPacket({ errno, sqlState }: { errno: number; sqlState: string }): Buffer {
  const text = Buffer.from(`#${sqlState}an error of the test`);
  const head = Buffer.from([text.length + 3, 0, 0, 1, 0xff, errno & 0xff, errno >> 8]);
  return Buffer.concat([head, text]);
}
