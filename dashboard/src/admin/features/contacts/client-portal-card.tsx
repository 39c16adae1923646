import { useState, type ReactNode } from "react";
import { Link } from "@tanstack/react-router";
import { TrustedDeviceList, TrustedDeviceList_device } from "../../../features/devices/trusted-device-list.js";
import { SessionList, SessionList_session } from "../../../features/sessions/session-list.js";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { Badge } from "../../../ui/badge.js";
import { Card, Facts } from "../../../ui/card.js";
import { Ago, Day, Moment } from "../../../ui/date-time.js";
import { MenuButton } from "../../../ui/menu.js";
import { useTeamSession } from "../../session.js";
import { isLocked } from "./contact-row.fragment.js";
import { InviteButton } from "./invite-button.js";
import { loginAct } from "./login-act.js";

export const ClientPortalCard_contact = graphql(
  `
    fragment ClientPortalCard_contact on Contact {
      id
      name
      email
      portalAccessState
      invitedAt
      portalAccount {
        id
        email
        createdAt
        lastSignInAt
        lockedUntil
        contacts {
          id
          name
          organization
        }
        twoFactor {
          enrolled
          enrolledAt
          required
          recoveryCodesRemaining
        }
        sessions {
          id
          ...SessionList_session
        }
        trustedDevices {
          id
          ...TrustedDeviceList_device
        }
      }
    }
  `,
  [SessionList_session, TrustedDeviceList_device],
);

const ClientPortalCard_payload = graphql(
  `
    fragment ClientPortalCard_payload on ContactPayload @_unmask {
      contact {
        id
        ...ClientPortalCard_contact
      }
      ...Problems
    }
  `,
  [ClientPortalCard_contact, Problems],
);
const resetTwoFactor = graphql(
  `
    mutation ClientPortalCard_resetTwoFactor($input: ContactReasonInput!) {
      resetTwoFactor(input: $input) {
        ...ClientPortalCard_payload
      }
    }
  `,
  [ClientPortalCard_payload],
);
const deleteAccount = graphql(
  `
    mutation ClientPortalCard_deleteAccount($input: ContactReasonInput!) {
      deletePortalAccount(input: $input) {
        ...ClientPortalCard_payload
      }
    }
  `,
  [ClientPortalCard_payload],
);
const changeLoginEmail = graphql(
  `
    mutation ClientPortalCard_changeLoginEmail($input: ChangeLoginEmailInput!) {
      changeLoginEmail(input: $input) {
        ...ClientPortalCard_payload
      }
    }
  `,
  [ClientPortalCard_payload],
);
const sendPasswordReset = graphql(
  `
    mutation ClientPortalCard_sendPasswordReset($input: ContactIdInput!) {
      sendPasswordReset(input: $input) {
        ...ClientPortalCard_payload
      }
    }
  `,
  [ClientPortalCard_payload],
);
const unlock = graphql(
  `
    mutation ClientPortalCard_unlock($input: ContactIdInput!) {
      unlockPortalAccount(input: $input) {
        ...ClientPortalCard_payload
      }
    }
  `,
  [ClientPortalCard_payload],
);
const signOutEverywhere = graphql(
  `
    mutation ClientPortalCard_signOutEverywhere($input: ContactIdInput!) {
      revokePortalSessions(input: $input) {
        ...ClientPortalCard_payload
      }
    }
  `,
  [ClientPortalCard_payload],
);

const withReason = (contactId: string, reason: string) => ({ contactId, reason });
const acts = {
  resetTwoFactor: loginAct(resetTwoFactor, withReason, {
    menu: "Reset 2FA…",
    title: "Reset two-factor authentication?",
    will: "This removes the authenticator, recovery codes and trusted devices, and signs the client out; the password stays. The client is notified by email and can set up a new phone at the next sign-in. Make sure that it is really your client who is asking.",
    confirm: "Reset 2FA",
    done: "Two-factor authentication was reset.",
    asks: "reason",
    isDanger: true,
  }),
  sendPasswordReset: loginAct(sendPasswordReset, (contactId) => ({ contactId }), {
    menu: "Send password reset…",
    title: "Send a password reset?",
    will: "The client gets an email with a link to choose a new password. The link works for one hour, and 2FA is still required.",
    confirm: "Send",
    done: "The password reset was sent.",
    asks: null,
    isDanger: false,
  }),
  changeLoginEmail: loginAct(changeLoginEmail, (contactId, email) => ({ contactId, email }), {
    menu: "Change login email…",
    title: "Change the login email",
    will: "We email the new address a link to confirm the change; until then the old address stays in use. The old address is notified. If other contacts have the new address and no login, this login will also open their requests.",
    confirm: "Send confirmation",
    done: "A confirmation was sent to the new address.",
    asks: "email",
    isDanger: false,
  }),
  unlock: loginAct(unlock, (contactId) => ({ contactId }), {
    menu: "Unlock…",
    title: "Unlock the account?",
    will: "The client can enter a code again right away. Unlock the account only if you know who made the failed attempts.",
    confirm: "Unlock",
    done: "The account is unlocked.",
    asks: null,
    isDanger: false,
  }),
  signOutEverywhere: loginAct(signOutEverywhere, (contactId) => ({ contactId }), {
    menu: "Sign out everywhere…",
    title: "Sign the client out everywhere?",
    will: "Every device is signed out immediately, and no device skips the code any more. The password and 2FA stay.",
    confirm: "Sign out everywhere",
    done: "The client was signed out everywhere.",
    asks: null,
    isDanger: false,
  }),
  delete: loginAct(deleteAccount, withReason, {
    menu: "Delete account…",
    title: "Delete the portal account?",
    will: "This permanently deletes the login, password, 2FA and sessions. The contact, its requests and the activity log stay, and you can invite the client again. The client is notified by email.",
    confirm: "Delete account",
    done: "The portal account was deleted.",
    asks: "reason",
    isDanger: true,
  }),
};
type ActName = keyof typeof acts;

