import { useState } from "react";
import {
  dayFault,
  dayOf,
  FIRST_REPORT_DAY,
  languageCodes,
  languages,
  reportDays,
  reportKindOf,
  reportKinds,
  type DaysFault,
  type Language,
  type ReportKindName,
} from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { RadioGroup } from "../../../ui/radio-group.js";
import { Select } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { DaysIn } from "../../days-in.js";
import { useTeamSession } from "../../session.js";
import { askedMoment } from "./asked-moment.js";
import { ReportRow_report } from "./report-row.fragment.js";
import { faultWords, kindDescriptions } from "./report-words.js";

export const RequestReport_request = graphql(
  `
    mutation RequestReport_request($input: RequestReportInput!) {
      requestReport(input: $input) {
        report {
          id
          ...ReportRow_report
        }
        ...Problems
      }
    }
  `,
  [ReportRow_report, Problems],
);

const kinds = Object.keys(kindDescriptions) as ReportKindName[];
const kindOptions = kinds.map((value) => ({
  value,
  title: reportKinds[reportKindOf(value)].title.EN,
  description: kindDescriptions[value],
}));
const languageOptions = languageCodes.map((value) => ({ value, label: languages[value].englishName }));

/** What the form sees by itself. */
interface AskedFault {
  field: "asOf" | DaysFault["field"];
  fault: DaysFault["fault"];
}
function dayFaultOf(day: string, today: string): AskedFault | null {
  const fault = day === "" ? null : dayFault(day, today);
  return fault && { field: "asOf", fault };
}
function daysFaultOf({ since, until }: Record<DaysFault["field"], string>, today: string): AskedFault | null {
  const read = reportDays({ since: since || null, until: until || null }, today);
  return "fault" in read ? read : null;
}

/** Chooses a report and asks for it. */
export function RequestReportForm({ onAsked, onCancel }: { onAsked: (id: string) => void; onCancel: () => void }) {
  const { timeZone } = useTeamSession().firm;
  const { act, isPending, problems, clear } = useAct(RequestReport_request);
  const [kind, setKind] = useState<ReportKindName>("ACCESS");
  const [language, setLanguage] = useState<Language>("EN");
  const [day, setDay] = useState("");
  const [time, setTime] = useState("");
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const [fault, setFault] = useState<AskedFault | null>(null);
  const [openedAt] = useState(() => Date.now());
  const days = { type: "date", min: FIRST_REPORT_DAY, max: dayOf(openedAt, timeZone) } as const;
  const submit = async () => {
    const now = Date.now();
    const today = dayOf(now, timeZone);
    const found = kind === "ACCESS" ? dayFaultOf(day, today) : daysFaultOf({ since, until }, today);
    clear();
    setFault(found);
    if (found) return;
    const about =
      kind === "ACCESS"
        ? { asOf: askedMoment({ day, time }, { timeZone, now }) }
        : { since: since || null, until: until || null };
    const { payload } = await act({ input: { kind, language, ...about } });
    if (payload?.report) onAsked(payload.report.id);
  };
  // What the form lets through and the server does not has yet to come: the clocks differ, or a time is ahead.
  const wrongWith = (field: AskedFault["field"], ahead: string) => {
    if (fault?.field === field) return fault.fault === "NOT_YET" ? ahead : faultWords[fault.fault];
    return problemOf(problems, field) && ahead;
  };
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onCancel}
      confirmLabel="Make report"
      isPending={isPending}
      error={otherProblems(problems, "asOf", "since", "until", "language")}
    >
      <RadioGroup
        label="Report"
        choices={kindOptions}
        value={kind}
        onChange={(chosen) => {
          clear();
          setFault(null);
          setKind(chosen);
        }}
      />
      <div className="flex flex-col gap-2">
        {kind === "ACCESS" ? (
          <div className="grid grid-cols-2 gap-3">
            <TextField
              {...days}
              label="As of"
              hint="If left empty: now."
              value={day}
              onChange={setDay}
              error={wrongWith("asOf", "This moment has not come yet.")}
            />
            <TextField
              label="Time"
              type="time"
              hint="If left empty: the end of that day."
              value={time}
              onChange={setTime}
            />
          </div>
        ) : (
          <div className="grid grid-cols-2 gap-3">
            <TextField
              {...days}
              label="From"
              hint="If left empty: thirty days."
              value={since}
              onChange={setSince}
              error={wrongWith("since", faultWords.NOT_YET)}
            />
            <TextField
              {...days}
              label="To"
              hint="If left empty: today."
              value={until}
              onChange={setUntil}
              error={wrongWith("until", faultWords.NOT_YET)}
            />
          </div>
        )}
        <DaysIn />
      </div>
      <Select
        label="Language of headings"
        options={languageOptions}
        value={language}
        onChange={setLanguage}
        error={problemOf(problems, "language")}
      />
    </ActForm>
  );
}
