import type { ElementType, Key, ReactElement } from "react";
import * as react from "react/jsx-runtime";
import { withLoneText, withLoneTexts } from "./lone-texts.js";

/* What JSX is compiled to (`jsxImportSource` in tsconfig.json, vite.config.ts and jest.config.ts). */
export { Fragment } from "react/jsx-runtime";
export type { JSX } from "react/jsx-runtime";

type Props = Record<string, unknown>;

export const jsx = (type: ElementType, props: Props, key?: Key): ReactElement =>
  react.jsx(type, withLoneText(type, props), key);

export const jsxs = (type: ElementType, props: Props, key?: Key): ReactElement => {
  const own = withLoneTexts(type, props);
  // A single text may have taken the place of several children.
  return Array.isArray(own["children"]) ? react.jsxs(type, own, key) : react.jsx(type, own, key);
};
