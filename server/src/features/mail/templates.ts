import {
  counts,
  lifetimes,
  maskEmail,
  plans,
  securityModes,
  type Audience,
  type Plan,
  type SecurityMode,
} from "@gatehouse/shared";
import type { MailContent } from "../audit/unit-of-work.js";
import { action, letter, paragraph, type Block } from "./letter.js";
import { dayInWords, deviceInWords, hoursInWords, minutesInWords, momentInWords, oneLine } from "./words.js";

/*
 * Every mail that the product writes, one function each. Security notices carry one link, "this wasn't me": it leads to no
 * sign-in, only to a page that shuts everybody out. Each says what else to do if it was not them.
 */

interface FromFirm {
  firmName: string;
}
interface WithLink extends FromFirm {
  link: string;
  expiresInHours: number;
}
/** A security notice to the account's owner: when it happened and from where (an `Actor` fits as `source`). */
export interface Notice extends FromFirm {
  /** Whom it is written to: a client of the firm, or a member of its team. */
  audience: Audience;
  occurredAt: number;
  source: { ipAddress: string | null; userAgent: string | null } | null;
  /** Where one click signs everybody out and tells the firm. */
  notMeLink: string;
}

const accountOf = ({ audience, firmName }: Pick<Notice, "audience" | "firmName">) =>
  audience === "TEAM" ? `your Gatehouse account at ${firmName}` : `your account in ${firmName}'s client portal`;
/** Who can help. */
const helpOf = ({ audience, firmName }: Pick<Notice, "audience" | "firmName">) =>
  audience === "TEAM" ? `an owner or administrator of ${firmName}` : firmName;
const callHelp = (notice: Pick<Notice, "audience" | "firmName">) =>
  notice.audience === "TEAM"
    ? `tell ${helpOf(notice)} at once`
    : `call ${helpOf(notice)} at once, by a phone number that you know`;

function facts({ occurredAt, source }: Notice): Block {
  const from: (readonly [string, string])[] =
    source === null || (source.ipAddress === null && source.userAgent === null)
      ? []
      : [
          ["Device", deviceInWords(source.userAgent)] as const,
          ["Internet address", source.ipAddress ?? "unknown"] as const,
        ];
  return { kind: "facts", facts: [["When", momentInWords(occurredAt)], ...from] };
}
const notice = (given: Notice, subject: string, what: string, ...rest: string[]): MailContent =>
  letter({
    firmName: given.firmName,
    audience: given.audience,
    subject,
    blocks: [
      paragraph(what),
      facts(given),
      ...rest.map(paragraph),
      action("This wasn't me", given.notMeLink),
      paragraph(
        `It signs everybody out${given.audience === "TEAM" ? "" : ", stops the password"} and tells ${helpOf(given)}. The link works for ${hoursInWords(lifetimes.notMe / 3_600_000)}.`,
      ),
    ],
  });

const expires = (hours: number) => `The link works once, for ${hoursInWords(hours)}.`;
const NOT_ASKED = "If you did not ask for this, you can ignore this email: nothing changes.";

// ------------------------------------------------------------------------------------------------ mails with a link

/** The client asked for an account: the link proves the mailbox. */
export const accountConfirmation = ({ firmName, link, expiresInHours }: WithLink): MailContent =>
  letter({
    firmName,
    subject: `Create your account at ${firmName}`,
    blocks: [
      paragraph(`You asked for an account in ${firmName}'s client portal. Confirm your email and choose a password:`),
      action("Create your account", link),
      paragraph(expires(expiresInHours)),
      paragraph("If you did not ask for an account, you can ignore this email: none is created."),
    ],
  });

/** The firm invites a contact. `message`: a few words by the one who invites; `twoFactorFrom`: the day it demands 2FA from. */
export const invite = ({
  firmName,
  contactName,
  invitedBy,
  message,
  twoFactorFrom,
  link,
  expiresInHours,
}: WithLink & {
  contactName: string;
  invitedBy?: string | null;
  message?: string | null;
  twoFactorFrom?: string;
}): MailContent =>
  letter({
    firmName,
    subject: `${firmName} invites you to its client portal`,
    blocks: [
      paragraph(`Hello ${contactName},`),
      paragraph(
        `${firmName} invites you to its client portal, where you find everything that the firm asks of you in one place. Create your account by choosing a password:`,
      ),
      ...(message ? [{ kind: "quote", from: invitedBy ?? firmName, text: message } as const] : []),
      ...(twoFactorFrom ? [paragraph(demand(firmName, twoFactorFrom))] : []),
      action("Create your account", link),
      paragraph(expires(expiresInHours)),
      paragraph(`If you do not know ${firmName}, you can ignore this email: no account is created.`),
    ],
  });

