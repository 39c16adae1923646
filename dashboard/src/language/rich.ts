import { createElement, Fragment, type ReactNode } from "react";

/** A sentence with parts that are more than text, such as a date: each language puts them where they belong. */
export const rich = (texts: TemplateStringsArray, ...parts: ReactNode[]): ReactNode =>
  createElement(Fragment, null, ...texts.flatMap((text, place) => [text, parts[place]]));
