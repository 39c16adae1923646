import { Link } from "@tanstack/react-router";
import { Badge } from "../../../ui/badge.js";
import { Ago } from "../../../ui/date-time.js";
import { Email } from "../../../ui/email.js";
import type { Column } from "../../../ui/table.js";
import { isLocked, type ContactRow } from "./contact-row.fragment.js";
import { InviteButton } from "./invite-button.js";

/** The columns of the contacts page. */
export const contactColumns = (mayWrite: boolean): readonly Column<ContactRow>[] => [
  {
    id: "name",
    title: "Name",
    width: "w-[17%]",
    renderCell: (row) => (
      <Link translate="no" to="/contacts/$contactId" params={{ contactId: row.id }} className="link font-medium">
        {row.name}
      </Link>
    ),
  },
  { id: "organization", title: "Organization", width: "w-[16%]", renderCell: (row) => row.organization },
  {
    id: "email",
    title: "Email",
    width: "w-[23%]",
    renderCell: ({ email }) => email && <Email address={email} />,
  },
  {
    id: "portal",
    title: "Portal account",
    width: "w-[23%]",
    renderCell: (row) => {
      if (row.portalAccount) return <Email address={row.portalAccount.email} />;
      if (!row.email) return null;
      return (
        <>
          {row.invitedAt && (
            <p className="text-muted">
              Invited <Ago at={row.invitedAt} />
            </p>
          )}
          {mayWrite && <InviteButton contact={row} small />}
        </>
      );
    },
  },
  {
    id: "twoFactor",
    title: "2FA",
    width: "w-[9%]",
    renderCell: ({ portalAccount }) =>
      portalAccount && (
        <span className="inline-flex flex-wrap gap-1">
          {portalAccount.twoFactor.enrolled ? <Badge tone="success">2FA on</Badge> : <Badge>2FA off</Badge>}
          {isLocked(portalAccount.lockedUntil) && <Badge tone="danger">Locked</Badge>}
        </span>
      ),
  },
  {
    id: "lastSignIn",
    title: "Last sign-in",
    width: "w-[12%]",
    renderCell: ({ portalAccount }) => portalAccount?.lastSignInAt && <Ago at={portalAccount.lastSignInAt} />,
  },
];