/** What a roll-out of two-factor authentication writes to a client with an account. */
interface RollOutLetter extends FromFirm {
  contactName: string;
  /** The day from which it is demanded, as the client reads it. */
  startDay: string;
  /** The portal's sign-in page. */
  link: string;
}
const demand = (firmName: string, startDay: string) =>
  `From ${startDay} on, signing in to ${firmName}'s client portal asks for a code from an authenticator app on your phone.`;

/** The firm is going to demand two-factor authentication. `message`: its own words, by `writtenBy`. */
export const twoFactorAnnouncement = ({
  firmName,
  contactName,
  startDay,
  link,
  writtenBy,
  message,
  isReminder,
}: RollOutLetter & { writtenBy: string; message: string; isReminder: boolean }): MailContent =>
  letter({
    firmName,
    subject: isReminder
      ? `Reminder: set up two-factor authentication by ${startDay}`
      : `${firmName}: a second step at sign-in from ${startDay}`,
    blocks: [
      paragraph(`Hello ${contactName},`),
      paragraph(
        isReminder
          ? `You have not set up two-factor authentication yet. ${demand(firmName, startDay)}`
          : demand(firmName, startDay),
      ),
      { kind: "quote", from: writtenBy, text: message },
      action("Sign in and set it up", link),
      paragraph("Sign in with your password as always, then choose “Set it up” and follow the steps on the page."),
      paragraph(
        `Nobody will ever ask you for a code on the phone or in a message. If you are not sure that this email is from ${firmName}, do not use its link: call the firm by a phone number that you know.`,
      ),
    ],
  });

/** The firm has undone what it announced. */
export const twoFactorCalledOff = ({ firmName, contactName, startDay, link }: RollOutLetter): MailContent =>
  letter({
    firmName,
    subject: `${firmName}: no second step at sign-in from ${startDay}`,
    blocks: [
      paragraph(`Hello ${contactName},`),
      paragraph(
        `We wrote to you that ${firmName} would ask for a code from your phone at sign-in from ${startDay} on. That is called off: you sign in as before, and there is nothing to do.`,
      ),
      paragraph("You can still set up two-factor authentication in your account; it keeps your papers safer."),
      action("Open the portal", link),
    ],
  });

/** The client forgot the password. */
export const passwordResetByClient = ({ firmName, link, expiresInHours }: WithLink): MailContent =>
  letter({
    firmName,
    subject: `Reset your password at ${firmName}`,
    blocks: [
      paragraph(`Somebody, hopefully you, asked to reset the password of your account in ${firmName}'s client portal.`),
      action("Choose a new password", link),
      paragraph(`${expires(expiresInHours)} If you use an authenticator app, you will still be asked for its code.`),
      paragraph("If you did not ask for this, you can ignore this email: your password stays as it is."),
    ],
  });

/** The firm sends the client a way to choose a new password. */
export const passwordResetByFirm = ({ firmName, link, expiresInHours }: WithLink): MailContent =>
  letter({
    firmName,
    subject: `Choose a new password at ${firmName}`,
    blocks: [
      paragraph(`${firmName} sends you a link to choose a new password for your account in its client portal.`),
      action("Choose a new password", link),
      paragraph(`${expires(expiresInHours)} If you use an authenticator app, you will still be asked for its code.`),
      paragraph(
        `Your password stays as it is until you use the link. If you did not expect this, ask ${firmName}, by a phone number that you know.`,
      ),
    ],
  });

/** To the new address of a changed login email: it takes effect by this link. */
export const confirmLoginEmail = ({ firmName, link, expiresInHours }: WithLink): MailContent =>
  letter({
    firmName,
    subject: `Confirm your new sign-in email at ${firmName}`,
    blocks: [
      paragraph(
        `From now on you are to sign in to ${firmName}'s client portal with this email address. Please confirm it:`,
      ),
      action("Confirm this address", link),
      paragraph(expires(expiresInHours)),
      paragraph(`If you are no client of ${firmName}, you can ignore this email: nothing changes.`),
    ],
  });

