import { useState } from "react";
import type { TypedDocumentNode } from "urql";
import { otherProblems, problemOf, useAct, type Payload } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Dialog } from "../../../ui/dialog.js";
import { Email } from "../../../ui/email.js";
import { useNotify } from "../../../ui/notices.js";
import { TextField } from "../../../ui/text-field.js";

interface Told {
  menu: string;
  title: string;
  will: string;
  confirm: string;
  done: string;
  asks: "reason" | "email" | null;
  isDanger: boolean;
}
interface Asked {
  /** The contact's or the login's own, as the act takes it. */
  id: string;
  /** Whose login it is, where the page around the dialog does not say. */
  email?: string;
  onClose: () => void;
  onDone: () => void;
}

/** What the firm may do with a login: what is said about it, and the dialog that does it with what was typed. */
export function loginAct<P extends Payload, Input>(
  document: TypedDocumentNode<Record<string, P>, { input: Input }>,
  inputOf: (id: string, text: string) => Input,
  told: Told,
) {
  function ActDialog({ id, email, onClose, onDone }: Asked) {
    const notify = useNotify();
    const { act, isPending, problems } = useAct(document);
    const [text, setText] = useState("");
    const submit = async () => {
      const { payload } = await act({ input: inputOf(id, text) });
      if (!payload) return;
      notify({ tone: "success", text: told.done });
      onDone();
    };
    return (
      <Dialog title={told.title} isOpen onClose={onClose} role={told.asks ? "dialog" : "alertdialog"}>
        <ActForm
          onSubmit={submit}
          onCancel={onClose}
          confirmLabel={told.confirm}
          isPending={isPending}
          error={otherProblems(problems, told.asks ?? "")}
          isDanger={told.isDanger}
          isDisabled={told.asks !== null && text.trim() === ""}
          isSmall
          intro={
            <>
              {email && (
                <p className="font-medium text-ink">
                  <Email address={email} />
                </p>
              )}
              <p>{told.will}</p>
            </>
          }
        >
          {told.asks === "reason" && (
            <TextField
              label="Reason"
              hint="Kept in the activity log."
              value={text}
              onChange={setText}
              error={problemOf(problems, "reason")}
              rows={3}
              maxLength={500}
              isRequired
            />
          )}
          {told.asks === "email" && (
            <TextField
              label="New login email"
              type="email"
              value={text}
              onChange={setText}
              error={problemOf(problems, "email")}
              isRequired
            />
          )}
        </ActForm>
      </Dialog>
    );
  }
  return { ...told, Dialog: ActDialog };
}
