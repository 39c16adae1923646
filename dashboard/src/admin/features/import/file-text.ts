/** The encodings in which programs save CSV files, and how they are called for users. */
export const encodings = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16 (big-endian)",
  "windows-1252": "Western (Windows-1252)",
  macintosh: "Western (Mac)",
  "windows-1250": "Central European (Windows-1250)",
  "windows-1251": "Cyrillic (Windows-1251)",
  "windows-1253": "Greek (Windows-1253)",
  "windows-1254": "Turkish (Windows-1254)",
  "windows-1255": "Hebrew (Windows-1255)",
  "windows-1256": "Arabic (Windows-1256)",
  shift_jis: "Japanese (Shift JIS)",
  gb18030: "Chinese (GB 18030)",
  big5: "Chinese (Big5)",
  "euc-kr": "Korean (EUC-KR)",
} as const;
export type Encoding = keyof typeof encodings;

/**
 * Stands before each character of a UTF-8 file whose byte is not UTF-8: it was read as Windows-1252, which is a guess. Half
 * a surrogate pair, which no decoder returns (Encoding Standard); any character could be the file's own.
 */
const DOUBT = "\uD800";
/** Finds it: not the first half of a character that consists of two. */
export const DOUBTS = /\uD800/gu;

const isContinuation = (byte: number | undefined) => byte !== undefined && byte >= 0x80 && byte <= 0xbf;

/** How many bytes the UTF-8 character at `at` has; 0 if there is none (RFC 3629 section 4). */
function utf8Length(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  for (let n = 1; n < length; n++) if (!isContinuation(bytes[at + n])) return 0;
  const isOverlong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const isNoCharacter = (first === 0xed && second > 0x9f) || (first === 0xf4 && second > 0x8f);
  return isOverlong || isNoCharacter ? 0 : length;
}

/** The encoding by the byte order mark, else by what most of the bytes can be. */
export function guessEncoding(bytes: Uint8Array): Encoding {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return "utf-8";
  // UTF-16 without a byte order mark: every other byte of Latin letters is zero.
  if (bytes.length > 3 && second === 0 && bytes[3] === 0) return "utf-16le";
  if (bytes.length > 3 && first === 0 && bytes[2] === 0) return "utf-16be";
  let [characters, strayBytes] = [0, 0];
  for (let at = 0; at < bytes.length;) {
    const length = utf8Length(bytes, at);
    if (length > 1) characters += 1;
    else if (length === 0) strayBytes += 1;
    at += length || 1;
  }
  return strayBytes > characters ? "windows-1252" : "utf-8";
}

/** UTF-8, in which a byte that is none is read as Windows-1252 and marked with DOUBT: it spoils its own character only. */
function decodeUtf8(bytes: Uint8Array): string {
  // Only at the file's start U+FEFF is a byte order mark.
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  const western = new TextDecoder("windows-1252");
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const length = utf8Length(bytes, at);
    if (length === 0) {
      parts.push(utf8.decode(bytes.subarray(from, at)), DOUBT, western.decode(bytes.subarray(at, at + 1)));
      from = at + 1;
    }
    at += length || 1;
  }
  parts.push(utf8.decode(bytes.subarray(from)));
  return parts.join("").replace(/^\uFEFF/, "");
}

/** A file's text, without its byte order mark. */
export const decode = (bytes: Uint8Array, encoding = guessEncoding(bytes)): string =>
  encoding === "utf-8" ? decodeUtf8(bytes) : new TextDecoder(encoding).decode(bytes);
