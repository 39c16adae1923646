import { expect, it } from "@jest/globals";
import { mayAddPasskey } from "./passkey-policy.js";

it.each([
  [true, 0, true],
  [true, 9, true],
  [true, 10, false],
  [true, 11, false],
  [false, 0, false],
  [false, 10, false],
])(
  "a passkey supplements the authenticator, and there are at most ten: enrolled %s, with %s of them, may add one: %s",
  (isEnrolled, passkeys, may) => expect(mayAddPasskey({ isEnrolled, passkeys })).toBe(may),
);
