import { counts, lifetimes, maskEmail, plans, securityModes, type Audience } from "@gatehouse/shared";
import { dayInWords, momentInWords, type Language, type Plan, type SecurityMode } from "@gatehouse/shared";
import type { ClientLetter, MailContent } from "../work/mail-to-send.js";
import { action, letter, paragraph } from "./letter.js";
import type { Block } from "../work/mail-to-send.js";
import { mailWordsInEnglish } from "./mail-words.en.js";
import { mailWords, type MailWords } from "./mail-words.js";
import { deviceInWords, oneLine } from "./words.js";

/*
 * Every mail that the product writes, one function each. What is for clients is written in the language of whose mailbox it is for
 * (the words are in mail-words.*.ts); the team is written to in English. Security notices carry one link, "this wasn't me": it leads
 * to no sign-in, only to a page that shuts everybody out. Each says what else to do if it was not them.
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
/** A day as it is said in each language. */
export type DayInWords = (language: Language) => string;

const toClient =
  (
    firmName: string,
    write: (say: MailWords, language: Language) => { subject: string; blocks: readonly Block[] },
  ): ClientLetter =>
  (language) =>
    letter({ firmName, language, ...write(mailWords[language], language) });

function facts({ occurredAt, source }: Notice, { notice: say }: MailWords, language: Language): Block {
  const from: (readonly [string, string])[] =
    source === null || (source.ipAddress === null && source.userAgent === null)
      ? []
      : [
          [say.device, deviceInWords(source.userAgent, say)] as const,
          [say.internetAddress, source.ipAddress ?? say.unknownAddress] as const,
        ];
  return { kind: "facts", facts: [[say.when, momentInWords(occurredAt, language)], ...from] };
}
const notice =
  (
    given: Notice,
    write: (say: MailWords) => { subject: string; what: string; rest: readonly string[] },
  ): ClientLetter =>
  (wanted) => {
    const language = given.audience === "TEAM" ? "EN" : wanted;
    const say = mailWords[language];
    const { subject, what, rest } = write(say);
    return letter({
      firmName: given.firmName,
      audience: given.audience,
      language,
      subject,
      blocks: [
        paragraph(what),
        facts(given, say, language),
        ...rest.map(paragraph),
        action(say.notice.notMe, given.notMeLink),
        paragraph(say.notice.whatNotMeDoes(given, lifetimes.notMe / 3_600_000)),
      ],
    });
  };

// ------------------------------------------------------------------------------------------------ mails with a link

/** The client asked for an account: the link proves the mailbox. */
export const accountConfirmation = ({ firmName, link, expiresInHours }: WithLink): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.accountConfirmation.subject(firmName),
    blocks: [
      paragraph(say.accountConfirmation.what(firmName)),
      action(say.createAccount, link),
      paragraph(say.linkWorksOnce(expiresInHours)),
      paragraph(say.accountConfirmation.notAsked),
    ],
  }));

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
  twoFactorFrom?: DayInWords;
}): ClientLetter =>
  toClient(firmName, (say, language) => ({
    subject: say.invite.subject(firmName),
    blocks: [
      paragraph(say.hello(contactName)),
      paragraph(say.invite.what(firmName)),
      ...(message ? [{ kind: "quote", from: invitedBy ?? firmName, text: message } as const] : []),
      ...(twoFactorFrom ? [paragraph(say.rollOut.demand(firmName, twoFactorFrom(language)))] : []),
      action(say.createAccount, link),
      paragraph(say.linkWorksOnce(expiresInHours)),
      paragraph(say.invite.unknownFirm(firmName)),
    ],
  }));

/** What a roll-out of two-factor authentication writes to a client with an account. */
interface RollOutLetter extends FromFirm {
  contactName: string;
  /** The day from which it is demanded, as the client reads it. */
  startDay: DayInWords;
  /** The portal's sign-in page. */
  link: string;
}

