import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { toFile as drawQrCode } from "qrcode";
import speakeasy from "speakeasy";
import { hasProgram } from "../../testing/services.js";
import { newRecoveryCode, readRecoveryCode } from "./recovery-code.js";
import { matchingStep, newTotpSecret, otpauthUri } from "./totp.js";

const MANY = 10_000;
const many = (make: () => string) => Array.from({ length: MANY }, make);

/**
 * Pearson's chi-square of how often each letter of an alphabet of 32 occurs in the text, against a uniform
 * distribution. With 31 degrees of freedom, chance alone exceeds 105 once in a thousand million times.
 */
function bias(text: string): number {
  const counted = new Map<string, number>();
  for (const letter of text) counted.set(letter, (counted.get(letter) ?? 0) + 1);
  const mean = text.length / 32;
  const unseen = Math.max(0, 32 - counted.size) * mean;
  return [...counted.values()].reduce((sum, n) => sum + (n - mean) ** 2 / mean, unseen);
}
const UNBIASED = 105;
const at = (texts: string[], place: number) => texts.map((text) => text[place] ?? "").join("");

describe("random secrets", () => {
  it("T17 ten thousand authenticator secrets have 160 bits, all differ, and no letter is more frequent anywhere", () => {
    const secrets = many(newTotpSecret);
    expect(secrets.filter((secret) => !/^[A-Z2-7]{32}$/.test(secret))).toEqual([]);
    expect(new Set(secrets).size).toBe(MANY);
    for (let place = 0; place < 32; place++) expect(bias(at(secrets, place))).toBeLessThan(UNBIASED);
    // The library's own generator, which is not used, fails this test.
    const biased = many(() => speakeasy.generateSecret({ length: 20, otpauth_url: false }).base32);
    expect(Math.max(...Array.from({ length: 32 }, (_, place) => bias(at(biased, place))))).toBeGreaterThan(UNBIASED);
  });

  it("recovery codes have 120 bits, all differ, and no character is more frequent anywhere", () => {
    const codes = many(newRecoveryCode);
    const read = codes.map((code) => readRecoveryCode(code) ?? "");
    expect(read.filter((code) => !/^[0-9A-HJKMNP-TV-Z]{24}$/.test(code))).toEqual([]);
    expect(new Set(read).size).toBe(MANY);
    for (let place = 0; place < 24; place++) expect(bias(at(read, place))).toBeLessThan(UNBIASED);
  });
});

describe("T18 the label that an authenticator shows", () => {
  const secret = newTotpSecret();
  const account = "maya+tax@client.example";

  it.each([
    ["A&B: Müller 😀 ?secret=X", "A&B Müller 😀 ?secret=X"],
    ["Harbor & Pine", "Harbor & Pine"],
    ["100% #1 / Söhne&secret=JBSWY3DPEHPK3PXP&issuer=Bank", "100% #1 / Söhne&secret=JBSWY3DPEHPK3PXP&issuer=Bank"],
  ])("for the firm %s names it, and adds no parameter", async (firm, shown) => {
    const uri = otpauthUri({ secret, issuer: firm, account });
    // What a camera reads, if the program is installed.
    const read = hasProgram("zbarimg", "reading a QR code") ? await scanned(uri) : uri;
    expect(read).toBe(uri);
    const { protocol, host, pathname, searchParams } = new URL(read);
    expect([protocol, host]).toEqual(["otpauth:", "totp"]);
    expect([...searchParams].toSorted()).toEqual([
      ["algorithm", "SHA1"],
      ["digits", "6"],
      ["issuer", shown],
      ["period", "30"],
      ["secret", secret],
    ]);
    // As authenticators do: decoded, then split at the first colon.
    const label = decodeURIComponent(pathname.slice(1));
    expect(label.split(":")).toEqual([shown, account]);
  });
});

