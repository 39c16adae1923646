import { describe, expect, it } from "@jest/globals";
import { brandColors, contrastOf, neutralColors, readHexColor, type ColorScheme } from "./brand-colors.js";

const schemes = Object.keys(neutralColors) as ColorScheme[];
const steps = ["00", "33", "66", "99", "cc", "ff"];
const palette = steps.flatMap((red) => steps.flatMap((green) => steps.map((blue) => `#${red}${green}${blue}`)));
const delicate = ["#767676", "#777777", "#757575", "#fffbe0", "#ffee99", "#0a1a3a", "#00ff00", "#fefefe", "#010101"];

describe("a colour that is typed", () => {
  it.each`
    typed                                     | color
    ${"#fff"}                                 | ${"#ffffff"}
    ${"#FFEE99"}                              | ${"#ffee99"}
    ${" 0b5f4e "}                             | ${"#0b5f4e"}
    ${"AbC"}                                  | ${"#aabbcc"}
    ${""}                                     | ${null}
    ${"#"}                                    | ${null}
    ${"#ffff"}                                | ${null}
    ${"#ffffffff"}                            | ${null}
    ${"##ffffff"}                             | ${null}
    ${"red"}                                  | ${null}
    ${"red;}body{display:none}"}              | ${null}
    ${"#ffffff;}body{background:url(//x.y)}"} | ${null}
    ${"#ffffff\n;"}                           | ${null}
    ${"url(javascript:alert(1))"}             | ${null}
    ${"var(--ink)"}                           | ${null}
    ${"#ｆｆｆ"}                              | ${null}
  `("$typed is $color", ({ typed, color }: Record<string, string | null>) =>
    expect(readHexColor(typed ?? "")).toBe(color),
  );
});

describe("a firm's colour", () => {
  it("can be read wherever it is text or has text on it, whatever it is, in light and in dark", () => {
    const unreadable: unknown[] = [];
    for (const color of [...palette, ...delicate])
      for (const scheme of schemes) {
        const { accent, accentHover, onAccent, accentEdge, accentText, accentSoft } = brandColors(color)[scheme];
        const { canvas, surface, sunken, ink } = neutralColors[scheme];
        const pairs: [string, string, number][] = [
          ...[canvas, surface, sunken, accentSoft].map((paper): [string, string, number] => [accentText, paper, 4.5]),
          [onAccent, accent, 4.5],
          [onAccent, accentHover, 4.5],
          [ink, accentSoft, 4.5],
          [accentEdge, surface, 3],
          [accentEdge, canvas, 3],
        ];
        for (const [one, other, least] of pairs)
          if (!(contrastOf(one, other) >= least)) unreadable.push([color, scheme, one, other]);
        for (const derived of [accent, accentHover, onAccent, accentEdge, accentText, accentSoft])
          expect(derived).toMatch(/^#[0-9a-f]{6}$/);
      }
    expect(unreadable).toEqual([]);
  });

  it("stays as it is where it can be read, and keeps its hue where it is moved", () => {
    expect(brandColors("#0b5f4e").light).toMatchObject({
      accent: "#0b5f4e",
      accentText: "#0b5f4e",
      onAccent: "#ffffff",
    });
    // Pale yellow: the button is the firm's own, with black on it; links are a dark yellow, not grey and not brown.
    const { accent, onAccent, accentText, accentEdge } = brandColors("#ffee99").light;
    expect([accent, onAccent, accentEdge]).toEqual(["#ffee99", "#000000", accentText]);
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(accentText.slice(at, at + 2), 16));
    expect(red).toBeGreaterThan(green);
    expect(green).toBeGreaterThan(blue + 60);
    // It is moved no further than it must.
    expect(contrastOf(accentText, neutralColors.light.sunken)).toBeLessThan(4.7);
    // Navy on a dark page goes the other way.
    expect(contrastOf(brandColors("#0a1a3a").dark.accentText, "#ffffff")).toBeLessThan(
      contrastOf("#0a1a3a", "#ffffff"),
    );
  });

  it("is measured as WCAG does", () => {
    expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrastOf("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrastOf("#ffffff", "#ff0000")).toBeCloseTo(4, 2);
  });
});