/** The firm is going to demand two-factor authentication. `message`: its own words, by `writtenBy`. */
export const twoFactorAnnouncement = ({
  firmName,
  contactName,
  startDay,
  link,
  writtenBy,
  message,
  isReminder,
}: RollOutLetter & { writtenBy: string; message: string; isReminder: boolean }): ClientLetter =>
  toClient(firmName, (say, language) => {
    const day = startDay(language);
    const demand = say.rollOut.demand(firmName, day);
    return {
      subject: isReminder ? say.rollOut.reminderSubject(day) : say.rollOut.subject(firmName, day),
      blocks: [
        paragraph(say.hello(contactName)),
        paragraph(isReminder ? `${say.rollOut.notYet} ${demand}` : demand),
        { kind: "quote", from: writtenBy, text: message },
        action(say.rollOut.setUp, link),
        paragraph(say.rollOut.how),
        paragraph(say.rollOut.beware(firmName)),
      ],
    };
  });

/** The firm has undone what it announced. */
export const twoFactorCalledOff = ({ firmName, contactName, startDay, link }: RollOutLetter): ClientLetter =>
  toClient(firmName, (say, language) => ({
    subject: say.rollOut.calledOffSubject(firmName, startDay(language)),
    blocks: [
      paragraph(say.hello(contactName)),
      paragraph(say.rollOut.calledOff(firmName, startDay(language))),
      paragraph(say.rollOut.stillPossible),
      action(say.rollOut.openPortal, link),
    ],
  }));

/** The client forgot the password. */
export const passwordResetByClient = ({ firmName, link, expiresInHours }: WithLink): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.passwordReset.subjectByClient(firmName),
    blocks: [
      paragraph(say.passwordReset.whatByClient(firmName)),
      action(say.chooseNewPassword, link),
      paragraph(`${say.linkWorksOnce(expiresInHours)} ${say.codeStillAsked}`),
      paragraph(say.passwordReset.notAsked),
    ],
  }));

/** The firm sends the client a way to choose a new password. */
export const passwordResetByFirm = ({ firmName, link, expiresInHours }: WithLink): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.passwordReset.subjectByFirm(firmName),
    blocks: [
      paragraph(say.passwordReset.whatByFirm(firmName)),
      action(say.chooseNewPassword, link),
      paragraph(`${say.linkWorksOnce(expiresInHours)} ${say.codeStillAsked}`),
      paragraph(say.passwordReset.notExpected(firmName)),
    ],
  }));

/** To the new address of a changed login email: it takes effect by this link. */
export const confirmLoginEmail = ({ firmName, link, expiresInHours }: WithLink): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.confirmLoginEmail.subject(firmName),
    blocks: [
      paragraph(say.confirmLoginEmail.what(firmName)),
      action(say.confirmLoginEmail.confirm, link),
      paragraph(say.linkWorksOnce(expiresInHours)),
      paragraph(say.confirmLoginEmail.noClient(firmName)),
    ],
  }));

/** What the firm asks of a client, with the magic link to it. `dueOn`: YYYY-MM-DD. */
export const clientRequest = ({
  firmName,
  contactName,
  title,
  items,
  dueOn,
  link,
  expiresInHours,
}: WithLink & { contactName: string; title: string; items: readonly string[]; dueOn: string | null }): ClientLetter =>
  toClient(firmName, (say, language) => ({
    subject: say.clientRequest.subject(firmName, title),
    blocks: [
      paragraph(say.hello(contactName)),
      paragraph(say.clientRequest.what(firmName, title)),
      { kind: "list", items },
      ...(dueOn === null
        ? []
        : [paragraph(say.clientRequest.answerBy(dayInWords(Date.parse(`${dueOn}T00:00:00Z`), "UTC", language)))]),
      action(say.openRequest, link),
      paragraph(say.clientRequest.howToOpen(expiresInHours)),
      paragraph(say.clientRequest.notExpected(firmName)),
    ],
  }));

