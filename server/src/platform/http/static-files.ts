import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { IncomingMessage, ServerResponse } from "node:http";
import { send } from "./responses.js";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
};

interface StaticFile {
  type: string;
  body: Buffer;
  etag: string;
  isImmutable: boolean;
}

/**
 * The built pages, read into memory at start: no request's path ever reaches the file system. Files under `assets/`
 * have their hash in the name and may be cached forever.
 */
export class StaticFiles {
  private readonly files = new Map<string, StaticFile>();

  constructor(directory: string) {
    const walk = (path: string) => {
      for (const name of readdirSync(path)) {
        const file = join(path, name);
        if (statSync(file).isDirectory()) walk(file);
        else {
          const body = readFileSync(file);
          const address = `/${relative(directory, file).split(sep).join("/")}`;
          this.files.set(address, {
            type: types[extname(name)] ?? "application/octet-stream",
            body,
            etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
            isImmutable: address.startsWith("/assets/"),
          });
        }
      }
    };
    walk(directory);
  }

  /** Serves the file at that address; false if there is none. */
  serve(request: IncomingMessage, response: ServerResponse, address: string): boolean {
    const file = this.files.get(address);
    if (!file) return false;
    const headers = {
      etag: file.etag,
      "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    };
    if (request.headers["if-none-match"] === file.etag) {
      response.writeHead(304, headers).end();
      return true;
    }
    send(response, 200, file.type, file.body, headers);
    return true;
  }
}
