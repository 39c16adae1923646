import { describe, expect, it } from "@jest/globals";
import { importRefusals, importRule } from "./contact-import.js";

describe("rows of a file of contacts", () => {
  it.each`
    first                                   | second                                  | isRefused
    ${{ email: "a@b.example" }}             | ${{ email: "c@b.example" }}             | ${false}
    ${{ email: "a@b.example" }}             | ${{ email: " A@B.example" }}            | ${true}
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

  it("with neither an email nor an external id are refused, and stand in nobody's way", () => {
    const [one, two, three] = importRefusals([{ number: 2 }, { number: 3, email: "" }, { number: 4, email: "a@b.c" }]);
    expect([one, two]).toEqual([expect.stringContaining("each import would add it again"), one]);
    expect(three).toBeNull();
  });

  it("with a language that the portal does not have are refused by its name", () => {
    const [refusal] = importRefusals([{ number: 2, email: "a@b.c", unknownLanguage: "Spanish" }]);
    expect(refusal).toBe("The portal does not speak “Spanish”. Write English or French, or nothing.");
  });

  it("of which one is refused do not make a third one refused that is nobody else", () => {
    const rows = [
      { number: 2, externalId: "1", email: "a@b.c" },
      { number: 3, externalId: "1", email: "other@b.c" },
      { number: 4, email: "other@b.c" },
    ];
    expect(importRefusals(rows).map((refusal) => refusal === null)).toEqual([true, false, true]);
  });

  it("with one mailbox and each an external id are several people, and a later one without is refused by the first", () => {
    const rows = [
      { number: 2, externalId: "1", email: "a@b.example" },
      { number: 3, externalId: "2", email: "a@b.example" },
      { number: 4, email: "a@b.example" },
    ];
    const [one, two, three] = importRefusals(rows);
    expect([one, two]).toEqual([null, null]);
    expect(three).toBe(
      "Row 2 has the same email and would be overwritten. Give both an external id to keep two people apart.",
    );
  });

  it("without an address are nobody's double for that", () => {
    const rows = [
      { number: 2, email: "nonsense" },
      { number: 3, externalId: "1" },
      { number: 4, email: "other nonsense" },
      { number: 5, externalId: "2", email: "" },
      { number: 6, email: "nonsense", externalId: "" },
    ];
    expect(importRefusals(rows)).toEqual([null, null, null, null, null]);
  });

  it("with the same external id are told of the first", () =>
    expect(
      importRefusals([
        { number: 2, externalId: "1" },
        { number: 3, externalId: "1" },
        { number: 4, externalId: "1" },
      ]),
    ).toEqual([null, "Row 2 has the same external id.", "Row 2 has the same external id."]));

  it("find their contacts by a rule that people can read", () =>
    expect(importRule).toBe(
      "A row changes the contact with the same external id, or else with the same email; if there is none, it adds one. An empty cell changes nothing.",
    ));
});
