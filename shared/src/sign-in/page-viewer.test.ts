import { expect, it } from "@jest/globals";
import { isAnothersPage } from "./page-viewer.js";

it.each`
  loadedFor | viewer   | refused
  ${"ann"}  | ${"ben"} | ${true}
  ${"ann"}  | ${"ann"} | ${false}
  ${"ann"}  | ${null}  | ${false}
  ${null}   | ${"ben"} | ${false}
  ${null}   | ${null}  | ${false}
  ${""}     | ${"ben"} | ${true}
`("a page loaded for $loadedFor while $viewer is signed in: refused $refused", ({ loadedFor, viewer, refused }) => {
  expect(isAnothersPage(loadedFor, viewer)).toBe(refused);
});
