/** The limits for a logo. It is drawn at most `shownWidth` × `shownHeight`; twice that is sharp on every screen. */
export const logoLimits = {
  bytes: 64_000,
  width: 1024,
  height: 1024,
  /** The size to which a browser scales a file down before the upload. */
  uploadWidth: 480,
  uploadHeight: 160,
  shownWidth: 240,
  shownHeight: 80,
} as const;

export const logoTypes = ["image/png", "image/jpeg", "image/webp"] as const;
export type LogoType = (typeof logoTypes)[number];

export interface LogoFacts {
  type: LogoType;
  width: number;
  height: number;
}

/** The size scaled down to fit, with the same proportions; a smaller one stays as it is. */
export function fitInto(
  { width, height }: { width: number; height: number },
  most: { width: number; height: number },
): { width: number; height: number } {
  const scale = Math.min(1, most.width / width, most.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
/** The size at which a logo is drawn, on pages and in mails. */
export const shownLogoSize = (logo: { width: number; height: number }): { width: number; height: number } =>
  fitInto(logo, { width: logoLimits.shownWidth, height: logoLimits.shownHeight });

const SVG_REFUSED =
  "SVG files can contain scripts, so they are not accepted as a logo. Save it as PNG, JPEG or WebP and try again.";
const NOT_WHOLE = "The file is damaged, or contains more than the picture.";
const METADATA = "The picture contains text, metadata or an animation. Save it without them and try again.";

/** Why a file of that type is not accepted; null if it is. */
export function logoTypeRefusal(contentType: string): string | null {
  if ((logoTypes as readonly string[]).includes(contentType)) return null;
  return /svg/i.test(contentType) ? SVG_REFUSED : "Choose a PNG, JPEG or WebP file.";
}

/**
 * What a file is, judged by its bytes, or why it is refused as a logo. Reads the whole structure without decoding a pixel: one picture
 * of bounded size, with nothing before, inside or after it that a browser could take for something else.
 */
export function readLogo(bytes: Uint8Array): LogoFacts | { refusal: string } {
  if (bytes.length > logoLimits.bytes)
    return { refusal: `The file is larger than ${logoLimits.bytes / 1000} kB. Make it smaller and try again.` };
  try {
    const facts = read(bytes);
    if (facts.width < 1 || facts.height < 1) throw new NoLogo(NOT_WHOLE);
    if (facts.width > logoLimits.width || facts.height > logoLimits.height)
      throw new NoLogo(
        `The picture has ${facts.width} × ${facts.height} pixels; the maximum is ${logoLimits.width} × ${logoLimits.height}.`,
      );
    return facts;
  } catch (error) {
    if (error instanceof NoLogo) return { refusal: error.message };
    // Something was read past the end.
    if (error instanceof RangeError) return { refusal: NOT_WHOLE };
    throw error;
  }
}

class NoLogo extends Error {}

const textAt = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function read(bytes: Uint8Array): LogoFacts {
  if (textAt(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return readPng(bytes);
  if (textAt(bytes, 0, 3) === "\xff\xd8\xff") return readJpeg(bytes);
  if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP") return readWebp(bytes);
  if (/^[\s\xef\xbb\xbf]*<(?:\?xml|!--|!doctype svg|svg)/i.test(textAt(bytes, 0, 200))) throw new NoLogo(SVG_REFUSED);
  throw new NoLogo("The file is not a PNG, JPEG or WebP picture.");
}

/** https://www.w3.org/TR/png-3/: pixels and color; no texts (tEXt, zTXt, iTXt), metadata (eXIf, tIME), animation or private chunks. */
const PNG_CHUNKS = new Set("IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs".split(" "));

function readPng(bytes: Uint8Array): LogoFacts {
  const view = viewOf(bytes);
  let [width, height, hasPixels] = [0, 0, false];
  for (let at = 8; ;) {
    const length = view.getUint32(at);
    const name = textAt(bytes, at + 4, 4);
    const end = at + 12 + length;
    if (end > bytes.length || (at === 8) !== (name === "IHDR")) throw new NoLogo(NOT_WHOLE);
    if (!PNG_CHUNKS.has(name)) throw new NoLogo(METADATA);
    if (name === "IHDR") {
      if (length !== 13) throw new NoLogo(NOT_WHOLE);
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    }
    hasPixels ||= name === "IDAT";
    if (name === "IEND") {
      if (length !== 0 || end !== bytes.length || !hasPixels) throw new NoLogo(NOT_WHOLE);
      return { type: "image/png", width, height };
    }
    at = end;
  }
}

/** Removes from a PNG the chunks that a logo may not have; for other input, returns whatever chunks it has. Safari writes Exif into every PNG. */
export function withoutPngMetadata(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes);
  const kept: number[] = [...bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (PNG_CHUNKS.has(textAt(bytes, at + 4, 4))) kept.push(...bytes.subarray(at, end));
    at = end;
  }
  return Uint8Array.from(kept);
}

/** For a marker from C0 on. */
const isFrame = (marker: number) => marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/**
 * Application segments (E0 to EF), segments reserved for extensions, and comments. Of these, only JFIF (E0), the color profile (E2) and
 * Adobe's color transform (EE) are needed.
 */
const isJpegMetadata = (marker: number) => marker >= 0xe0 && ![0xe0, 0xe2, 0xee].includes(marker);

function readJpeg(bytes: Uint8Array): LogoFacts {
  const view = viewOf(bytes);
  let [width, height] = [0, 0];
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) throw new NoLogo(NOT_WHOLE);
    const marker = view.getUint8(at + 1);
    if (marker === 0xd9) {
      if (at + 2 !== bytes.length || width === 0) throw new NoLogo(NOT_WHOLE);
      return { type: "image/jpeg", width, height };
    }
    if (isJpegMetadata(marker)) throw new NoLogo(METADATA);
    const length = view.getUint16(at + 2);
    if (length < 2 || marker < 0xc0) throw new NoLogo(NOT_WHOLE);
    if (isFrame(marker)) {
      if (width !== 0) throw new NoLogo(NOT_WHOLE);
      [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
    }
    at += 2 + length;
    // A scan's pixels run up to the next marker; within them, FF is followed by 00 or a restart marker (D0 to D7).
    if (marker === 0xda)
      while (view.getUint8(at) !== 0xff || view.getUint8(at + 1) === 0 || (view.getUint8(at + 1) & 0xf8) === 0xd0) at++;
  }
}

const WEBP_CHUNKS = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ICCP"]);

/** https://developers.google.com/speed/webp/docs/riff_container */
function readWebp(bytes: Uint8Array): LogoFacts {
  const view = viewOf(bytes);
  if (view.getUint32(4, true) + 8 !== bytes.length) throw new NoLogo(NOT_WHOLE);
  let picture: { width: number; height: number } | null = null;
  let canvas: { width: number; height: number } | null = null;
  for (let at = 12; at < bytes.length;) {
    const name = textAt(bytes, at, 4);
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length + (length % 2);
    if (end > bytes.length) throw new NoLogo(NOT_WHOLE);
    if (!WEBP_CHUNKS.has(name)) throw new NoLogo(METADATA);
    if (name === "VP8 " || name === "VP8L") {
      if (picture) throw new NoLogo(NOT_WHOLE);
      picture = name === "VP8 " ? lossySize(view, at + 8) : losslessSize(view, at + 8);
    }
    if (name === "VP8X") {
      if (at !== 12) throw new NoLogo(NOT_WHOLE);
      canvas = { width: 1 + uint24(view, at + 12), height: 1 + uint24(view, at + 15) };
    }
    at = end;
  }
  if (!picture || (canvas && (canvas.width !== picture.width || canvas.height !== picture.height)))
    throw new NoLogo(NOT_WHOLE);
  return { type: "image/webp", ...picture };
}
const uint24 = (view: DataView, at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
function lossySize(view: DataView, at: number) {
  // It must be a key frame with its start code.
  if ((view.getUint8(at) & 1) !== 0 || uint24(view, at + 3) !== 0x2a019d) throw new NoLogo(NOT_WHOLE);
  return { width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff };
}
function losslessSize(view: DataView, at: number) {
  if (view.getUint8(at) !== 0x2f) throw new NoLogo(NOT_WHOLE);
  const bits = view.getUint32(at + 1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
