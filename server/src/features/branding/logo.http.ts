import { logoTypes, type LogoType } from "@gatehouse/shared";
import type { Handler } from "../../platform/http/http-server.js";
import { send, sendError } from "../../platform/http/responses.js";
import type { FirmBranding } from "./firm-branding.service.js";

const endings: Readonly<Record<LogoType, string>> = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" };
export const logoFileName = (type: LogoType): string => `logo.${endings[type]}`;

const ADDRESS = /^\/logos\/([0-9a-f]{64})$/;

/**
 * `GET /logos/<digest>`: a firm's logo, for everybody who knows its address. An uploaded file is served as that picture
 * and as nothing else: with its own type, without content sniffing, and as a separate page without permissions.
 */
export function logoHandler(branding: FirmBranding): Handler {
  return async (_request, response, path) => {
    const digest = ADDRESS.exec(path)?.[1];
    const logo = digest === undefined ? null : await branding.logo(digest);
    if (!logo || !logoTypes.includes(logo.contentType))
      return sendError(response, 404, "NOT_FOUND", "There is nothing at this address.");
    return send(response, 200, logo.contentType, Buffer.from(logo.content), {
      "cache-control": "public, max-age=31536000, immutable",
      "content-disposition": `inline; filename="${logoFileName(logo.contentType)}"`,
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
    });
  };
}
