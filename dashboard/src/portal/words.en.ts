import { isolating } from "@gatehouse/shared";
import type { ReactNode } from "react";
import { rich } from "../language/rich.js";

/** The texts of the portal's own pages. */
export const portalWordsInEnglish = isolating({
  language: "Language",
  pages: "Pages",
  requests: "Requests",
  account: "Account",
  signOut: "Sign out",
  otherWays: "Other ways to sign in",
  toSignIn: "Go to sign-in",
  backToSignIn: "Back to sign-in",
  askForLink: "Request a new link",
  checkMail: "Check your email",
  chooseNewPassword: "Choose a new password",
  signedOut: "You are signed out.",

  closed: "This portal is closed",
  closedWhy: (firm: string) =>
    `${firm} cannot be reached here at the moment, and nobody can sign in. Nothing was deleted. Please ask ${firm}.`,
  unknownAddress: "This address is unknown",
  unknownAddressWhy:
    "There is no client portal at this address. Check the address, or open the link in the email from your firm again.",
  noPage: "This page does not exist",
  noPageWhy: (firm: string) => `Open the link in the email from ${firm} again.`,

  signIn: {
    title: "Sign in",
    forgot: "Forgot your password?",
    noAccount: "No account yet? Create one",
    hasEnded: "You were signed out. Sign in again to continue.",
    twoFactorSoon: (day: ReactNode) =>
      rich`Starting ${day}, you will also need a code from your phone to sign in here. You can set it up today: sign in, then choose “Set it up”.`,
    linksOnly: "Open the link in your email",
    linksOnlyWhy: (firm: string) =>
      `${firm} does not use passwords. Each request comes with its own link: open the newest email from ${firm} and click the link in it.`,
  },
  requestMail: {
    account: {
      title: "Create your account",
      intro: "Enter the email address that the firm uses to write to you. We will email you a link to continue.",
      button: "Send me the link",
      sent: "If we have this address on file and it has no account yet, a link is on its way.",
    },
    password: {
      title: "Choose a new password",
      intro: "Enter your email address. We will email you a link to choose a new password.",
      button: "Send me the link",
      sent: "If there is an account with this address, a link is on its way.",
    },
    goesTo: (email: ReactNode) => rich`You entered ${email}.`,
    nothingCame: (firm: string) => `Nothing after a few minutes? Check your spam folder, or contact ${firm}.`,
    otherAddress: "Use another address",
  },
  mailedLink: {
    looking: "Checking your link",
    dead: "This link no longer works",
    deadWhy: "It has expired or has already been used. If you reloaded this page, open the link in your email again.",
  },
  createAccount: {
    title: "Create your account",
    button: "Create account",
    intro: (forWhom: string) =>
      `This account is for ${forWhom}. Choose a password; you will use it with this email address to sign in.`,
    yourAddress: "your email address",
  },
  resetPassword: {
    intro: (email: string) => `For ${email}. Your other devices will be signed out.`,
    button: "Save new password",
    done: "Your new password is set",
  },
  confirmEmail: {
    done: "Your email is confirmed",
    doneWhy: "From now on, use the new address to sign in.",
    title: "Confirm your new email",
    intro: (email: ReactNode) => rich`From now on, you will sign in with ${email}.`,
    button: "Confirm this address",
  },
  notMe: {
    title: "This wasn't me",
    intro: (email: ReactNode, firm: string) =>
      rich`Did an email to ${email} report a change that you did not make? One click signs out every device, blocks the password of a client's account, and notifies ${firm}.`,
    button: "It wasn't me: sign out every device",
    done: "Every device is signed out",
    doneWhy: (firm: string) =>
      `We have notified ${firm}. If you are a client, we have emailed you a link to choose a new password; pick one that you use nowhere else. If you cannot sign in afterwards, call ${firm} at a phone number that you know.`,
  },
  magicLink: {
    codeToo: "You have set up two-factor authentication, so this link needs your code too.",
    signInFirst: "Sign in first",
    signInFirstWhy: (firm: string, email: ReactNode) =>
      rich`${firm} requires two-factor authentication. Sign in as ${email} to set it up; the request opens afterwards.`,
    unknown: "This link is not valid",
    unknownWhy: (firm: string) =>
      `Part of it may be missing. Open it from the email again, or ask ${firm} for a new one.`,
    opensHere: (firm: string, email: ReactNode) => rich`${firm} sent this to ${email}. It opens on this device.`,
    bindsHere: (firm: string, email: ReactNode) =>
      rich`${firm} sent this to ${email}. It opens on this device, and you can open it here for 30 days; any other device needs a link of its own.`,
    open: "Open the request",
    needsNew: "You need a new link",
    reasons: {
      UNCLAIMED: "This link cannot be opened here.",
      CLAIMED: "This link was opened on another device and works only there.",
      EXPIRED: "This link has expired.",
      REVOKED: "There is a newer link for this request.",
    },
    canMail: (email: ReactNode) => rich`We can email a new one to ${email}.`,
    send: "Send access link",
    sent: (email: ReactNode) => rich`A new link is on its way to ${email}. Open it on this device.`,
  },
  home: {
    title: "Your requests",
    groups: {
      overdue: "Overdue",
      week: "Due within a week",
      later: "Later",
      undated: "Without a due date",
      completed: "Completed",
    },
    daysIn: (timeZone: string) => `Days in ${timeZone}`,
    twoFactorSoon: (day: ReactNode, firm: string) =>
      rich`Starting ${day}, ${firm} will require two-factor authentication. Set it up now; it takes about two minutes.`,
    setUp: "Set it up",
    nothing: "Nothing to do",
    nothingWhy: (firm: string) => `When ${firm} needs something from you, it will appear here.`,
    more: "Show more",
  },
  request: {
    checklist: "Checklist",
    whose: (name: string) => `For ${name}`,
    due: (day: ReactNode) => rich`due ${day}`,
    completed: "Completed",
    progress: (done: number, all: number) => `${done} of ${all} done`,
    missing: "This request does not exist",
    hidden: "You do not have access to it here.",
    hiddenWhy: (firm: string) => `Open the newest email from ${firm} about it and click the link in it.`,
    oneOnly: (firm: string) =>
      `This link opens only this request. With an account, you can see everything that ${firm} has asked you for.`,
    createAccount: "Create an account",
    all: "All your requests",
  },
  accountPage: {
    title: "Your account",
    twoFactorSoon: (day: ReactNode, firm: string) =>
      rich`Starting ${day}, ${firm} will require two-factor authentication.`,
    twoFactor: "Two-factor authentication",
    password: "Password",
    sessions: "Where you are signed in",
    trustedDevices: "Trusted devices",
  },
  newPhone: {
    offer:
      "You signed in with a recovery code, which cannot be used again. Have you lost your phone? Set up a new one.",
    setUp: "Set up a new phone",
    notNow: "Not now",
  },
});
export type PortalWords = typeof portalWordsInEnglish;
