import { promisify } from "node:util";
import { inflate } from "node:zlib";
import type { MailLook } from "../mail/mail-look.js";

const inflated = promisify(inflate);
/** Samples of a pixel by PNG's color type; palettes are indexes. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * The logo, if a PDF can show it: a JPEG, or a PNG that is whole. The library decodes a PNG with transparency where nobody
 * catches its failure, so what it would decode is decoded here first. It cannot show WebP or interlaced pictures.
 */
export async function printableLogo(look: MailLook | null): Promise<NonNullable<MailLook["logo"]> | null> {
  const logo = look?.logo;
  if (!logo) return null;
  if (logo.contentType === "image/jpeg") return logo;
  return logo.contentType === "image/png" && (await isWholePng(logo.content)) ? logo : null;
}

async function isWholePng(content: Buffer): Promise<boolean> {
  if (content.length < 33) return false;
  const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)];
  const [depth = 0, colorType = 0, , , interlace = 1] = content.subarray(24, 29);
  const samples = SAMPLES[colorType];
  if (samples === undefined || interlace !== 0) return false;
  const expected = height * (1 + Math.ceil((width * samples * depth) / 8));
  const pieces: Buffer[] = [];
  let hasPalette = colorType !== 3;
  for (let at = 8; at + 12 <= content.length;) {
    const length = content.readUInt32BE(at);
    const type = content.toString("latin1", at + 4, at + 8);
    if (at + 12 + length > content.length) return false;
    if (type === "IDAT") pieces.push(content.subarray(at + 8, at + 8 + length));
    if (type === "PLTE") hasPalette = true;
    if (type === "IEND") break;
    at += 12 + length;
  }
  try {
    const pixels = await inflated(Buffer.concat(pieces), { maxOutputLength: expected + 1 });
    return hasPalette && pixels.length === expected;
  } catch {
    return false;
  }
}
