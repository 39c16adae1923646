import type { ReactNode } from "react";
import { isolating, refusalsInEnglish } from "@gatehouse/shared";
import { rich } from "./rich.js";

const codesLeft = (n: number) => `${n} recovery ${n === 1 ? "code" : "codes"} left`;

/** In an outage the server's sentence is for programs. */
const outages: Readonly<Record<string, string>> = {
  UNAVAILABLE: "The service is unavailable for a moment. Nothing was changed. Please try again in a minute.",
  OUTCOME_UNKNOWN:
    "Something failed while this was being saved, so it may or may not have been done. Please check before you try again.",
};

/** The texts of the parts that the dashboard and the portal share. */
export const wordsInEnglish = isolating({
  refusals: refusalsInEnglish,
  ui: {
    working: "Working",
    loading: "Loading",
    notices: "Notices",
    dismiss: "Dismiss",
    cancel: "Cancel",
    fillIn: "Fill in this field.",
    continue: "Continue",
    back: "Back",
    notLoaded: "This page could not be loaded.",
    tryAgain: "Try again",
    checkConnection: "Check your connection and try again.",
    justNow: "just now",
    failed: "This page has stopped working.",
    failedWhy: "Load it again. What you typed is kept, except for passwords and codes.",
    failedTranslated:
      "The translation by your browser may be the reason. If it happens again, show the page in its original language.",
    loadAgain: "Load again",
  },
  failures: {
    unreachable: "The server could not be reached. Check your connection and try again.",
    noAnswer: "No answer.",
    /** A request that failed as a whole. `message`: the server's sentence, in English. */
    request: (code: string, message: string): string => outages[code] ?? message,
  },
  signIn: {
    email: "Email",
    password: "Password",
    signIn: "Sign in",
    whichFirm: "Which firm?",
    enterCode: "Enter your code",
    setUpTwoFactor: "Set up two-factor authentication",
    startAgain: "Start again",
  },
  passwords: {
    show: "Show",
    hide: "Hide",
    showPassword: "Show password",
    hidePassword: "Hide password",
    atLeast: (least: number) => `At least ${least} characters; a few words work well.`,
    good: "Good.",
    length: "Password length",
    lengthOf: (length: number, least: number) => `${length} of at least ${least} characters`,
    current: "Current password",
    new: "New password",
    change: "Change password",
    changed: "Your password has been changed. Your other devices were signed out.",
  },
  sessions: {
    /** For sessions of which it is not known how they were proven. */
    assurances: {
      LINK: "Magic link",
      PASSWORD: "Password",
      TWO_FACTOR: "Password, with a code or on a trusted device",
    },
    unknownDevice: "Unknown device",
    deviceOf: (browser: string, system: string) => `${browser} on ${system}`,
    none: "Not signed in anywhere.",
    thisDevice: "This device",
    used: (ago: ReactNode) => rich`used ${ago}`,
    signOut: "Sign out",
  },
  signOutEverywhere: {
    act: "Sign out everywhere else",
    title: "Sign out everywhere else?",
    will: "Every other device is signed out immediately. You stay signed in here.",
    devices: "No device is trusted any more, not even this one: the next sign-in asks for the code.",
    done: "You are signed out everywhere else.",
  },
  trustedDevices: {
    what: "On a trusted device, signing in asks only for the password, because a code or a passkey was used there before.",
    none: "No device is trusted: every sign-in asks for the code.",
    until: (moment: ReactNode) => rich`skips the code until ${moment}`,
    trusted: (day: ReactNode) => rich`trusted on ${day}`,
    used: (ago: ReactNode) => rich`last skipped it ${ago}`,
    askAgain: "Ask for the code again",
    askAgainOn: (name: string) => `Ask for the code again on ${name}`,
    asked: "The next sign-in on that device asks for the code.",
  },
  stepUp: {
    title: "Confirm that it's you",
    why: "For your security, please confirm who you are before this step. You will not be asked again for 10 minutes.",
    password: "Your password",
    usePasskey: "Use a passkey instead of the code",
    confirm: "Confirm",
  },
  twoFactor: {
    appCode: "Code from your authenticator app",
    usePasskey: "Use your passkey",
    or: "or",
    recoveryCode: "Recovery code",
    recoveryCodeHint: "One of the codes that you saved when you set up two-factor authentication. Each works once.",
    trustDevice: (days: number) => `Trust this device for ${days} ${days === 1 ? "day" : "days"}`,
    useApp: "Use the authenticator app",
    useRecoveryCode: "Use a recovery code",
    preparing: "Preparing",
    scan: "Scan this with an authenticator app (Google Authenticator, 1Password, Authy and others), then enter the code it shows.",
    qrCode: "QR code to scan with an authenticator app",
    onThisPhone: (link: (text: string) => ReactNode) =>
      rich`On this phone? ${link("Open your authenticator app")}, or enter this key:`,
    key: "Key to enter by hand",
    turnOn: "Turn on two-factor authentication",
    isRequired: "Two-factor authentication is required.",
    mailedCode: (email: ReactNode) => rich`To make sure it's you, we emailed a 6-digit code to ${email}.`,
    mailAgain: "Email me another code",
    mailedAgain: "We have emailed you another code. The earlier one no longer works.",
    proveFirst: "To make sure it's you, enter another of your recovery codes, or a code from your current phone.",
    codeFromEmail: "Code from the email",
    presentCode: "Recovery code or current code",
    saveCodes:
      "Save these codes now; they will not be shown again. If you lose your phone, you can sign in once with each of them.",
    recoveryCodes: "Recovery codes",
    copy: "Copy",
    copied: "Copied.",
    notCopied: "Your browser does not allow copying here. Select the codes instead.",
    download: "Download",
    downloaded: "Downloaded.",
    print: "Print",
    saved: "I have saved them",
    fileName: "recovery-codes.txt",
    on: "2FA on",
    off: "2FA off",
    since: (day: ReactNode) => rich`since ${day}`,
    codesLeft,
    fewLeft: "You have only a few recovery codes left. Create new ones.",
    newCodes: "New recovery codes",
    turnOff: "Turn off",
    whatItDoes:
      "With it, you sign in with your password and a code from your phone, so a stolen password is not enough.",
    turnOffTitle: "Turn off two-factor authentication",
    oldCodesStop: "Your current codes will stop working.",
    makeNewCodes: "Create new codes",
    whenOff:
      "Your password alone will be enough to sign in, for you and for anyone who knows it. Your recovery codes will stop working.",
  },
  passkeys: {
    title: "Passkeys",
    what: "Use your fingerprint, face or security key instead of a code. Unlike a code, a passkey cannot be given to a fake page by mistake.",
    synced: "Synced",
    added: (day: ReactNode) => rich`added ${day}`,
    used: (ago: ReactNode) => rich`used ${ago}`,
    remove: "Remove",
    removeNamed: (name: string) => `Remove ${name}`,
    add: "Add a passkey",
    unknown: "This browser does not support passkeys.",
    hasOne: "This device already has a passkey for this account.",
    notMade: "The passkey was not created. Try again.",
    notUsed: "The passkey was not used. Try again, or enter the code.",
    name: "Name",
    nameHint: "Helps you recognize it later.",
  },
});
export type Words = typeof wordsInEnglish;
