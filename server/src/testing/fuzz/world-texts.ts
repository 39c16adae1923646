import * as fc from "fast-check";

const range = (from: number, to: number): fc.Arbitrary<string> =>
  fc.integer({ min: from, max: to }).map((point) => String.fromCodePoint(point));
const some = (piece: fc.Arbitrary<string>, most = 8): fc.Arbitrary<string> =>
  fc.array(piece, { minLength: 1, maxLength: most }).map((pieces) => pieces.join(""));
const oneOf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const plain = fc.constantFrom("Ann", "O'Connor", "Zoë", "Tax 2026", "a", "B-12", "Müller & Söhne", "x y");
/** Letters with something in between, before or after. */
const around = (piece: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.option(plain, { nil: "" }), some(piece, 4), fc.option(plain, { nil: "" })).map((parts) => parts.join(""));

const letters: Readonly<Record<string, readonly [number, number]>> = {
  greek: [0x391, 0x3a9],
  cyrillic: [0x410, 0x44f],
  hebrew: [0x5d0, 0x5ea],
  arabic: [0x627, 0x64a],
  devanagari: [0x905, 0x939],
  tamil: [0xb85, 0xbb9],
  thai: [0xe01, 0xe30],
  tibetan: [0xf40, 0xf6c],
  georgian: [0x10d0, 0x10f0],
  mongolian: [0x1820, 0x1842],
  hangul: [0xac00, 0xd7a3],
  jamo: [0x1100, 0x11ff],
  kana: [0x3041, 0x30ff],
  han: [0x4e00, 0x9fff],
  hanBeyondTheFirstPlane: [0x20000, 0x2a6d0],
  adlam: [0x1e900, 0x1e943],
  mathematical: [0x1d400, 0x1d7ff],
};
/** The zero of each script's digits. */
const zeros = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xe50, 0xf20, 0x1040, 0x17e0, 0xff10, 0x1d7ce];