/** Contact > Details > Client portal: the account, and what the firm can do with it. */
export function ClientPortalCard(props: { contact: FragmentOf<typeof ClientPortalCard_contact>; onActed: () => void }) {
  const contact = readFragment(ClientPortalCard_contact, props.contact);
  const { mayWrite } = useTeamSession();
  const [open, setOpen] = useState<ActName | null>(null);
  const account = contact.portalAccount;
  if (!account)
    return (
      <Card title="Client portal">
        <div className="flex flex-wrap items-center justify-between gap-3 text-sm text-muted">
          <p>
            {!contact.email ? (
              "No account yet. Add an email address to invite the contact."
            ) : contact.invitedAt ? (
              <>
                Invited <Ago at={contact.invitedAt} />; no account yet.
              </>
            ) : (
              "No account yet."
            )}
          </p>
          {mayWrite && contact.email && <InviteButton contact={contact} />}
        </div>
      </Card>
    );
  const locked = isLocked(account.lockedUntil);
  const offered = Object.entries(acts)
    .map(([name, { menu, isDanger }]) => ({ id: name, label: menu, isDanger }))
    .filter(({ id }) => (id === "resetTwoFactor" ? account.twoFactor.enrolled : id === "unlock" ? locked : true));
  const facts: [string, ReactNode][] = [
    ["Login email", account.email],
    ["Account since", <Day key="since" on={account.createdAt} />],
    ["Last sign-in", account.lastSignInAt ? <Ago key="last" at={account.lastSignInAt} /> : "Never"],
    [
      "Two-factor",
      <span key="2fa" className="inline-flex flex-wrap items-center gap-2">
        {account.twoFactor.enrolled ? <Badge tone="success">2FA on</Badge> : <Badge>2FA off</Badge>}
        {account.twoFactor.enrolledAt && (
          <span className="text-muted">
            since <Day on={account.twoFactor.enrolledAt} />
          </span>
        )}
        {!account.twoFactor.enrolled && account.twoFactor.required && (
          <span className="text-muted">will be asked to set it up</span>
        )}
      </span>,
    ],
  ];
  const others = account.contacts.filter(({ id }) => id !== contact.id);
  if (others.length > 0)
    facts.splice(1, 0, ["This login also opens", <OtherContacts key="others" contacts={others} />]);
  if (account.twoFactor.enrolled) facts.push(["Recovery codes left", account.twoFactor.recoveryCodesRemaining]);
  if (locked && account.lockedUntil)
    facts.push([
      "Lock",
      <span key="lock" className="inline-flex flex-wrap items-center gap-2">
        <Badge tone="danger">Locked</Badge> until <Moment at={account.lockedUntil} />
      </span>,
    ]);
  return (
    <Card
      title="Client portal"
      actions={
        mayWrite && (
          <MenuButton
            label="Edit login details"
            choices={offered.map((choice) => ({
              ...choice,
              onSelect: () => setOpen(isActName(choice.id) ? choice.id : null),
            }))}
          />
        )
      }
    >
      <Facts facts={facts} />
      <h3 className="pt-5 pb-1 text-sm font-medium text-ink">Sessions</h3>
      <SessionList sessions={account.sessions} />
      {account.twoFactor.enrolled && (
        <>
          <h3 className="pt-5 pb-1 text-sm font-medium text-ink">Trusted devices</h3>
          <TrustedDeviceList devices={account.trustedDevices} {...(mayWrite ? { onRevoked: props.onActed } : {})} />
        </>
      )}
      {open && (
        <ActDialog
          key={open}
          name={open}
          contactId={contact.id}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            props.onActed();
          }}
        />
      )}
    </Card>
  );
}

/** Contacts that share a login, each with its page. */
function OtherContacts({
  contacts,
}: {
  contacts: readonly { id: string; name: string; organization: string | null }[];
}) {
  return (
    <ul className="flex flex-col gap-1">
      {contacts.map(({ id, name, organization }) => (
        <li key={id}>
          <Link to="/contacts/$contactId" params={{ contactId: id }} className="link" translate="no">
            {name}
          </Link>
          {organization !== null && (
            <span className="text-muted">
              {" "}
              · <span translate="no">{organization}</span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** One of the menu's acts, in its own dialog. */
export function ActDialog(props: { name: ActName; contactId: string; onClose: () => void; onDone: () => void }) {
  const { name, contactId, onClose, onDone } = props;
  const { Dialog } = acts[name];
  return <Dialog id={contactId} onClose={onClose} onDone={onDone} />;
}
const isActName = (name: string): name is ActName => name in acts;
