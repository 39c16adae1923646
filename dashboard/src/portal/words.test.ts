import { Fragment, isValidElement, type ReactNode } from "react";
import { describe, expect, it } from "@jest/globals";
import { wordsInEnglish } from "../language/words.en.js";
import { wordsInFrench } from "../language/words.fr.js";
import { portalWordsInEnglish } from "./words.en.js";
import { portalWordsInFrench } from "./words.fr.js";

const textOf = (node: ReactNode): string => {
  if (Array.isArray(node)) return node.map(textOf).join("");
  // A sentence with parts is a fragment; its texts have spans of their own (jsx/lone-texts.ts).
  if (isValidElement<{ children?: ReactNode }>(node) && (node.type === Fragment || node.type === "span"))
    return textOf(node.props.children);
  return String(node ?? "");
};
/** Every sentence of a catalogue; its functions are given numbers that can be found again. */
const sentences = (words: unknown, path = ""): [path: string, text: string][] => {
  if (typeof words === "string") return [[path, words]];
  if (typeof words !== "function")
    return Object.entries(words as object).flatMap(([name, inner]) => sentences(inner, `${path}.${name}`));
  const say = words as (...given: unknown[]) => ReactNode;
  const given = path.endsWith("onThisPhone") ? [(text: string) => text] : [3_600_000 * 41, 43, 47];
  return [[path, textOf(say(...given.slice(0, say.length)))]];
};

const english = [...sentences(wordsInEnglish), ...sentences(portalWordsInEnglish)];
const french = [...sentences(wordsInFrench), ...sentences(portalWordsInFrench)];

describe("the portal in French", () => {
  it("says each sentence, and names in it what the English one names", () => {
    const named = (all: typeof french) =>
      all
        .filter(([path]) => path !== ".failures.request")
        .map(([path, text]) => [path, [...new Set(text.match(/\d+/g))].toSorted()]);
    expect(named(french)).toEqual(named(english));
  });

  it("has no sentence left in English", () => {
    const same = french.filter(([, text], at) => text === english[at]?.[1]).map(([, text]) => text);
    expect(same).toEqual(["Pages"]);
    const foreign = /\b(?:the|your|you|and|with|this|sign|password|email|link|to|is|of)\b/i;
    expect(french.filter(([, text]) => foreign.test(text))).toEqual([]);
  });

  it("is set as in Canada: a no-break space before a colon and inside guillemets, none before ; ? !", () => {
    const wrong = french.filter(([, text]) => /(?<!\u00A0):|«(?!\u00A0)|(?<!\u00A0)»|\s[;?!]|'|"/.test(text));
    expect(wrong).toEqual([]);
  });
});
