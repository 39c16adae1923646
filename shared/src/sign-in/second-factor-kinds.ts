/** Every kind of second factor, in the order in which they are told: what it is, and what its proof is called where it counts (full-proof.ts) and in the log. */
export const secondFactorKinds = {
  AUTHENTICATOR: { title: "A code from the authenticator app.", proof: "CODE", word: "code" },
  RECOVERY_CODE: { title: "One of the recovery codes, once.", proof: "RECOVERY_CODE", word: "recovery code" },
  PASSKEY: { title: "A passkey.", proof: "PASSKEY", word: "passkey" },
} as const satisfies Record<string, { title: string; proof: string; word: string }>;

export type SecondFactorKind = keyof typeof secondFactorKinds;
export const allSecondFactorKinds = Object.keys(secondFactorKinds) as SecondFactorKind[];
type Row = (typeof secondFactorKinds)[SecondFactorKind];
/** What a proof by a second factor is called where it counts. */
export type FactorProof = Row["proof"];
/** The same in the log. */
export type FactorWord = Row["word"];
