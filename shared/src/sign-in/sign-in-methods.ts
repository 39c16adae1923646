/** The facts by which somebody proves who they are, each with its description and its name in a sentence. */
export const signInMethods = {
  PASSWORD: { title: "The password.", word: "password" },
  TOTP: { title: "A code from the authenticator app (RFC 6238).", word: "code from the app" },
  RECOVERY_CODE: { title: "One of the recovery codes, once.", word: "recovery code" },
  PASSKEY: { title: "A passkey (WebAuthn).", word: "passkey" },
  TRUSTED_DEVICE: {
    title: "No second factor: the browser was trusted on an earlier day, so no code was asked for.",
    word: "trusted device",
  },
  MAGIC_LINK: { title: "A magic link to a request.", word: "magic link" },
  INVITATION: { title: "A mailed invitation, or the mail that confirmed the address.", word: "invitation" },
} as const satisfies Record<string, { title: string; word: string }>;
export type SignInMethod = keyof typeof signInMethods;
