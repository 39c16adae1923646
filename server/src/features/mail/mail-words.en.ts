import { durationInWords, type Audience } from "@gatehouse/shared";

/** Whom a mail about an account is addressed to. Only clients get mails in other languages. */
export interface Addressee {
  audience: Audience;
  firmName: string;
}
const accountOf = ({ audience, firmName }: Addressee) =>
  audience === "TEAM" ? `your Gatehouse account at ${firmName}` : `your account in ${firmName}'s client portal`;
/** Whom to contact for help. */
const helpOf = ({ audience, firmName }: Addressee) =>
  audience === "TEAM" ? `an owner or administrator of ${firmName}` : firmName;
const callHelp = (whom: Addressee) =>
  whom.audience === "TEAM"
    ? `tell ${helpOf(whom)} at once`
    : `call ${helpOf(whom)} at once, at a phone number that you know`;

/** "24 hours", "7 days": in days from two on, if it is a whole number of days. */
const hours = (n: number) =>
  n >= 48 && n % 24 === 0 ? durationInWords(n / 24, "day", "EN") : durationInWords(n, "hour", "EN");
/** "15 minutes", "2 hours", "1 day". */
const minutes = (n: number) => {
  if (n >= 1440 && n % 1440 === 0) return durationInWords(n / 1440, "day", "EN");
  return n >= 60 && n % 60 === 0 ? durationInWords(n / 60, "hour", "EN") : durationInWords(n, "minute", "EN");
};

