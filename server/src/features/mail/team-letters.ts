import { plans, securityModes, type Audience, type Plan, type SecurityMode } from "@gatehouse/shared";
import type { MailContent } from "../work/mail-to-send.js";
import { action, letter, paragraph } from "./letter.js";
import type { FromFirm, WithLink } from "./letter-parts.js";
import { mailWordsInEnglish } from "./mail-words.en.js";

/* To the team, which is written to in English. */

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
