import { describe, expect, it } from "@jest/globals";
import { portalAccessState } from "./portal-access-policy.js";

describe("how far a contact has come on the way into the portal", () => {
  // The first line that applies wins, so that each contact is counted once.
  it.each`
    hasAccount | hasEmail | isInvited | state
    ${true}    | ${true}  | ${true}   | ${"ACCOUNT_CREATED"}
    ${true}    | ${true}  | ${false}  | ${"ACCOUNT_CREATED"}
    ${true}    | ${false} | ${true}   | ${"ACCOUNT_CREATED"}
    ${true}    | ${false} | ${false}  | ${"ACCOUNT_CREATED"}
    ${false}   | ${false} | ${true}   | ${"NO_EMAIL"}
    ${false}   | ${false} | ${false}  | ${"NO_EMAIL"}
    ${false}   | ${true}  | ${true}   | ${"INVITED"}
    ${false}   | ${true}  | ${false}  | ${"NOT_INVITED"}
  `("account $hasAccount, email $hasEmail, invited $isInvited: $state", ({ state, ...contact }) =>
    expect(portalAccessState(contact as Parameters<typeof portalAccessState>[0])).toBe(state),
  );
});
