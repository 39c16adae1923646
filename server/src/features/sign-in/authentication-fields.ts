import { secondFactorMethods } from "../second-factors/second-factor-methods.js";

/**
 * Fields that prove who somebody is, or send a mail to an address: one per document, so that each is counted
 * separately.
 */
export const authenticationFields: readonly string[] = [
  "teamSignIn",
  "chooseFirm",
  "portalSignIn",
  ...Object.values(secondFactorMethods).flatMap((method) => method.authenticationFields),
  "stepUp",
  "changePassword",
  "requestPortalAccount",
  "createPortalAccount",
  "requestPasswordReset",
  "resetPassword",
  "requestTeamPasswordReset",
  "chooseTeamPassword",
  "claimMagicLink",
  "sendAccessLink",
];
