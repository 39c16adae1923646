import { useState } from "react";
import { contactDataFileName, dayOf, type ContactDataFile } from "@gatehouse/shared";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Button } from "../../../ui/button.js";
import { Actions, Dialog } from "../../../ui/dialog.js";
import { ReasonField } from "../../reason-field.js";
import { useTeamSession } from "../../session.js";
import { useExport } from "../../use-export.js";

const ExportContactDialog_export = graphql(
  `
    mutation ExportContactDialog_export($input: ContactReasonInput!) {
      exportContactData(input: $input) {
        download {
          json
          html
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
type Download = NonNullable<ResultOf<typeof ExportContactDialog_export>["exportContactData"]["download"]>;

/** Tells what the export has, asks why, and then saves it as a page, as data, or both. */
export function ExportContactDialog(props: { contact: { id: string; name: string }; onClose: () => void }) {
  const { contact, onClose } = props;
  const { act, isPending, problems } = useAct(ExportContactDialog_export);
  const [reason, setReason] = useState("");
  const [ready, setReady] = useState<Download | null>(null);
  const submit = async () => {
    const { payload } = await act({ input: { contactId: contact.id, reason } });
    setReady(payload?.download ?? null);
  };
  return (
    <Dialog title="Export the client's data" isOpen onClose={onClose}>
      {ready ? (
        <Files download={ready} name={contact.name} onClose={onClose} />
      ) : (
        <ActForm
          onSubmit={submit}
          onCancel={onClose}
          confirmLabel="Export data"
          isPending={isPending}
          error={otherProblems(problems, "reason")}
          isDisabled={reason.trim() === ""}
          isSmall
          intro={<Contents />}
        >
          <ReasonField
            hint="Kept in the activity log, and part of the export."
            value={reason}
            onChange={setReason}
            error={problemOf(problems, "reason")}
          />
        </ActForm>
      )}
    </Dialog>
  );
}

function Contents() {
  return (
    <>
      <p>Everything that is kept about this person, to give to them when they ask for it:</p>
      <ul className="flex list-disc flex-col gap-1 pl-5">
        <li>the contact, requests, links, mails, and what the activity log says about them;</li>
        <li>the login with its sessions, devices and passkeys, unless another contact has it too.</li>
      </ul>
      <p>Passwords, codes and keys are not in it, nor who of your team did something. The export is recorded.</p>
    </>
  );
}

function Files({ download: paths, name, onClose }: { download: Download; name: string; onClose: () => void }) {
  const { firm } = useTeamSession();
  const { save, isPending } = useExport();
  const saveAs = (file: ContactDataFile) =>
    save(paths[file], contactDataFileName(name, dayOf(Date.now(), firm.timeZone), file));
  return (
    <div className="flex flex-col gap-4 text-sm">
      <output>
        The export is ready: a page that the client can read and print, and the same as data for programs. You can
        download them for 10 minutes.
      </output>
      <Actions>
        <Button onPress={onClose}>Close</Button>
        <Button isDisabled={isPending} onPress={() => void saveAs("json")}>
          Download JSON
        </Button>
        <Button look="primary" isPending={isPending} onPress={() => void saveAs("html")}>
          Download page
        </Button>
      </Actions>
    </div>
  );
}
