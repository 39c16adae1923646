import { describe, expect, it } from "@jest/globals";
import { fitInto, logoLimits, logoTypeRefusal, readLogo, shownLogoSize, withoutPngMetadata } from "./logo.js";

const bytesOf = (...parts: (string | readonly number[])[]): number[] =>
  parts.flatMap((part) => (typeof part === "string" ? Array.from(part, (letter) => letter.charCodeAt(0)) : part));
const fromBase64 = (text: string) => bytesOf(atob(text));
const big = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const small = (value: number) => big(value).toReversed();

// 16 × 9 pixels each, as Chromium writes them.
const png = fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAJCAYAAAA7KqwyAAAARElEQVR4AayOsQ0AIBACP+7hSq5jq6XrOJN7vJ0dUMgn15APXInP8xXUtpKBRH0GaEHlPoOMmAxk8gzO7oMhC9CDyi8AAAD//7DcCpIAAAAGSURBVAMAu5EwE9s4Bx8AAAAASUVORK5CYII=",
);
const jpeg = fromBase64(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAJABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABQAE/8QAIRAAAQMDBAMAAAAAAAAAAAAAAQIFEQADEgQUITIGUWH/xAAUAQEAAAAAAAAAAAAAAAAAAAAC/8QAFxEBAQEBAAAAAAAAAAAAAAAAEQEAAv/aAAwDAQACEQMRAD8AYeL/AJEhzvJbxc2wxwi2kjqJ5I9zTTOrVrbLKnCdycs5AB7GOB8it1VO9MDGclXf/9k=",
);
const webp = fromBase64(
  "UklGRkICAABXRUJQVlA4WAoAAAAgAAAADwAACAAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZWUDggVAAAADACAJ0BKhAACQACwEwlAE6HEADy/3ki0vsAAP7ykrQd/hPmvUHQd5+2Wa7Hjinv5NgCMeC7yr94z9e9fIqRpyxNiw3tuxOZCIqgZWygOtZWXegAAA==",
);

const SIGNATURE = bytesOf("\x89PNG\r\n\x1a\n");
const chunk = (name: string, data: number[] = []) => bytesOf(big(data.length), name, data, [0, 0, 0, 0]);
const pngOf = (width: number, height: number, ...chunks: number[][]) => [
  ...SIGNATURE,
  ...chunk("IHDR", [...big(width), ...big(height), 8, 6, 0, 0, 0]),
  ...chunks.flat(),
];
const pixels = chunk("IDAT", [1, 2, 3]);
const end = chunk("IEND");
const riff = (...chunks: number[][]) => {
  const content = bytesOf("WEBP", chunks.flat());
  return bytesOf("RIFF", small(content.length), content);
};
const riffChunk = (name: string, data: number[]) => bytesOf(name, small(data.length), data, data.length % 2 ? [0] : []);
const lossless = riffChunk("VP8L", [0x2f, 15, 0, 2, 0]);
const lossy = (...frame: number[]) => riffChunk("VP8 ", frame);
const keyFrame = [0, 0, 0, 0x9d, 0x01, 0x2a, 16, 0, 9, 0];
const canvasOf = (width: number, height: number) =>
  riffChunk("VP8X", [0, 0, 0, 0, ...small(width - 1).slice(0, 3), ...small(height - 1).slice(0, 3)]);
const HTML = bytesOf("<script>alert(1)</script>");

/** The JPEG with bytes inserted after its signature. */
const jpegWith = (...bytes: number[]) => [...jpeg.slice(0, 2), ...bytes, ...jpeg.slice(2)];
/** The offset of the JPEG's first segment with the marker. */
const segmentOf = (marker: number) => jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === marker);
const scan = segmentOf(0xda);
/** The JPEG with a different marker on its frame. */
const jpegFramed = (marker: number) => jpeg.with(segmentOf(0xc0) + 1, marker);
/** The JPEG with bytes inserted before its end, among the pixels. */
const jpegScanned = (...bytes: number[]) => [...jpeg.slice(0, -2), ...bytes, ...jpeg.slice(-2)];

