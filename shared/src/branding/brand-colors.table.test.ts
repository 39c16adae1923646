import { describe, expect, it } from "@jest/globals";
import { brandColors, luminanceOf, type ColorScheme } from "./brand-colors.js";

describe("a firm that chose its color", () => {
  // Columns: the color, the scheme; the button under the pointer, text on it, its edge, links, the tint behind them.
  it.each<[string, ColorScheme, string, string, string, string, string]>([
    ["#0b5f4e", "light", "#004d3e", "#ffffff", "#0b5f4e", "#0b5f4e", "#d4f8ec"],
    ["#0b5f4e", "dark", "#004d3e", "#ffffff", "#5ca490", "#5ca490", "#15342c"],
    ["#ffee99", "light", "#ebda86", "#000000", "#7c6b09", "#7c6b09", "#f5efd1"],
    ["#ffee99", "dark", "#ebda86", "#000000", "#ffee99", "#ffee99", "#332e15"],
    ["#0a1a3a", "light", "#010b2a", "#ffffff", "#0a1a3a", "#0a1a3a", "#e6efff"],
    ["#0a1a3a", "dark", "#010b2a", "#ffffff", "#8096be", "#8096be", "#232e42"],
    ["#00ff00", "light", "#00e800", "#000000", "#007f00", "#007f00", "#e0f6dd"],
    ["#00ff00", "dark", "#00e800", "#000000", "#00ff00", "#00ff00", "#223320"],
    ["#ff0000", "light", "#ff5c4a", "#000000", "#ff0000", "#da0000", "#ffe9e5"],
    ["#ff0000", "dark", "#ff5c4a", "#000000", "#ff0000", "#ff5c4a", "#402622"],
    ["#0000ff", "light", "#0000d4", "#ffffff", "#0000ff", "#0000ff", "#e6efff"],
    ["#0000ff", "dark", "#0000d4", "#ffffff", "#6192ff", "#6192ff", "#242e42"],
    ["#767676", "light", "#656565", "#ffffff", "#767676", "#6c6c6c", "#eeeeee"],
    ["#767676", "dark", "#656565", "#ffffff", "#767676", "#959595", "#2e2e2e"],
    ["#777777", "light", "#898989", "#000000", "#777777", "#6b6b6b", "#eeeeee"],
    ["#777777", "dark", "#898989", "#000000", "#777777", "#959595", "#2e2e2e"],
    ["#ffffff", "light", "#ebebeb", "#000000", "#6c6c6c", "#6c6c6c", "#eeeeee"],
    ["#ffffff", "dark", "#ebebeb", "#000000", "#ffffff", "#ffffff", "#2e2e2e"],
    ["#000000", "light", "#010101", "#ffffff", "#000000", "#000000", "#eeeeee"],
    ["#000000", "dark", "#010101", "#ffffff", "#959595", "#959595", "#2e2e2e"],
    ["#8a2be2", "light", "#7901cd", "#ffffff", "#8a2be2", "#8a2be2", "#f2eaff"],
    ["#8a2be2", "dark", "#7901cd", "#ffffff", "#b277ff", "#b277ff", "#31293f"],
    ["#ff00ff", "light", "#e300e3", "#000000", "#be00be", "#be00be", "#fee6fc"],
    ["#ff00ff", "dark", "#e300e3", "#000000", "#ff00ff", "#ff1cff", "#392738"],
    ["#00ffff", "light", "#00e9e9", "#000000", "#007979", "#007979", "#d1f8f7"],
    ["#00ffff", "dark", "#00e9e9", "#000000", "#00ffff", "#00ffff", "#113434"],
    ["#c0ffee", "light", "#adebda", "#000000", "#3a7769", "#3a7769", "#d4f8ee"],
    ["#c0ffee", "dark", "#adebda", "#000000", "#c0ffee", "#c0ffee", "#15342d"],
  ])(
    "%s keeps its look from release to release, %s",
    (color, scheme, accentHover, onAccent, accentEdge, accentText, accentSoft) =>
      expect(brandColors(color)[scheme]).toEqual({
        accent: color,
        accentHover,
        onAccent,
        accentEdge,
        accentText,
        accentSoft,
      }),
  );
});

describe("the luminance of a color", () => {
  // WCAG 2.2: the coefficients of the three channels. A grey of 10 out of 255 lies on the linear part of the curve, 11 on the curved part.
  it.each([
    ["#000000", 0],
    ["#ffffff", 1],
    ["#ff0000", 0.2126],
    ["#00ff00", 0.7152],
    ["#0000ff", 0.0722],
    ["#0a0a0a", 10 / 255 / 12.92],
    ["#0b0b0b", ((11 / 255 + 0.055) / 1.055) ** 2.4],
    ["#808080", ((128 / 255 + 0.055) / 1.055) ** 2.4],
  ])("of %s is %s", (color, luminance) => expect(luminanceOf(color)).toBeCloseTo(luminance, 10));
});
