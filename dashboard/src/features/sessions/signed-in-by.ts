/** How a sign-in ended. */
export interface SignedInBy {
  /** The request that a magic link led here for, to be opened now. */
  landingRequestId: string | null;
  /** Offer to set up a new phone. */
  usedRecoveryCode: boolean;
}
