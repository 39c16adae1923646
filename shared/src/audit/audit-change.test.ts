import { expect, it } from "@jest/globals";
import { changesBetween } from "./audit-change.js";

it("lists each field that differs, with what it was and what it is", () => {
  expect(
    changesBetween(
      { name: "Maya", email: null, tags: ["a"] },
      { name: "Maya", email: "m@x.example", tags: ["a", "b"] },
    ),
  ).toEqual([
    { field: "email", before: null, after: "m@x.example" },
    { field: "tags", before: ["a"], after: ["a", "b"] },
  ]);
});

it("says of what is new that nothing was before, and of what is deleted that nothing is after", () => {
  expect(changesBetween({}, { name: "Key", scopes: [] })).toEqual([
    { field: "name", before: null, after: "Key" },
    { field: "scopes", before: null, after: [] },
  ]);
  expect(changesBetween({ url: "https://x.example" }, {})).toEqual([
    { field: "url", before: "https://x.example", after: null },
  ]);
});

it("lists nothing if nothing differs", () => {
  expect(changesBetween({ name: "Maya", isOn: false }, { isOn: false, name: "Maya" })).toEqual([]);
});