/** What the firm asks of a client, with the magic link to it. `dueOn`: YYYY-MM-DD. */
export const clientRequest = ({
  firmName,
  contactName,
  title,
  items,
  dueOn,
  link,
  expiresInHours,
}: WithLink & { contactName: string; title: string; items: readonly string[]; dueOn: string | null }): MailContent =>
  letter({
    firmName,
    subject: `${firmName} asks: ${title}`,
    blocks: [
      paragraph(`Hello ${contactName},`),
      paragraph(`${firmName} needs something from you: ${title}`),
      { kind: "list", items },
      ...(dueOn === null ? [] : [paragraph(`Please answer by ${dayInWords(dueOn)}.`)]),
      action("Open the request", link),
      paragraph(
        `The link opens this one request. Open it within ${hoursInWords(expiresInHours)}, on the device that you want to answer with: it then works on that device only, so do not pass it on.`,
      ),
      paragraph(
        `If you do not know what this is about, ask ${firmName} before you open it, by a phone number that you know.`,
      ),
    ],
  });

/** The client asked for a fresh link to a request, to open it on another device. */
export const accessLink = ({ firmName, title, link, expiresInHours }: WithLink & { title: string }): MailContent =>
  letter({
    firmName,
    subject: `Your new link: ${title}`,
    blocks: [
      paragraph(`Here is the new link to ${firmName}'s request: ${title}`),
      action("Open the request", link),
      paragraph(
        `Open it within ${hoursInWords(expiresInHours)}. It then works on that device only, and the request closes on the device where it was open before.`,
      ),
      paragraph(NOT_ASKED),
    ],
  });

/** The code that proves the mailbox before an authenticator app is set up. */
export const enrollmentCode = ({
  firmName,
  audience,
  code,
  expiresInMinutes,
}: FromFirm & { audience: Audience; code: string; expiresInMinutes: number }): MailContent =>
  letter({
    firmName,
    audience,
    subject: `Your code to set up two-factor authentication at ${firmName}`,
    blocks: [
      paragraph("Enter this code where you are setting up two-factor authentication:"),
      { kind: "code", code },
      paragraph(
        `It works for ${minutesInWords(expiresInMinutes)}. Nobody will ever ask you for it on the phone or in a message: do not tell it to anyone.`,
      ),
      paragraph(
        `If you are not setting this up, somebody knows your password: change it now, and ${callHelp({ audience, firmName })}.`,
      ),
    ],
  });

/** To a colleague who is to join the firm's team. */
export const teamInvitation = ({
  firmName,
  name,
  invitedBy,
  link,
  expiresInHours,
}: WithLink & { name: string; invitedBy: string }): MailContent =>
  letter({
    firmName,
    audience: "TEAM",
    subject: `${invitedBy} invites you to ${firmName}'s team`,
    blocks: [
      paragraph(`Hello ${name},`),
      paragraph(
        `${invitedBy} invites you to Gatehouse, where ${firmName} looks after its clients' access. Choose a password:`,
      ),
      action("Choose a password", link),
      paragraph(expires(expiresInHours)),
      paragraph(`If you do not work at ${firmName}, you can ignore this email.`),
    ],
  });

/** To a colleague who forgot the password; an owner or administrator sent it. */
export const teamPasswordReset = ({
  firmName,
  invitedBy,
  link,
  expiresInHours,
}: WithLink & { invitedBy: string }): MailContent =>
  letter({
    firmName,
    audience: "TEAM",
    subject: `Choose a new password for Gatehouse at ${firmName}`,
    blocks: [
      paragraph(`${invitedBy} sends you a link to choose a new password for your Gatehouse account.`),
      action("Choose a password", link),
      paragraph(
        `${expires(expiresInHours)} If you use an authenticator app, you will still be asked for its code. Your password stays as it is until you use the link.`,
      ),
      paragraph(`If you did not expect this, ask ${invitedBy}.`),
    ],
  });

// ------------------------------------------------------------------------------------------------ security notices

