import { isRollOutOpen, type RollOutState } from "@gatehouse/shared";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { ProgressBar } from "../../../ui/progress-bar.js";

export const RollOutBars_rollOut = graphql(`
  fragment RollOutBars_rollOut on RollOut {
    state
    enforcedFrom
    progress {
      concerned
      enrolled
      leftOut
      waiting
    }
  }
`);

/** Whether a roll-out still sends mails, or clients still have time until its day. */
export const isInProgress = ({ state, enforcedFrom }: { state: RollOutState; enforcedFrom: string }, now: number) =>
  isRollOutOpen(state) || (state === "FINISHED" && Date.parse(enforcedFrom) > now);

/** How many clients know of the roll-out, and how many are ready. */
export function RollOutBars(props: { rollOut: FragmentOf<typeof RollOutBars_rollOut> }) {
  const { progress } = readFragment(RollOutBars_rollOut, props.rollOut);
  return (
    <>
      <ProgressBar
        label="Notified or set up"
        done={progress.concerned - progress.waiting - progress.leftOut}
        of={progress.concerned - progress.leftOut}
      />
      <ProgressBar label="Set up" done={progress.enrolled} of={progress.concerned} />
    </>
  );
}