/** The words of mails to clients. */
export const mailWordsInEnglish = {
  footer: (firmName: string) => `${firmName} uses Gatehouse for its client portal.`,
  buttonFails: "If the button does not work, copy this address into your browser:",
  colon: ":",
  wrote: (who: string) => `${who} wrote:`,
  hello: (name: string) => `Hello ${name},`,
  linkWorksOnce: (forHours: number) => `The link works once, for ${hours(forHours)}.`,
  notAsked: "If you did not request this, you can ignore this email: nothing changes.",
  codeStillAsked: "If you use an authenticator app, you will still be asked for its code.",
  createAccount: "Create your account",
  chooseNewPassword: "Choose a new password",
  openRequest: "Open the request",

  accountConfirmation: {
    subject: (firmName: string) => `Create your account at ${firmName}`,
    what: (firmName: string) =>
      `You requested an account in ${firmName}'s client portal. Confirm your email and choose a password:`,
    notAsked: "If you did not request an account, you can ignore this email: none is created.",
  },
  invite: {
    subject: (firmName: string) => `${firmName} invites you to its client portal`,
    what: (firmName: string) =>
      `${firmName} invites you to its client portal, where you will find everything the firm needs from you in one place. Create your account by choosing a password.`,
    unknownFirm: (firmName: string) =>
      `If you do not know ${firmName}, you can ignore this email: no account is created.`,
  },
  rollOut: {
    requirement: (firmName: string, startDay: string) =>
      `From ${startDay} on, signing in to ${firmName}'s client portal requires a code from an authenticator app on your phone.`,
    subject: (firmName: string, startDay: string) => `${firmName}: a second step at sign-in from ${startDay}`,
    reminderSubject: (startDay: string) => `Reminder: set up two-factor authentication before ${startDay}`,
    notYet: "You have not set up two-factor authentication yet.",
    setUp: "Sign in and set it up",
    how: "Sign in with your password as usual, then choose “Set it up” and follow the steps on the page.",
    beware: (firmName: string) =>
      `Nobody will ever ask you for a code on the phone or in a message. If you are not sure that this email is from ${firmName}, do not use its link: call the firm at a phone number that you know.`,
    calledOffSubject: (firmName: string) => `${firmName}: no second step at sign-in after all`,
    calledOff: (firmName: string, startDay: string) =>
      `We wrote to you that ${firmName} would require a code from your phone at sign-in from ${startDay} on. This has been cancelled: you sign in as before, and there is nothing to do.`,
    stillPossible: "You can still set up two-factor authentication in your account; it keeps your documents safer.",
    openPortal: "Open the portal",
  },
  passwordReset: {
    subjectByClient: (firmName: string) => `Reset your password at ${firmName}`,
    whatByClient: (firmName: string) =>
      `Someone, hopefully you, asked to reset the password of your account in ${firmName}'s client portal.`,
    notAsked: "If you did not request this, you can ignore this email: your password stays as it is.",
    subjectByFirm: (firmName: string) => `Choose a new password at ${firmName}`,
    whatByFirm: (firmName: string) =>
      `${firmName} sends you a link to choose a new password for your account in its client portal.`,
    notExpected: (firmName: string) =>
      `Your password stays as it is until you use the link. If you did not expect this, call ${firmName} at a phone number that you know.`,
  },
  confirmLoginEmail: {
    subject: (firmName: string) => `Confirm your new sign-in email at ${firmName}`,
    what: (firmName: string) =>
      `${firmName} asks you to sign in to its client portal with this email address from now on. Please confirm it:`,
    confirm: "Confirm this address",
    noClient: (firmName: string) =>
      `If you are not a client of ${firmName}, you can ignore this email: nothing changes.`,
  },
  clientRequest: {
    subject: (firmName: string, title: string) => `Request from ${firmName}: ${title}`,
    what: (firmName: string, title: string) => `${firmName} needs something from you: ${title}`,
    answerBy: (day: string) => `Please answer by ${day}.`,
    howToOpen: (withinHours: number) =>
      `The link opens this one request. Open it within ${hours(withinHours)}, on the device that you want to answer with: it then works on that device only, so do not forward it.`,
    notExpected: (firmName: string) =>
      `Not sure what this is about? Before you open the link, call ${firmName} at a phone number that you know.`,
  },
  accessLink: {
    subject: (title: string) => `Your new link: ${title}`,
    what: (firmName: string, title: string) => `Here is the new link to ${firmName}'s request: ${title}`,
    howToOpen: (withinHours: number) =>
      `Open it within ${hours(withinHours)}. It then works on that device only, and the request closes on the device where it was open before.`,
  },
  enrollmentCode: {
    subject: (firmName: string) => `Your code to set up two-factor authentication at ${firmName}`,
    what: "Enter this code where you are setting up two-factor authentication:",
    beware: (forMinutes: number) =>
      `It works for ${minutes(forMinutes)}. Nobody will ever ask you for it on the phone or in a message: do not share it with anyone.`,
    notYou: (whom: Addressee) =>
      `If you are not setting this up, someone knows your password: change it now, and ${callHelp(whom)}.`,
  },
  accountDeleted: {
    subject: (firmName: string) => `Your account at ${firmName} was deleted`,
    what: (firmName: string) =>
      `${firmName} deleted your account in its client portal, with its password and two-factor authentication. You were signed out everywhere. The firm's records of your work are not affected.`,
    notExpected: (firmName: string) =>
      `If you did not expect this, ask ${firmName}. You can ask for a new account at any time.`,
  },
  contactRedirected: {
    subject: (firmName: string) => `Where requests from ${firmName} go`,
    goElsewhere: (firmName: string, contactName: string) =>
      `${firmName} changed the email address of ${contactName}. Requests to ${contactName} no longer come to this address, and links to them that were sent here no longer work.`,
    loginOpensThem: (firmName: string, contactName: string) =>
      `Your login at ${firmName} can open the requests to ${contactName} from now on, because ${firmName} changed the login that could open them before.`,
    requestsComeHere: (firmName: string, contactName: string) =>
      `${firmName} changed the email address of ${contactName}. Requests to ${contactName} come to this address from now on.`,
    notExpected: (firmName: string) => `If you did not expect this, call ${firmName} at a phone number that you know.`,
  },
  passwordStopped: {
    subject: (firmName: string) => `Choose a new password at ${firmName}`,
    what: (firmName: string) =>
      `You reported that a change to your account in ${firmName}'s client portal was not yours. Every device was signed out, and the password no longer works. Choose a new one that you use nowhere else:`,
    wasTold: (firmName: string) =>
      `${firmName} has been notified. If you cannot sign in afterwards, call ${firmName} at a phone number that you know.`,
  },

  notice: {
    when: "When",
    device: "Device",
    deviceOf: (browser: string, system: string) => `${browser} on ${system}`,
    unknownDevice: "an unknown device",
    internetAddress: "Internet address",
    unknownAddress: "unknown",
    notMe: "This wasn't me",
    whatNotMeDoes: (whom: Addressee, forHours: number) =>
      `The link signs out every device${whom.audience === "TEAM" ? "" : ", blocks the password"} and notifies ${helpOf(whom)}. It works for ${hours(forHours)}.`,
    ifNotYou: (whom: Addressee) => `If it was not you, ${callHelp(whom)}.`,
    ifNotAsked: (whom: Addressee) => `If you did not request this, ${callHelp(whom)}.`,
  },
  accountCreatedByLink: {
    subject: (firmName: string) => `Your account at ${firmName} was created`,
    what: (firmName: string) =>
      `An account in ${firmName}'s client portal was created for this email address, on a device that had opened a link from one of our emails.`,
  },
  twoFactorEnrolled: {
    subject: "Two-factor authentication is on",
    what: (whom: Addressee) =>
      `Two-factor authentication was set up for ${accountOf(whom)}. From now on, signing in requires a code from the authenticator app.`,
    keepCodes: "Keep the recovery codes in a safe place: each lets you in once if you lose your phone.",
  },
  twoFactorDisabled: {
    subject: "Two-factor authentication is off",
    what: (whom: Addressee) =>
      `Two-factor authentication was switched off for ${accountOf(whom)}. Signing in now requires only the password.`,
    notYou: (whom: Addressee) =>
      `If it was not you, change your password, set two-factor authentication up again, and ${callHelp(whom)}.`,
  },
  twoFactorReset: {
    subject: "Your two-factor authentication was reset",
    what: (whom: Addressee) =>
      `${whom.firmName} reset the two-factor authentication of ${whom.audience === "TEAM" ? "your Gatehouse account" : "your account in its client portal"}. The authenticator app and the recovery codes no longer work, and you were signed out everywhere. Your password stays the same.`,
    again: "To set it up again, sign in with your password. We will email you a code first, to be sure that it is you.",
    notAsked: (whom: Addressee) =>
      `If you did not ask for this, ${callHelp(whom)}: someone may be pretending to be you.`,
  },
  recoveryCodeUsed: {
    subject: "A recovery code was used",
    what: (whom: Addressee, left: number) =>
      `Someone signed in to ${accountOf(whom)} with a recovery code. ${left === 1 ? "1 recovery code is left" : `${left} recovery codes are left`}.`,
    few: "Create new recovery codes soon, in your account.",
    lostPhone: "If you lost your phone, set up your new one in your account.",
    notYou: (whom: Addressee) =>
      `If it was not you, change your password, create new recovery codes, and ${callHelp(whom)}.`,
  },
  passkeyAdded: {
    subject: "A passkey was added",
    what: (whom: Addressee, name: string) =>
      `The passkey "${name}" was added to ${accountOf(whom)}. From now on it can replace the code from the authenticator app.`,
  },
  passkeyRemoved: {
    subject: "A passkey was removed",
    what: (whom: Addressee, name: string) =>
      `The passkey "${name}" was removed from ${accountOf(whom)}. Signing in requires the code from the authenticator app.`,
  },
  recoveryCodesRegenerated: {
    subject: "You have new recovery codes",
    what: (whom: Addressee) => `New recovery codes were created for ${accountOf(whom)}. The old ones no longer work.`,
    notYou: (whom: Addressee) => `If it was not you, change your password, and ${callHelp(whom)}.`,
  },
  passwordChanged: {
    subject: "Your password was changed",
    what: (whom: Addressee) => `The password of ${accountOf(whom)} was changed. Other devices were signed out.`,
    notYou: (whom: Addressee) =>
      whom.audience === "TEAM"
        ? `If it was not you, ${callHelp(whom)}.`
        : `If it was not you, choose a new password with “Forgot your password?” on the sign-in page, and ${callHelp(whom)}.`,
  },
  loginEmailChangeRequested: {
    subject: "Your sign-in email is about to change",
    what: (firmName: string, newEmail: string) =>
      `${firmName} is changing the email address that you sign in with to ${newEmail}. The change takes effect once it is confirmed from that address; until then you sign in as before.`,
  },
  loginEmailChanged: {
    subject: "Your sign-in email was changed",
    what: (whom: Addressee, newEmail: string) =>
      `The email address of ${accountOf(whom)} is now ${newEmail}. This address can no longer sign in.`,
  },
  deviceTrusted: {
    subject: "A device will skip the code",
    what: (whom: Addressee, forDays: number) =>
      `Someone signed in to ${accountOf(whom)} with two-factor authentication and chose to trust the device. For ${durationInWords(forDays, "day", "EN")}, signing in there requires only the password.`,
    wasYou:
      "If it was you, there is nothing to do. Your account lists the devices that you trust, and you can remove them there.",
    notYou: (whom: Addressee) =>
      `If it was not you, someone knows your password and got past two-factor authentication: use the button below, and ${callHelp(whom)}.`,
  },
  newDeviceSignIn: {
    subject: "New sign-in to your account",
    what: (whom: Addressee) => `Someone signed in to ${accountOf(whom)} on a device that was not used before.`,
    wasYou: "If it was you, there is nothing to do.",
    notYou: (whom: Addressee) =>
      `If it was not you, change your password now, sign out the other devices in your account, and ${callHelp(whom)}.`,
  },
  wrongPasswords: {
    subject: "Too many wrong passwords",
    what: (whom: Addressee, forMinutes: number) =>
      `There were too many sign-ins to ${accountOf(whom)} with a wrong password. Signing in with a password is paused for ${minutes(forMinutes)}. Nothing else is affected.`,
    wasYou: "If it was you, wait and try again, or choose a new password with “Forgot your password?”.",
    notYou: "If it was not you, nobody got in. Use a password here that you use nowhere else.",
  },
  wrongCodes: {
    subject: "Your account is locked for a while",
    what: (whom: Addressee, forMinutes: number) =>
      `Too many wrong codes were entered for ${accountOf(whom)}. It is locked for ${minutes(forMinutes)}.`,
    wasYou: (whom: Addressee) => `If it was you, wait, or ask ${helpOf(whom)} to unlock the account.`,
    notYou: (whom: Addressee) =>
      `If it was not you, someone knows your password: change it as soon as you can, and ${callHelp(whom)}.`,
  },
};
export type MailWords = typeof mailWordsInEnglish;