describe("a logo", () => {
  it.each<[string, number[], object]>([
    ["PNG", png, { type: "image/png", width: 16, height: 9 }],
    ["JPEG", jpeg, { type: "image/jpeg", width: 16, height: 9 }],
    ["WebP", webp, { type: "image/webp", width: 16, height: 9 }],
    ["lossless WebP", riff(lossless), { type: "image/webp", width: 16, height: 9 }],
    ["PNG with a color profile", pngOf(9, 9, chunk("iCCP", [1]), pixels, end), { type: "image/png", width: 9 }],
    ["PNG of a single pixel", pngOf(1, 1, pixels, end), { width: 1, height: 1 }],
    ["PNG of the largest size", pngOf(1024, 1024, pixels, end), { width: 1024, height: 1024 }],
    [
      "PNG of exactly 64 kB",
      pngOf(
        9,
        9,
        chunk(
          "IDAT",
          Array.from({ length: 63_943 }, () => 0),
        ),
        end,
      ),
      { width: 9 },
    ],
    ["progressive JPEG", jpegFramed(0xc2), { type: "image/jpeg", width: 16, height: 9 }],
    ["JPEG of the last kind of frame", jpegFramed(0xcf), { type: "image/jpeg", width: 16, height: 9 }],
    ["JPEG with an empty segment", jpegWith(0xff, 0xdb, 0, 2), { type: "image/jpeg", width: 16, height: 9 }],
    ["JPEG with restarts among its pixels", jpegScanned(0xff, 0xd0, 1, 0xff, 0xd7, 1), { width: 16, height: 9 }],
    ["JPEG with an FF among its pixels", jpegScanned(0xff, 0, 1), { width: 16, height: 9 }],
    ["WebP without a canvas", riff(lossy(...keyFrame)), { type: "image/webp", width: 16, height: 9 }],
    ["WebP with a color profile", riff(canvasOf(16, 9), riffChunk("ICCP", [1]), lossless), { width: 16, height: 9 }],
    ["WebP with transparency", riff(canvasOf(16, 9), riffChunk("ALPH", [1]), lossy(...keyFrame)), { width: 16 }],
    [
      "WebP of the largest size",
      riff(canvasOf(1024, 1024), riffChunk("VP8L", [0x2f, ...small(1023 | (1023 << 14))])),
      { height: 1024 },
    ],
  ])("is a %s", (_what, bytes, facts) => expect(readLogo(Uint8Array.from(bytes))).toMatchObject(facts));

  const damaged = /damaged, or contains more/;
  const metadata = /text, metadata or an animation/;
  it.each<[string, number[], RegExp]>([
    ["nothing", [], /not a PNG, JPEG or WebP/],
    ["HTML", bytesOf("<!doctype html>", HTML), /not a PNG, JPEG or WebP/],
    ["SVG", bytesOf('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), /SVG files can contain scripts/],
    ["SVG with a prolog", bytesOf('\xef\xbb\xbf <?xml version="1.0"?><svg/>'), /SVG files can contain scripts/],
    ["SVG after a comment", bytesOf("<!-- drawn by hand --><svg/>"), /SVG files can contain scripts/],
    ["SVG with a document type", bytesOf("<!DOCTYPE svg><svg/>"), /SVG files can contain scripts/],
    ["a page with an SVG in it", bytesOf("<p><svg/></p>"), /not a PNG, JPEG or WebP/],
    ["text about SVG", bytesOf("svg"), /not a PNG, JPEG or WebP/],
    ["GIF", bytesOf("GIF89a", [1, 0, 1, 0]), /not a PNG, JPEG or WebP/],
    ["sound", bytesOf("RIFF", small(4), "WAVE"), /not a PNG, JPEG or WebP/],
    ["WebP's name without its signature", bytesOf("RIFX", small(4), "WEBP"), /not a PNG, JPEG or WebP/],
    ["a PNG's signature alone", SIGNATURE, damaged],
    ["PNG followed by HTML", [...png, ...HTML], damaged],
    ["PNG followed by another one", [...png, ...png], damaged],
    ["PNG with HTML in a text", pngOf(9, 9, chunk("tEXt", HTML), pixels, end), metadata],
    ["PNG with HTML in a chunk of its own", pngOf(9, 9, chunk("<scr", HTML), pixels, end), metadata],
    ["PNG with Exif", pngOf(9, 9, chunk("eXIf", [1]), pixels, end), metadata],
    ["animated PNG", pngOf(9, 9, chunk("acTL", [1]), pixels, end), metadata],
    ["PNG with HTML in its end", pngOf(9, 9, pixels, chunk("IEND", HTML)), damaged],
    ["PNG without pixels", pngOf(9, 9, end), damaged],
    ["PNG without an end", pngOf(9, 9, pixels), damaged],
    ["PNG with two headers", [...pngOf(9, 9), ...chunk("IHDR", []), ...pixels, ...end], damaged],
    ["PNG that begins with pixels", [...SIGNATURE, ...pixels, ...pngOf(9, 9, end).slice(8)], damaged],
    [
      "PNG with a header of another length",
      [...SIGNATURE, ...chunk("IHDR", [...big(9), ...big(9), 8, 6, 0, 0, 0, 0]), ...pixels, ...end],
      damaged,
    ],
    ["PNG that is truncated in a text", pngOf(9, 9, pixels, chunk("tEXt", HTML)).slice(0, -5), damaged],
    ["PNG whose chunk is longer than the file", [...SIGNATURE, ...big(0xffffffff), ...bytesOf("IHDR")], damaged],
    ["PNG of 30,000 × 30,000", pngOf(30_000, 30_000, pixels, end), /30000 × 30000 pixels/],
    ["PNG of 4 billion pixels", pngOf(0xffffffff, 1, pixels, end), /4294967295 × 1 pixels/],
    ["PNG a pixel too wide", pngOf(1025, 1, pixels, end), /1025 × 1 pixels/],
    ["PNG a pixel too high", pngOf(1, 1025, pixels, end), /1 × 1025 pixels; the maximum is 1024 × 1024/],
    ["PNG without an area", pngOf(0, 9, pixels, end), damaged],
    ["PNG without a height", pngOf(9, 0, pixels, end), damaged],
    ["JPEG followed by HTML", [...jpeg, ...HTML], damaged],
    ["JPEG without an end", jpeg.slice(0, -2), damaged],
    ["JPEG with Exif", [0xff, 0xd8, 0xff, 0xe1, 0, 2, ...jpeg.slice(2)], metadata],
    ["JPEG with HTML in a comment", [0xff, 0xd8, 0xff, 0xfe, 0, HTML.length + 2, ...HTML, ...jpeg.slice(2)], metadata],
    ["JPEG with HTML in the last application segment", jpegWith(0xff, 0xef, 0, HTML.length + 2, ...HTML), metadata],
    ["JPEG with HTML in an extension segment", jpegWith(0xff, 0xf0, 0, HTML.length + 2, ...HTML), metadata],
    ["JPEG with HTML in the last extension segment", jpegWith(0xff, 0xfd, 0, HTML.length + 2, ...HTML), metadata],
    ["JPEG with something between its segments", jpegWith(0xff, 0xdb, 0, 2, 0, 0xdb, 0, 2), damaged],
    ["JPEG with a segment of an unknown kind", jpegWith(0xff, 0x02, 0, 9, 0, 0, 0, 0, 0, 0, 0), damaged],
    ["JPEG with HTML behind FF for a marker", jpegWith(0xff, 0xff, 0, HTML.length + 2, ...HTML), metadata],
    ["JPEG without a frame", bytesOf([0xff, 0xd8, 0xff, 0xd9]), damaged],
    ["JPEG with two frames", jpegWith(0xff, 0xc0, 0, 11, 8, 0, 9, 0, 16, 1, 1, 0x11, 0), damaged],
    ["JPEG whose scan is shorter than its own length", jpeg.with(scan + 2, 0).with(scan + 3, 1), damaged],
    ["JPEG of 30,000 × 30,000", jpegOf(30_000, 30_000), /30000 × 30000 pixels/],
    ["WebP followed by HTML", [...webp, ...HTML], damaged],
    ["WebP with HTML in a chunk of its own", riff(lossless, riffChunk("html", HTML)), metadata],
    ["WebP with Exif", riff(lossless, riffChunk("EXIF", [1])), metadata],
    ["WebP of 16,000 × 16,000", riff(riffChunk("VP8L", [0x2f, ...small(15_999 | (15_999 << 14))])), /16000 × 16000/],
    ["WebP that claims to be shorter than it is", riff(lossless).with(4, 0), damaged],
    ["WebP whose picture is longer than the file", riff(bytesOf("VP8L", small(100), [0x2f, 15, 0, 2, 0])), damaged],
    ["WebP with two pictures", riff(lossless, lossless), damaged],
    ["WebP with two pictures of different kinds", riff(lossless, lossy(...keyFrame)), damaged],
    ["WebP whose canvas comes late", riff(lossless, canvasOf(16, 9)), damaged],
    ["WebP whose canvas is wider", riff(canvasOf(17, 9), lossless), damaged],
    ["WebP whose canvas is higher", riff(canvasOf(16, 10), lossless), damaged],
    ["WebP whose canvas is far wider", riff(canvasOf(16 + 65_536, 9), lossless), damaged],
    ["WebP whose canvas is far higher", riff(canvasOf(16, 9 + 65_536), lossless), damaged],
    ["WebP whose picture is not a key frame", riff(lossy(...keyFrame.with(0, 1))), damaged],
    ["WebP whose picture does not begin as one", riff(lossy(...keyFrame.with(3, 0))), damaged],
    ["lossless WebP that does not begin as one", riff(riffChunk("VP8L", [0x2e, 15, 0, 2, 0])), damaged],
    ["WebP without a picture", riff(riffChunk("ICCP", [1])), damaged],
    ["more than 64 kB", Array.from({ length: logoLimits.bytes + 1 }, () => 0), /larger than 64 kB/],
  ])("is not: %s", (_what, bytes, refusal) =>
    expect(readLogo(Uint8Array.from(bytes))).toEqual({ refusal: expect.stringMatching(refusal) }),
  );

  /** The JPEG with a different size in its frame header. */
  function jpegOf(width: number, height: number): number[] {
    const at = jpeg.findIndex((byte, index) => byte === 0xff && jpeg[index + 1] === 0xc0);
    const size = [...big(height).slice(2), ...big(width).slice(2)];
    return [...jpeg.slice(0, at + 5), ...size, ...jpeg.slice(at + 9)];
  }

  it("made by a browser that adds metadata can be stripped of it", () => {
    const [sRgb, exif, apple] = [chunk("sRGB", [0]), chunk("eXIf", HTML), chunk("iDOT", [1, 2])];
    const bytes = withoutPngMetadata(Uint8Array.from(pngOf(16, 9, sRgb, exif, apple, pixels, end)));
    expect(Array.from(bytes)).toEqual(pngOf(16, 9, sRgb, pixels, end));
    expect(readLogo(bytes)).toEqual({ type: "image/png", width: 16, height: 9 });
  });

  it("that is truncated or corrupted anywhere is either read or refused, and reading it always ends", () => {
    const taken: unknown[] = [];
    for (const [kind, whole] of Object.entries({ png, jpeg, webp })) {
      const bytes = new Uint8Array(whole);
      for (let at = 0; at < bytes.length; at++) {
        if (!("refusal" in readLogo(bytes.subarray(0, at)))) taken.push([kind, "cut off", at]);
        for (const value of [0, 0xff, 0xda]) {
          const facts = readLogo(bytes.with(at, value));
          const area = "refusal" in facts ? 0 : facts.width * facts.height;
          if (!(area <= 1024 * 1024)) taken.push([kind, value, at]);
        }
      }
    }
    expect(taken).toEqual([]);
  });

  it("is drawn no larger than the space allows, in its own proportions", () => {
    expect(shownLogoSize({ width: 480, height: 160 })).toEqual({ width: 240, height: 80 });
    expect(shownLogoSize({ width: 1000, height: 10 })).toEqual({ width: 240, height: 2 });
    expect(shownLogoSize({ width: 40, height: 20 })).toEqual({ width: 40, height: 20 });
    expect(shownLogoSize({ width: 5000, height: 1 })).toEqual({ width: 240, height: 1 });
    expect(fitInto({ width: 1, height: 5000 }, { width: 480, height: 160 })).toEqual({ width: 1, height: 160 });
  });

  it("is of a type that browsers show as a picture and nothing else", () => {
    expect(logoTypeRefusal("image/png")).toBeNull();
    expect(logoTypeRefusal("image/svg+xml")).toMatch(/SVG files can contain scripts/);
    expect(logoTypeRefusal("text/html")).toMatch(/Choose a PNG/);
    expect(logoTypeRefusal("__proto__")).toMatch(/Choose a PNG/);
  });
});
