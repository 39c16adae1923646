import { agoInWords, inWords } from "../language/durations-in-words.js";
import { securityModes, twoFactorDueAt } from "../security-mode/security-mode.js";
import { nextAccountStep, nextLinkStep } from "../sign-in/sign-in-policy.js";
import type { AccessFacts } from "./access-facts.js";

/** How badly a reason stands in the way, worst first. */
export const accessFindingWeights = {
  BLOCKS: "The client cannot get in until someone acts or time passes.",
  HINDERS: "One way in is closed.",
  TELLS: "What the client has to do next.",
} as const;
export type AccessFindingWeight = keyof typeof accessFindingWeights;

/** What fixes it; each is a button in the dashboard. */
export const accessRemedies = {
  ADD_EMAIL: "Enter or correct the email address (updateContact).",
  INVITE: "Send an invitation (inviteContacts).",
  UNLOCK: "End the wait (unlockPortalAccount).",
  SEND_PASSWORD_RESET: "Email a password reset (sendPasswordReset).",
  RESET_TWO_FACTOR: "Remove the authenticator (resetTwoFactor).",
  RESEND_REQUEST: "Send the request's link again (resendClientRequest).",
  CHANGE_SECURITY: "Choose another security mode (updateSecurityPolicy).",
} as const;
export type AccessRemedy = keyof typeof accessRemedies;

interface Reason {
  weight: AccessFindingWeight;
  message: string;
  remedy: AccessRemedy | null;
}
export interface AccessFinding extends Reason {
  code: AccessFindingCode;
}

const times = (n: number) => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);

type Check = (facts: AccessFacts) => Reason | null;

const failureOf = (facts: AccessFacts, what: AccessFacts["failures"][number]["what"]) =>
  facts.failures.find((failure) => failure.what === what && failure.count > 0) ?? null;
const accountStep = ({ account, policy, now }: AccessFacts) =>
  nextAccountStep({
    policy,
    now,
    isEnrolled: account?.isEnrolled ?? false,
    isSecondFactorProven: false,
    isDeviceTrusted: false,
  }).step;
const linkStep = ({ account, policy, now }: AccessFacts) =>
  nextLinkStep({
    policy,
    now,
    hasAccount: account !== null,
    isEnrolled: account?.isEnrolled ?? false,
    isSecondFactorProven: false,
  }).step;
const loginIsOff = (facts: AccessFacts) => accountStep(facts) === "REFUSE";
const isWaiting = (until: number | null | undefined, now: number): until is number => until != null && until > now;