/** The client asked for a fresh link to a request, to open it on another device. */
export const accessLink = ({ firmName, title, link, expiresInHours }: WithLink & { title: string }): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.accessLink.subject(title),
    blocks: [
      paragraph(say.accessLink.what(firmName, title)),
      action(say.openRequest, link),
      paragraph(say.accessLink.howToOpen(expiresInHours)),
      paragraph(say.notAsked),
    ],
  }));

/** The code that proves the mailbox before an authenticator app is set up. */
export const enrollmentCode =
  ({
    firmName,
    audience,
    code,
    expiresInMinutes,
  }: FromFirm & { audience: Audience; code: string; expiresInMinutes: number }): ClientLetter =>
  (wanted) => {
    const language = audience === "TEAM" ? "EN" : wanted;
    const { enrollmentCode: say } = mailWords[language];
    return letter({
      firmName,
      audience,
      language,
      subject: say.subject(firmName),
      blocks: [
        paragraph(say.what),
        { kind: "code", code },
        paragraph(say.beware(expiresInMinutes)),
        paragraph(say.notYou({ audience, firmName })),
      ],
    });
  };

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
      paragraph(mailWordsInEnglish.linkWorksOnce(expiresInHours)),
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
        `${mailWordsInEnglish.linkWorksOnce(expiresInHours)} ${mailWordsInEnglish.codeStillAsked} Your password stays as it is until you use the link.`,
      ),
      paragraph(`If you did not expect this, ask ${invitedBy}.`),
    ],
  });

/** To a colleague who asked for it on the sign-in page. */
export const teamPasswordForgotten = ({ firmName, link, expiresInHours }: WithLink): MailContent =>
  letter({
    firmName,
    audience: "TEAM",
    subject: `Choose a new password for Gatehouse at ${firmName}`,
    blocks: [
      paragraph("Somebody, hopefully you, asked for a new password for your Gatehouse account."),
      action("Choose a password", link),
      paragraph(`${mailWordsInEnglish.linkWorksOnce(expiresInHours)} ${mailWordsInEnglish.codeStillAsked}`),
      paragraph("If it was not you, you can ignore this email: your password stays as it is until the link is used."),
    ],
  });

// ------------------------------------------------------------------------------------------------ security notices

/** The account was created on a device that claimed a magic link, without a further mail. */
export const accountCreatedByLink = (given: Notice): ClientLetter =>
  notice(given, ({ accountCreatedByLink: say, notice: { ifNotYou } }) => ({
    subject: say.subject(given.firmName),
    what: say.what(given.firmName),
    rest: [ifNotYou(given)],
  }));

export const twoFactorEnrolled = (given: Notice): ClientLetter =>
  notice(given, ({ twoFactorEnrolled: say, notice: { ifNotYou } }) => ({
    subject: say.subject,
    what: say.what(given),
    rest: [say.keepCodes, ifNotYou(given)],
  }));

export const twoFactorDisabled = (given: Notice): ClientLetter =>
  notice(given, ({ twoFactorDisabled: say }) => ({
    subject: say.subject,
    what: say.what(given),
    rest: [say.notYou(given)],
  }));

/** The firm reset the client's (or an owner a colleague's) second factor. */
export const twoFactorReset = (given: Notice): ClientLetter =>
  // From where the firm did it is not the client's business.
  notice({ ...given, source: null }, ({ twoFactorReset: say }) => ({
    subject: say.subject,
    what: say.what(given),
    rest: [say.again, say.notAsked(given)],
  }));

export const recoveryCodeUsed = (given: Notice & { remaining: number }): ClientLetter =>
  notice(given, ({ recoveryCodeUsed: say }) => ({
    subject: say.subject,
    what: say.what(given, given.remaining),
    rest: [...(given.remaining <= counts.recoveryCodesFew ? [say.few] : []), say.lostPhone, say.notYou(given)],
  }));

