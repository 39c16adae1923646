import { useState } from "react";
import { isRollOutOpen, type RollOutState } from "@gatehouse/shared";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, useAct } from "../../../graphql/use-act.js";
import { AlertDialog } from "../../../ui/alert-dialog.js";
import { Badge } from "../../../ui/badge.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Card, Facts } from "../../../ui/card.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Day } from "../../../ui/date-time.js";
import { useNotify } from "../../../ui/notices.js";
import { quantity } from "../../../ui/quantity.js";
import { useTeamSession } from "../../session.js";
import { Recipients } from "./recipients.js";
import { RollOutBars, RollOutBars_rollOut } from "./roll-out-bars.js";

export const Progress_rollOut = graphql(
  `
    fragment Progress_rollOut on RollOut {
      ...RollOutBars_rollOut
      id
      state
      enforcedFrom
      message
      remindDaysBefore
      mailsPerMinute
      startedAt
      startedBy
      nextMailAt
      progress {
        concerned
        enrolled
        told
      }
    }
  `,
  [RollOutBars_rollOut],
);
const Progress_payload = graphql(
  `
    fragment Progress_payload on RollOutPayload @_unmask {
      rollOut {
        id
        state
        nextMailAt
      }
      ...Problems
    }
  `,
  [Problems],
);
const Progress_pause = graphql(
  `
    mutation Progress_pause($input: RollOutIdInput!) {
      pauseRollOut(input: $input) {
        ...Progress_payload
      }
    }
  `,
  [Progress_payload],
);
const Progress_resume = graphql(
  `
    mutation Progress_resume($input: RollOutIdInput!) {
      resumeRollOut(input: $input) {
        ...Progress_payload
      }
    }
  `,
  [Progress_payload],
);
const Progress_undo = graphql(
  `
    mutation Progress_undo($input: UndoRollOutInput!) {
      undoRollOut(input: $input) {
        ...Progress_payload
      }
    }
  `,
  [Progress_payload],
);

const states = {
  RUNNING: { title: "Mails going out", tone: "accent" },
  PAUSED: { title: "Paused", tone: "warning" },
  FINISHED: { title: "All mails sent", tone: "success" },
  UNDONE: { title: "Undone", tone: "neutral" },
} as const satisfies { [S in RollOutState]: object };

/** The progress of the roll-out, live, with buttons to pause, resume and undo it. */
export function Progress(props: {
  rollOut: FragmentOf<typeof Progress_rollOut>;
  version: number;
  onChange: () => void;
}) {
  const { version, onChange } = props;
  const rollOut = readFragment(Progress_rollOut, props.rollOut);
  const { id, state, enforcedFrom, progress, remindDaysBefore } = rollOut;
  const { mayWrite } = useTeamSession();
  const pause = useAct(Progress_pause);
  const resume = useAct(Progress_resume);
  const [isUndoing, setUndoing] = useState(false);
  const problem = otherProblems([...pause.problems, ...resume.problems]);
  const { title, tone } = states[state];
  return (
    <div className="flex flex-col gap-6">
      <Card
        title="Progress"
        actions={
          mayWrite && (
            <>
              {state === "RUNNING" && (
                <Button
                  size="small"
                  isPending={pause.isPending}
                  onPress={() => void pause.act({ input: { rollOutId: id } })}
                >
                  Pause mails
                </Button>
              )}
              {state === "PAUSED" && (
                <Button
                  size="small"
                  look="primary"
                  isPending={resume.isPending}
                  onPress={() => void resume.act({ input: { rollOutId: id } })}
                >
                  Resume mails
                </Button>
              )}
              <Button size="small" look="danger" onPress={() => setUndoing(true)}>
                Undo
              </Button>
            </>
          )
        }
      >
        <div className="flex flex-col gap-5">
          {problem && <Banner tone="danger">{problem}</Banner>}
          <p>
            <Badge tone={tone}>{title}</Badge>
          </p>
          <RollOutBars rollOut={rollOut} />
          <Facts
            facts={[
              ["Required from", <Day key="from" on={enforcedFrom} />],
              ["Not set up yet", quantity(progress.concerned - progress.enrolled, "contact")],
              [
                "Reminders",
                !isRollOutOpen(state) || remindDaysBefore.length === 0
                  ? "None left"
                  : `${remindDaysBefore.map((days) => quantity(days, "day")).join(", ")} before`,
              ],
              ["Mails per minute", `At most ${rollOut.mailsPerMinute}`],
              [
                "Started",
                <span key="started">
                  <Day on={rollOut.startedAt} /> by {rollOut.startedBy}
                </span>,
              ],
            ]}
          />
        </div>
      </Card>
      <Recipients />
      {isUndoing && (
        <UndoDialog
          rollOutId={id}
          version={version}
          notified={progress.told}
          onClose={() => {
            setUndoing(false);
            onChange();
          }}
        />
      )}
    </div>
  );
}

function UndoDialog(props: { rollOutId: string; version: number; notified: number; onClose: () => void }) {
  const { rollOutId, version, notified, onClose } = props;
  const notify = useNotify();
  const { act, isPending, problems } = useAct(Progress_undo);
  const [tellClients, setTell] = useState(notified > 0);
  const undo = async () => {
    const { payload } = await act({ input: { rollOutId, expectedVersion: version, tellClients } });
    if (!payload) return;
    notify({ tone: "success", text: "The roll-out was undone." });
    onClose();
  };
  return (
    <AlertDialog
      title="Undo the roll-out?"
      isOpen
      isDanger
      onCancel={onClose}
      onConfirm={() => void undo()}
      confirmLabel="Undo the roll-out"
      isPending={isPending}
      error={otherProblems(problems)}
    >
      <p>
        Your previous security settings take effect again immediately. Mails that have not gone out are canceled.
        Clients who have set up two-factor authentication keep it and are still asked for the code.
      </p>
      {notified > 0 && (
        <Checkbox isSelected={tellClients} onChange={setTell}>
          Tell the {quantity(notified, "contact")} already notified that it is no longer required
        </Checkbox>
      )}
    </AlertDialog>
  );
}
