import { describe, expect, it } from "@jest/globals";
import { brandColors, contrastOf, neutralColors, readHexColor } from "./brand-colors.js";

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

  it("is black text by day and white text at night where it is no colour", () => {
    const { light, dark } = brandColors("nonsense");
    expect([light.accentText, dark.accentText]).toEqual(["#000000", "#ffffff"]);
  });

  it("is measured as WCAG does", () => {
    expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrastOf("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrastOf("#ffffff", "#ff0000")).toBeCloseTo(4, 2);
  });
});
