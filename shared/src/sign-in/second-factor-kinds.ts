/** Every kind of second factor: what its proof is called where it counts (full-proof.ts), and in the log. */
export const secondFactorKinds = {
  /** An app's code of six digits. */
  AUTHENTICATOR: { proof: "CODE", word: "code" },
  RECOVERY_CODE: { proof: "RECOVERY_CODE", word: "recovery code" },
  PASSKEY: { proof: "PASSKEY", word: "passkey" },
} as const satisfies Record<string, { proof: string; word: string }>;

export type SecondFactorKind = keyof typeof secondFactorKinds;
export const allSecondFactorKinds = Object.keys(secondFactorKinds) as SecondFactorKind[];
type Row = (typeof secondFactorKinds)[SecondFactorKind];
/** What a proof by a second factor is called where it counts. */
export type FactorProof = Row["proof"];
/** The same in the log. */
export type FactorWord = Row["word"];