/** The reasons why a client cannot get in, most serious first, in the words that the firm reads. */
const findings = {
  NO_EMAIL: {
    title: "No email address",
    why: ({ email, account }) =>
      email !== null || account !== null
        ? null
        : {
            weight: "BLOCKS",
            message: "There is no email address, so neither requests nor invitations can be sent.",
            remedy: "ADD_EMAIL",
          },
  },
  MAIL_REFUSED: {
    title: "Mail is not getting through",
    why: ({ mail }) =>
      mail === null || mail.sentAt !== null || mail.failure === null
        ? null
        : {
            weight: mail.isGivenUp ? "BLOCKS" : "HINDERS",
            message: `The last mail to ${mail.recipient} ${mail.isGivenUp ? "could not be delivered and will not be tried again" : "has not been accepted yet and will be tried again"}: ${mail.failure}`,
            remedy: mail.isGivenUp ? "ADD_EMAIL" : null,
          },
  },
  SECOND_FACTOR_LOCKED: {
    title: "Locked after wrong codes",
    why: ({ account, now }) =>
      isWaiting(account?.secondFactorLockedUntil, now)
        ? {
            weight: "BLOCKS",
            message: `Locked after too many wrong codes; unlocks ${inWords((account?.secondFactorLockedUntil ?? now) - now)}. Unlock it sooner if you are sure that it was the client who tried.`,
            remedy: "UNLOCK",
          }
        : null,
  },
  PASSWORD_WAIT: {
    title: "Waiting after wrong passwords",
    why: ({ account, now }) =>
      isWaiting(account?.passwordWaitUntil, now)
        ? {
            weight: "HINDERS",
            message: `Too many wrong passwords; the client can try again ${inWords((account?.passwordWaitUntil ?? now) - now)}. Links in emails still work.`,
            remedy: "UNLOCK",
          }
        : null,
  },
  LOGIN_IS_OFF: {
    title: "Password sign-in is off",
    why: (facts) =>
      loginIsOff(facts)
        ? {
            weight: "HINDERS",
            message: `The firm uses "${securityModes[facts.policy.mode].title}", so clients cannot sign in with a password${facts.account ? "; the account is inactive until that changes" : ""}. The client gets in with the link in a request's email.`,
            remedy: "CHANGE_SECURITY",
          }
        : null,
  },
  WRONG_CODES: {
    title: "Wrong codes",
    why: (facts) => {
      const failure = failureOf(facts, "second factor");
      if (!failure || loginIsOff(facts)) return null;
      return {
        weight: "HINDERS",
        message: `A wrong code was entered ${times(failure.count)}, most recently ${agoInWords(facts.now - failure.lastAt)}. Often the phone's clock is off (set it to automatic), or the authenticator app shows another account. If the phone is lost, a recovery code or a reset helps.`,
        remedy: "RESET_TWO_FACTOR",
      };
    },
  },
  WRONG_PASSWORDS: {
    title: "Wrong passwords",
    why: (facts) => {
      const failure = failureOf(facts, "password");
      if (!failure || loginIsOff(facts)) return null;
      const last = `most recently ${agoInWords(facts.now - failure.lastAt)}`;
      return facts.account
        ? {
            weight: "HINDERS",
            message: `A wrong password was entered ${times(failure.count)}, ${last}.`,
            remedy: "SEND_PASSWORD_RESET",
          }
        : {
            weight: "HINDERS",
            message: `Someone tried to sign in as ${facts.email ?? "this client"} ${times(failure.count)}, ${last}, but there is no account yet.`,
            remedy: "INVITE",
          };
    },
  },
  NO_RECOVERY_CODES: {
    title: "No recovery codes left",
    why: (facts) =>
      facts.account?.isEnrolled && facts.account.recoveryCodesRemaining === 0 && !loginIsOff(facts)
        ? {
            weight: "TELLS",
            message: "No recovery codes are left: without the phone, only a reset helps.",
            remedy: null,
          }
        : null,
  },
  LINK_DECLINED: {
    title: "Link opened on another device",
    why: ({ request, now }) =>
      request?.declinedAt != null && request.link === "CLAIMED"
        ? {
            weight: "HINDERS",
            message: `The link to "${request.title}" works only on the device that opened it first; another device was turned away ${agoInWords(now - request.declinedAt)}. The client can get a new one with "Send access link" on that page, or you can send it again here.`,
            remedy: "RESEND_REQUEST",
          }
        : null,
  },
  LINK_DEAD: {
    title: "The link no longer works",
    why: ({ request }) =>
      request && (request.link === "EXPIRED" || request.link === "REVOKED")
        ? {
            weight: "HINDERS",
            message: `The link to "${request.title}" ${request.link === "EXPIRED" ? "has expired" : "was revoked"}.`,
            remedy: "RESEND_REQUEST",
          }
        : null,
  },
  LINK_NEEDS_ACCOUNT: {
    title: "The link needs another step first",
    why: (facts) => {
      if (!facts.request || facts.request.link !== "UNCLAIMED") return null;
      const step = linkStep(facts);
      if (step === "CREATE_ACCOUNT")
        return {
          weight: "TELLS",
          message:
            "Before the link opens the request, the client has to create an account and set up two-factor authentication.",
          remedy: null,
        };
      if (step === "SIGN_IN")
        return {
          weight: "TELLS",
          message:
            "Before the link opens the request, the client has to sign in with the password and set up two-factor authentication.",
          remedy: null,
        };
      return null;
    },
  },
  MUST_ENROLL: {
    title: "Two-factor setup comes next",
    why: (facts) =>
      facts.account && accountStep(facts) === "ENROLL"
        ? {
            weight: "TELLS",
            message: `At the next sign-in, the client sets up two-factor authentication: we email a code to ${facts.account.email}, then show the QR code for the authenticator app.`,
            remedy: null,
          }
        : null,
  },
  ENROLLMENT_ANNOUNCED: {
    title: "Two-factor authentication is announced",
    why: ({ account, policy, now }) => {
      const dueAt = twoFactorDueAt(policy, now);
      return account && !account.isEnrolled && dueAt !== null
        ? {
            weight: "TELLS",
            message: `Two-factor authentication will be required ${inWords(dueAt - now)}; until then the password is enough.`,
            remedy: null,
          }
        : null;
    },
  },
  INVITATION_EXPIRED: {
    title: "The invitation has expired",
    why: (facts) =>
      facts.account === null && facts.invitation && !facts.invitation.isUsable && !loginIsOff(facts)
        ? { weight: "HINDERS", message: "The invitation has expired or was replaced.", remedy: "INVITE" }
        : null,
  },
  INVITATION_OPEN: {
    title: "Invited, no account yet",
    why: (facts) =>
      facts.account === null && facts.invitation?.isUsable && !loginIsOff(facts)
        ? {
            weight: "TELLS",
            message: `Invited ${agoInWords(facts.now - facts.invitation.sentAt)}; the client has not created an account yet.`,
            remedy: "INVITE",
          }
        : null,
  },
  NOT_INVITED: {
    title: "Not invited",
    why: (facts) =>
      facts.account === null && facts.email !== null && !facts.invitation && !loginIsOff(facts)
        ? {
            weight: "TELLS",
            message: "There is no account yet, and this client has not been invited.",
            remedy: "INVITE",
          }
        : null,
  },
  OTHER_LOGIN_EMAIL: {
    title: "Signs in with another address",
    why: ({ account, email }) =>
      account && email !== null && account.email !== email
        ? {
            weight: "TELLS",
            message: `Signs in as ${account.email}, while requests go to ${email}.`,
            remedy: null,
          }
        : null,
  },
} as const satisfies Record<string, { title: string; why: Check }>;

export type AccessFindingCode = keyof typeof findings;
export const accessFindingCodes = Object.keys(findings) as AccessFindingCode[];

export const accessFindingTitle = (code: AccessFindingCode): string => findings[code].title;

const weights = Object.keys(accessFindingWeights);

/** Answers "Why can't this client get in?" with every reason that applies, most serious first. Empty: nothing is in the way. */
export function accessFindings(facts: AccessFacts): AccessFinding[] {
  return accessFindingCodes
    .flatMap((code) => {
      const found = (findings[code].why as Check)(facts);
      return found ? [{ code, ...found }] : [];
    })
    .toSorted((a, b) => weights.indexOf(a.weight) - weights.indexOf(b.weight));
}
