import { useLayoutEffect } from "react";
import { brandColors, neutralColors, type BrandColors, type ColorScheme, type HexColor } from "@gatehouse/shared";

type Variables = Record<`--${string}`, string>;

const dashed = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const variablesOf = (colors: object, prefix: string): Variables =>
  Object.fromEntries(Object.entries(colors).map(([name, value]) => [`--${prefix}${dashed(name)}`, String(value)]));

/** The variables by which styles.css takes a firm's colour, for both schemes. */
export function brandVariables(color: HexColor): Variables {
  const { light, dark } = brandColors(color);
  return { ...variablesOf(light, "light-"), ...variablesOf(dark, "dark-") };
}

/** Names of the variables above. */
const names = Object.keys(brandVariables("#000000"));

/**
 * The page has the firm's colour from its first picture on. Set by script on the element's style, which the
 * Content-Security-Policy lets pass; a style attribute or element in the HTML it would refuse.
 */
export function useBrandColor(color: HexColor | null | undefined): void {
  useLayoutEffect(() => {
    // Not known yet: what is there stays.
    if (color === undefined) return;
    const { style } = document.documentElement;
    const variables = color === null ? {} : brandVariables(color);
    for (const name of names) style.removeProperty(name);
    for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
  }, [color]);
}

/** All colours of a part of a page that shows one scheme, whichever the reader prefers; without a brand, only the neutral ones. */
export function schemeVariables(scheme: ColorScheme, brand: BrandColors | null): Variables {
  return { ...variablesOf(neutralColors[scheme], ""), ...(brand ? variablesOf(brand, "") : {}) };
}