/** Texts of every kind that Unicode has and programs send, by kind. */
const kindsOfText = {
  plain: some(plain, 3),
  blank: oneOf("", " ", "\t", "\u00A0", "\u3000", "\u2003\u2009", "\u1680"),
  anyCodePoint: some(fc.string({ unit: "binary", minLength: 1, maxLength: 6 })),
  scripts: fc
    .array(
      fc.constantFrom(...Object.values(letters)).chain(([from, to]) => some(range(from, to))),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((words) => words.join(" ")),
  digits: fc
    .tuple(fc.constantFrom(...zeros), fc.array(fc.nat(9), { minLength: 1, maxLength: 8 }))
    .map(([zero, digits]) => digits.map((digit) => String.fromCodePoint(zero + digit)).join("")),
  halves: around(fc.oneof(range(0xd800, 0xdbff), range(0xdc00, 0xdfff))),
  noncharacters: around(
    fc.oneof(
      range(0xfdd0, 0xfdef),
      fc
        .tuple(fc.nat(16), fc.constantFrom(0xfffe, 0xffff))
        .map(([plane, end]) => String.fromCodePoint(plane * 0x10000 + end)),
    ),
  ),
  controls: around(fc.oneof(range(0, 0x1f), range(0x7f, 0x9f))),
  nul: oneOf("\0", "Ann\0", "\0Ann", "Ann\0Lee"),
  lineBreaks: around(oneOf("\n", "\r", "\r\n", "\u2028", "\u2029", "\u0085", "\v", "\f")),
  directions: around(fc.oneof(range(0x202a, 0x202e), range(0x2066, 0x2069), oneOf("\u200E", "\u200F", "\u061C"))),
  rightToLeft: fc
    .tuple(some(fc.oneof(range(0x5d0, 0x5ea), range(0x627, 0x64a))), oneOf("", " (ltd)", " 12/34", " - Ann", "\u200F!"))
    .map(([word, rest]) => word + rest),
  joiners: around(oneOf("\u200C", "\u200D", "क\u094D\u200D", "می\u200C", "\u034F", "\u2060", "\uFE00", "\uFE0F")),
  emoji: some(
    oneOf(
      "😀",
      "👩‍👩‍👧‍👦",
      "👍🏽",
      "❤️",
      "🇨🇦",
      "🇨",
      "1️⃣",
      "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
      "🏳️‍🌈",
      "©︎",
    ),
    4,
  ),
  combining: fc
    .tuple(oneOf("a", "Z", "م", "한", "", " "), fc.integer({ min: 1, max: 199 }), range(0x300, 0x36f))
    .map(([base, count, mark]) => base + mark.repeat(count)),
  marks: around(fc.oneof(range(0x300, 0x36f), range(0x483, 0x489), range(0xe31, 0xe3a), range(0x20d0, 0x20f0))),
  unseen: around(
    oneOf(
      "\u3164",
      "\uFFA0",
      "\u115F",
      "\u1160",
      "\u17B4",
      "\u200B",
      "\u00AD",
      "\u2800",
      "\u180E",
      "\uFFF9",
      "\uFFFC",
      "\uFFFD",
    ),
  ),
  tags: around(range(0xe0000, 0xe007f)),
  byteOrderMark: around(oneOf("\uFEFF")),
  privateUse: around(fc.oneof(range(0xe000, 0xf8ff), range(0xf0000, 0xf0fff), range(0x100000, 0x10fffd))),
  unassigned: around(fc.oneof(range(0x2fe0, 0x2fef), range(0x30000, 0x3134f), range(0x40000, 0x4ffff))),
  forms: fc
    .tuple(
      some(
        oneOf(
          "é",
          "ﬁ",
          "Å",
          "Ａ",
          "①",
          "ǆ",
          "한",
          "ﷺ",
          "ς",
          "ß",
          "İ",
          "ı",
          "ﬀ",
          "\u1E9E",
          "ŉ",
          "\u0344",
          "\u2126",
          "か\u3099",
        ),
        4,
      ),
      fc.constantFrom("NFC" as const, "NFD" as const, "NFKC" as const, "NFKD" as const),
    )
    .map(([text, form]) => text.normalize(form)),
  fullWidth: some(range(0xff01, 0xff5e)),
  quotes: around(
    oneOf(
      '"',
      "'",
      "`",
      "\\",
      "\\u0000",
      '","',
      '";"',
      "</script>",
      "<b>",
      "&amp;",
      "${x}",
      "{{x}}",
      "%00",
      "%s",
      "' OR 1=1 --",
      "*/",
      '"""',
    ),
  ),
  formulas: fc
    .tuple(oneOf("=", "+", "-", "@", "＝", "'=", "''=", " =", "\t=", "|", ";=", '="', "=cmd|' /C calc'!A0"), plain)
    .map((parts) => parts.join("")),
  names: oneOf(
    "__proto__",
    "constructor",
    "null",
    "undefined",
    "true",
    "NaN",
    "toString",
    "..",
    "con_",
    "../../etc/passwd",
  ),
  addresses: fc
    .tuple(
      fc.oneof(oneOf("ann", "o'neil+tax", "josé", "jose\u0301", "ΑΣΣ", "J\u030C", "a.b", "用户", "İ"), some(plain, 1)),
      oneOf(
        "client.example",
        "BÜCHER.example",
        "bu\u0308cher.example",
        "xn--bcher-kva.example",
        "straße.example",
        "例え。テスト",
        "xn--a.example",
        "i❤.example",
        "аpple.example",
        "1.2.3.4",
      ),
    )
    .map((parts) => parts.join("@")),
  numbers: oneOf(
    "0",
    "-1",
    "1e999",
    "00123",
    "1.23457E+12",
    "٣",
    "1 000,5",
    "2027-02-30T00:00:00Z",
    "2026-01-31T09:30:00.000Z",
    "2027-04-15",
  ),
  long: fc
    .tuple(
      oneOf("x", "é", "𝕎", "ﷺ", "a\u0301", "👩‍👩‍👧", "\u200B", "\n", "a "),
      fc.constantFrom(100, 199, 200, 201, 500, 2000, 5000),
    )
    .map(([piece, count]) => piece.repeat(count)),
} satisfies Record<string, fc.Arbitrary<string>>;

const kinds: readonly fc.Arbitrary<string>[] = Object.values(kindsOfText);
/** Longer than any input takes, and short enough for the body of a request. */
const LONGEST = 8000;
/** A text of any kind, or pieces of several kinds joined. */
export const worldText: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 5, arbitrary: fc.oneof(...kinds) },
    {
      weight: 2,
      arbitrary: fc.array(fc.oneof(...kinds), { minLength: 2, maxLength: 3 }).map((pieces) => pieces.join("")),
    },
  )
  .map((text) => text.slice(0, LONGEST));

/** The same texts for the same seed. */
export const sampleTexts = (count: number, seed: number): string[] => fc.sample(worldText, { numRuns: count, seed });
