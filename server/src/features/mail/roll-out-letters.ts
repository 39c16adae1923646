import type { ClientLetter } from "../work/mail-to-send.js";
import { action, paragraph } from "./letter.js";
import { toClient, type DayInWords, type FromFirm } from "./letter-parts.js";

/* Letters to clients about the day from which the firm requires two-factor authentication. */

/** What every letter of a two-factor roll-out to a client with an account contains. */
interface RollOutLetter extends FromFirm {
  contactName: string;
  /** The day from which 2FA is required, as the client reads it. */
  startDay: DayInWords;
  /** The portal's sign-in page. */
  link: string;
}

/** The firm is going to require two-factor authentication. `message`: its own words, by `writtenBy`. */
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
    const requirement = say.rollOut.requirement(firmName, day);
    return {
      subject: isReminder ? say.rollOut.reminderSubject(day) : say.rollOut.subject(firmName, day),
      blocks: [
        paragraph(say.hello(contactName)),
        paragraph(isReminder ? `${say.rollOut.notYet} ${requirement}` : requirement),
        { kind: "quote", from: writtenBy, text: message },
        action(say.rollOut.setUp, link),
        paragraph(say.rollOut.how),
        paragraph(say.rollOut.beware(firmName)),
      ],
    };
  });

/** The firm has cancelled what it announced. */
export const twoFactorCalledOff = ({ firmName, contactName, startDay, link }: RollOutLetter): ClientLetter =>
  toClient(firmName, (say, language) => ({
    subject: say.rollOut.calledOffSubject(firmName),
    blocks: [
      paragraph(say.hello(contactName)),
      paragraph(say.rollOut.calledOff(firmName, startDay(language))),
      paragraph(say.rollOut.stillPossible),
      action(say.rollOut.openPortal, link),
    ],
  }));
