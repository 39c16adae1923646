/** A color as `#rrggbb`, in lower case. */
export type HexColor = string;

/** A typed color, normalized: `#fff`, `FFEE99` and `#ffee99` are accepted; color names and functions are not. */
export function readHexColor(typed: string): HexColor | null {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(typed.trim())?.[1]?.toLowerCase();
  if (digits === undefined) return null;
  return `#${digits.length === 3 ? digits.replaceAll(/./g, "$&$&") : digits}`;
}

/** The neutral colors behind the brand's colors, in both schemes; the dashboard's styles.css has the same values. */
export const neutralColors = {
  light: {
    canvas: "#f6f6f3",
    surface: "#ffffff",
    sunken: "#efefeb",
    line: "#e0e0da",
    lineStrong: "#83847c",
    ink: "#1b1d1a",
    muted: "#585b54",
    logoPlate: "transparent",
  },
  dark: {
    canvas: "#131512",
    surface: "#1b1e1a",
    sunken: "#242722",
    line: "#343830",
    lineStrong: "#80857a",
    ink: "#ecede8",
    muted: "#a9ada2",
    // Logos are designed for white paper.
    logoPlate: "#ffffff",
  },
} as const;
export type ColorScheme = keyof typeof neutralColors;

/** What one brand color becomes in a scheme. Every pair used for text has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3). */
export interface BrandColors {
  /** The primary button: the firm's own color, unchanged. */
  accent: HexColor;
  accentHover: HexColor;
  /** Text on the button. */
  onAccent: HexColor;
  /** The button's edge: 3:1 against the page, so that the button stands out as one (WCAG 1.4.11). */
  accentEdge: HexColor;
  /** Links and other text in the firm's color, made lighter or darker where needed until they are readable. */
  accentText: HexColor;
  /** A tint behind such text. */
  accentSoft: HexColor;
}

const TEXT = 4.5;
const SHAPE = 3;
const STEP = 0.005;
const HOVER = 0.06;
const WHITE = "#ffffff";
const BLACK = "#000000";

/** The colors derived from a firm's color, which must be normalized. */
export function brandColors(color: HexColor): Record<ColorScheme, BrandColors> {
  return { light: inScheme(color, "light"), dark: inScheme(color, "dark") };
}

function inScheme(color: HexColor, scheme: ColorScheme): BrandColors {
  const { canvas, surface, sunken } = neutralColors[scheme];
  const isLight = scheme === "light";
  const { hue, chroma } = toOklch(color);
  const accentSoft = fromOklch({ lightness: isLight ? 0.95 : 0.3, chroma: Math.min(chroma, 0.04), hue });
  const papers = [canvas, surface, sunken, accentSoft];
  const accentText = readableColor(color, papers, isLight ? -STEP : STEP);
  // The better of the two always reaches 4.58:1: the worst case is where both are equal, at the square root of 21.
  const onAccent = contrastOf(WHITE, color) >= TEXT ? WHITE : BLACK;
  return {
    accent: color,
    accentHover: hoverColor(color, onAccent),
    onAccent,
    accentEdge: contrastOf(color, surface) >= SHAPE && contrastOf(color, canvas) >= SHAPE ? color : accentText,
    accentText,
    accentSoft,
  };
}

/** The color of the same hue that is readable on all backgrounds, as close in lightness as possible. */
function readableColor(color: HexColor, papers: readonly HexColor[], step: number): HexColor {
  const isReadable = (text: HexColor) => papers.every((paper) => contrastOf(text, paper) >= TEXT);
  if (isReadable(color)) return color;
  const given = toOklch(color);
  for (let lightness = given.lightness + step; lightness > 0 && lightness < 1; lightness += step) {
    const moved = fromOklch({ ...given, lightness });
    if (isReadable(moved)) return moved;
  }
  return step < 0 ? BLACK : WHITE;
}

/** A little darker, or lighter if the text on it needs that. */
function hoverColor(color: HexColor, text: HexColor): HexColor {
  const given = toOklch(color);
  for (const way of [-HOVER, HOVER]) {
    const moved = fromOklch({ ...given, lightness: Math.min(1, Math.max(0, given.lightness + way)) });
    if (moved !== color && contrastOf(moved, text) >= TEXT) return moved;
  }
  return color;
}

type Three = readonly [number, number, number];

const channels = (color: HexColor): Three => [
  Number.parseInt(color.slice(1, 3), 16) / 255,
  Number.parseInt(color.slice(3, 5), 16) / 255,
  Number.parseInt(color.slice(5, 7), 16) / 255,
];
const toLinear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
const fromLinear = (channel: number) => (channel <= 0.0031308 ? channel * 12.92 : 1.055 * channel ** (1 / 2.4) - 0.055);

/** WCAG 2.2's relative luminance. */
export function luminanceOf(color: HexColor): number {
  const [red, green, blue] = channels(color);
  return 0.2126 * toLinear(red) + 0.7152 * toLinear(green) + 0.0722 * toLinear(blue);
}

/** WCAG 2.2's contrast ratio, 1 to 21. */
export function contrastOf(one: HexColor, other: HexColor): number {
  const [a, b] = [luminanceOf(one), luminanceOf(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Lightness 0..1. In OKLCH (https://bottosson.github.io/posts/oklab/) equal steps look equal, and the hue does not shift. */
interface Oklch {
  lightness: number;
  chroma: number;
  /** Radians. */
  hue: number;
}

function toOklch(color: HexColor): Oklch {
  const [hexRed, hexGreen, hexBlue] = channels(color);
  const [red, green, blue] = [toLinear(hexRed), toLinear(hexGreen), toLinear(hexBlue)];
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const b = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(a, b),
    hue: Math.atan2(b, a),
  };
}

function linearOf({ lightness, chroma, hue }: Oklch): Three {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** The color as a screen can show it: out of gamut, the same lightness and hue with as much chroma as fits. */
function fromOklch(wanted: Oklch): HexColor {
  const isShown = (given: Oklch) => linearOf(given).every((channel) => channel > -0.0005 && channel < 1.0005);
  let { chroma } = wanted;
  if (!isShown(wanted)) {
    let least = 0;
    for (let tries = 0; tries < 16; tries++) {
      const middle = (least + chroma) / 2;
      if (isShown({ ...wanted, chroma: middle })) least = middle;
      else chroma = middle;
    }
    chroma = least;
  }
  const hex = linearOf({ ...wanted, chroma }).map((channel) =>
    Math.round(255 * fromLinear(Math.min(1, Math.max(0, channel))))
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${hex.join("")}`;
}
