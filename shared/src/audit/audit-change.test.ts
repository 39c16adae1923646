import { expect, it } from "@jest/globals";
import { changesBetween, changesInWords } from "./audit-change.js";

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

it.each([
  [[{ field: "email", before: "a@x.example", after: "b@y.example" }], "email: a@x.example → b@y.example"],
  [
    [
      { field: "externalId", before: null, after: "17" },
      { field: "name", before: "Maya", after: "" },
    ],
    "externalId: none → 17; name: Maya → none",
  ],
  [
    [{ field: "scopes", before: [], after: ["CONTACTS_READ", "AUDIT_READ"] }],
    "scopes: none → CONTACTS_READ, AUDIT_READ",
  ],
  [
    [
      { field: "teamRequiresTwoFactor", before: false, after: true },
      { field: "trustedDeviceDays", before: 0, after: 14 },
    ],
    "teamRequiresTwoFactor: false → true; trustedDeviceDays: 0 → 14",
  ],
  [[], ""],
])("people read %j as %s", (changes, words) => expect(changesInWords(changes)).toBe(words));
