import { describe, expect, it } from "@jest/globals";
import { isFullProof, neverProven, provenAtAfter, provingActs, secondProofs } from "./full-proof.js";

/** Written by hand: the second proofs with which an act fully proves who a person is, without an authenticator and with one. */
const anything = ["NONE", "TRUSTED_DEVICE", "CODE", "RECOVERY_CODE", "PASSKEY", "NEW_AUTHENTICATOR"];
const givenNow = ["CODE", "RECOVERY_CODE", "PASSKEY", "NEW_AUTHENTICATOR"];
const table = {
  PASSWORD: { plain: anything, enrolled: givenNow },
  ACCOUNT_CREATION: { plain: anything, enrolled: givenNow },
  ACCOUNT_BY_LINK: { plain: anything, enrolled: givenNow },
  ACCOUNT_BY_DEVICE: { plain: anything, enrolled: givenNow },
  PASSWORD_RESET: { plain: anything, enrolled: givenNow },
  TEAM_INVITATION: { plain: anything, enrolled: givenNow },
  TEAM_BY_PASSWORD: { plain: anything, enrolled: givenNow },
  MAGIC_LINK: { plain: [], enrolled: [] },
  STEP_UP: { plain: anything, enrolled: givenNow },
  ENROLLMENT: { plain: [], enrolled: [] },
  PASSWORD_CHANGE: { plain: [], enrolled: [] },
  TWO_FACTOR_REMOVAL: { plain: [], enrolled: [] },
  SIGN_OUT_ELSEWHERE: { plain: [], enrolled: [] },
};

describe("X3 what an act proves", () => {
  it("matches the table for every act and every second proof, with and without an authenticator", () => {
    const found = Object.fromEntries(
      provingActs.map((act) => {
        const full = (isEnrolled: boolean) => secondProofs.filter((second) => isFullProof({ act, second, isEnrolled }));
        return [act, { plain: full(false), enrolled: full(true) }];
      }),
    );
    expect(found).toEqual(table);
    expect(secondProofs).toEqual(anything);
  });

  it("makes a session fresh or leaves it as it was, and never makes it older", () => {
    for (const act of provingActs)
      for (const second of secondProofs)
        for (const isEnrolled of [true, false])
          for (const before of [neverProven, 5000]) {
            const proof = { act, second, isEnrolled };
            expect(provenAtAfter(proof, { before, now: 9000 })).toBe(isFullProof(proof) ? 9000 : before);
          }
  });
});