export const twoFactorEnrolled = (given: Notice): MailContent =>
  notice(
    given,
    "Two-factor authentication is on",
    `Two-factor authentication was set up for ${accountOf(given)}. From now on, signing in asks for a code from the authenticator app.`,
    "Keep the recovery codes in a safe place: each lets you in once if you lose your phone.",
    `If it was not you, ${callHelp(given)}.`,
  );

export const twoFactorDisabled = (given: Notice): MailContent =>
  notice(
    given,
    "Two-factor authentication is off",
    `Two-factor authentication was switched off for ${accountOf(given)}. Signing in asks for the password alone.`,
    `If it was not you, change your password, set two-factor authentication up again, and ${callHelp(given)}.`,
  );

/** The firm reset the client's (or an owner a colleague's) second factor. */
export const twoFactorReset = (given: Notice): MailContent =>
  notice(
    // From where the firm did it is not the client's business.
    { ...given, source: null },
    "Your two-factor authentication was reset",
    `${given.firmName} reset the two-factor authentication of ${accountOf(given)}. The authenticator app and the recovery codes no longer work, and you were signed out everywhere. Your password stays the same.`,
    "To set it up again, sign in with your password. We will mail you a code first, to be sure that it is you.",
    `If you did not ask ${given.firmName} for this, ${callHelp(given)}: somebody may be pretending to be you.`,
  );

export const recoveryCodeUsed = (given: Notice & { remaining: number }): MailContent => {
  const left = given.remaining === 1 ? "1 recovery code is left" : `${given.remaining} recovery codes are left`;
  return notice(
    given,
    "A recovery code was used",
    `Somebody signed in to ${accountOf(given)} with a recovery code. ${left}.`,
    ...(given.remaining <= counts.recoveryCodesFew ? ["Make new recovery codes soon, in your security settings."] : []),
    "If you lost your phone, set up your new one in the security settings.",
    `If it was not you, change your password, make new recovery codes, and ${callHelp(given)}.`,
  );
};

export const passkeyAdded = (given: Notice & { name: string }): MailContent =>
  notice(
    given,
    "A passkey was added",
    `The passkey "${given.name}" was added to ${accountOf(given)}. From now on it can take the place of the code from the authenticator app.`,
    `If it was not you, ${callHelp(given)}.`,
  );

export const passkeyRemoved = (given: Notice & { name: string }): MailContent =>
  notice(
    given,
    "A passkey was removed",
    `The passkey "${given.name}" was removed from ${accountOf(given)}. Signing in asks for the code from the authenticator app.`,
    `If it was not you, ${callHelp(given)}.`,
  );

export const recoveryCodesRegenerated = (given: Notice): MailContent =>
  notice(
    given,
    "You have new recovery codes",
    `New recovery codes were made for ${accountOf(given)}. The old ones no longer work.`,
    `If it was not you, change your password, and ${callHelp(given)}.`,
  );

export const passwordChanged = (given: Notice): MailContent =>
  notice(
    given,
    "Your password was changed",
    `The password of ${accountOf(given)} was changed. Other devices were signed out.`,
    given.audience === "TEAM"
      ? `If it was not you, ${callHelp(given)}.`
      : `If it was not you, choose a new password with "Forgot password" on the sign-in page, and ${callHelp(given)}.`,
  );

/** To the old address, when the firm asks for another login email. */
export const loginEmailChangeRequested = (given: Notice & { newEmail: string }): MailContent =>
  notice(
    { ...given, source: null },
    "Your sign-in email is to change",
    `${given.firmName} is changing the email address that you sign in with to ${maskEmail(given.newEmail)}. It takes effect once that address confirms it; until then you sign in as before.`,
    `If you did not ask for this, ${callHelp(given)}.`,
  );

/** To the old address, once the new one confirmed. */
export const loginEmailChanged = (given: Notice & { newEmail: string }): MailContent =>
  notice(
    { ...given, source: null },
    "Your sign-in email was changed",
    `The email address of ${accountOf(given)} is now ${maskEmail(given.newEmail)}. This address no longer signs in.`,
    `If you did not ask for this, ${callHelp(given)}.`,
  );

