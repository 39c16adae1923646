/** The parameters of RFC 3492, section 5. */
const BASE = 36;
const T = { min: 1, max: 26 };
const SKEW = 38;
const DAMP = 700;
const FIRST = { bias: 72, codePoint: 0x80 };

/** The text of an ASCII label without its `xn--` (RFC 3492, section 6.2): browsers have nothing that decodes it. Null if it is not one. */
export function decodePunycode(encoded: string): string | null {
  const basic = Math.max(encoded.lastIndexOf("-"), 0);
  const points = Array.from(encoded.slice(0, basic), (letter) => letter.codePointAt(0) ?? 0);
  let [codePoint, bias, place, read] = [FIRST.codePoint, FIRST.bias, 0, basic === 0 ? 0 : basic + 1];
  while (read < encoded.length) {
    const before = place;
    for (let [weight, k] = [1, BASE]; ; k += BASE) {
      const digit = digitOf(encoded[read++]);
      if (digit === null) return null;
      place += digit * weight;
      const threshold = Math.min(Math.max(k - bias, T.min), T.max);
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > Number.MAX_SAFE_INTEGER / BASE) return null;
    }
    const count = points.length + 1;
    bias = adapt(place - before, count, before === 0);
    codePoint += Math.floor(place / count);
    if (codePoint > 0x10_ff_ff) return null;
    place %= count;
    points.splice(place++, 0, codePoint);
  }
  return String.fromCodePoint(...points);
}

function digitOf(letter: string | undefined): number | null {
  if (letter === undefined) return null;
  if (/^[a-z]$/.test(letter)) return letter.charCodeAt(0) - 97;
  return /^[0-9]$/.test(letter) ? letter.charCodeAt(0) - 22 : null;
}

function adapt(delta: number, count: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > ((BASE - T.min) * T.max) / 2; k += BASE) rest = Math.floor(rest / (BASE - T.min));
  return k + Math.floor(((BASE - T.min + 1) * rest) / (rest + SKEW));
}
