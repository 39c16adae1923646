import { describe, expect, it } from "@jest/globals";
import { afterPassword, askedForNewPassword } from "./firm-choice.js";

describe("what the right password of a team member leads to", () => {
  const [harbor, solo] = [{ firmSlug: "harbor" }, { firmSlug: "solo" }];
  it.each([
    ["somebody of one team", [harbor], null, { step: "ENTER", person: harbor }],
    ["somebody of two", [harbor, solo], null, { step: "CHOOSE_FIRM", people: [harbor, solo] }],
    ["somebody of two who names one", [harbor, solo], "solo", { step: "ENTER", person: solo }],
    ["somebody who names the only one", [harbor], "harbor", { step: "ENTER", person: harbor }],
    ["somebody who names another", [harbor, solo], "else", { step: "REFUSE" }],
    ["somebody of none", [], null, { step: "REFUSE" }],
    ["an empty name, which names no firm", [harbor], "", { step: "REFUSE" }],
  ] as const)("%s", (_who, people, wished, outcome) => {
    expect(afterPassword<{ firmSlug: string }>(people, wished)).toEqual(outcome);
  });
});

describe("a new password is asked for", () => {
  it.each([
    ["nothing more of somebody without a second factor", false, false, "NOTHING"],
    ["a fresh proof of somebody with one", true, false, "FRESH_PROOF"],
    ["a fresh proof of somebody with one in each team", true, true, "FRESH_PROOF"],
    ["another team's proof of somebody with one only there", false, true, "ANOTHER_TEAMS_PROOF"],
  ] as const)("%s", (_what, isEnrolledHere, isEnrolledInAnotherTeam, asked) =>
    expect(askedForNewPassword({ isEnrolledHere, isEnrolledInAnotherTeam })).toBe(asked),
  );
});
