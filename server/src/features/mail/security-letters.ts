import { HOUR_MS, counts, lifetimes, maskEmail, momentInWords, type Audience, type Language } from "@gatehouse/shared";
import type { Block, ClientLetter } from "../work/mail-to-send.js";
import { action, letter, paragraph } from "./letter.js";
import type { FromFirm } from "./letter-parts.js";
import { mailWords, type MailWords } from "./mail-words.js";
import { deviceInWords } from "./words.js";

/*
 * Security notices to clients and the team. Each has one link, "this wasn't me", which leads to no sign-in but to a
 * page that signs everybody out. Each also says what else to do if it was somebody else.
 */

/** A security notice to the account's owner: when it happened and from where (an `Actor` fits as `source`). */
export interface Notice extends FromFirm {
  /** Whom it is addressed to: a client of the firm, or a member of its team. */
  audience: Audience;
  occurredAt: number;
  source: { ipAddress: string | null; userAgent: string | null } | null;
  /** The page where one click signs everybody out and notifies the firm. */
  notMeLink: string;
}

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
        paragraph(say.notice.whatNotMeDoes(given, lifetimes.notMe / HOUR_MS)),
      ],
    });
  };

/** The account was created on a device that had claimed a magic link, without a further mail. */
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

/** The firm reset the client's second factor, or an owner a colleague's. */
export const twoFactorReset = (given: Notice): ClientLetter =>
  // Where the firm did it from is none of the client's business.
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

/** To the old address, when the firm requests another login email. */
export const loginEmailChangeRequested = (given: Notice & { newEmail: string }): ClientLetter =>
  notice({ ...given, source: null }, ({ loginEmailChangeRequested: say, notice: { ifNotAsked } }) => ({
    subject: say.subject,
    what: say.what(given.firmName, maskEmail(given.newEmail)),
    rest: [ifNotAsked(given)],
  }));

/** To the old address, once the new one has been confirmed. */
export const loginEmailChanged = (given: Notice & { newEmail: string }): ClientLetter =>
  notice({ ...given, source: null }, ({ loginEmailChanged: say, notice: { ifNotAsked } }) => ({
    subject: say.subject,
    what: say.what(given, maskEmail(given.newEmail)),
    rest: [ifNotAsked(given)],
  }));

/** A browser was trusted: it skips the code from now on. */
export const deviceTrusted = (given: Notice & { days: number }): ClientLetter =>
  notice(given, ({ deviceTrusted: say }) => ({
    subject: say.subject,
    what: say.what(given, given.days),
    rest: [say.wasYou, say.notYou(given)],
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
