import { useState } from "react";
import type { TypedDocumentNode } from "urql";
import { otherProblems, problemOf, useAct, type Payload } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Dialog } from "../../../ui/dialog.js";
import { Email } from "../../../ui/email.js";
import { useNotify } from "../../../ui/notices.js";
import { TextField } from "../../../ui/text-field.js";
import { ReasonField } from "../../reason-field.js";

interface ActWords {
  menu: string;
  title: string;
  will: string;
  confirm: string;
  done: string;
  asks: "reason" | "email" | null;
  isDanger: boolean;
}
interface ActDialogProps {
  /** The id of the contact or of the login, whichever the act takes. */
  id: string;
  /** The login's email, if the page around the dialog does not show it. */
  email?: string;
  onClose: () => void;
  onDone: () => void;
}

/** Something that the firm can do with a login: its texts, and the dialog that does it. */
export function loginAct<P extends Payload, Input>(
  document: TypedDocumentNode<Record<string, P>, { input: Input }>,
  inputOf: (id: string, text: string) => Input,
  words: ActWords,
) {
  function ActDialog({ id, email, onClose, onDone }: ActDialogProps) {
    const notify = useNotify();
    const { act, isPending, problems } = useAct(document);
    const [text, setText] = useState("");
    const submit = async () => {
      const { payload } = await act({ input: inputOf(id, text) });
      if (!payload) return;
      notify({ tone: "success", text: words.done });
      onDone();
    };
    return (
      <Dialog title={words.title} isOpen onClose={onClose} role={words.asks ? "dialog" : "alertdialog"}>
        <ActForm
          onSubmit={submit}
          onCancel={onClose}
          confirmLabel={words.confirm}
          isPending={isPending}
          error={otherProblems(problems, words.asks ?? "")}
          isDanger={words.isDanger}
          isDisabled={words.asks !== null && text.trim() === ""}
          isSmall
          intro={
            <>
              {email && (
                <p className="font-medium text-ink">
                  <Email address={email} />
                </p>
              )}
              <p>{words.will}</p>
            </>
          }
        >
          {words.asks === "reason" && (
            <ReasonField
              hint="Kept in the activity log."
              value={text}
              onChange={setText}
              error={problemOf(problems, "reason")}
            />
          )}
          {words.asks === "email" && (
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
  return { ...words, Dialog: ActDialog };
}
