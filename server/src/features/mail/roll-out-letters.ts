import type { ClientLetter } from "../work/mail-to-send.js";
import { action, paragraph } from "./letter.js";
import { toClient, type DayInWords, type FromFirm } from "./letter-parts.js";

/* To clients, about the day from which the firm demands two-factor authentication. */

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