export const newDeviceSignIn = (given: Notice): MailContent =>
  notice(
    given,
    "New sign-in to your account",
    `Somebody signed in to ${accountOf(given)} on a device that was not used before.`,
    "If it was you, there is nothing to do.",
    `If it was not you, change your password now, sign out the other devices in your security settings, and ${callHelp(given)}.`,
  );

export const accountLocked = (given: Notice & { minutes: number; what: "password" | "second factor" }): MailContent =>
  given.what === "password"
    ? notice(
        given,
        "Too many wrong passwords",
        `There were too many sign-ins to ${accountOf(given)} with a wrong password. Signing in with a password waits for ${minutesInWords(given.minutes)}. Nothing else is affected.`,
        "If it was you, wait and try again, or choose a new password with “Forgot password”.",
        "If it was not you, nobody got in. Use a password here that you use nowhere else.",
      )
    : notice(
        given,
        "Your account is locked for a while",
        `Too many wrong codes were entered for ${accountOf(given)}. It is locked for ${minutesInWords(given.minutes)}.`,
        `If it was you, wait, or ask ${helpOf(given)} to unlock the account.`,
        `If it was not you, somebody knows your password: change it as soon as you can, and ${callHelp(given)}.`,
      );

export const accountDeleted = ({ firmName }: FromFirm): MailContent =>
  letter({
    firmName,
    subject: `Your account at ${firmName} was deleted`,
    blocks: [
      paragraph(
        `${firmName} deleted your account in its client portal, with its password and two-factor authentication. You were signed out everywhere. The firm's records of your work are not affected.`,
      ),
      paragraph(`If you did not expect this, ask ${firmName}. You can ask for a new account at any time.`),
    ],
  });

/** The client said "this wasn't me": the old password no longer works. */
export const passwordStopped = ({ firmName, link, expiresInHours }: WithLink): MailContent =>
  letter({
    firmName,
    subject: `Choose a new password at ${firmName}`,
    blocks: [
      paragraph(
        `You told us that a change to your account in ${firmName}'s client portal was not yours. Everybody was signed out, and the password no longer works. Choose a new one, that you use nowhere else:`,
      ),
      action("Choose a new password", link),
      paragraph(
        `${expires(expiresInHours)} ${firmName} was told. If you cannot sign in afterwards, call ${firmName}, by a phone number that you know.`,
      ),
    ],
  });

// ------------------------------------------------------------------------------------------------ to the firm's admins

/** Somebody said "this wasn't me" about a change to an account. */
export const suspicionReported = ({
  firmName,
  email,
  audience,
}: FromFirm & { email: string; audience: Audience }): MailContent =>
  letter({
    firmName,
    audience: "TEAM",
    subject: `Not me: ${email} reports a change`,
    blocks: [
      paragraph(
        `${email} (${audience === "TEAM" ? "of your team" : "a client of yours"}) says that a change to the account was made by somebody else.`,
      ),
      paragraph(
        `Every session was ended${audience === "TEAM" ? "" : ", the password was stopped, and the client was mailed a link to choose a new one"}.`,
      ),
      paragraph(
        audience === "TEAM"
          ? "Look at the activity of this colleague, and change the password together."
          : "Call the client by a phone number that you know. If a stranger's authenticator was set up, reset the two-factor authentication under Contacts, Details, Client portal.",
      ),
    ],
  });

/** The firm's plan no longer offers the mode that is in force: it stays in force until an admin leaves it. */
export const planDowngraded = ({
  firmName,
  from,
  to,
  mode,
}: FromFirm & { from: Plan; to: Plan; mode: SecurityMode }): MailContent =>
  letter({
    firmName,
    audience: "TEAM",
    subject: `Your plan no longer includes two-factor authentication`,
    blocks: [
      paragraph(
        `The plan of ${firmName} changed from ${plans[from].name} to ${plans[to].name}, which does not include the security mode that you use: ${securityModes[mode].title}.`,
      ),
      paragraph(
        "Nothing changes for your clients: the mode stays in force, and they are asked for their code as before. But once you choose another mode, you cannot choose this one again on this plan.",
      ),
      paragraph("To keep the choice, go back to Business or Enterprise."),
    ],
  });

/** What a mail's From says: the firm's name, or ours where a mail is of no firm. */
export const senderName = (firmName: string | null): string => oneLine(firmName ?? "") || "Gatehouse";
