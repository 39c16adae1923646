import { otherProblems, useAct } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { useNotify } from "../../../ui/notices.js";
import type { Report } from "./report-words.js";
import { RequestReport_request } from "./request-report-form.js";

/** Asks again for a report that could not be made: the same question, another report. */
export function AgainButton(props: { report: Report; onAsked: (id: string) => void }) {
  const { report, onAsked } = props;
  const { kind, asOf, since, until, language, title, subtitle } = report;
  const { act, isPending } = useAct(RequestReport_request);
  const notify = useNotify();
  const ask = async () => {
    const { payload, problems } = await act({ input: { kind, asOf, since, until, language } });
    if (payload?.report) onAsked(payload.report.id);
    else notify({ tone: "danger", text: otherProblems(problems) ?? "" });
  };
  return (
    <Button
      size="small"
      isPending={isPending}
      aria-label={`Ask again for ${title}, ${subtitle}`}
      onPress={() => void ask()}
    >
      Ask again
    </Button>
  );
}
