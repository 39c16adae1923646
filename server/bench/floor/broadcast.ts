import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { change } from "./change.js";

/**
 * The floor of the live feed: a commit of the change and its numbered event, then one frame, built once and written to
 * every socket. It authenticates nobody, selects nothing and executes nothing.
 */
const sockets = new Set<Duplex>();

async function publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return void response.end("ready");
  const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
    variables: { input: { contactId: string; externalId: string } };
  };
  const event = await change(variables.input.contactId, variables.input.externalId);
  const message = JSON.stringify({ id: "1", type: "next", payload: { data: { auditEvents: event } } });
  const payload = Buffer.from(message);
  // A text frame of 126 to 65,535 bytes (RFC 6455 5.2).
  const frame = Buffer.concat([Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]), payload]);
  for (const socket of sockets) socket.write(frame);
  const text = '{"data":{"updateContact":{"userErrors":[]}}}';
  response.setHeader("content-length", Buffer.byteLength(text));
  return void response.end(text);
}

const server = createServer((request, response) => {
  publish(request, response).catch((error: unknown) => {
    response.statusCode = 500;
    response.end(String(error));
  });
});
const webSockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, stream, head) => {
  webSockets.handleUpgrade(request, stream, head, (socket) => {
    socket.on("close", () => sockets.delete(stream));
    socket.on("message", (data) => {
      const { type } = JSON.parse((data as Buffer).toString()) as { type: string };
      if (type === "connection_init") socket.send('{"type":"connection_ack"}');
      else if (type === "subscribe") sockets.add(stream);
      else if (type === "ping") socket.send('{"type":"pong"}');
    });
  });
});
server.listen(Number(process.env.PORT), "127.0.0.1");
