import { Fragment, type ReactNode } from "react";
import { jsxs } from "#jsx/jsx-runtime";

/** A sentence with parts that are more than text, such as a date: each language puts them where they belong. */
export const rich = (texts: TemplateStringsArray, ...parts: ReactNode[]): ReactNode =>
  jsxs(Fragment, { children: texts.flatMap((text, place) => [text, parts[place]]) });
