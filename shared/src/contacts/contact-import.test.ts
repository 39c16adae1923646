import { describe, expect, it } from "@jest/globals";
import { importRefusals, importRule } from "./contact-import.js";

describe("rows of a file of contacts", () => {
  it.each`
    first                                   | second                                  | isRefused
    ${{ email: "a@b.example" }}             | ${{ email: "c@b.example" }}             | ${false}
    ${{ email: "a@b.example" }}             | ${{ email: " A@B.example" }}            | ${true}
    ${{ email: "a@bücher.example" }}        | ${{ email: "a@xn--bcher-kva.example" }} | ${true}
    ${{ email: "a@bücher.example" }}        | ${{ email: "a@bu\u0308cher。example" }} | ${true}
    ${{ email: "a@straße.example" }}        | ${{ email: "a@strasse.example" }}       | ${false}
    ${{ externalId: "1" }}                  | ${{ externalId: "2" }}                  | ${false}
    ${{ externalId: "1" }}                  | ${{ externalId: "1" }}                  | ${true}
    ${{ externalId: "1", email: "a@b.c" }}  | ${{ externalId: "2", email: "a@b.c" }}  | ${false}
    ${{ externalId: "1", email: "a@b.c" }}  | ${{ email: "a@b.c" }}                   | ${true}
    ${{ email: "a@b.c" }}                   | ${{ externalId: "1", email: "a@b.c" }}  | ${true}
    ${{ externalId: "1", email: "a@b.c" }}  | ${{ externalId: "1", email: "x@b.c" }}  | ${true}
    ${{ externalId: "1", email: "not an" }} | ${{ externalId: "2", email: "not an" }} | ${false}
  `("after $first, $second is refused: $isRefused", ({ first, second, isRefused }) => {
    const refusals = importRefusals([
      { number: 2, ...(first as object) },
      { number: 3, ...(second as object) },
    ]);
    expect(refusals.map((refusal) => refusal?.includes("Row 2 has the same") ?? false)).toEqual([false, isRefused]);
  });

  it("with neither an email nor an external id are refused, and do not affect other rows", () => {
    const [one, two, three] = importRefusals([{ number: 2 }, { number: 3, email: "" }, { number: 4, email: "a@b.c" }]);
    expect([one, two]).toEqual([expect.stringContaining("every import would add it again"), one]);
    expect(three).toBeNull();
  });

  it("with a language that the portal does not have are refused, and the refusal names it", () => {
    const [refusal] = importRefusals([{ number: 2, email: "a@b.c", unknownLanguage: "Spanish" }]);
    expect(refusal).toBe("The portal is not available in “Spanish”. Write English or French, or leave the cell empty.");
  });

  it("are not refused for resembling a row that is itself refused", () => {
    const rows = [
      { number: 2, externalId: "1", email: "a@b.c" },
      { number: 3, externalId: "1", email: "other@b.c" },
      { number: 4, email: "other@b.c" },
    ];
    expect(importRefusals(rows).map((refusal) => refusal === null)).toEqual([true, false, true]);
  });

  it("that share a mailbox are several people if each has an external id; a later row without one is refused", () => {
    const rows = [
      { number: 2, externalId: "1", email: "a@b.example" },
      { number: 3, externalId: "2", email: "a@b.example" },
      { number: 4, email: "a@b.example" },
    ];
    const [one, two, three] = importRefusals(rows);
    expect([one, two]).toEqual([null, null]);
    expect(three).toBe(
      "Row 2 has the same email and would be overwritten. If these are two people, give each an external id.",
    );
  });

  it("without an address are not taken for duplicates of each other", () => {
    const rows = [
      { number: 2, email: "nonsense" },
      { number: 3, externalId: "1" },
      { number: 4, email: "other nonsense" },
      { number: 5, externalId: "2", email: "" },
      { number: 6, email: "nonsense", externalId: "" },
    ];
    expect(importRefusals(rows)).toEqual([null, null, null, null, null]);
  });

  it("with the same external id are refused with the number of the first", () =>
    expect(
      importRefusals([
        { number: 2, externalId: "1" },
        { number: 3, externalId: "1" },
        { number: 4, externalId: "1" },
      ]),
    ).toEqual([null, "Row 2 has the same external id.", "Row 2 has the same external id."]));

  it("find their contacts by a rule that is written for people", () =>
    expect(importRule).toBe(
      "A row updates the contact with the same external id or, failing that, the same email; if there is none, it adds a new contact. An empty cell changes nothing.",
    ));
});
