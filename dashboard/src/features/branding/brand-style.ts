import { useLayoutEffect } from "react";
import { brandColors, neutralColors, type BrandColors, type ColorScheme, type HexColor } from "@gatehouse/shared";

type Variables = Record<`--${string}`, string>;

const dashed = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const variablesOf = (colors: object, prefix: string): Variables =>
  Object.fromEntries(Object.entries(colors).map(([name, value]) => [`--${prefix}${dashed(name)}`, String(value)]));

/** The variables from which styles.css takes a firm's color, for both schemes. */
export function brandVariables(color: HexColor): Variables {
  const { light, dark } = brandColors(color);
  return { ...variablesOf(light, "light-"), ...variablesOf(dark, "dark-") };
}

/** Names of the variables above. */
const names = Object.keys(brandVariables("#000000"));

/**
 * Gives the page the firm's color from the first paint on. A script sets it on the element's style, which the Content-Security-Policy
 * allows; it would block a style attribute or element in the HTML.
 */
export function useBrandColor(color: HexColor | null | undefined): void {
  useLayoutEffect(() => {
    // Not known yet: keep the current color.
    if (color === undefined) return;
    const { style } = document.documentElement;
    const variables = color === null ? {} : brandVariables(color);
    for (const name of names) style.removeProperty(name);
    for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
  }, [color]);
}

/** All colors for a part of a page that shows one scheme regardless of the viewer's preference; without a brand, only the neutral ones. */
export function schemeVariables(scheme: ColorScheme, brand: BrandColors | null): Variables {
  return { ...variablesOf(neutralColors[scheme], ""), ...(brand ? variablesOf(brand, "") : {}) };
}
