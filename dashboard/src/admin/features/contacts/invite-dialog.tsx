import { useState } from "react";
import { lengths } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Actions, Dialog } from "../../../ui/dialog.js";
import { Email } from "../../../ui/email.js";
import { useNotify } from "../../../ui/notices.js";
import { TextField } from "../../../ui/text-field.js";
import { ContactRow_contact } from "./contact-row.fragment.js";

const InviteDialog_invite = graphql(
  `
    mutation InviteDialog_invite($input: InviteContactsInput!) {
      inviteContacts(input: $input) {
        results {
          contact {
            id
            ...ContactRow_contact
          }
          ...Problems
        }
        ...Problems
      }
    }
  `,
  [ContactRow_contact, Problems],
);

export interface Invitee {
  id: string;
  name: string;
  email: string | null;
}
type Outcome = Invitee & { refusal: string | null };

/** Invites contacts to the portal, with an optional message, then lists who was invited, who was not, and why. */
export function InviteDialog(props: { contacts: readonly Invitee[]; onClose: (isSent: boolean) => void }) {
  const { contacts, onClose } = props;
  const [outcomes, setOutcomes] = useState<readonly Outcome[] | null>(null);
  const notify = useNotify();
  const [only] = contacts.length === 1 ? contacts : [];
  const finish = (found: readonly Outcome[]) => {
    if (!only || found.some(({ refusal }) => refusal)) return setOutcomes(found);
    notify({ tone: "success", text: `${only.name} was invited to the portal.` });
    onClose(true);
  };
  const close = () => onClose(outcomes !== null);
  const title = outcomes ? "Invitations" : `Invite ${only?.name ?? `${contacts.length} contacts`}?`;
  return (
    <Dialog title={title} isOpen onClose={close}>
      {outcomes ? (
        <Outcomes outcomes={outcomes} onClose={close} />
      ) : (
        <InviteForm contacts={contacts} onCancel={close} onSent={finish} />
      )}
    </Dialog>
  );
}

function InviteForm(props: {
  contacts: readonly Invitee[];
  onCancel: () => void;
  onSent: (outcomes: readonly Outcome[]) => void;
}) {
  const { contacts, onCancel, onSent } = props;
  const { act, isPending, problems } = useAct(InviteDialog_invite);
  const [message, setMessage] = useState("");
  const [only] = contacts.length === 1 ? contacts : [];
  const submit = async () => {
    const { payload } = await act({
      input: { contactIds: contacts.map(({ id }) => id), message: message.trim() || null },
    });
    const results = payload?.results;
    if (!results) return;
    onSent(
      contacts.map((contact, index) => {
        const refusals = results[index]?.userErrors ?? [];
        return { ...contact, refusal: refusals.map((refusal) => refusal.message).join(" ") || null };
      }),
    );
  };
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onCancel}
      confirmLabel={only ? "Send invitation" : `Send ${contacts.length} invitations`}
      isPending={isPending}
      error={otherProblems(problems, "message")}
      isSmall
      intro={
        <p>
          We will email{" "}
          {only?.email ? (
            <strong>
              <Email address={only.email} />
            </strong>
          ) : (
            "each of them"
          )}{" "}
          a link to create a portal account. The link works for 7 days.
          {!only && " Contacts who have no email or already have an account are skipped."}
        </p>
      }
    >
      <TextField
        label="Message (optional)"
        hint="Included in the email exactly as you write it."
        value={message}
        onChange={setMessage}
        error={problemOf(problems, "message")}
        rows={4}
        maxLength={lengths.message}
      />
    </ActForm>
  );
}

function Outcomes({ outcomes, onClose }: { outcomes: readonly Outcome[]; onClose: () => void }) {
  const invited = outcomes.filter(({ refusal }) => refusal === null);
  const refused = outcomes.filter(({ refusal }) => refusal !== null);
  return (
    <div className="flex flex-col gap-4 text-sm">
      <Banner tone={invited.length > 0 ? "success" : "warning"}>
        {invited.length} of {outcomes.length} invited.
      </Banner>
      <div className="flex flex-col gap-4">
        {refused.length > 0 && (
          <section aria-label="Not invited">
            <h3 className="font-medium text-ink">Not invited</h3>
            <ul className="flex flex-col divide-y divide-line">
              {refused.map(({ id, name, refusal }) => (
                <li key={id} className="py-2">
                  <p className="text-ink">{name}</p>
                  <p className="text-muted">{refusal}</p>
                </li>
              ))}
            </ul>
          </section>
        )}
        {invited.length > 0 && (
          <section aria-label="Invited">
            <h3 className="font-medium text-ink">Invited</h3>
            <ul className="flex flex-col divide-y divide-line">
              {invited.map(({ id, name, email }) => (
                <li key={id} className="py-2">
                  <p className="text-ink">{name}</p>
                  {email && (
                    <p className="text-muted">
                      <Email address={email} />
                    </p>
                  )}
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <Actions>
        <Button look="primary" onPress={onClose}>
          Done
        </Button>
      </Actions>
    </div>
  );
}
