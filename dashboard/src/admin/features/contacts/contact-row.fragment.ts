import { graphql, type ResultOf } from "../../../graphql/graphql.js";

/** What the list shows of a contact. The live feed reads the same fields, so that a row changes as soon as its event arrives. */
export const ContactRow_contact = graphql(`
  fragment ContactRow_contact on Contact {
    id
    name
    organization
    email
    portalAccessState
    invitedAt
    portalAccount {
      id
      email
      lastSignInAt
      lockedUntil
      twoFactor {
        enrolled
        enrolledAt
        recoveryCodesRemaining
      }
    }
  }
`);
export type ContactRow = ResultOf<typeof ContactRow_contact>;

/** Whether a lock is still in effect. */
export const isLocked = (lockedUntil: string | null): boolean =>
  lockedUntil !== null && Date.parse(lockedUntil) > Date.now();
