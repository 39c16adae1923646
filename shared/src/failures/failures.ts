/** Failures that a caller can expect, with the sentence they get unless the place that refuses says it better. */
export const failures = {
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
  EMAIL_CODE_REQUIRED: "Enter the 6-digit code that was mailed to you.",
  TOKEN_INVALID: "This link is wrong, has expired or was used already. Ask for a new one.",
  ALREADY_EXISTS: "This exists already.",
  TWO_FACTOR_NOT_ENROLLED: "Two-factor authentication is not set up.",
  TWO_FACTOR_ALREADY_ENROLLED: "Two-factor authentication is set up already.",
  TWO_FACTOR_REQUIRED_BY_FIRM: "The firm requires two-factor authentication, so it cannot be switched off.",
  INVALID_EMAIL: "This is not a valid email address.",
  INVALID_INPUT: "This is not valid.",
  NOT_FOUND: "There is no such thing, or you may not see it.",
} as const;

export type UserErrorCode = keyof typeof failures;

const counted = (milliseconds: number): string => {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  const [n, unit] =
    seconds < 120
      ? [seconds, "second"]
      : seconds < 2 * 3600
        ? [Math.ceil(seconds / 60), "minute"]
        : seconds < 48 * 3600
          ? [Math.ceil(seconds / 3600), "hour"]
          : [Math.ceil(seconds / 86_400), "day"];
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
};

/** "in 30 seconds", "in 15 minutes", "in 2 hours", "in 3 days": rounded up. */
export const inWords = (milliseconds: number): string => `in ${counted(milliseconds)}`;
/** "30 seconds ago", "3 days ago". */
export const agoInWords = (milliseconds: number): string => `${counted(milliseconds)} ago`;
