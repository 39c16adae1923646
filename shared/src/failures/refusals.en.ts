import { inWords, roughly } from "../language/durations.js";

/** What a refused client reads. What only the firm's team or an integrator can be told stays English, where it is said. */
export const refusalsInEnglish = {
  /** The sentence of each code, unless the place that refuses says it better. */
  codes: {
    PLAN_UPGRADE_REQUIRED: "The firm's plan does not include this. Upgrade to Business or Enterprise.",
    VERSION_CONFLICT: "Somebody else changed this meanwhile. Look at the current state and try again.",
    LOGIN_DISABLED: "This firm lets its clients in by the links in its emails only. Open the latest one.",
    INVALID_CREDENTIALS: "The email or the password is not right.",
    INVALID_CODE: "The code is not right, has expired or was used already.",
    CHALLENGE_EXPIRED: "This sign-in took too long. Start again.",
    ACCOUNT_LOCKED: "Too many failed tries. Try again later.",
    TOO_MANY_REQUESTS: "That was asked too often. Try again later.",
    WEAK_PASSWORD: "This password is too weak.",
    STEP_UP_REQUIRED: "Confirm that it is you, then try again.",
    ACCESS_RESET_REQUIRED:
      "This email decides who reaches the contact's requests. To change it, a key needs the scope ACCESS_RESET.",
    EMAIL_CODE_REQUIRED: "Enter the 6-digit code that was mailed to you.",
    TOKEN_INVALID: "This link is wrong, has expired or was used already. Ask for a new one.",
    ALREADY_EXISTS: "This exists already.",
    TWO_FACTOR_NOT_ENROLLED: "Two-factor authentication is not set up.",
    TWO_FACTOR_ALREADY_ENROLLED: "Two-factor authentication is set up already.",
    TWO_FACTOR_REQUIRED_BY_FIRM: "The firm requires two-factor authentication, so it cannot be switched off.",
    INVALID_EMAIL: "This is not a valid email address.",
    INVALID_INPUT: "This is not valid.",
    NOT_FOUND: "There is no such thing, or you may not see it.",
  },
  passwordNotWhole: "The password has a character that is not whole; type it again.",
  passwordTooShort: (least: number, length: number) => `Use at least ${least} characters; this has ${length}.`,
  passwordTooLong: (most: number, length: number) => `Use at most ${most} characters; this has ${length}.`,
  passwordMuchTooLong: (most: number) => `Use at most ${most} characters.`,
  passwordCommon: "This password is on the list of common passwords. Choose another.",
  passwordFewCharacters: "This password repeats the same few characters. Choose another.",
  passwordSequence: "This password is a simple sequence. Choose another.",
  passwordRepetition: "This password repeats itself. Choose another.",
  passwordOfNames: "This password is made of your email, the firm's name or the product's name. Choose another.",
  passwordWrong: "The password is not right.",
  tooManyWrongPasswords: (waitMs: number) => `Too many wrong passwords. Try again ${inWords(waitMs, "EN")}.`,
  provenTooOften: (waitMs: number) => `You have confirmed this too often. Try again ${inWords(waitMs, "EN")}.`,
  tooManyWrongCodes: (waitMs: number) =>
    `Too many wrong codes. Try again ${inWords(waitMs, "EN")}, or ask the firm to unlock it.`,
  passwordSetCodesLocked: (waitMs: number) =>
    `Your new password is set, and the old one no longer works. There were too many wrong codes: sign in ${inWords(waitMs, "EN")} with the new password and a code, or ask the firm to unlock your account.`,
  tooManyMailedCodes: (waitMs: number) => `Enough codes were mailed to you. Try again ${inWords(waitMs, "EN")}.`,
  codeMissing: "Enter the code of your authenticator app too.",
  /** `seconds`: how far the phone's clock is ahead, or (negative) behind. */
  clockIsOff: (seconds: number) =>
    `The clock of your phone is about ${roughly(seconds, "EN")} ${seconds > 0 ? "ahead" : "behind"}. Set its date and time to automatic, then enter the next code.`,
  mailedCodeWrong: "The mailed code is wrong or has expired.",
  setUpTookTooLong: "This set-up took too long, or was started again elsewhere. Start again.",
  accountExists: "There is an account with this email already. Sign in instead.",
  redirectNeedsProof:
    "This email decides who reaches the contact's requests. Confirm that it is you, then change it again.",
  emailTaken: "Another account has this email by now.",
  passkeyUnnamed: "Give the passkey a name, in one line of plain text.",
  passkeyNotAdded: "The passkey was not added. Start again.",
  passkeysMissing: "There is no passkey for this account.",
  passkeysFull: (most: number) => `There are ${most} passkeys already. Remove one first.`,
};

export type RefusalWords = typeof refusalsInEnglish;
/** Why something was refused, to be said in the language of whoever asked. */
export type RefusalSentence = (words: RefusalWords) => string;
