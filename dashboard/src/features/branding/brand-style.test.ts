import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { neutralColors } from "@gatehouse/shared";
import { brandVariables, schemeVariables } from "./brand-style.js";

const css = readFileSync(join(__dirname, "../../styles.css"), "utf8");
const [light = "", dark = ""] = css.split("prefers-color-scheme: dark");

it("the pages have the same neutral colors as the ones that brand colors are adapted to", () => {
  for (const [scheme, text] of [
    ["light", light],
    ["dark", dark],
  ] as const)
    for (const [name, value] of Object.entries(schemeVariables(scheme, null)))
      expect(text).toContain(`${name}: ${value};`);
  expect(Object.keys(schemeVariables("dark", null))).toHaveLength(Object.keys(neutralColors.dark).length);
});

it("the pages read every variable that a firm's color sets", () => {
  for (const name of Object.keys(brandVariables("#ffee99"))) expect(css).toContain(`var(${name}, `);
});
