import {
  isolatingGiven,
  keptInWords,
  momentInWords,
  plans,
  securityModes,
  type Audience,
  type Plan,
  type SecurityMode,
} from "@gatehouse/shared";
import type { MailContent } from "../work/mail-to-send.js";
import { action, letter, paragraph } from "./letter.js";
import type { FromFirm, WithLink } from "./letter-parts.js";
import { mailWordsInEnglish } from "./mail-words.en.js";

/* Letters to the team, which are in English. Names in them are isolated, as in the words of letters to clients. */

/** To a colleague who is invited to the firm's team. */
export const teamInvitation = isolatingGiven(
  ({ firmName, name, invitedBy, link, expiresInHours }: WithLink & { name: string; invitedBy: string }): MailContent =>
    letter({
      firmName,
      audience: "TEAM",
      subject: `${invitedBy} invites you to ${firmName}'s team`,
      blocks: [
        paragraph(`Hello ${name},`),
        paragraph(`${invitedBy} invites you to Gatehouse, where ${firmName} manages its clients' access.`),
        action("Choose a password", link),
        paragraph(mailWordsInEnglish.linkWorksOnce(expiresInHours)),
        paragraph(`If you do not work at ${firmName}, you can ignore this email.`),
      ],
    }),
);

/** To a colleague who forgot the password, sent by an owner or administrator. */
export const teamPasswordReset = isolatingGiven(
  ({ firmName, invitedBy, link, expiresInHours }: WithLink & { invitedBy: string }): MailContent =>
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
    }),
);

/** To a colleague who requested it on the sign-in page. */
export const teamPasswordForgotten = isolatingGiven(({ firmName, link, expiresInHours }: WithLink): MailContent =>
  letter({
    firmName,
    audience: "TEAM",
    subject: `Choose a new password for Gatehouse at ${firmName}`,
    blocks: [
      paragraph("Someone, hopefully you, requested a new password for your Gatehouse account."),
      action("Choose a password", link),
      paragraph(`${mailWordsInEnglish.linkWorksOnce(expiresInHours)} ${mailWordsInEnglish.codeStillAsked}`),
      paragraph("If it was not you, you can ignore this email: your password stays as it is until the link is used."),
    ],
  }),
);

/** A firm's own copy of a signed checkpoint, whose fields are those of docs/audit-format.md. */
export const logCheckpoint = isolatingGiven(
  ({ firmName, checkpoint }: FromFirm & { checkpoint: { seq: number; signedAt: string } }): MailContent =>
    letter({
      firmName,
      audience: "TEAM",
      subject: `Checkpoint of the audit log: event ${checkpoint.seq}`,
      blocks: [
        paragraph(`Gatehouse signed the audit log of ${firmName} up to event ${checkpoint.seq}.`),
        paragraph(
          "Keep this mail. If anybody rewrites the log later, even with full access to the server, comparing it with this checkpoint shows it.",
        ),
        paragraph(
          'To compare, choose "Export log" on the Activity page, save the line below as checkpoint.json, and have someone with Gatehouse\'s program run: gatehouse log verify --file <the log> --checkpoints checkpoint.json. docs/audit-format.md says how it is done without Gatehouse.',
        ),
        paragraph(JSON.stringify(checkpoint)),
      ],
    }),
);

/** The figures of a firm's monthly reports, which name no client. */
export const monthlyReports = isolatingGiven(
  ({
    firmName,
    month,
    facts,
    ready,
    missing,
    checkpoint,
    link,
  }: FromFirm & {
    /** YYYY-MM: the month that has ended. */
    month: string;
    facts: readonly (readonly [label: string, value: string])[];
    /** The titles of the reports that can be opened. */
    ready: readonly string[];
    /** Those of the ones that could not be made, or are no longer kept. */
    missing: readonly string[];
    checkpoint: { seq: number; digest: string } | null;
    link: string;
  }): MailContent => {
    const monthInWords = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
    return letter({
      firmName,
      audience: "TEAM",
      subject: `Reports for ${monthInWords.format(Date.parse(`${month}-01T00:00:00Z`))}`,
      blocks: [
        paragraph(
          ready.length === 0
            ? `The monthly reports of ${firmName} could not be made, or are no longer kept.`
            : `${missing.length === 0 ? "The" : "These"} monthly reports of ${firmName} are ready: ${ready.join(", ")}.`,
        ),
        ...(facts.length === 0 ? [] : [{ kind: "facts" as const, facts }]),
        ...(missing.length === 0
          ? []
          : [
              paragraph(
                `Missing: ${missing.join(", ")}. Ask for ${missing.length === 1 ? "it" : "them"} on the Reports page, or ask whoever runs Gatehouse.`,
              ),
            ]),
        ...(checkpoint === null
          ? []
          : [
              paragraph(
                `They were made from the audit log up to event ${checkpoint.seq}, whose digest is ${checkpoint.digest}.`,
              ),
            ]),
        action("Open the reports", link),
        paragraph("Reports are kept for 30 days. Colleagues choose on the Reports page who gets this mail."),
      ],
    });
  },
);

/** Somebody reported "this wasn't me" about a change to an account. */
export const suspicionReported = isolatingGiven(
  ({ firmName, email, audience }: FromFirm & { email: string; audience: Audience }): MailContent =>
    letter({
      firmName,
      audience: "TEAM",
      subject: `Not me: ${email} reports a change`,
      blocks: [
        paragraph(
          `${email} (${audience === "TEAM" ? "of your team" : "a client of yours"}) reports that someone else made a change to the account.`,
        ),
        paragraph(
          `Every session was ended${audience === "TEAM" ? "" : ", the password was disabled, and the client was mailed a link to choose a new one"}.`,
        ),
        paragraph(
          audience === "TEAM"
            ? "Review this colleague's activity, and change the password together."
            : "Call the client at a phone number that you know. If a stranger's authenticator was set up, reset the two-factor authentication under Contacts, Details, Client portal.",
        ),
      ],
    }),
);

/** The firm's new plan does not include the current mode, which stays in force until an admin changes it. */
export const planDowngraded = isolatingGiven(
  ({ firmName, from, to, mode }: FromFirm & { from: Plan; to: Plan; mode: SecurityMode }): MailContent =>
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
    }),
);

/** Somebody changed how long sign-in events say who it was, which comes in time to set it back. */
export const signInRetentionChanged = isolatingGiven(
  ({
    firmName,
    by,
    from,
    to,
    erasesFrom,
  }: FromFirm & { by: string; from: number | null; to: number | null; erasesFrom: number }): MailContent =>
    letter({
      firmName,
      audience: "TEAM",
      subject: `Sign-ins in the audit log now keep names and addresses ${keptInWords(to)}`,
      blocks: [
        paragraph(
          `${by} changed for how long sign-in events in the audit log of ${firmName} keep names, IP addresses and devices: before ${keptInWords(from)}, now ${keptInWords(to)}.`,
        ),
        paragraph(
          to === null
            ? "Nothing more is erased."
            : `Older ones lose them for good, but not before ${momentInWords(erasesFrom, "EN")}. The events stay, with what happened, when, and how somebody proved who they are.`,
        ),
        paragraph(
          "If you did not expect this, set it back under Settings, Client Portal, before then, and ask who changed it. Whoever misuses a colleague's session could erase their own traces this way.",
        ),
      ],
    }),
);
