import type { ReactNode } from "react";
import { rich } from "../language/rich.js";

/** What stands on the portal's own pages. */
export const portalWordsInEnglish = {
  language: "Language",
  pages: "Pages",
  requests: "Requests",
  account: "Account",
  signOut: "Sign out",
  otherWays: "Other ways in",
  toSignIn: "Go to sign-in",
  backToSignIn: "Back to sign-in",
  askForLink: "Ask for a new link",
  checkMail: "Check your mail",
  chooseNewPassword: "Choose a new password",
  signedOut: "You are signed out.",

  unknownAddress: "We do not know this address",
  unknownAddressWhy:
    "There is no client portal here. Check the address, or open the link in the mail from your firm once more.",
  noPage: "There is no such page",
  noPageWhy: (firm: string) => `Open the link in the mail from ${firm} once more.`,

  signIn: {
    title: "Sign in",
    forgot: "Forgot your password?",
    noAccount: "No account yet? Create one",
    hasEnded: "You were signed out. Sign in again to go on.",
    twoFactorSoon: (day: ReactNode) =>
      rich`From ${day} on, signing in here also takes a code from your phone. You can set it up today: sign in, then choose “Set it up”.`,
    linksOnly: "Open the link in your mail",
    linksOnlyWhy: (firm: string) =>
      `${firm} does not use passwords. Each request comes with its own link: open the newest mail from ${firm} and follow the link in it.`,
  },
  requestMail: {
    account: {
      title: "Create your account",
      intro: "Enter the email address that the firm writes to. You get a mail with a link to go on.",
      button: "Send me the link",
      sent: "If we have this address on file and it has no account yet, a link is on its way.",
    },
    password: {
      title: "Choose a new password",
      intro: "Enter your email address. You get a mail with a link to choose a new password.",
      button: "Send me the link",
      sent: "If there is an account with this address, a link is on its way.",
    },
    goesTo: (email: ReactNode) => rich`It goes to ${email}.`,
    nothingCame: (firm: string) => `Nothing after a few minutes? Look in your spam folder, or ask ${firm}.`,
    otherAddress: "Use another address",
  },
  mailedLink: {
    looking: "Looking at your link",
    dead: "This link does not work any more",
    deadWhy: "It is too old or was used already. If you reloaded this page, open the link in your mail once more.",
  },
  createAccount: {
    title: "Create your account",
    button: "Create account",
    intro: (forWhom: string) =>
      `The account is for ${forWhom}. Choose a password; you use it with this email to sign in.`,
    yourAddress: "your email address",
  },
  resetPassword: {
    intro: (email: string) => `For ${email}. Other devices will be signed out.`,
    button: "Save new password",
    done: "Your new password is set",
  },
  confirmEmail: {
    done: "Your email is confirmed",
    doneWhy: "Use the new address from now on when you sign in.",
    title: "Confirm your new email",
    intro: (email: ReactNode) => rich`From now on you sign in with ${email}.`,
    button: "Confirm this address",
  },
  notMe: {
    title: "This wasn't me",
    intro: (email: ReactNode, firm: string) =>
      rich`The mail to ${email} told of a change that you did not make? One click signs everybody out, stops the password of a client's account, and tells ${firm}.`,
    button: "It wasn't me: sign everybody out",
    done: "Everybody is signed out",
    doneWhy: (firm: string) =>
      `${firm} was told. Clients find a mail with a link to choose a new password, one that you use nowhere else. If you cannot sign in afterwards, call ${firm} by a phone number that you know.`,
  },
  magicLink: {
    codeToo: "You have set up two-factor authentication, so this link asks for it, too.",
    signInFirst: "Sign in first",
    signInFirstWhy: (firm: string, email: ReactNode) =>
      rich`${firm} asks for two-factor authentication. Sign in as ${email} to set it up; the request opens afterwards.`,
    unknown: "We do not know this link",
    unknownWhy: (firm: string) =>
      `Part of it may be missing. Open it from the mail once more, or ask ${firm} for a new one.`,
    opensHere: (firm: string, email: ReactNode) => rich`${firm} sent this to ${email}. It opens on this device.`,
    bindsHere: (firm: string, email: ReactNode) =>
      rich`${firm} sent this to ${email}. It opens on this device and stays open to it for 30 days; other devices need a link of their own.`,
    open: "Open the request",
    needsNew: "You need a new link",
    reasons: {
      UNCLAIMED: "This link cannot be opened here.",
      CLAIMED: "This link was opened on another device and works only there.",
      EXPIRED: "This link is too old.",
      REVOKED: "There is a newer link for this request.",
    },
    canMail: (email: ReactNode) => rich`We can mail a new one to ${email}.`,
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
    twoFactorSoon: (day: ReactNode, firm: string) =>
      rich`From ${day} on, ${firm} asks for two-factor authentication. Set it up now; it takes two minutes.`,
    setUp: "Set it up",
    nothing: "Nothing to do",
    nothingWhy: (firm: string) => `When ${firm} needs something from you, it shows up here.`,
    more: "Show more",
  },
  request: {
    checklist: "Checklist",
    whose: (name: string) => `For ${name}`,
    due: (day: ReactNode) => rich`due ${day}`,
    completed: "Completed",
    progress: (done: number, all: number) => `${done} of ${all} done`,
    missing: "There is no such request",
    hidden: "You cannot see it from here.",
    hiddenWhy: (firm: string) => `Open the newest mail from ${firm} about it and follow the link in it.`,
    oneOnly: (firm: string) =>
      `This link opens this one request. With an account you see everything that ${firm} asked you for.`,
    createAccount: "Create an account",
    all: "All your requests",
  },
  accountPage: {
    title: "Your account",
    twoFactorSoon: (day: ReactNode, firm: string) => rich`From ${day} on, ${firm} asks for two-factor authentication.`,
    twoFactor: "Two-factor authentication",
    password: "Password",
    sessions: "Where you are signed in",
  },
  newPhone: {
    offer: "You came in with a recovery code, which is used up now. Is your phone gone? Set up a new one.",
    setUp: "Set up a new phone",
    notNow: "Not now",
  },
};
export type PortalWords = typeof portalWordsInEnglish;
