import type { ElementType, Key, ReactElement } from "react";
import * as react from "react/jsx-dev-runtime";
import { withLoneText, withLoneTexts } from "./lone-texts.js";

/* The same for `npm run dev`. */
export { Fragment } from "react/jsx-dev-runtime";
export type { JSX } from "react/jsx-dev-runtime";

export function jsxDEV(
  type: ElementType,
  props: Record<string, unknown>,
  key: Key | undefined,
  isStatic: boolean,
  source?: react.JSXSource,
  self?: unknown,
): ReactElement {
  const own = isStatic ? withLoneTexts(type, props) : withLoneText(type, props);
  // A single text has taken the place of several children.
  return react.jsxDEV(type, own, key, isStatic && Array.isArray(own["children"]), source, self);
}
