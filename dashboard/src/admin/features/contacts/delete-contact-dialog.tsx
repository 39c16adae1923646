import { useState } from "react";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Dialog } from "../../../ui/dialog.js";
import { Email } from "../../../ui/email.js";
import { useNotify } from "../../../ui/notices.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { ReasonField } from "../../reason-field.js";

const DeleteContactDialog_deletion = graphql(`
  query DeleteContactDialog_deletion($contactId: ID!) {
    contactDeletion(contactId: $contactId) {
      loginEmail
      deletesLogin
      otherContacts
      requests
      openLinks
      events
      reports
    }
  }
`);
const DeleteContactDialog_delete = graphql(
  `
    mutation DeleteContactDialog_delete($input: ContactReasonInput!) {
      deleteContact(input: $input) {
        deletedContactId
        isErasing
        ...Problems
      }
    }
  `,
  [Problems],
);
type Deletion = NonNullable<ResultOf<typeof DeleteContactDialog_deletion>["contactDeletion"]>;

const count = (n: number, one: string) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;

/** Tells what deleting the contact means, asks why, and does it. */
export function DeleteContactDialog(props: { contactId: string; onClose: () => void; onDone: () => void }) {
  const { contactId, onClose, onDone } = props;
  const notify = useNotify();
  const { act, isPending, problems } = useAct(DeleteContactDialog_delete);
  const [reason, setReason] = useState("");
  const [{ data, error }, again] = useQuery({
    query: DeleteContactDialog_deletion,
    variables: { contactId },
    requestPolicy: "network-only",
  });
  const submit = async () => {
    const { payload } = await act({ input: { contactId, reason } });
    if (!payload) return;
    const erased = payload.isErasing ? "What the activity log says about it is being erased." : "";
    notify({ tone: "success", text: `The contact was deleted. ${erased}`.trim() });
    onDone();
  };
  const deletion = data?.contactDeletion;
  return (
    <Dialog title="Delete the contact?" isOpen onClose={onClose}>
      {error && !data ? (
        <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
      ) : !deletion ? (
        <Skeleton lines={5} label="Looking what is kept about the contact" />
      ) : (
        <ActForm
          onSubmit={submit}
          onCancel={onClose}
          confirmLabel="Delete contact"
          isPending={isPending}
          error={otherProblems(problems, "reason")}
          isDanger
          isDisabled={reason.trim() === ""}
          isSmall
          intro={<Meaning deletion={deletion} />}
        >
          <ReasonField
            hint="Kept in the activity log for good. Do not name the client here."
            value={reason}
            onChange={setReason}
            error={problemOf(problems, "reason")}
          />
        </ActForm>
      )}
    </Dialog>
  );
}

function Meaning({ deletion }: { deletion: Deletion }) {
  const { loginEmail, deletesLogin, otherContacts, requests, openLinks, events, reports } = deletion;
  return (
    <>
      <p>This permanently deletes everything that is kept about this person. It cannot be undone.</p>
      <ul className="flex list-disc flex-col gap-1 pl-5">
        <li>
          Deleted with it: {count(requests, "request")} with all items, and {count(openLinks, "link")} still in use.
        </li>
        {loginEmail !== null && (
          <li>
            {deletesLogin ? "The login " : "The login stays, since "}
            {!deletesLogin && `${count(otherContacts, "other contact")} ${otherContacts === 1 ? "has" : "have"} it: `}
            <Email address={loginEmail} />
            {deletesLogin && " goes, with its password, 2FA, devices and sessions. Its owner is notified by email"}.
          </li>
        )}
        {reports > 0 && (
          <li>
            {count(reports, "kept report")} that may name this person: all on access and on security changes. Monthly
            ones are made anew without the person.
          </li>
        )}
        <li>
          {count(events, "event")} in the activity log {events === 1 ? "stays" : "stay"}, without names, addresses and
          other facts about the person.
        </li>
      </ul>
      <p>Backups, exported files and what webhooks have delivered are not changed.</p>
    </>
  );
}
