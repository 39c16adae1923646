import { useState, type ReactNode } from "react";
import { Link } from "@tanstack/react-router";
import type { AccessRemedy } from "@gatehouse/shared";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { useAct } from "../../../graphql/use-act.js";
import { Badge } from "../../../ui/badge.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { useNotify } from "../../../ui/notices.js";
import { ActDialog } from "./client-portal-card.js";

export const AccessCard_contact = graphql(`
  fragment AccessCard_contact on Contact {
    id
    accessFindings {
      code
      weight
      title
      message
      remedy
      requestId
    }
  }
`);

const weights = {
  BLOCKS: { tone: "danger", text: "Blocks access" },
  HINDERS: { tone: "warning", text: "Gets in the way" },
  TELLS: { tone: "neutral", text: "Next step" },
} as const;
const AccessCard_resend = graphql(
  `
    mutation AccessCard_resend($input: RequestIdInput!) {
      resendClientRequest(input: $input) {
        request {
          id
          linkState
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
/** The remedies that have their own dialog. */
const dialogs = {
  UNLOCK: { act: "unlock", label: "Unlock" },
  SEND_PASSWORD_RESET: { act: "sendPasswordReset", label: "Send password reset" },
  RESET_TWO_FACTOR: { act: "resetTwoFactor", label: "Reset 2FA" },
} as const;

/** "Why can't this client get in?": each reason in plain words, with the action that helps. */
export function AccessCard(props: {
  contact: FragmentOf<typeof AccessCard_contact>;
  mayWrite: boolean;
  inviteButton: ReactNode;
  onEdit: () => void;
  onActed: () => void;
}) {
  const { mayWrite, inviteButton, onEdit, onActed } = props;
  const { id, accessFindings } = readFragment(AccessCard_contact, props.contact);
  const notify = useNotify();
  const resend = useAct(AccessCard_resend);
  const [open, setOpen] = useState<(typeof dialogs)[keyof typeof dialogs]["act"] | null>(null);
  const sendAgain = async (requestId: string) => {
    const { payload, problems } = await resend.act({ input: { requestId } });
    notify(
      payload
        ? { tone: "success", text: "A new link was sent." }
        : { tone: "danger", text: problems.map(({ message }) => message).join(" ") },
    );
    if (payload) onActed();
  };
  const help = (remedy: AccessRemedy | null, requestId: string | null): ReactNode => {
    if (remedy === null || !mayWrite) return null;
    switch (remedy) {
      case "CHANGE_SECURITY":
        return (
          <Link to="/settings/client-portal" className="link">
            Security settings
          </Link>
        );
      case "ADD_EMAIL":
        return (
          <Button size="small" onPress={onEdit}>
            Edit email
          </Button>
        );
      case "INVITE":
        return inviteButton;
      case "RESEND_REQUEST":
        return (
          <Button size="small" isPending={resend.isPending} onPress={() => void (requestId && sendAgain(requestId))}>
            Send link again
          </Button>
        );
      default:
        return (
          <Button size="small" onPress={() => setOpen(dialogs[remedy].act)}>
            {dialogs[remedy].label}
          </Button>
        );
    }
  };
  return (
    <Card title="Why can't this client get in?">
      {accessFindings.length === 0 ? (
        <p className="text-sm text-muted">Nothing is in the way.</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line text-sm">
          {accessFindings.map(({ code, weight, title, message, remedy, requestId }) => (
            <li key={code} className="flex flex-wrap items-start justify-between gap-3 py-3 first:pt-0 last:pb-0">
              <div className="min-w-0 flex-1 basis-64">
                <p className="flex flex-wrap items-center gap-2 font-medium text-ink">
                  {title} <Badge tone={weights[weight].tone}>{weights[weight].text}</Badge>
                </p>
                <p className="break-words text-muted">{message}</p>
              </div>
              {help(remedy, requestId)}
            </li>
          ))}
        </ul>
      )}
      {open && (
        <ActDialog
          key={open}
          name={open}
          contactId={id}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            onActed();
          }}
        />
      )}
    </Card>
  );
}
