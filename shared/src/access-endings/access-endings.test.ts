import { describe, expect, it } from "@jest/globals";
import {
  accessEndings,
  endedBy,
  endingActs,
  pendingThings,
  type Ending,
  type EndingAct,
  type PendingThing,
} from "./access-endings.js";

const ofTheFirm = ["API_KEYS", "WEBHOOKS"] as const;

describe("what ends with an act that ends access", () => {
  const table: [EndingAct, PendingThing[]][] = [
    [
      "PASSWORD_RESET",
      ["LINK_SESSIONS", "LINK_GRANTS", "ADDED_FACTORS", "NOT_ME_LINKS", "ACCOUNT_TOKENS", "KEPT_ANSWERS", ...ofTheFirm],
    ],
    [
      "PASSWORD_CHANGED",
      ["LINK_SESSIONS", "LINK_GRANTS", "ADDED_FACTORS", "NOT_ME_LINKS", "ACCOUNT_TOKENS", "KEPT_ANSWERS", ...ofTheFirm],
    ],
    ["NOT_ME", ["ACCOUNT_TOKENS", "KEPT_ANSWERS", ...ofTheFirm]],
    [
      "TWO_FACTOR_SET_UP",
      [
        "LINK_GRANTS",
        "ADDED_FACTORS",
        "PASSWORD_LINKS",
        "EMAIL_CHANGE",
        "NOT_ME_LINKS",
        "ACCOUNT_TOKENS",
        "KEPT_ANSWERS",
        ...ofTheFirm,
      ],
    ],
    [
      "TWO_FACTOR_DISABLED",
      [
        "LINK_SESSIONS",
        "LINK_GRANTS",
        "PASSWORD_LINKS",
        "NOT_ME_LINKS",
        "ACCOUNT_TOKENS",
        "KEPT_ANSWERS",
        ...ofTheFirm,
      ],
    ],
    ["TWO_FACTOR_RESET", ["NOT_ME_LINKS", "ACCOUNT_TOKENS", "KEPT_ANSWERS", ...ofTheFirm]],
    [
      "SIGNED_OUT_EVERYWHERE",
      ["ADDED_FACTORS", "PASSWORD_LINKS", "NOT_ME_LINKS", "ACCOUNT_TOKENS", "KEPT_ANSWERS", ...ofTheFirm],
    ],
    ["LOGIN_EMAIL_CHANGED", ["ADDED_FACTORS", "NOT_ME_LINKS", "KEPT_ANSWERS", ...ofTheFirm]],
    ["PERSON_REMOVED", ["KEPT_ANSWERS", ...ofTheFirm]],
    [
      "LOGINS_SWITCHED_OFF",
      [
        "FACTORS_UNDER_WAY",
        "TRUSTED_DEVICES",
        "KNOWN_DEVICES",
        "LINK_SESSIONS",
        "LINK_GRANTS",
        "ADDED_FACTORS",
        "PASSWORD_LINKS",
        "EMAIL_CHANGE",
        "NOT_ME_LINKS",
        "ACCOUNT_TOKENS",
        "KEPT_ANSWERS",
        ...ofTheFirm,
      ],
    ],
    ["ROLE_CHANGED", pendingThings],
  ];
  it.each(table)("after %s only %j remain", (act, stays) => {
    expect(pendingThings.filter((thing) => !endedBy(act).includes(thing))).toEqual(stays);
  });

  it("lists every act", () => expect(table.map(([act]) => act)).toEqual(endingActs));

  it("X6 a pending change of the login email ends with every act by which the owner regains access", () => {
    for (const act of [
      "PASSWORD_RESET",
      "PASSWORD_CHANGED",
      "NOT_ME",
      "TWO_FACTOR_RESET",
      "SIGNED_OUT_EVERYWHERE",
    ] as const)
      expect(endedBy(act)).toContain("EMAIL_CHANGE");
  });

  it("everything that stays has a reason", () => {
    const reasons = pendingThings.flatMap((thing) =>
      endingActs.flatMap((act) => {
        const ending: Ending = accessEndings[thing][act];
        return ending === "ends" ? [] : [ending.staysBecause];
      }),
    );
    expect(reasons.filter((reason) => reason.length < 20)).toEqual([]);
  });

  it("sessions, sockets and exports end together, and nobody's sign-in outlives their session", () => {
    for (const thing of ["SUBSCRIPTIONS", "EXPORTS", "SIGN_IN_CHALLENGES"] as const)
      expect(accessEndings[thing]).toEqual(accessEndings.SESSIONS);
  });
});
