import { describe, expect, it } from "@jest/globals";
import { brandColors, contrastOf, neutralColors, type ColorScheme } from "./brand-colors.js";

const schemes = Object.keys(neutralColors) as ColorScheme[];
const steps = ["00", "33", "66", "99", "cc", "ff"];
const palette = steps.flatMap((red) => steps.flatMap((green) => steps.map((blue) => `#${red}${green}${blue}`)));
const delicate = ["#767676", "#777777", "#757575", "#fffbe0", "#ffee99", "#0a1a3a", "#00ff00", "#fefefe", "#010101"];

describe("a firm's color", () => {
  it("is readable as text and behind text, whatever the color, in light and dark mode", () => {
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
          if (!/^#[0-9a-f]{6}$/.test(derived)) unreadable.push([color, scheme, derived]);
      }
    expect(unreadable).toEqual([]);
  });
});
