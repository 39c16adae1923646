import { expect, it } from "@jest/globals";
import { isAnothersPage } from "./page-viewer.js";

it.each<[loadedFor: string | null, viewer: string | null, refused: boolean]>([
  ["ann", "ben", true],
  ["ann", "ann", false],
  ["ann", null, false],
  [null, "ben", false],
  [null, null, false],
  ["", "ben", true],
])("X22 a page loaded for %s while %s is signed in: refused %s", (loadedFor, viewer, refused) => {
  expect(isAnothersPage(loadedFor, viewer)).toBe(refused);
});
