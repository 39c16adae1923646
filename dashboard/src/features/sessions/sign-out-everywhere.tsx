import { useState } from "react";
import { graphql } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { AlertDialog } from "../../ui/alert-dialog.js";
import { Button } from "../../ui/button.js";
import { useNotify } from "../../ui/notices.js";

const SignOutEverywhere_signOut = graphql(
  `
    mutation SignOutEverywhere_signOut {
      signOutEverywhere {
        session {
          id
        }
        endedSessions
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Ends the viewer's other sessions and the trust in every device, once they have confirmed it; this session stays. */
export function SignOutEverywhere({ hasDevices = false, onDone }: { hasDevices?: boolean; onDone: () => void }) {
  const { act, isPending, problems } = useAct(SignOutEverywhere_signOut);
  const notify = useNotify();
  const {
    signOutEverywhere: say,
    ui: { cancel },
  } = useWords();
  const [isOpen, setOpen] = useState(false);
  const signOut = async () => {
    const { payload } = await act({});
    if (!payload) return;
    setOpen(false);
    notify({ tone: "success", text: say.done });
    onDone();
  };
  return (
    <>
      <Button size="small" onPress={() => setOpen(true)}>
        {say.act}
      </Button>
      <AlertDialog
        title={say.title}
        isOpen={isOpen}
        onCancel={() => setOpen(false)}
        onConfirm={() => void signOut()}
        confirmLabel={say.act}
        cancelLabel={cancel}
        isPending={isPending}
        error={otherProblems(problems)}
      >
        <p>{say.will}</p>
        {hasDevices && <p>{say.devices}</p>}
      </AlertDialog>
    </>
  );
}
