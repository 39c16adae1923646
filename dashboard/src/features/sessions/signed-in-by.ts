/** How a sign-in ended. */
export interface SignedInBy {
  /** The request that the magic link was for, to be opened now. */
  landingRequestId: string | null;
  /** Offer to set up a new phone. */
  usedRecoveryCode: boolean;
}
