import type { Audience } from "@gatehouse/shared";
import type { ClientLetter } from "../work/mail-to-send.js";
import { action, letter, paragraph } from "./letter.js";
import { toClient, type DayInWords, type FromFirm, type WithLink } from "./letter-parts.js";
import { mailWords } from "./mail-words.js";

/* Letters to clients about creating and losing an account. */

/** The client requested an account: the link proves the mailbox. */
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

/**
 * The firm invites a contact. `message`: a few words from the person who invites; `twoFactorFrom`: the day from which
 * the firm requires 2FA.
 */
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
      ...(twoFactorFrom ? [paragraph(say.rollOut.requirement(firmName, twoFactorFrom(language)))] : []),
      action(say.createAccount, link),
      paragraph(say.linkWorksOnce(expiresInHours)),
      paragraph(say.invite.unknownFirm(firmName)),
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

/** The firm sends the client a link to choose a new password. */
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

/** To the new address of a changed login email, which takes effect through this link. */
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

export const accountDeleted = ({ firmName }: FromFirm): ClientLetter =>
  toClient(firmName, ({ accountDeleted: say }) => ({
    subject: say.subject(firmName),
    blocks: [paragraph(say.what(firmName)), paragraph(say.notExpected(firmName))],
  }));

/** The client reported "this wasn't me": the old password no longer works. */
export const passwordStopped = ({ firmName, link, expiresInHours }: WithLink): ClientLetter =>
  toClient(firmName, (say) => ({
    subject: say.passwordStopped.subject(firmName),
    blocks: [
      paragraph(say.passwordStopped.what(firmName)),
      action(say.chooseNewPassword, link),
      paragraph(`${say.linkWorksOnce(expiresInHours)} ${say.passwordStopped.wasTold(firmName)}`),
    ],
  }));
