/** Every kind of second factor, in the order in which they are listed: its description, and the name of its proof in full-proof.ts and in the log. */
export const secondFactorKinds = {
  AUTHENTICATOR: { title: "A code from the authenticator app.", proof: "CODE", word: "code" },
  RECOVERY_CODE: { title: "One of the recovery codes, once.", proof: "RECOVERY_CODE", word: "recovery code" },
  PASSKEY: { title: "A passkey.", proof: "PASSKEY", word: "passkey" },
} as const satisfies Record<string, { title: string; proof: string; word: string }>;

export type SecondFactorKind = keyof typeof secondFactorKinds;
export const allSecondFactorKinds = Object.keys(secondFactorKinds) as SecondFactorKind[];
type Row = (typeof secondFactorKinds)[SecondFactorKind];
/** The name of a second factor's proof in full-proof.ts. */
export type FactorProof = Row["proof"];
/** Its name in the log. */
export type FactorWord = Row["word"];
