import { describe, expect, it } from "@jest/globals";
import { brandColors, contrastOf, neutralColors, readHexColor } from "./brand-colors.js";

describe("a typed color", () => {
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

describe("a firm's color", () => {
  it("stays as it is where it is readable, and keeps its hue where its lightness changes", () => {
    expect(brandColors("#0b5f4e").light).toMatchObject({
      accent: "#0b5f4e",
      accentText: "#0b5f4e",
      onAccent: "#ffffff",
    });
    // Pale yellow: the button has the firm's own color with black text; links are a dark yellow, neither grey nor brown.
    const { accent, onAccent, accentText, accentEdge } = brandColors("#ffee99").light;
    expect([accent, onAccent, accentEdge]).toEqual(["#ffee99", "#000000", accentText]);
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(accentText.slice(at, at + 2), 16));
    expect(red).toBeGreaterThan(green);
    expect(green).toBeGreaterThan(blue + 60);
    // The lightness changes no more than necessary.
    expect(contrastOf(accentText, neutralColors.light.sunken)).toBeLessThan(4.7);
    // Navy on a dark page becomes lighter.
    expect(contrastOf(brandColors("#0a1a3a").dark.accentText, "#ffffff")).toBeLessThan(
      contrastOf("#0a1a3a", "#ffffff"),
    );
  });

  it("gives black text in light mode and white text in dark mode if it has no hue", () => {
    const { light, dark } = brandColors("nonsense");
    expect([light.accentText, dark.accentText]).toEqual(["#000000", "#ffffff"]);
  });

  it("is measured as WCAG does", () => {
    expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrastOf("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrastOf("#ffffff", "#ff0000")).toBeCloseTo(4, 2);
  });
});