describe("the label of somebody with a long name", () => {
  const secret = newTotpSecret();
  const labelOf = (uri: string) => {
    const { pathname, searchParams } = new URL(uri);
    const label = decodeURIComponent(pathname.slice(1)).split(":");
    return { account: label.pop() ?? "", issuer: label.pop() ?? null, parameter: searchParams.get("issuer") };
  };
  const graphemesOf = (text: string) =>
    Array.from(new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text), ({ segment }) => segment);

  const scripts: [script: string, name: string][] = [
    ["Latin", "Harbor and Pine Accounting "],
    ["Latin with accents", "Müller, Søren & Žižek "],
    ["decomposed accents", "e\u0301o\u0308 "],
    ["Cyrillic", "Бухгалтерия Иванова и партнёры "],
    ["Greek", "Λογιστικό Γραφείο "],
    ["Hebrew", "משרד רואי חשבון "],
    ["Arabic", "مكتب المحاسبة "],
    ["Devanagari", "लेखा कार्यालय क्षेत्र "],
    ["Thai", "สำนักงานบัญชี"],
    ["Chinese", "株式会社港松会計事務所"],
    ["Korean", "항구와소나무회계법인"],
    ["rare Han", "𠮷𡈽𠀋"],
    ["emoji", "😀"],
    ["families of emoji", "👩‍👩‍👧‍👦"],
    ["flags", "🇨🇭🇫🇷"],
    ["punctuation that is encoded", "&%#?/+ "],
    ["ampersands", "&"],
  ];
  const lengths = [30, 200];
  const names = scripts.flatMap(([script, name]) =>
    lengths.map((length): [string, number, string] => [
      script,
      length,
      [...name.repeat(length)].slice(0, length).join("").trim(),
    ]),
  );

  it.each(names)(
    "in %s, %i characters long, is read by a phone, whose codes are then right",
    async (_script, _n, name) => {
      const issuer = name || "-";
      const account = `${issuer.replaceAll(/[^\p{L}\p{M}]/gu, "").slice(0, 60) || "maya"}@client.example`;
      const uri = otpauthUri({ secret, issuer, account });
      expect(uri.length).toBeLessThanOrEqual(624);
      const read = hasProgram("zbarimg", "reading a QR code") ? await scanned(uri, 2) : uri;
      expect(read).toBe(uri);
      const label = labelOf(read);
      expect(label.parameter).toBe(label.issuer);
      for (const [shown, whole] of [
        [label.issuer ?? "", issuer],
        [label.account, account],
      ] as const) {
        const isWhole = shown === whole;
        const kept = isWhole ? shown : shown.slice(0, -1);
        expect([whole.startsWith(kept), isWhole || shown.endsWith("…")]).toEqual([true, true]);
        // Nothing that people take for one character is cut in two.
        expect(graphemesOf(whole).join("|").startsWith(graphemesOf(kept).join("|"))).toBe(true);
      }
      const now = Date.now();
      const code = execFileSync(
        "oathtool",
        ["--totp", "-b", new URL(read).searchParams.get("secret") ?? "", "--now", `@${Math.floor(now / 1000)}`],
        { encoding: "utf8" },
      ).trim();
      expect(matchingStep(secret, code, now)).not.toBeNull();
    },
  );

  it("stays whole where it fits, and keeps enough to recognize it by where it does not", () => {
    const shownFor = (issuer: string, account = "maya@client.example") =>
      labelOf(otpauthUri({ secret, issuer, account }));
    expect(shownFor("x".repeat(180)).issuer).toBe("x".repeat(180));
    expect(shownFor("x".repeat(181)).issuer).toBe(`${"x".repeat(171)}…`);
    expect(shownFor("株".repeat(20)).issuer).toBe("株".repeat(20));
    expect(shownFor("株".repeat(200)).issuer).toBe(`${"株".repeat(19)}…`);
    expect(shownFor(`${"x".repeat(170)} ${"y".repeat(29)}`).issuer).toBe(`${"x".repeat(170)}…`);
    const longest = `${"x".repeat(64)}@${"y".repeat(63)}.${"z".repeat(60)}.${"w".repeat(57)}.example`;
    expect(shownFor("Harbor", longest).account).toBe(`${longest.slice(0, 139)}…`);
  });

  it("shows a letter under a hundred accents, cut", () => {
    const { issuer } = labelOf(otpauthUri({ secret, issuer: `a${"\u0301".repeat(199)}`, account: "m@client.example" }));
    expect(issuer).toMatch(/^a\u0301+…$/u);
  });

  it("names the account alone where nothing of the name is left", () =>
    expect(labelOf(otpauthUri({ secret, issuer: " : ", account: "m@client.example" }))).toEqual({
      account: "m@client.example",
      issuer: null,
      parameter: null,
    }));
});

async function scanned(uri: string, scale = 6): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "gatehouse-qr-"));
  try {
    const picture = join(directory, "qr.png");
    await drawQrCode(picture, uri, { errorCorrectionLevel: "M", margin: 4, scale });
    return execFileSync("zbarimg", ["--quiet", "--raw", picture], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
