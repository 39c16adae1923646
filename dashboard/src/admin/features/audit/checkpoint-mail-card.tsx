import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Card } from "../../../ui/card.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { useNotify } from "../../../ui/notices.js";
import { useTeamSession } from "../../session.js";

const CheckpointMailCard_set = graphql(
  `
    mutation CheckpointMailCard_set($input: CheckpointMailInput!) {
      setCheckpointMail(input: $input) {
        firm {
          id
          mailsCheckpoints
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Whether the team gets checkpoints of the log by mail. */
export function CheckpointMailCard({ current }: { current: boolean }) {
  const { mayWrite } = useTeamSession();
  const notify = useNotify();
  const { act, isPending, problems } = useAct(CheckpointMailCard_set);
  const set = async (isOn: boolean) => {
    const { payload } = await act({ input: { isOn } });
    if (payload?.firm)
      notify({ tone: "success", text: isOn ? "Saved. The first mail comes within an hour." : "Saved." });
  };
  const problem = otherProblems(problems);
  return (
    <Card title="Audit log">
      <div className="flex flex-col gap-5">
        <Checkbox isSelected={current} isDisabled={!mayWrite || isPending} onChange={(isOn) => void set(isOn)}>
          Mail owners and administrators a signed checkpoint once a day
        </Checkbox>
        <p className="text-sm text-muted">
          Gatehouse signs the state of the log every hour. A checkpoint that you keep elsewhere, such as in your
          mailbox, shows later whether anybody rewrote the log, even somebody who controls the server.
        </p>
        {problem && <Banner tone="danger">{problem}</Banner>}
      </div>
    </Card>
  );
}
