import { join } from "node:path";
import { expect, it } from "@jest/globals";
import Pdf from "pdfkit";
import { forgetWords } from "./report-pdf.js";

it("a long PDF forgets the words of the pages before, where the library keeps them", () => {
  const doc = new Pdf({ size: "A4" });
  const fonts = join(__dirname, "../../../node_modules/dejavu-fonts-ttf/ttf");
  doc.registerFont("text", join(fonts, "DejaVuSansCondensed.ttf")).font("text");
  const kept = () => {
    const { _font: font } = doc as unknown as { _font: { layoutCache: object } };
    return Object.keys(font.layoutCache);
  };
  doc.text("Ada Abbott");
  expect(kept()).toEqual(["Ada ", "Abbott"]);
  forgetWords(doc);
  expect(kept()).toEqual([]);
  doc.text("Ada").end();
  expect(kept()).toEqual(["Ada"]);
});