export const passkeyAdded = (given: Notice & { name: string }): ClientLetter =>
  notice(given, ({ passkeyAdded: say, notice: { ifNotYou } }) => ({
    subject: say.subject,
    what: say.what(given, given.name),
    rest: [ifNotYou(given)],
  }));

export const passkeyRemoved = (given: Notice & { name: string }): ClientLetter =>
  notice(given, ({ passkeyRemoved: say, notice: { ifNotYou } }) => ({
    subject: say.subject,
    what: say.what(given, given.name),
    rest: [ifNotYou(given)],
  }));

export const recoveryCodesRegenerated = (given: Notice): ClientLetter =>
  notice(given, ({ recoveryCodesRegenerated: say }) => ({
    subject: say.subject,
    what: say.what(given),
    rest: [say.notYou(given)],
  }));

export const passwordChanged = (given: Notice): ClientLetter =>
  notice(given, ({ passwordChanged: say }) => ({
    subject: say.subject,
    what: say.what(given),
    rest: [say.notYou(given)],
  }));

/** To the old address, when the firm asks for another login email. */
export const loginEmailChangeRequested = (given: Notice & { newEmail: string }): ClientLetter =>
  notice({ ...given, source: null }, ({ loginEmailChangeRequested: say, notice: { ifNotAsked } }) => ({
    subject: say.subject,
    what: say.what(given.firmName, maskEmail(given.newEmail)),
    rest: [ifNotAsked(given)],
  }));

/** To the old address, once the new one confirmed. */
export const loginEmailChanged = (given: Notice & { newEmail: string }): ClientLetter =>
  notice({ ...given, source: null }, ({ loginEmailChanged: say, notice: { ifNotAsked } }) => ({
    subject: say.subject,
    what: say.what(given, maskEmail(given.newEmail)),
    rest: [ifNotAsked(given)],
  }));

export const newDeviceSignIn = (given: Notice): ClientLetter =>
  notice(given, ({ newDeviceSignIn: say }) => ({
    subject: say.subject,
    what: say.what(given),
    rest: [say.wasYou, say.notYou(given)],
  }));

export const accountLocked = (given: Notice & { minutes: number; what: "password" | "second factor" }): ClientLetter =>
  notice(given, ({ wrongPasswords, wrongCodes }) =>
    given.what === "password"
      ? {
          subject: wrongPasswords.subject,
          what: wrongPasswords.what(given, given.minutes),
          rest: [wrongPasswords.wasYou, wrongPasswords.notYou],
        }
      : {
          subject: wrongCodes.subject,
          what: wrongCodes.what(given, given.minutes),
          rest: [wrongCodes.wasYou(given), wrongCodes.notYou(given)],
        },
  );

export const accountDeleted = ({ firmName }: FromFirm): ClientLetter =>
  toClient(firmName, ({ accountDeleted: say }) => ({
    subject: say.subject(firmName),
    blocks: [paragraph(say.what(firmName)), paragraph(say.notExpected(firmName))],
  }));

/** To the mailbox that had the requests of a contact, and to the one that has them from now on. */
export const contactRedirected = ({
  firmName,
  contactName,
  isNewAddress,
}: FromFirm & { contactName: string; isNewAddress: boolean }): ClientLetter =>
  toClient(firmName, ({ contactRedirected: say }) => ({
    subject: say.subject(firmName),
    blocks: [
      paragraph(isNewAddress ? say.comeHere(firmName, contactName) : say.goElsewhere(firmName, contactName)),
      paragraph(say.notExpected(firmName)),
    ],
  }));

/** The client said "this wasn't me": the old password no longer works. */
export const passwordStopped = ({ firmName, link, expiresInHours }: WithLink): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.passwordStopped.subject(firmName),
    blocks: [
      paragraph(say.passwordStopped.what(firmName)),
      action(say.chooseNewPassword, link),
      paragraph(`${say.linkWorksOnce(expiresInHours)} ${say.passwordStopped.wasTold(firmName)}`),
    ],
  }));

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
