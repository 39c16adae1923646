import { inWords, roughly } from "../language/durations-in-words.js";

/** The refusals that a client may read. Those that only the firm's team or an integrator can see are English, in the code that refuses. */
export const refusalsInEnglish = {
  /** The sentence of each code, unless the code that refuses has a more precise one. */
  codes: {
    PLAN_UPGRADE_REQUIRED: "The firm's plan does not include this. Upgrade to Business or Enterprise.",
    VERSION_CONFLICT: "Someone else changed this in the meantime. Check the current version and try again.",
    LOGIN_DISABLED: "This firm gives access only through the links in its emails. Open the latest one.",
    FIRM_DISABLED: "This firm's access is closed at the moment. Nobody can sign in. Ask the firm.",
    INVALID_CREDENTIALS: "The email or password is incorrect.",
    INVALID_CODE: "The code is incorrect, has expired or has already been used.",
    CHALLENGE_EXPIRED: "This sign-in took too long. Start again.",
    ACCOUNT_LOCKED: "Too many failed attempts. Try again later.",
    TOO_MANY_REQUESTS: "Too many requests. Try again later.",
    WEAK_PASSWORD: "This password is too weak.",
    STEP_UP_REQUIRED: "Confirm that it's you, then try again.",
    ACCESS_RESET_REQUIRED:
      "This email decides who can open the contact's requests. To change it, a key needs the scope ACCESS_RESET.",
    CONTACT_REDIRECT_REFUSED:
      "This email would change who can open the contact's requests. Allow it for this row, or leave the email out.",
    EMAIL_CODE_REQUIRED: "Enter the 6-digit code that we emailed to you.",
    TOKEN_INVALID: "This link is incorrect, has expired or has already been used. Request a new one.",
    ALREADY_EXISTS: "This already exists.",
    TWO_FACTOR_NOT_ENROLLED: "Two-factor authentication is not set up.",
    TWO_FACTOR_ALREADY_ENROLLED: "Two-factor authentication is already set up.",
    TWO_FACTOR_REQUIRED_BY_FIRM: "The firm requires two-factor authentication, so it cannot be turned off.",
    INVALID_EMAIL: "This is not a valid email address.",
    INVALID_INPUT: "This is not valid.",
    MAIL_NOT_CONFIGURED: "This server does not send email, so nothing was done. Ask the people who run it.",
    NOT_FOUND: "This does not exist, or you do not have access to it.",
  },
  passwordNotWhole: "The password contains an invalid character. Type it again.",
  passwordTooShort: (least: number, length: number) => `Use at least ${least} characters; this has ${length}.`,
  passwordTooLong: (most: number, length: number) => `Use at most ${most} characters; this has ${length}.`,
  passwordMuchTooLong: (most: number) => `Use at most ${most} characters.`,
  passwordCommon: "This password is on the list of common passwords. Choose another.",
  passwordFewCharacters: "This password repeats the same few characters. Choose another.",
  passwordSequence: "This password is a simple sequence. Choose another.",
  passwordRepetition: "This password repeats itself. Choose another.",
  passwordOfNames: "This password is made of your email, the firm's name or the product's name. Choose another.",
  passwordWrong: "The password is incorrect.",
  passwordOfSafeTeam:
    "This password also opens a team in which you use two-factor authentication. Change it there, or request a link by email on the sign-in page.",
  passwordOfTeam:
    "You already sign in to Gatehouse with this email. Enter the password that you use there; if you forgot it, request a new one on the sign-in page.",
  tooManyWrongPasswords: (waitMs: number) => `Too many wrong passwords. Try again ${inWords(waitMs, "EN")}.`,
  provenTooOften: (waitMs: number) => `You have confirmed this too often. Try again ${inWords(waitMs, "EN")}.`,
  tooManyWrongCodes: (waitMs: number) =>
    `Too many wrong codes. Try again ${inWords(waitMs, "EN")}, or ask the firm to unlock your account.`,
  passwordSetCodesLocked: (waitMs: number) =>
    `Your new password is set, and the old one no longer works. There were too many wrong codes: sign in ${inWords(waitMs, "EN")} with the new password and a code, or ask the firm to unlock your account.`,
  tooManyMailedCodes: (waitMs: number) =>
    `We have already emailed you several codes. Try again ${inWords(waitMs, "EN")}.`,
  /** `digits`: how many were typed; 0 if other characters were typed as well. */
  sixDigits: (digits: number) =>
    digits === 0 ? "Enter the 6-digit code." : `The code has 6 digits; this has ${digits}.`,
  recoveryCodeForm: "Enter a whole recovery code: 24 letters and digits in groups of four.",
  codeOrRecoveryCode: "Enter the 6-digit code from your app, or a whole recovery code.",
  codeMissing: "Enter the code from your authenticator app too.",
  /** `seconds`: how far the phone's clock is ahead, or (negative) behind. */
  clockIsOff: (seconds: number) =>
    `Your phone's clock is about ${roughly(seconds, "EN")} ${seconds > 0 ? "ahead" : "behind"}. Set its date and time to automatic, then enter the next code.`,
  mailedCodeWrong: "The emailed code is incorrect or has expired.",
  setUpTookTooLong: "This setup took too long, or was restarted elsewhere. Start again.",
  accountExists: "There is already an account with this email. Sign in instead.",
  redirectNeedsProof:
    "This email decides who can open the contact's requests. Confirm that it's you, then change it again.",
  emailTaken: "Another account now uses this email.",
  passkeyUnnamed: "Give the passkey a name, in a single line of plain text.",
  passkeyNotAdded: "The passkey was not added. Start again.",
  passkeysMissing: "This account has no passkeys.",
  passkeysFull: (most: number) => `You already have ${most} passkeys. Remove one first.`,
};

export type RefusalWords = typeof refusalsInEnglish;
/** Why something was refused, in the language of the person who asked. */
export type RefusalSentence = (words: RefusalWords) => string;
