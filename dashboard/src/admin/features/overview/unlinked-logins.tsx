import { useState } from "react";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { sayError } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Ago, Day } from "../../../ui/date-time.js";
import { Email } from "../../../ui/email.js";
import { ErrorState } from "../../../ui/states.js";
import { Table, type Column } from "../../../ui/table.js";
import { useTeamSession } from "../../session.js";
import { useLiveRefresh } from "../audit/live-feed.js";
import { loginAct } from "../contacts/login-act.js";

const UnlinkedLogins_page = graphql(`
  query UnlinkedLogins_page($after: String) {
    unlinkedPortalAccounts(first: 5, after: $after) {
      totalCount
      nodes {
        id
        email
        createdAt
        lastSignInAt
        unlinkedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
const UnlinkedLogins_signOut = graphql(
  `
    mutation UnlinkedLogins_signOut($input: PortalAccountIdInput!) {
      revokeUnlinkedPortalSessions(input: $input) {
        portalAccount {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const UnlinkedLogins_delete = graphql(
  `
    mutation UnlinkedLogins_delete($input: PortalAccountReasonInput!) {
      deleteUnlinkedPortalAccount(input: $input) {
        deletedPortalAccountId
        ...Problems
      }
    }
  `,
  [Problems],
);

const acts = {
  signOut: loginAct(UnlinkedLogins_signOut, (portalAccountId) => ({ portalAccountId }), {
    menu: "Sign out…",
    title: "Sign this login out everywhere?",
    will: "Every device is signed out immediately, and no device skips the code any more. The login stays: anyone who has the password can sign in again, but sees no requests.",
    confirm: "Sign out everywhere",
    done: "The login was signed out everywhere.",
    asks: null,
    isDanger: false,
  }),
  delete: loginAct(UnlinkedLogins_delete, (portalAccountId, reason) => ({ portalAccountId, reason }), {
    menu: "Delete…",
    title: "Delete this login?",
    will: "This permanently deletes the password, 2FA and sessions, and notifies the address by email. If a contact gets this address later, you can invite it.",
    confirm: "Delete login",
    done: "The login was deleted.",
    asks: "reason",
    isDanger: true,
  }),
};
type Login = ResultOf<typeof UnlinkedLogins_page>["unlinkedPortalAccounts"]["nodes"][number];

/** The logins that belong to no contact, and what to do about them. Renders nothing if there are none. */
export function UnlinkedLogins() {
  const { mayWrite } = useTeamSession();
  const [after, setAfter] = useState<string | null>(null);
  const [open, setOpen] = useState<{ act: keyof typeof acts; login: Login } | null>(null);
  const [{ data, error }, again] = useQuery({
    query: UnlinkedLogins_page,
    variables: { after },
    requestPolicy: "cache-and-network",
  });
  useLiveRefresh(again);
  if (!data)
    return error ? (
      <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
    ) : null;
  const { totalCount, nodes, pageInfo } = data.unlinkedPortalAccounts;
  // The last one of a later page was deleted.
  if (after !== null && nodes.length === 0) setAfter(null);
  if (totalCount === 0) return null;
  const OpenDialog = open && acts[open.act].Dialog;
  const columns: Column<Login>[] = [
    { id: "email", title: "Login email", renderCell: ({ email }) => <Email address={email} /> },
    {
      id: "unlinked",
      title: "Lost its contact",
      renderCell: ({ unlinkedAt }) => unlinkedAt && <Ago at={unlinkedAt} />,
    },
    {
      id: "signIn",
      title: "Last sign-in",
      renderCell: ({ lastSignInAt }) => (lastSignInAt ? <Ago at={lastSignInAt} /> : "Never"),
    },
    { id: "created", title: "Created", renderCell: ({ createdAt }) => <Day on={createdAt} /> },
  ];
  if (mayWrite)
    columns.push({
      id: "acts",
      title: "Action",
      align: "end",
      renderCell: (login) => (
        <div className="flex flex-wrap justify-end gap-2">
          {(["signOut", "delete"] as const).map((act) => (
            <Button
              key={act}
              size="small"
              aria-label={`${acts[act].menu} ${login.email}`}
              onPress={() => setOpen({ act, login })}
            >
              {acts[act].menu}
            </Button>
          ))}
        </div>
      ),
    });
  return (
    <Card
      title={`Logins without a contact (${totalCount})`}
      intro="These logins no longer belong to a contact. They can still sign in to your portal, but see no requests. Delete the ones that nobody needs."
    >
      <div className="-mx-5">
        <Table label="Logins without a contact" rows={nodes} rowKey={({ id }) => id} columns={columns} />
      </div>
      {(pageInfo.hasNextPage || after !== null) && (
        <div className="flex flex-wrap gap-2 pt-4">
          {pageInfo.hasNextPage && <Button onPress={() => setAfter(pageInfo.endCursor)}>Show older</Button>}
          {after !== null && <Button onPress={() => setAfter(null)}>Show newest</Button>}
        </div>
      )}
      {open && OpenDialog && (
        <OpenDialog
          id={open.login.id}
          email={open.login.email}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            again({ requestPolicy: "network-only" });
          }}
        />
      )}
    </Card>
  );
}
